"""The use cases of the schedule, in plain steps: meet a newsletter, see what is due, do it under a claim.

The daemon, `digest run --due` from cron and a person at the keyboard come through here and are safe beside each other:
whoever holds the claim on a newsletter works on it, and what is done stands in the store.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from digest.core.catchup import ON_TIME, Due, Past, Skip, again, filled, plan
from digest.core.edition import EditionRecord, Window
from digest.core.errors import ClaimError, DigestError
from digest.core.schedule import INSTANT, Changed, edition_id, slots_between
from digest.publishing import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from digest.core.catchup import Pause, Timing
    from digest.core.ledger import Ledger
    from digest.core.operation import Claim, Claims, Standings, Worker
    from digest.core.ports import Sink
    from digest.core.schedule import Schedule
    from digest.core.stored import Editions
    from digest.publishing import Publisher, Target

LEASE = timedelta(minutes=2)
"""How long a process that fell silent is waited for; one that is known not to live any more is not waited for."""

LEEWAY = timedelta(minutes=5)
"""A newsletter that was met further ahead than this was met by a clock that was wrong."""

PATIENCE = 60.0
"""Seconds that a person's command waits for another process."""


@dataclass(slots=True)
class HeldClaim:
    """A claim and who renews it; see `digest.core.operation.Hold`."""

    claim: Claim
    claims: Claims
    worker: Worker

    def keep(self) -> None:
        """See `Hold`: renews after a third of the lease."""
        now = self.worker.clock()
        if not self.claim.renewed <= now < self.claim.renewed + LEASE / 3:
            self.claim = self.claims.renew(self.claim, now, LEASE)


