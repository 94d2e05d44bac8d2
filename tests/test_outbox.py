"""The use case of delivery over a real store, by the file sinks and by one that does as it is told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from digest.core.edition import DeliveryCounts, FrozenEdition, Window
from digest.core.errors import ClaimError, OutputError, StoreError
from digest.core.newsletter import Newsletter, Site
from digest.core.operation import Worker
from digest.core.outbox import Attempt, Plan, Recovered, Reply, Returned
from digest.core.roster import Enrolment
from digest.delivery.files import EmlFolder
from digest.delivery.mailing import Mailing, Sending
from digest.line import LEASE, Watch
from digest.outbox import Outbox
from digest.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from digest.core.envelope import Envelope
    from digest.core.outbox import Outgoing, Queue
    from digest.core.ports import Sink
    from digest.outbox import Delivered
    from digest.store.opening import Store

NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ANN, BEN, CAS, DAN = (f"{name}@example.org" for name in ("ann", "ben", "cas", "dan"))
NEWSLETTER = Newsletter(key="weekly", title="W", sender="desk@example.org", language="en", zone=ZoneInfo("UTC"))
SITE = Site(title="T", url="https://news.example.org/", id="news.example.org", organisation="O")

OK = Reply(250, "2.0.0", "ok")
DEAD = Reply(550, "5.1.1", "no such user")
FULL = Reply(552, "5.2.2", "mailbox full")
POLICY = Reply(550, "5.7.1", "we do not like your text")
BUSY = Reply(451, "4.7.1", "greylisted, come again")
NO_REPLY = "the connection was reset"
"""After the final dot."""


@dataclass
class Scripted:
    """A server and the sink before it, in one.

    Attributes:
        says: What it does to a recipient: a reply to the message, `NO_REPLY`, an instant (given back until then), or a
            call, made when it is the recipient's turn.
        taken: Recipients whose message the server really has, in order.
        at_once: How many it claims and marks together.
    """

    says: dict[str, object] = field(default_factory=dict)
    name: str = "smtp"
    at_once: int = 10
    taken: list[str] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    before_marking: Callable[[], object] = lambda: None
    retries: int = 0
    rebuilt = False
    repeatable = False
    remote = True

    def deliver(self, queue: Queue, stop: Callable[[], bool]) -> None:
        while not stop() and (claimed := queue.take(self.at_once)):
            self.before_marking()
            may_go = queue.commit((), [each.delivery for each in claimed])
            self._hand_over(queue, [each for each in claimed if each.delivery in may_go])

    def _hand_over(self, queue: Queue, going: list[Outgoing]) -> None:
        done: list[Attempt | Returned] = []
        try:
            while going:
                done.append(self._try(going[0]))
                del going[0]
        finally:
            done += [Returned(each.delivery) for each in going]
            for left in range(self.retries, -1, -1):
                try:
                    queue.commit(done, ())
                    break
                except StoreError:
                    if not left:
                        raise

    def _try(self, each: Outgoing) -> Attempt | Returned:
        recipient = each.envelope.recipient
        said = self.says.get(recipient, OK)
        if callable(said):
            said = said() or OK
        if isinstance(said, datetime):
            return Returned(each.delivery, said, "limit of the domain")
        self.envelopes.append(each.envelope)
        if said is NO_REPLY or (isinstance(said, Reply) and said.code == 250):
            self.taken.append(recipient)
        if isinstance(said, Reply):
            return Attempt(each.delivery, "message" if said in (OK, POLICY) else "recipient", said, place="relay")
        return Attempt(each.delivery, "message", None, str(said), "relay")

    def rebuild(self, envelopes: Iterable[Envelope]) -> Iterator[tuple[str, bool]]:
        del envelopes
        yield from ()


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Room:
    store: Store
    clock: Clock = field(default_factory=Clock)
    gone: Callable[[str], bool] = lambda _: False
    known: dict[str, Newsletter] = field(default_factory=lambda: {"weekly": NEWSLETTER})

    @property
    def outbox(self) -> Outbox:
        store = self.store
        return Outbox(
            ledger=store.ledger,
            roster=store.roster,
            bounces=store.bounces,
            editions=store.editions,
            worker=Worker("me", self.clock, self.gone),
            newsletter=self.known.get,
            mailing=lambda record, files, newsletter: Mailing(record, files, newsletter, SITE, Sending(key=bytes(32))),
            rebooted=lambda _: False,
        )

    def subscribe(self, *addresses: str) -> None:
        self.store.roster.enrol("weekly", [Enrolment(address=each, state="active") for each in addresses], NOW)

    def freeze(
        self,
        *named: str,
        edition: str = "e",
        sinks: Sequence[Sink] = (),
        expires: datetime | None = None,
        now: datetime | None = None,
    ) -> None:
        slot = self.clock.now
        frozen = FrozenEdition(
            newsletter="weekly",
            id=edition,
            slot=slot,
            window=Window(slot, slot),
            title="",
            subject="S",
            preheader="",
            hash="",
            entries=(),
            files={"index.txt": b"Hello.\n", "email.html": b"<p>Hello.</p>\n"},
        )
        names = [each.name for each in sinks] or ["smtp"]
        assert self.store.editions.freeze(frozen, [], Plan(dict.fromkeys(names, expires), named), now or slot)

    def deliver(self, *sinks: Sink, now: datetime | None = None, **more: object) -> list[Delivered]:
        return self.outbox.deliver(sinks, now or self.clock.now, **more)  # type: ignore[arg-type]

    def counts(self, edition: str = "e") -> DeliveryCounts:
        counts = self.store.ledger.counts("weekly", edition)
        assert counts.balanced
        return counts

    def states(self) -> dict[str, tuple[str, str, int]]:
        """State, reply and attempts of each reader's delivery, by address."""
        query = "SELECT address, state, reply, attempts FROM deliveries JOIN subscribers s ON s.id = subscriber"
        with self.store._database.read() as connection:  # noqa: SLF001 no port shows all of it
            return {row[0]: (row[1], row[2], row[3]) for row in connection.exec_driver_sql(query)}

    @property
    def next_at(self) -> datetime | None:
        (dispatch,) = self.store.ledger.dispatches("weekly", "e")
        return dispatch.next_at

    def suppressed(self, address: str) -> str:
        veto = self.store.roster.person(address).suppression
        return "" if veto is None else f"{veto.reason}: {veto.detail}"


