"""The use case of delivery, in plain steps: recover what a dead worker left, claim, hand over, settle.

What was on its way when a process died is uncertain, and is never sent again unless somebody says so; see the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from digest.core.bounce import worn_out
from digest.core.errors import OutputError, StoreError
from digest.core.outbox import Attempt, Bounced, Outgoing, Settled
from digest.core.pausing import Pausing, too_many
from digest.core.reader import Reader
from digest.core.replies import judge
from digest.core.retry import PATIENCE, next_attempt

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime

    from digest.core.model import EditionRecord
    from digest.core.newsletter import Newsletter
    from digest.core.operation import Worker
    from digest.core.outbox import Bounces, Claimed, Dispatch, Ledger, Recovered, Returned, State
    from digest.core.ports import Mailing, Sink
    from digest.core.replies import Judgement
    from digest.core.roster import Roster
    from digest.core.stored import Editions

LEASE = timedelta(minutes=15)
"""Longer than any wait for a reply [RFC 5321 section 4.5.3.2.6: ten minutes]: only who is silent for so long is taken
for dead. One that is known to be dead is not waited for."""

AHEAD = 500
"""Deliveries claimed at once: each claim is synced to the disk. After a power cut, so many may be uncertain."""

STEP = timedelta(seconds=5)
"""A copy of the store that was made so long before a sender died is told from the store itself."""

NEVER = timedelta(days=36500)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one pass over a dispatch did.

    Attributes:
        dispatch: The dispatch.
        states: How many deliveries went into each state.
        held: Why nothing went out; empty when it did.
        written: How many the sink did not have yet.
        waits: Why what is left waits, where the sink could hand over nothing at all; empty when it could.
    """

    dispatch: Dispatch
    states: Mapping[str, int] = field(default_factory=dict)
    held: str = ""
    written: int = 0
    waits: str = ""


@dataclass(frozen=True, slots=True)
class Watch:
    """Who watches a delivery.

    Attributes:
        stop: Whether to come to an end: asked often.
        keep: Called every now and then; raises when the work is another's by now.
        tell: Hears of progress: how many deliveries of a dispatch went into each state so far.
    """

    stop: Callable[[], bool] = lambda: False
    keep: Callable[[], None] = lambda: None
    tell: Callable[[Dispatch, Mapping[str, int]], None] = lambda _dispatch, _states: None


UNWATCHED = Watch()