@dataclass(frozen=True, slots=True)
class Scheduling:
    """Does what is due, each slot once.

    Attributes:
        publisher: Makes the publisher, when there is something to publish.
        wait_between: Seconds between two tries of a person's command to claim a newsletter.
        schedule: The schedule of a timetable as it was kept; None where it cannot be read any more.
        written: When the configuration was last written.
        inline: Whether a sink is served from here, or by another worker.
    """

    editions: Editions
    claims: Claims
    standings: Standings
    ledger: Ledger
    publisher: Callable[[], Publisher]
    worker: Worker
    inline: Callable[[Sink], bool]
    schedule: Callable[[str], Schedule | None]
    written: Callable[[], datetime]
    wait_between: float = 0.1

    def past(self, target: Target, now: datetime) -> Past:
        """What the store knows of a newsletter at an instant."""
        known = self.standings.since(target.key)
        last = self.editions.last(target.key, now)
        since = None if known is None else known[0]
        return Past(since, last, self.standings.pauses(target.key, last.slot if last is not None else since))

    def meet(self, target: Target, now: datetime) -> bool:
        """Let a newsletter's slots count from now on where it is new, or a changed schedule's; says whether.

        So neither a long past nor a new schedule makes editions nobody was to get. Of a new newsletter a slot of the
        last hour counts too: whoever calls digest from cron a little after each slot is not to miss the first. One
        that has editions goes on after them. What the old schedule left undone is done before the new one is met.
        """
        known = self.standings.since(target.key)
        # Met in the future: by a clock that was wrong then, and would keep the newsletter silent until that day.
        if known is None or known[0] > now + LEEWAY:
            last = self.editions.last(target.key, now)
            self.standings.meet(target.key, target.timetable, now - ON_TIME if last is None else last.slot)
            return True
        if known[1] == target.timetable or self.paused(target, now) is not None or self.waiting(target, now):
            return False
        self.standings.meet(target.key, target.timetable, self._changed_at(known[0], now))
        return True

    def _changed_at(self, since: datetime, now: datetime) -> datetime:
        """When the schedule was changed: when the configuration was written, as far as that can be."""
        return min(max(self.written(), since), now)

    def _timing(self, target: Target, now: datetime) -> Timing:
        """The newsletter's timing; where its schedule was changed, with the slots of the old one until then."""
        known = self.standings.since(target.key)
        if known is None or known[1] == target.timetable:
            return target.timing
        old = self.schedule(known[1])
        if old is None:
            return target.timing
        changed = Changed(old, target.schedule, self._changed_at(known[0], now))
        return replace(target.timing, schedule=changed)

    def waiting(self, target: Target, now: datetime) -> bool:
        """Whether there is something to do: a slot that is due or is to be recorded, or work that a kill left.

        Not while it is paused: slots that pass meanwhile are recorded when it goes on.
        """
        if self.paused(target, now) is not None:
            return False
        if self._unfinished(target, now):
            return True
        # Most of the time nothing is due, and two quick questions say so.
        timing, met = self._timing(target, now), self.standings.since(target.key)
        latest = timing.schedule.previous(now)
        if latest is None or met is None or latest < met[0] or self.editions.knows(target.key, latest, now):
            return False
        return bool(self.steps(target, now))

    def steps(self, target: Target, now: datetime) -> tuple[Skip | Due, ...]:
        """What is to be done for a newsletter now, in order."""
        return plan(self._timing(target, now), self.past(target, now), now)

    def run_due(self, target: Target, now: datetime, tell: Callable[[Run], bool] = lambda _: True) -> list[Run]:
        """Do what is due for a newsletter, slot by slot, and finish what was left.

        Nothing, while another process works on it or it is paused.

        Args:
            target: The newsletter.
            now: The instant.
            tell: Hears of each slot as soon as it is done, whatever becomes of the next; False: begin no further one.

        Raises:
            DigestError: As `Publisher.run`; noted as the newsletter's failure, too.
        """
        hold = self._claim(target.key) if self.paused(target, now) is None else None
        if hold is None:
            return []
        runs: list[Run] = []
        with self._released(hold), self._noted(target.key, now):
            for step in self.steps(target, now):
                runs.append(self._do(target, step, now, hold))
                if not tell(runs[-1]):
                    return runs
            if self._unfinished(target, now):
                finished = self.publisher().finish(target, now, hold)
                if finished is not None:
                    runs.append(finished)
                    tell(finished)
        return runs

    def run_latest(self, target: Target, now: datetime) -> list[Run]:
        """Make the edition of the latest slot, by hand: however long ago it was missed, and again if it was skipped.

        Returns:
            What became of the slots nothing was known of, the latest last; nothing when there is no slot.

        Raises:
            DigestError: As `Publisher.run`.
        """
        slot = target.schedule.previous(now)
        if slot is None:
            return []
        with self._released(self._claim_patiently(target.key)) as hold, self._noted(target.key, now):
            return [self._do(target, step, now, hold) for step in self._by_hand(target, slot, now)]

    def rehearse_latest(self, target: Target, now: datetime) -> list[Run]:
        """What `run_latest` would do, in the store alone: for a copy of it."""
        slot = target.schedule.previous(now)
        steps = [] if slot is None else self._by_hand(target, slot, now)
        return [self._do(target, step, now, None) for step in steps]

    def _by_hand(self, target: Target, slot: datetime, now: datetime) -> Sequence[Skip | Due | EditionRecord]:
        """What to do for a slot that a person asks for: with those before it, unless something is recorded of it."""
        known = self.editions.get(target.key, slot) or self._following(target, slot, now)
        steps = () if known else plan(self._timing(target, now), self.past(target, now), now, by_hand=True)
        return steps or [self._filling(target, slot, now)]

    def rehearse_due(self, target: Target, now: datetime) -> list[Run]:
        """What `run_due` would make, in the store alone: for a copy of it."""
        return [self._do(target, step, now, None) for step in self.steps(target, now)]

    def paused(self, target: Target, now: datetime) -> Pause | None:
        """The pause that holds a newsletter at an instant, if one does."""
        return next((pause for pause in self.standings.pauses(target.key, now) if pause.covers(now)), None)

    def rehearse(self, target: Target, start: datetime, end: datetime) -> Iterator[Run]:
        """Play the slots in [start, end) as though each were worked at its instant, in the store alone.

        Everything before is taken to have gone by plan: the first window begins at the slot before it.
        """
        pauses = self.standings.pauses(target.key)
        for slot in slots_between(target.schedule, start, end):
            record = self.editions.get(target.key, slot)
            if record is not None:
                yield self.publisher().existing(record)
                continue
            past = Past(slot, self._before(target, slot), pauses)
            for step in plan(target.timing, past, slot):
                yield self._do(target, step, slot, None)

    def backfill(self, target: Target, start: datetime, end: datetime, now: datetime, *, dry: bool) -> Iterator[Run]:
        """Make the editions of the slots in [start, end) that have none, up to now, the oldest first.

        A slot whose span is part of another edition stays without.

        Args:
            target: The newsletter.
            start: From when on.
            end: Until when.
            now: The instant.
            dry: In the store alone, for a copy of it.

        Raises:
            DigestError: As `Publisher.run`.
        """
        until = min(end, now + INSTANT)
        if dry:
            for slot in slots_between(target.schedule, start, until):
                yield self._do(target, self._filling(target, slot, now), now, None)
            return
        with self._released(self._claim_patiently(target.key)) as hold:
            for slot in slots_between(target.schedule, start, until):
                yield self._do(target, self._filling(target, slot, now), now, hold)

    def _unfinished(self, target: Target, now: datetime) -> bool:
        """Whether pages are missing, or a sink that is served from here has something to do."""
        sinks = [sink.name for sink in target.sinks if self.inline(sink)]
        return self.editions.unfinished(target.key) or self.ledger.due(target.key, sinks, now)

    def _filling(self, target: Target, slot: datetime, now: datetime) -> Skip | Due | EditionRecord:
        """What to do for one slot: try again what was skipped, put in place what exists, make what lacks."""
        record = self.editions.get(target.key, slot)
        if record is not None:
            return again(record) or record
        before, after = (
            self.editions.last(target.key, slot),
            self._following(target, slot, now),
        )
        return filled(target.timing, slot, before, after)

    def _following(self, target: Target, slot: datetime, now: datetime) -> EditionRecord | None:
        """The record after a slot; one that a clock made which was days ahead has nothing to say."""
        return self.editions.following(target.key, slot, max(now, self.worker.clock()))

    def _do(self, target: Target, step: Skip | Due | EditionRecord, now: datetime, hold: HeldClaim | None) -> Run:
        if isinstance(step, EditionRecord):
            return self.publisher().existing(step)
        if isinstance(step, Due):
            publisher = self.publisher()
            return publisher.compose(target, step, now) if hold is None else publisher.run(target, step, now, hold)
        record = step.record(target.key)
        self.editions.skip(record, (), now, claim=hold.claim if hold is not None else None)
        return Run(record=record, status="skipped", verdicts=(), why=step.why)

    def _before(self, target: Target, slot: datetime) -> EditionRecord | None:
        """The record before a slot; made up where the slot before it has none."""
        previous = target.schedule.previous(slot - INSTANT)
        last = self.editions.last(target.key, slot)
        if previous is None or (last is not None and last.slot >= previous):
            return last
        window = Window(previous, previous)
        return EditionRecord(
            newsletter=target.key, id=edition_id(previous), slot=previous, window=window, status="skipped"
        )

    def _claim(self, key: str) -> HeldClaim | None:
        name, worker = f"newsletter:{key}", self.worker
        claim = self.claims.take(name, worker.holder, worker.clock(), LEASE, worker.gone)
        return None if claim is None else HeldClaim(claim, self.claims, worker)

    def _claim_patiently(self, key: str) -> HeldClaim:
        give_up = time.monotonic() + PATIENCE
        while (hold := self._claim(key)) is None:
            if time.monotonic() > give_up:
                holder = self.claims.holder(f"newsletter:{key}")
                who = f" ({holder.holder})" if holder is not None else ""
                raise ClaimError(
                    f"another process{who} has been working on it for more than {PATIENCE:g} s; "
                    "let it finish, or stop it, then run the command again",
                    place=key,
                )
            time.sleep(self.wait_between)
        return hold

    @contextmanager
    def _released(self, hold: HeldClaim) -> Iterator[HeldClaim]:
        try:
            yield hold
        finally:
            self.claims.release(hold.claim)

    @contextmanager
    def _noted(self, key: str, now: datetime) -> Iterator[None]:
        """Keep why work on a newsletter failed, until it succeeds."""
        try:
            yield
        except ClaimError:
            raise  # nothing failed: the work is done elsewhere
        except DigestError as error:
            self.standings.fail(key, str(error), now)
            raise
        self.standings.fail(key, None, now)


def without_mail(target: Target) -> Target:
    """The newsletter with no sink: its editions are made and shown, and nobody is written to."""
    return replace(target, sinks=())