@pytest.fixture
def room() -> Iterator[Room]:
    with open_store("sqlite://") as store:
        yield Room(store)


def readers(count: int, domain: str = "example.org") -> list[str]:
    return [f"reader{number:03}@{domain}" for number in range(count)]


def test_each_reader_gets_a_message_of_its_own_once(room):
    room.subscribe(ANN, BEN)
    room.freeze("Cas <cas@example.org>")
    sink = Scripted(at_once=2)
    (done,) = room.deliver(sink)
    assert (done.dispatch.edition, done.states, done.held, done.written) == ("e", {"accepted": 3}, "", 3)
    assert sink.taken == [CAS, ANN, BEN]
    assert len({each.message_id for each in sink.envelopes}) == 3
    assert b"To: Cas <cas@example.org>\r\n" in sink.envelopes[0].message
    assert room.states()[ANN] == ("accepted", "250 2.0.0 ok", 1)
    assert room.counts() == DeliveryCounts(planned=3, accepted=3)
    assert room.deliver(sink) == []
    assert len(sink.taken) == 3


def test_what_a_reply_means_for_the_delivery_and_the_reader(room):
    said = {ANN: DEAD, BEN: POLICY, CAS: BUSY, DAN: NO_REPLY, "eve@example.org": NOW + HOUR}
    room.freeze(*said, "fay@example.org")
    sink = Scripted(dict(said))
    (done,) = room.deliver(sink)
    assert room.states() == {
        ANN: ("refused", "550 5.1.1 no such user", 1),
        BEN: ("refused", "550 5.7.1 we do not like your text", 1),
        CAS: ("deferred", "451 4.7.1 greylisted, come again", 1),
        DAN: ("uncertain", NO_REPLY, 1),
        "eve@example.org": ("deferred", "limit of the domain", 0),
        "fay@example.org": ("accepted", "250 2.0.0 ok", 1),
    }
    assert done.states == {"refused": 2, "deferred": 2, "uncertain": 1, "accepted": 1}
    assert [room.suppressed(each) for each in (ANN, BEN, CAS, DAN)] == ["bounce: 550 5.1.1 no such user", "", "", ""]
    assert room.store.bounces.counts("weekly", "e") == {"hard": 1}
    assert room.store.ledger.stopped("weekly") == ""