@dataclass(frozen=True, slots=True)
class Outbox:
    """Hands every delivery that is due to its sink.

    Attributes:
        newsletter: A newsletter's definition by its key; None when it is no longer configured.
        mailing: Makes the messages of an edition.
        rebooted: Whether a holder's machine was started anew since.
        stepped: Told when a batch was begun, renewed or ended, before anything more goes out; what it keeps tells an
            old copy of the store.
        paused: Why a newsletter is paused at an instant, by the operator's word; empty when it is not.
    """

    ledger: Ledger
    roster: Roster
    bounces: Bounces
    editions: Editions
    worker: Worker
    newsletter: Callable[[str], Newsletter | None]
    mailing: Callable[[EditionRecord, Mapping[str, bytes], Newsletter], Mailing]
    rebooted: Callable[[str], bool]
    stepped: Callable[[], None] = lambda: None
    paused: Callable[[str, datetime], str] = lambda _newsletter, _now: ""

    def recover(self, sinks: Collection[Sink]) -> Recovered:
        """Take up what dead workers left; what a sink recognises if it comes twice simply waits again."""
        repeatable = [sink.name for sink in sinks if sink.repeatable]
        return self.ledger.recover(self.worker.clock(), self.worker.gone, self.rebooted, repeatable)

    def deliver(
        self,
        sinks: Sequence[Sink],
        now: datetime,
        *,
        newsletter: str | None = None,
        edition: str | None = None,
        late: bool = False,
        watch: Watch = UNWATCHED,
    ) -> list[Delivered]:
        """Deliver what is due, the oldest edition first.

        Args:
            sinks: Those to deliver by.
            now: The instant.
            newsletter: Of this one alone.
            edition: Of this edition alone, by its id.
            late: Also what was planned so long ago that its time is over.
            watch: Who watches.

        Raises:
            DigestError: A sink or the store fails; what was handed over is noted, the rest waits.
        """
        self.recover(sinks)
        by_name = {sink.name: sink for sink in sinks}
        done: list[Delivered] = []
        for dispatch in self.ledger.open(newsletter):
            sink = by_name.get(dispatch.sink)
            if sink is None or edition not in (None, dispatch.edition) or watch.stop():
                continue
            if dispatch.next_at is None or dispatch.next_at > now:
                continue
            held = self._held(dispatch, now, late=late)
            if late and not held:
                dispatch = self._in_time_again(dispatch, now)  # noqa: PLW2901 the same, with more time
            if held:
                done.append(Delivered(dispatch, held=held))
                continue
            done.append(self._deliver(dispatch, sink, now, watch))
        return done

    def _held(self, dispatch: Dispatch, now: datetime, *, late: bool) -> str:
        """Why nothing of a dispatch may go out now; empty when it may."""
        stopped = self.paused(dispatch.newsletter, now) or self.ledger.stopped(dispatch.newsletter)
        if stopped:
            return stopped
        if dispatch.held and not late:
            return dispatch.held
        expired = dispatch.expires_at is not None and dispatch.expires_at <= now
        if expired and not late and self.ledger.untried(dispatch.id):
            # Out of an old backup, or after a long outage: nobody is to be surprised by old news.
            held = f"was to go out by {dispatch.expires_at:%Y-%m-%d %H:%M}Z, and that is over"
            self.ledger.hold(dispatch.id, held)
            return held
        return ""

    def _in_time_again(self, dispatch: Dispatch, now: datetime) -> Dispatch:
        """The dispatch with the time of a new one where its own is over: what a server puts off is tried again."""
        if dispatch.expires_at is None or dispatch.expires_at > now:
            return dispatch
        until = now + PATIENCE
        self.ledger.prolong(dispatch.id, until)
        return replace(dispatch, held="", expires_at=until)

    def _deliver(self, dispatch: Dispatch, sink: Sink, now: datetime, watch: Watch) -> Delivered:
        newsletter = self.newsletter(dispatch.newsletter)
        record = self.editions.find(dispatch.newsletter, dispatch.edition)
        if newsletter is None or record is None:
            return Delivered(dispatch, held="its newsletter is not in config.yaml any more; name it there again")
        files = self.editions.files(dispatch.newsletter, dispatch.edition)
        mailing = self.mailing(record, files, newsletter)
        clock = self.worker.clock
        batch = self.ledger.begin(dispatch.id, self.worker.holder, clock(), LEASE)
        self.stepped()
        # Instants move on with the clock, from the one that is worked for.
        offset = now - clock()
        line = Line(self, dispatch, mailing, now=lambda: clock() + offset, batch=batch, watch=watch)
        try:
            sink.deliver(line, lambda: watch.stop() or bool(line.stopped))
        finally:
            try:
                line.draw_conclusions()
            finally:
                self.ledger.end(batch, clock() + offset, repeatable=sink.repeatable)
                self.stepped()
        waits = line.failed if line.failed and self.ledger.untried(dispatch.id) else ""
        return Delivered(dispatch, line.states, line.stopped, line.written, waits)


