"""One dispatch while it goes out: what a sink draws from and reports to, and what follows from its reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from digest.core.bounce import worn_out
from digest.core.errors import OutputError, StoreError
from digest.core.ledger import Bounced
from digest.core.outbox import Attempt, Outgoing, Settled
from digest.core.pausing import Pausing, too_many
from digest.core.reader import Reader
from digest.core.replies import judge
from digest.core.retry import next_attempt

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime

    from digest.core.ledger import Bounces, Ledger
    from digest.core.operation import Worker
    from digest.core.outbox import Claimed, Dispatch, Returned, State
    from digest.core.ports import Mailing
    from digest.core.replies import Judgement
    from digest.core.roster import Roster

LEASE = timedelta(minutes=15)
"""Longer than any wait for a reply [RFC 5321 section 4.5.3.2.6: ten minutes]: only who is silent for so long is taken
for dead. One that is known to be dead is not waited for."""

AHEAD = 500
"""Deliveries claimed at once: each claim is synced to the disk. After a power cut, so many may be uncertain."""

STEP = timedelta(seconds=5)
"""A copy of the store that was made so long before a sender died is told from the store itself."""

NEVER = timedelta(days=36500)


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


class Books(Protocol):
    """What a line notes things in, and whose it is: an outbox."""

    @property
    def ledger(self) -> Ledger:
        """Of the deliveries."""
        ...

    @property
    def roster(self) -> Roster:
        """Of the readers."""
        ...

    @property
    def bounces(self) -> Bounces:
        """Of what came back."""
        ...

    @property
    def worker(self) -> Worker:
        """This process."""
        ...

    @property
    def stepped(self) -> Callable[[], None]:
        """Told when the batch was renewed."""
        ...


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
        books: Books,
        dispatch: Dispatch,
        mailing: Mailing,
        *,
        now: Callable[[], datetime],
        batch: int,
        watch: Watch,
    ) -> None:
        self._ledger, self._roster, self._bounces = books.ledger, books.roster, books.bounces
        self._clock, self._stepped = books.worker.clock, books.stepped
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