def test_what_is_greylisted_is_tried_again_at_its_time_and_no_sooner(room):
    room.freeze(ANN, expires=NOW + DAY)
    sink = Scripted({ANN: BUSY})
    room.deliver(sink)
    assert NOW + 5 * MINUTE <= room.next_at <= NOW + 15 * MINUTE
    room.clock.now = room.next_at - timedelta(seconds=1)
    assert room.deliver(sink) == []
    room.clock.now += timedelta(seconds=1)
    sink.says.clear()
    room.deliver(sink)
    assert (sink.taken, room.states()[ANN][2]) == ([ANN], 2)


def test_waits_grow_until_it_is_too_late(room):
    room.freeze(ANN, expires=NOW + 6 * HOUR)
    sink = Scripted({ANN: BUSY})
    waits = []
    while room.next_at is not None:
        waits.append(room.next_at - room.clock.now)
        room.clock.now = room.next_at
        room.deliver(sink)
    assert waits[0] == timedelta()
    assert all(2 * one == other for one, other in pairwise(waits[1:]))
    state, reply, attempts = room.states()[ANN]
    assert (state, reply) == ("excluded", f"expired: {BUSY}")
    assert attempts == len(waits) > 4


def test_mailboxes_that_stay_full_are_worn_out_after_some_editions(room):
    room.subscribe(ANN, BEN)
    sink = Scripted({ANN: FULL})
    for week in range(6):
        assert room.suppressed(ANN) == ""
        room.clock.now = NOW + week * 7 * DAY
        room.freeze(edition=f"e{week}")
        room.deliver(sink)
    assert room.suppressed(ANN) == f"bounce: soft bounces, the last: {FULL}"
    assert room.suppressed(BEN) == ""
    assert sink.taken == [BEN] * 6


def test_a_mailbox_that_is_full_at_each_attempt_counts_once(room):
    room.freeze(ANN)
    sink = Scripted({ANN: Reply(452, "4.2.2", "mailbox full")})
    for _ in range(9):
        room.clock.now = room.next_at + DAY
        room.deliver(sink)
    assert room.states()[ANN][0] == "deferred"
    assert len(room.store.bounces.soft(room.store.roster.number(ANN))) == 1
    assert room.suppressed(ANN) == ""


def test_one_that_was_full_and_then_turned_out_dead_counts_as_dead(room):
    room.freeze(ANN)
    sink = Scripted({ANN: Reply(452, "4.2.2", "mailbox full")})
    room.deliver(sink)
    room.clock.now += HOUR
    sink.says[ANN] = DEAD
    room.deliver(sink)
    assert room.store.bounces.counts("weekly", "e") == {"hard": 1, "soft": 1}
    assert room.suppressed(ANN) == f"bounce: {DEAD}"


def test_a_newsletter_stops_itself_when_too_many_addresses_are_dead(room, tmp_path):
    """10 dead of 155: 6.5 %. Copies in a folder are no readers, and make them no fewer."""
    everybody = readers(300)
    sink, folder = Scripted(dict.fromkeys(everybody[145:160], DEAD), at_once=5), EmlFolder(tmp_path, "file")
    room.subscribe(*everybody)
    room.freeze(sinks=(folder, sink))
    copied, done = room.deliver(folder, sink)
    assert copied.states == {"accepted": 300}
    said = "10 of 155 deliveries bounced for good; 5 % pause a newsletter"
    assert (done.held, done.states) == (said, {"accepted": 145, "refused": 10})
    assert room.store.ledger.stopped("weekly") == said
    assert [each.held for each in room.deliver(folder, sink)] == [said]
    assert room.counts() == DeliveryCounts(planned=600, accepted=445, refused=10, waiting=145)
    assert not room.store.ledger.due("weekly", ["smtp"], NOW)
    # A person has looked at it.
    room.store.ledger.go_on("weekly")
    sink.says = {}
    (done,) = room.deliver(sink)
    assert (done.held, room.counts()) == ("", DeliveryCounts(planned=600, accepted=590, refused=10))