class Line:
    """One dispatch while it goes out: the `Queue` that its sink draws from.

    Attributes:
        states: How many deliveries went into each state.
        stopped: Why the newsletter was stopped meanwhile; empty when it was not.
        written: How many were accepted that the sink did not have yet.
        failed: Why the sink could hand over nothing, as it last said; empty when it could.
    """

    def __init__(
        self,
        outbox: Outbox,
        dispatch: Dispatch,
        mailing: Mailing,
        *,
        now: Callable[[], datetime],
        batch: int,
        watch: Watch,
    ) -> None:
        self._ledger, self._roster, self._bounces = outbox.ledger, outbox.roster, outbox.bounces
        self._clock, self._stepped = outbox.worker.clock, outbox.stepped
        self._dispatch, self._batch, self._mailing = dispatch, batch, mailing
        self._now, self._watch = now, watch
        self._ahead: list[Claimed] = []  # the next one last
        self._claimed: dict[int, Claimed] = {}
        self._bounced: list[tuple[Claimed, Judgement, str, datetime]] = []
        self._renewed = self._clock()
        self._pausing = Pausing()
        self._hard = 0
        self.written = 0
        self.failed = ""
        self._before: tuple[int, int, int] | None = None
        self.states: dict[str, int] = {}
        self.stopped = ""

    def take(self, count: int) -> list[Outgoing]:
        """See `Queue`."""
        self.draw_conclusions()
        if self.stopped:
            return []
        # Before anything is claimed, never where something is to be noted: what happened is so whoever works on.
        self._watch.keep()
        taken: list[Outgoing] = []
        # A sink ends when it is given nothing: so not before there is nothing.
        while not taken and (claimed := self._next(count)):
            unfit: list[Settled] = []
            for each in claimed:
                try:
                    envelope = self._mailing.envelope(Reader(each.delivery, each.subscriber, each.address, each.name))
                except ValueError as error:  # an address that no message can name
                    unfit.append(Settled(each.delivery, "refused", f"the address {error}", spent=0))
                else:
                    self._claimed[each.delivery] = each
                    taken.append(Outgoing(each.delivery, envelope))
            if unfit:
                self._note(unfit, ())
        return taken

    def _next(self, count: int) -> list[Claimed]:
        """The next to be made; claimed some hundreds at once."""
        if not self._ahead:
            ahead = self._ledger.claim(self._dispatch.id, self._batch, max(count, AHEAD), self._now())
            self._ahead = ahead[::-1]
        some, self._ahead = self._ahead[: -count - 1 : -1], self._ahead[:-count]
        return some

    def commit(self, done: Sequence[Attempt | Returned], going: Sequence[int]) -> Collection[int]:
        """See `Queue`."""
        # Of the last time: what cannot be noted now is noted the next time, and nothing of this call is done yet.
        self.draw_conclusions()
        now = self._now()
        votes = bool(self._pausing.votes)
        settled: list[Settled] = []
        judged: list[tuple[Attempt, Judgement, Claimed, str]] = []
        returned = 0
        for each in done:
            claimed = self._claimed.get(each.delivery)
            if claimed is None:
                continue
            if isinstance(each, Attempt):
                said = each.reply
                if said is not None and each.stage == "message" and 200 <= said.code < 300 and not votes:
                    # As `judge` would say, for nearly every message: the shortest way.
                    settled.append(Settled(each.delivery, "accepted", str(said), each.place))
                    continue
                judgement = judge(each)
                # From the first vote on, also of this call, what is accepted counts against it.
                votes = votes or judgement.pause == "newsletter"
                settled.append(self._settled(each, judgement, claimed, now))
                judged.append((each, judgement, claimed, settled[-1].reply))
            else:
                state: State = "waiting" if each.due is None else "deferred"
                settled.append(Settled(each.delivery, state, each.reason, due=each.due, spent=0))
                returned += 1
                self.failed = each.reason if each.failed else ""
        marked = self._note(settled, going)
        # Only now, as the sink comes again with what could not be noted.
        self.written += len(settled) - len(judged) - returned
        for one in settled:
            self._claimed.pop(one.delivery, None)
        for attempt, judgement, claimed, reply in judged:
            self._weigh(attempt, judgement, claimed)
            self.written += attempt.new and judgement.state == "accepted"
            if judgement.suppress or judgement.soft:
                self._bounced.append((claimed, judgement, reply, now))
        return marked

    def draw_conclusions(self) -> None:
        """Note what follows for readers and for the newsletter from what was noted of deliveries.

        Raises:
            StoreError: Some of it was not noted; may be tried again.
        """
        bounced = bool(self._bounced)
        while self._bounced:
            self._bounce(*self._bounced[0])
            del self._bounced[0]
        reason = self._pausing.reason or (self._too_many() if bounced else "")
        if reason and not self.stopped:
            self._ledger.stop(self._dispatch.newsletter, reason, self._now())
            self.stopped = reason

    def _note(self, settled: Sequence[Settled], going: Sequence[int]) -> Collection[int]:
        self._step()
        marked = self._ledger.commit(self._batch, settled, going, self._now())
        states = self.states
        for each in settled:
            states[each.state] = states.get(each.state, 0) + 1
        if settled:
            self._watch.tell(self._dispatch, states)
        return marked

    def _step(self) -> None:
        """Renew the lease, when it is time.

        Raises:
            StoreError: That cannot be kept.
        """
        clock = self._clock()
        if self._renewed <= clock < self._renewed + min(LEASE / 3, STEP):
            return
        # Apart from all else: whatever is marked in the same transaction would be in doubt if the rest fails.
        self._ledger.commit(self._batch, (), (), self._now(), (clock, clock + LEASE))
        try:
            self._stepped()
        except OutputError as error:
            raise StoreError(error.message, place=error.place) from error
        self._renewed = clock

    def _settled(self, attempt: Attempt, judgement: Judgement, claimed: Claimed, now: datetime) -> Settled:
        reply = str(attempt.reply) if attempt.reply is not None else attempt.trouble
        if judgement.state != "deferred":
            return Settled(attempt.delivery, judgement.state, reply, attempt.place)
        expires = self._dispatch.expires_at or now + NEVER
        due = next_attempt(claimed.attempts + 1, now, str(attempt.delivery), expires)
        if due is None:
            return Settled(attempt.delivery, "excluded", f"expired: {reply}", attempt.place)
        return Settled(attempt.delivery, "deferred", reply, attempt.place, due)

    def _weigh(self, attempt: Attempt, judgement: Judgement, claimed: Claimed) -> None:
        if judgement.pause == "newsletter" or self._pausing.votes:
            domain = claimed.address.rpartition("@")[2]
            self._pausing = self._pausing.noted(judgement, attempt.stage, domain)

    def _bounce(self, claimed: Claimed, judgement: Judgement, reply: str, now: datetime) -> None:
        """Note a reader's address that is dead, or did not work this time; one worn out is suppressed as well."""
        kind = "hard" if judgement.suppress else "soft"
        # Tried again, it is still the same trouble: it counts once. That it turned out dead is another.
        report = f"delivery {claimed.delivery} {kind}"
        which = (self._dispatch.newsletter, self._dispatch.edition)
        bounce = Bounced(
            report=report,
            newsletter=which[0],
            edition=which[1],
            subscriber=claimed.subscriber,
            kind=kind,
            detail=reply,
            at=now,
        )
        new = self._bounces.note(bounce)
        self._hard += new and kind == "hard"
        if kind == "hard":
            self._roster.suppress(claimed.address, "bounce", reply, now)
        elif worn_out(self._bounces.soft(claimed.subscriber), now):
            self._roster.suppress(claimed.address, "bounce", f"soft bounces, the last: {reply}", now)

    def _too_many(self) -> str:
        """Why the newsletter is to stop for the addresses that turned out dead; empty when they are not too many.

        Counted once, and from then on along with what this worker does: a million rows are not counted at each bounce.
        Of this sink alone: copies in a folder of the same edition are no readers.
        """
        if self._before is None:
            found = self._bounces.counts(self._dispatch.newsletter, self._dispatch.edition)
            here = self.states.get("accepted", 0) + self.states.get("refused", 0)
            tried = self._ledger.tried(self._dispatch.id) - here
            self._before = (tried, found.get("hard", 0) - self._hard, found.get("complaint", 0))
        tried, hard, complaints = self._before
        tried += self.states.get("accepted", 0) + self.states.get("refused", 0)
        return too_many(tried, hard=hard + self._hard, complaints=complaints)
