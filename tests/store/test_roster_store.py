"""The contract of the roster, over each store."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.core.edition import DeliveryCounts, Entry, FrozenEdition, Window
from digest.core.ledger import Bounced
from digest.core.outbox import Plan, Settled
from digest.core.roster import Enrolment, Member, Person, Subscriber, Subscription, Suppression
from digest.store.engine import BATCH
from digest.store.opening import open_store

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANN, BEN = "Ann@example.org", "ben@example.org"


def wanted(address=ANN, state="active", **more):
    return Enrolment(address=address, state=state, **more)


def enrol(store, *asked, newsletter="weekly", now=NOON, again=False):
    return [each.kind for each in store.roster.enrol(newsletter, asked, now, again=again)]


def state(store, address=ANN, newsletter="weekly"):
    ties = store.roster.person(address).subscriptions
    return next((each.state for each in ties if each.newsletter == newsletter), None)


def test_a_person_comes_back_whole_whatever_the_case(store):
    asked = wanted(
        name="Änn", changed_at=NOON - HOUR, consent_at=NOON - 2 * HOUR, source="a form", proof="ip 192.0.2.1"
    )
    assert enrol(store, asked) == ["added"]
    tie = Subscription("weekly", "active", NOON - HOUR, NOON - 2 * HOUR, "a form", "ip 192.0.2.1")
    person = Person(Subscriber(ANN, NOON, "Änn"), (tie,), None)
    assert store.roster.person(ANN) == store.roster.person("ann@EXAMPLE.org") == person
    assert store.roster.person(BEN) == Person(None, (), None)
    assert enrol(store, wanted("ANN@example.org")) == ["unchanged"]
    assert [each.subscriber.address for each in store.roster.members()] == [ANN]


def test_what_is_not_said_is_the_instant_it_is_taken_in(store):
    enrol(store, wanted())
    assert store.roster.person(ANN).subscriptions == (Subscription("weekly", "active", NOON, NOON),)


def test_nobody_knows_when_who_left_had_agreed(store):
    enrol(store, wanted(state="unsubscribed"))
    assert store.roster.person(ANN).subscriptions == (Subscription("weekly", "unsubscribed", NOON),)


def test_a_person_twice_in_a_batch_is_decided_in_order(store):
    kinds = enrol(store, wanted(), wanted(state="unsubscribed"), wanted(), wanted(BEN, "pending"), wanted(BEN))
    assert kinds == ["added", "left", "refused", "added", "confirmed"]
    assert (state(store), state(store, BEN)) == ("unsubscribed", "active")


def test_each_newsletter_has_its_own_subscription(store):
    enrol(store, wanted())
    assert enrol(store, wanted(state="unsubscribed"), newsletter="daily") == ["left"]
    assert (state(store), state(store, newsletter="daily")) == ("active", "unsubscribed")
    assert store.roster.counts("weekly") == {"pending": 0, "active": 1, "unsubscribed": 0}
    assert store.roster.counts("daily") == {"pending": 0, "active": 0, "unsubscribed": 1}


def test_who_leaves_keeps_the_consent_and_who_returns_gets_a_new_one(store):
    enrol(store, wanted(consent_at=NOON - HOUR, source="a form"))
    assert store.roster.leave(ANN, None, NOON) == ["weekly"]
    assert store.roster.leave(ANN, None, NOON + HOUR) == []
    left = Subscription("weekly", "unsubscribed", NOON, NOON - HOUR, "a form")
    assert store.roster.person(ANN).subscriptions == (left,)
    assert enrol(store, wanted(), now=NOON + HOUR) == ["refused"]
    assert enrol(store, wanted(source="by hand"), now=NOON + HOUR, again=True) == ["returned"]
    back = Subscription("weekly", "active", NOON + HOUR, NOON + HOUR, "by hand")
    assert store.roster.person(ANN).subscriptions == (back,)


def test_leaving_one_newsletter_leaves_the_others(store):
    for newsletter in ("weekly", "daily"):
        enrol(store, wanted(), wanted(BEN), newsletter=newsletter)
    assert store.roster.leave(ANN, "weekly", NOON) == ["weekly"]
    assert (state(store), state(store, newsletter="daily"), state(store, BEN)) == ("unsubscribed", "active", "active")
    assert store.roster.leave("nobody@example.org", None, NOON) == []


def test_a_suppression_stands_apart_from_subscriptions(store):
    enrol(store, wanted())
    assert store.roster.suppress(ANN, "bounce", "550 5.1.1", NOON)
    assert not store.roster.suppress(ANN.upper(), "complaint", "", NOON + HOUR)
    veto = Suppression("bounce", NOON, "550 5.1.1")
    assert store.roster.person(ANN).suppression == veto
    assert state(store) == "active"
    assert [each.suppressed for each in store.roster.members()] == ["bounce"]
    assert store.roster.lift(ANN) == veto
    assert store.roster.lift(ANN) is None
    assert store.roster.person(ANN).suppression is None


def test_an_import_may_suppress_and_makes_nobody_a_subscriber_by_it(store):
    assert enrol(store, wanted(suppress="bounce", source="a list"), wanted()) == ["suppressed", "refused"]
    assert store.roster.person(ANN) == Person(None, (), Suppression("bounce", NOON, "a list"))


def test_members_come_in_order_through_many_batches(store):
    addresses = [f"reader{number}@example.org" for number in range(2 * BATCH + 1)]
    assert set(enrol(store, *map(wanted, addresses))) == {"added"}
    enrol(store, *map(wanted, reversed(addresses[:10])), newsletter="daily")
    ties = [(each.subscriber.address, each.subscription.newsletter) for each in store.roster.members()]
    assert ties == [
        (each, newsletter)
        for each in addresses
        for newsletter in (("daily", "weekly") if each in addresses[:10] else ("weekly",))
    ]
    assert [each.subscriber.address for each in store.roster.members("weekly", "active")] == addresses
    assert list(store.roster.members("weekly", "pending")) == []


def test_one_may_write_while_members_are_read(store):
    enrol(store, *(wanted(f"reader{number}@example.org") for number in range(BATCH + 1)))
    for member in store.roster.members():
        assert isinstance(member, Member)
        store.roster.leave(member.subscriber.address, None, NOON)
    assert store.roster.counts("weekly")["active"] == 0


def frozen(edition="e"):
    slot = NOON if edition == "e" else NOON + HOUR
    return FrozenEdition(
        newsletter="weekly",
        id=edition,
        slot=slot,
        window=Window(NOON, NOON),
        title="",
        subject="",
        preheader="",
        hash="",
        entries=tuple[Entry, ...](),
        files={},
    )


def freeze(store, *named, otherwise=("desk@example.org",), sinks=("file",), edition="e"):
    plan = Plan(dict.fromkeys(sinks), named, otherwise)
    assert store.editions.freeze(frozen(edition), [], plan, NOON)


def dispatch(store, edition="e", sink="file"):
    (found,) = (each for each in store.ledger.dispatches("weekly", edition) if each.sink == sink)
    return found


def claim(store, edition="e", sink="file", count=10):
    """A batch, and what it has claimed."""
    this = dispatch(store, edition, sink).id
    batch = store.ledger.begin(this, "me", NOON, HOUR)
    return batch, store.ledger.claim(this, batch, count, NOON)


def addresses(claimed):
    return [each.address for each in claimed[1]]


def waiting(store, edition="e", sink="file"):
    return [each.address for each, _ in store.ledger.places(dispatch(store, edition, sink).id, "waiting")]


def excluded(store):
    """Why each was excluded; the only way to see it, for addresses are joined with reasons nowhere else."""
    query = (
        "SELECT address, reply FROM deliveries JOIN subscribers ON subscribers.id = subscriber "
        "WHERE state = 'excluded' ORDER BY deliveries.id"
    )
    with store._database.read() as connection:  # noqa: SLF001 see above
        return dict(connection.exec_driver_sql(query).all())


def accept(store, address, place="", edition="e"):
    """Hand over what goes to one reader, and give the others back."""
    batch, claimed = claim(store, edition)
    mine = next(each.delivery for each in claimed if each.address == address)
    assert list(store.ledger.commit(batch, (), [mine], NOON)) == [mine]
    store.ledger.commit(batch, [Settled(mine, "accepted", "250 ok", place)], (), NOON)
    store.ledger.end(batch, NOON)


def test_who_must_not_be_written_to_and_why(store):
    """Asked when a delivery is claimed, for what has changed since it was planned."""
    readers = [ANN, BEN, "cas@example.org", "dan@example.org", "eve@example.org"]
    enrol(store, *(wanted(each) for each in readers))
    freeze(store, "Fay <fay@example.org>", "gil@example.org", "hal@example.org", "ian@example.org")
    exclude = "UPDATE deliveries SET state = 'waiting', reply = ''"
    store.roster.suppress(BEN, "complaint", "", NOON)
    store.roster.suppress("gil@example.org", "bounce", "", NOON)
    store.roster.leave("DAN@example.org", None, NOON)
    enrol(store, wanted("hal@example.org", "unsubscribed"), wanted("ian@example.org", "pending"))
    with store._database.write() as connection:  # noqa: SLF001 as a claim finds them that comes first: no port does that
        connection.exec_driver_sql("UPDATE subscriptions SET state = 'pending' WHERE subscriber = 3")
        connection.exec_driver_sql("DELETE FROM subscriptions WHERE subscriber = 5")
        connection.exec_driver_sql(exclude)
    assert addresses(claim(store)) == ["fay@example.org", "ian@example.org", ANN]
    assert excluded(store) == {
        "gil@example.org": "suppressed: bounce",
        "hal@example.org": "unsubscribed",
        BEN: "suppressed: complaint",
        "cas@example.org": "has not confirmed the subscription",
        "dan@example.org": "unsubscribed",
        "eve@example.org": "does not subscribe any more",
    }


def test_the_readers_of_an_edition_are_those_who_may_be_written_to_each_once(store):
    enrol(store, wanted(), wanted(BEN), wanted("cas@example.org", "pending"), wanted("dan@example.org", "unsubscribed"))
    enrol(store, wanted("eve@example.org"), newsletter="daily")
    store.roster.suppress(BEN, "bounce", "", NOON)
    freeze(store, "fay@example.org", "ann@EXAMPLE.org", "FAY@example.org", sinks=("file", "smtp"))
    for sink in ("file", "smtp"):
        assert waiting(store, sink=sink) == ["fay@example.org", ANN]
    assert store.ledger.counts("weekly", "e") == DeliveryCounts(planned=4, waiting=4)


def test_where_there_is_nobody_the_sender_gets_a_copy(store):
    freeze(store)
    assert waiting(store) == ["desk@example.org"]
    enrol(store, wanted())
    freeze(store, edition="f")
    assert waiting(store, "f") == [ANN]


def test_without_sinks_nothing_is_planned(store):
    enrol(store, wanted())
    freeze(store, sinks=())
    assert store.ledger.counts("weekly", "e") == DeliveryCounts()
    assert store.roster.number("desk@example.org") is None


def test_what_is_excluded_is_settled_and_stays_so(store):
    enrol(store, wanted(), wanted(BEN))
    freeze(store)
    accept(store, BEN)
    batch, (ann,) = claim(store)
    store.roster.leave(ANN, None, NOON)
    store.roster.leave(BEN, None, NOON)
    assert list(store.ledger.commit(batch, [Settled(ann.delivery, "accepted")], [ann.delivery], NOON)) == []
    store.ledger.end(batch, NOON)
    assert store.ledger.counts("weekly", "e") == DeliveryCounts(planned=2, accepted=1, excluded=1)
    assert excluded(store) == {ANN: "unsubscribed"}
    assert store.ledger.open() == []


@pytest.mark.parametrize("address", [ANN, ANN.upper()])
def test_who_is_forgotten_is_nowhere_in_the_store(tmp_path, address):
    path = tmp_path / "forget.db"
    with open_store(f"sqlite:///{path}") as store:
        enrol(store, wanted(name="Ann Remarkable", proof="ip 192.0.2.77"), wanted(BEN))
        store.roster.suppress(ANN, "complaint", "from Ann@example.org", NOON)
        freeze(store, "Ann Remarkable <ann@example.org>", otherwise=())
        freeze(store, edition="f")
        store.roster.lift(ANN)
        enrol(store, wanted(), newsletter="daily")
        accept(store, ANN, "out/ann.eml")
        gone = store.roster.forget(address, NOON + HOUR)
        assert (gone.known, gone.deliveries, gone.places) == (True, 1, ("out/ann.eml",))
        assert store.roster.person(ANN) == Person(None, (), Suppression("forgotten", NOON + HOUR))
        assert enrol(store, wanted(), wanted(state="unsubscribed"), wanted(suppress="bounce")) == ["refused"] * 3
        assert not store.roster.forget(ANN, NOON + 2 * HOUR).known
        assert store.roster.person(ANN).suppression == Suppression("forgotten", NOON + HOUR)
        assert [each.address for each, _ in store.ledger.places(dispatch(store).id, "accepted")] == [""]
        assert store.ledger.counts("weekly", "e") == DeliveryCounts(planned=2, accepted=1, waiting=1)
        assert state(store, BEN) == "active"
    for file in tmp_path.iterdir():
        content = file.read_bytes().lower()
        assert b"ann@example.org" not in content
        assert b"remarkable" not in content
        assert b"192.0.2.77" not in content
        assert b"out/ann.eml" not in content


def test_what_waits_for_who_is_forgotten_is_excluded(store):
    enrol(store, wanted())
    freeze(store)
    store.roster.forget(ANN, NOON)
    assert waiting(store) == []
    assert store.ledger.counts("weekly", "e") == DeliveryCounts(planned=1, excluded=1)
    assert addresses(claim(store)) == []


def test_the_number_of_who_was_forgotten_is_not_given_again(store):
    enrol(store, wanted(), newsletter="weekly")
    store.roster.forget(ANN, NOON)
    enrol(store, wanted(BEN))
    with store._database.read() as connection:  # noqa: SLF001 no port shows the numbers
        rows = connection.exec_driver_sql("SELECT id, address FROM subscribers ORDER BY id").all()
    assert [tuple(row) for row in rows] == [(1, ""), (2, BEN)]
    assert store.roster.subscriber(1) is None
    assert store.roster.number(BEN) == 2


def test_an_unknown_address_can_be_forgotten_too(store):
    assert not store.roster.forget(ANN, NOON).known
    assert enrol(store, wanted()) == ["refused"]


def test_hashes_of_two_stores_differ_and_of_one_stay(tmp_path):
    def hashes(name):
        with open_store(f"sqlite:///{tmp_path}/{name}.db") as store:
            store.roster.suppress(ANN, "bounce", "", NOON)
        with closing(sqlite3.connect(tmp_path / f"{name}.db")) as connection:
            return connection.execute("SELECT hash FROM suppressions").fetchall()

    first = hashes("one")
    assert hashes("one") == first
    assert hashes("two") != first


def test_two_processes_make_one_key(url):
    # Each opens a store of its own, as two processes would.
    ready, seen = threading.Barrier(4), []

    def work() -> None:
        with open_store(url) as store:
            ready.wait()
            seen.append(store.roster.enrol("weekly", [wanted()], NOON)[0].kind)

    threads = [threading.Thread(target=work) for _ in range(4)]
    open_store(url).close()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == ["added", "unchanged", "unchanged", "unchanged"]


def test_a_row_without_a_time_is_remembered_and_ends_a_subscription_once(store):
    row = wanted(state="unsubscribed", row="0123456789abcdef")
    enrol(store, wanted())
    assert enrol(store, row) == ["left"]
    assert enrol(store, wanted(), again=True, now=NOON + HOUR) == ["returned"]
    assert enrol(store, row) == ["refused"]
    assert enrol(store, wanted(state="unsubscribed", row="another")) == ["left"]
    # Noted, too, where there was nothing to end.
    assert enrol(store, row, wanted(BEN, "unsubscribed", row="of Ben")) == ["unchanged", "left"]
    assert enrol(store, wanted(), wanted(BEN), again=True) == ["returned", "returned"]
    assert enrol(store, row, wanted(BEN, "unsubscribed", row="of Ben")) == ["refused", "refused"]
    assert enrol(store, row, newsletter="daily") == ["left"]


def test_who_came_back_after_an_export_is_not_ended_by_it(store):
    enrol(store, wanted(), wanted(state="unsubscribed", changed_at=NOON - HOUR))
    enrol(store, wanted(), wanted(BEN, undated=True), again=True)
    old = [wanted(each, "unsubscribed", changed_at=NOON - HOUR) for each in (ANN, BEN)]
    assert enrol(store, *old) == ["refused", "left"]
    assert (state(store), state(store, BEN)) == ("active", "unsubscribed")


def test_who_confirms_keeps_the_later_consent(store):
    enrol(store, wanted(state="pending", consent_at=NOON), wanted(BEN, "pending", consent_at=NOON - HOUR))
    enrol(store, wanted(consent_at=NOON - HOUR), wanted(BEN, undated=True))
    agreed = [store.roster.person(each).subscriptions[0].consent_at for each in (ANN, BEN)]
    assert agreed == [NOON, NOON - HOUR]


def test_ending_a_subscription_leaves_its_source_and_proof(store):
    enrol(store, wanted(source="a form", proof="ip 192.0.2.1", consent_at=NOON - HOUR))
    assert enrol(store, wanted(state="unsubscribed", source="a list", proof="none")) == ["left"]
    left = Subscription("weekly", "unsubscribed", NOON, NOON - HOUR, "a form", "ip 192.0.2.1")
    assert store.roster.person(ANN).subscriptions == (left,)


def test_a_suppression_beside_a_subscription_is_noted_with_it(store):
    veto = Suppression("bounce", NOON - HOUR, "550 5.1.1")
    both = wanted(suppression=veto)
    assert enrol(store, both) == ["suppressed"]
    assert enrol(store, both) == ["unchanged"]
    assert enrol(store, both, newsletter="daily") == ["added"]
    person = store.roster.person(ANN)
    assert (person.suppression, [each.state for each in person.subscriptions]) == (veto, ["active", "active"])
    freeze(store)
    assert waiting(store) == ["desk@example.org"]


def test_who_is_suppressed_by_an_import_is_taken_out_of_what_waits(store):
    enrol(store, wanted(), wanted(BEN))
    freeze(store)
    # A suppression is for all newsletters, whatever the import was for.
    enrol(store, wanted(suppression=Suppression("bounce", NOON)), newsletter="daily")
    enrol(store, wanted(BEN, "unsubscribed"))
    assert waiting(store) == []
    assert excluded(store) == {ANN: "suppressed: bounce", BEN: "unsubscribed"}


def test_suppressions_are_listed_oldest_first_through_many_batches(store):
    addresses = [f"reader{number:04}@example.org" for number in range(2 * BATCH + 1)]
    veto = Suppression("bounce", NOON)
    enrol(store, *(wanted(each, suppress="bounce", changed_at=NOON) for each in reversed(addresses)))
    store.roster.suppress(ANN, "complaint", "", NOON - HOUR)
    enrol(store, wanted(BEN))
    store.roster.suppress(BEN, "by hand", "x", NOON - HOUR)
    store.roster.forget("eve@example.org", NOON)
    first = [(ANN, Suppression("complaint", NOON - HOUR)), (BEN, Suppression("by hand", NOON - HOUR, "x"))]
    assert list(store.roster.suppressed()) == [*first, *((each, veto) for each in addresses)]
    assert next(store.roster.suppressed(alone=True))[0] == ANN
    assert BEN not in dict(store.roster.suppressed(alone=True))
    assert store.roster.forgotten() == 1


def test_new_people_are_numbered_in_the_order_they_came_after_those_that_are_there(store):
    freeze(store, "desk@example.org")
    addresses = [f"reader{number}@example.org" for number in range(30)]
    enrol(store, *map(wanted, addresses))
    freeze(store, "fay@example.org", edition="f")
    enrol(store, wanted(ANN))
    numbers = [store.roster.number(each) for each in ("desk@example.org", *addresses, "fay@example.org", ANN)]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) == len(numbers)


def test_what_became_of_the_mail_to_one_person(store):
    enrol(store, wanted(), wanted(BEN))
    freeze(store)
    accept(store, ANN)
    freeze(store, edition="f")
    number = store.roster.number(ANN)
    report = Bounced(
        report="r", newsletter="weekly", edition="e", subscriber=number, kind="soft", detail="4.2.2", at=NOON
    )
    store.bounces.note(report)
    found = store.history.deliveries(number, 10)
    assert [(each.edition, each.state, each.reply) for each in found] == [
        ("f", "waiting", ""),
        ("e", "accepted", "250 ok"),
    ]
    assert store.history.deliveries(number, 1) == found[:1]
    assert store.history.bounces(number, 10) == [report]
    assert store.history.bounces(store.roster.number(BEN), 10) == []


people = st.sampled_from(["a@e.org", "A@e.org", "b@e.org", "c@e.org"])
asked = st.builds(
    wanted,
    people,
    st.sampled_from(["pending", "active", "unsubscribed"]),
    suppress=st.sampled_from([None, None, None, "bounce"]),
    changed_at=st.sampled_from([None, NOON - 3 * HOUR, NOON - HOUR]),
    consent_at=st.sampled_from([None, NOON - 4 * HOUR, NOON - 2 * HOUR]),
    undated=st.booleans(),
)


@pytest.mark.unmeasured
@given(rows=st.lists(asked, max_size=12), cut=st.integers(0, 12), more=st.lists(asked, max_size=4))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_it_is_cut_and_repeated_the_roster_is_the_same(rows, cut, more):
    def roster(*batches):
        with open_store("sqlite://") as store:
            for batch in batches:
                enrol(store, *batch)
            people = [store.roster.person(each) for each in ("a@e.org", "b@e.org", "c@e.org")]
            # Of two spellings of an address the first one met stays.
            return [replace(each, subscriber=each.subscriber and each.subscriber.address.lower()) for each in people]

    whole = roster(rows)
    assert roster(rows[:cut], rows[cut:]) == whole
    assert roster(rows, rows) == whole
    assert roster(rows[:cut], rows) == whole
    # Nobody who left, or is suppressed, is brought back by anything that follows.
    for before, after in zip(whole, roster(rows, more), strict=True):
        if before.subscriptions and before.subscriptions[0].state == "unsubscribed":
            assert after.subscriptions[0].state == "unsubscribed"
        if before.suppression:
            assert after.suppression