def test_dead_addresses_are_counted_over_several_workers(room):
    everybody = readers(40)
    dead = dict.fromkeys([*everybody[:6], *everybody[20:24]], DEAD)
    room.subscribe(*everybody)
    room.freeze()
    stop = iter([False, False, True])
    room.deliver(Scripted(dict(dead), at_once=20), watch=Watch(stop=lambda: next(stop)))
    assert room.counts().refused == 6
    (done,) = room.deliver(Scripted(dict(dead), at_once=4))
    assert done.held.startswith("10 of 24 deliveries")


def test_a_newsletter_stops_itself_when_its_text_is_refused(room):
    everybody = readers(20)
    room.subscribe(*everybody)
    room.freeze()
    sink = Scripted(dict.fromkeys(everybody, POLICY), at_once=1)
    (done,) = room.deliver(sink)
    assert done.held == "the newsletter's sender or text was refused 4 times, and nothing was accepted in between"
    assert room.counts() == DeliveryCounts(planned=20, refused=4, waiting=16)
    assert all(room.suppressed(each) == "" for each in everybody)


def test_what_was_accepted_between_refusals_counts_where_all_are_noted_at_once(room):
    everybody = readers(20)
    room.subscribe(*everybody)
    room.freeze()
    sink = Scripted(dict.fromkeys(everybody[::5], POLICY), at_once=20)
    (done,) = room.deliver(sink)
    assert (done.held, done.states) == ("", {"refused": 4, "accepted": 16})
    assert done.written == 16


def test_old_news_goes_out_only_when_somebody_says_so(room):
    """From an old backup, or after a long outage."""
    room.freeze(ANN, BEN, expires=NOW + DAY)
    sink = Scripted()
    room.clock.now = NOW + DAY
    (done,) = room.deliver(sink)
    assert done.held == "was to go out by 2026-03-03 07:00Z, and that is over"
    assert (sink.taken, room.counts()) == ([], DeliveryCounts(planned=2, waiting=2))
    assert not room.store.ledger.due("weekly", ["smtp"], room.clock.now)
    assert [each.held for each in room.deliver(sink)] == [done.held]
    (late,) = room.deliver(sink, late=True)
    assert (late.states, sink.taken) == ({"accepted": 2}, [ANN, BEN])


def test_old_news_that_a_server_or_a_limit_puts_off_is_tried_again(room):
    room.freeze(ANN, BEN, CAS, expires=NOW + DAY)
    room.clock.now = NOW + 3 * DAY
    room.deliver(Scripted(says={ANN: BUSY, BEN: room.clock.now + timedelta(minutes=1)}), late=True)
    assert room.counts() == DeliveryCounts(planned=3, accepted=1, deferred=2)
    room.clock.now += timedelta(hours=1)
    room.deliver(Scripted())
    assert room.counts() == DeliveryCounts(planned=3, accepted=3)


def test_what_was_begun_in_time_and_deferred_expires_by_itself(room):
    room.freeze(ANN, BEN, expires=NOW + DAY)
    sink = Scripted({ANN: BUSY})
    room.deliver(sink)
    room.clock.now = NOW + 2 * DAY
    (done,) = room.deliver(sink)
    assert done.held == ""
    assert room.states()[ANN][:2] == ("excluded", f"expired: {BUSY}")
    assert room.next_at is None


def test_what_a_killed_worker_left_goes_on_and_nothing_goes_twice(room, tmp_path):
    addresses = [ANN, BEN, CAS, DAN]
    sink, folder = Scripted(), EmlFolder(tmp_path / "mail", "file")
    room.freeze(*addresses, sinks=(sink, folder))
    ledger = room.store.ledger
    for dispatch in ledger.dispatches("weekly", "e"):  # killed after the second was marked
        batch = ledger.begin(dispatch.id, "dead", NOW, LEASE)
        claimed = [each.delivery for each in ledger.claim(dispatch.id, batch, 3, NOW)]
        ledger.commit(batch, (), claimed[:2], NOW)
    # While it may live, only what it has not claimed is taken.
    room.deliver(sink, folder)
    assert sink.taken == [DAN]
    room.gone = lambda holder: holder == "dead"
    assert room.outbox.recover([sink, folder]) == Recovered(waiting=4, uncertain=2)
    room.deliver(sink, folder)
    assert sink.taken == [DAN, CAS]
    assert len(list((tmp_path / "mail").iterdir())) == 4
    assert room.counts() == DeliveryCounts(planned=8, accepted=6, uncertain=2)
    doubtful = [each.address for each in ledger.uncertain()]
    assert doubtful == [ANN, BEN]
    assert room.deliver(sink, folder) == []


def test_a_sink_that_fails_in_the_middle_loses_nothing(room):
    def fail() -> None:
        raise OutputError("the disk is full", place="box")

    room.freeze(ANN, BEN, CAS)
    sink = Scripted({BEN: fail})
    with pytest.raises(OutputError):
        room.deliver(sink)
    assert room.counts() == DeliveryCounts(planned=3, accepted=1, waiting=2)
    sink.says.clear()
    # For the same instant, as a run by hand is repeated.
    room.clock.now += MINUTE
    room.deliver(sink, now=NOW)
    assert sink.taken == [ANN, BEN, CAS]
    assert room.counts() == DeliveryCounts(planned=3, accepted=3)


def test_who_leaves_between_claim_and_mark_gets_nothing(room):
    room.subscribe(ANN, BEN)
    room.freeze()
    sink = Scripted(before_marking=lambda: room.store.roster.leave(ANN, None, NOW))
    (done,) = room.deliver(sink)
    assert (sink.taken, done.states) == ([BEN], {"accepted": 1})
    assert room.states()[ANN] == ("excluded", "unsubscribed", 0)


def test_addresses_that_no_message_can_name_are_refused_and_the_others_go_on(room):
    """Even when the sink takes one at a time: it is not to believe that there is nothing more."""
    room.freeze("jürgen@example.org", "jörg@example.org", ANN)
    sink = Scripted(at_once=1)
    (done,) = room.deliver(sink)
    assert (sink.taken, done.states) == ([ANN], {"refused": 2, "accepted": 1})
    state, reply, attempts = room.states()["jürgen@example.org"]
    assert (state, attempts) == ("refused", 0)
    assert reply.startswith("the address ")
    assert room.suppressed("jürgen@example.org") == ""


def failing_once(store: Store, when: Callable[[Collection[object], Collection[int]], bool]) -> list[int]:
    """Let one commit of the ledger fail, as when another process held the lock too long; counts them all."""
    commit, calls = store.ledger.commit, [0]

    def failing(batch: int, settled: Sequence[object], going: Sequence[int], *rest: object) -> Collection[int]:
        if when(settled, going):
            calls[0] += 1
            if calls[0] == 1:
                raise StoreError("another process has been writing for more than 30 s", place="store")
        return commit(batch, settled, going, *rest)  # type: ignore[arg-type]

    store.ledger.commit = failing  # type: ignore[method-assign]
    return calls


def test_what_could_not_be_noted_is_noted_when_the_sink_tries_again(room):
    room.freeze(ANN, BEN)
    calls = failing_once(room.store, lambda settled, _: bool(settled))
    sink = Scripted({BEN: DEAD}, retries=1)
    (done,) = room.deliver(sink)
    assert calls == [2]
    assert room.counts() == DeliveryCounts(planned=2, accepted=1, refused=1)
    assert (done.states, done.written) == ({"accepted": 1, "refused": 1}, 1)
    assert room.suppressed(BEN) != ""


def test_nothing_is_sent_that_could_not_be_marked(room):
    room.freeze(ANN, BEN)
    failing_once(room.store, lambda _, going: bool(going))
    sink = Scripted()
    with pytest.raises(StoreError):
        room.deliver(sink)
    assert (sink.taken, room.counts()) == ([], DeliveryCounts(planned=2, waiting=2))
    room.deliver(sink)
    assert sink.taken == [ANN, BEN]


def test_what_a_file_sink_wrote_and_could_not_note_is_no_doubt(room, tmp_path):
    room.freeze(ANN, BEN)
    failing_once(room.store, lambda settled, _: bool(settled))
    folder = EmlFolder(tmp_path, "smtp")
    with pytest.raises(StoreError):
        room.deliver(folder)
    assert room.counts() == DeliveryCounts(planned=2, waiting=2)
    (done,) = room.deliver(folder)
    assert (done.states, done.written) == ({"accepted": 2}, 0)


@pytest.mark.parametrize("kind", ["smtp", "file"])
def test_whose_newsletter_was_taken_over_stops_and_notes_what_it_did(room, tmp_path, kind):
    def keep() -> None:
        asked.append(1)
        if len(asked) > 1:
            raise ClaimError("was taken over by other", place="weekly")

    asked: list[int] = []
    sink = Scripted(at_once=2) if kind == "smtp" else EmlFolder(tmp_path, "smtp")
    addresses = [ANN, BEN, CAS] if kind == "smtp" else readers(201)
    room.freeze(*addresses)
    with pytest.raises(ClaimError):
        room.deliver(sink, watch=Watch(keep=keep))
    assert room.counts() == DeliveryCounts(planned=len(addresses), accepted=len(addresses) - 1, waiting=1)


def test_it_stops_when_asked_and_tells_how_far_it_has_come(room):
    room.subscribe(*readers(6))
    room.freeze()
    told: list[dict[str, int]] = []
    stop = iter([False, False, False, True])
    watch = Watch(stop=lambda: next(stop), tell=lambda _, states: told.append(dict(states)))
    room.deliver(Scripted(at_once=2), watch=watch)
    assert told == [{"accepted": 2}, {"accepted": 4}]
    assert room.counts() == DeliveryCounts(planned=6, accepted=4, waiting=2)
    assert room.deliver(Scripted(), watch=Watch(stop=lambda: True)) == []


def test_only_what_is_asked_for_is_delivered(room):
    room.freeze(ANN, edition="e", sinks=(Scripted(), Scripted(name="other")))
    room.clock.now += HOUR
    room.freeze(ANN, edition="f")
    sink = Scripted()
    assert room.deliver(sink, newsletter="daily") == []
    assert room.deliver(sink, now=NOW - MINUTE) == []
    assert [each.dispatch.edition for each in room.deliver(sink, edition="f")] == ["f"]
    assert [each.dispatch.edition for each in room.deliver(sink)] == ["e"]
    assert [each.dispatch.sink for each in room.deliver(sink, Scripted(name="other"))] == ["other"]


def test_without_its_newsletter_in_the_configuration_nothing_goes_out(room):
    room.freeze(ANN)
    room.known.clear()
    (done,) = room.deliver(Scripted())
    assert done.held == "its newsletter is not in config.yaml any more; name it there again"
    assert room.counts() == DeliveryCounts(planned=1, waiting=1)


@pytest.mark.parametrize("worked_for", [NOW - 99 * DAY, NOW, NOW + 99 * DAY])
def test_a_worker_that_is_slow_keeps_its_lease_whatever_instant_it_works_for(room, worked_for):
    def slow() -> None:
        room.clock.now += 10 * MINUTE
        assert room.outbox.recover([]) == Recovered()

    room.freeze(*readers(6), now=worked_for)
    sink = Scripted(dict.fromkeys(readers(6), slow), at_once=1)
    room.deliver(sink, now=worked_for)
    assert room.counts() == DeliveryCounts(planned=6, accepted=6)


def test_a_worker_that_slept_past_its_lease_is_refused_and_nobody_gets_it_twice(room):
    def sleep() -> None:
        room.clock.now += LEASE
        other = replace(room.outbox, worker=Worker("other", room.clock, lambda _: False))
        other.deliver([elsewhere], room.clock.now)

    elsewhere = Scripted()
    room.freeze(ANN, BEN, CAS)
    sink = Scripted({ANN: sleep}, at_once=2)
    room.deliver(sink)
    # What had been marked before it slept it may well have handed over: nobody else does.
    assert (sink.taken, elsewhere.taken) == ([ANN, BEN], [CAS])
    assert [each.address for each in room.store.ledger.uncertain()] == [ANN, BEN]
    assert room.counts() == DeliveryCounts(planned=3, accepted=1, uncertain=2)


def test_the_file_sinks_take_over_what_they_have_already(room, tmp_path: Path):
    folder = EmlFolder(tmp_path, "smtp")
    room.freeze(ANN, BEN)
    (first,) = room.deliver(folder)
    assert first.written == 2
    with room.store._database.write() as connection:  # noqa: SLF001 the store out of an older backup
        connection.exec_driver_sql("UPDATE deliveries SET state = 'waiting'")
        connection.exec_driver_sql("UPDATE dispatches SET next_at = planned_at")
    (again,) = room.deliver(folder)
    assert (again.states, again.written) == ({"accepted": 2}, 0)
