"""The use case of delivery, in plain steps: recover what a dead worker left, claim, hand over, settle.

What was on its way when a process died is uncertain, and is never sent again unless somebody says so; see the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from digest.core.retry import PATIENCE
from digest.line import LEASE, UNWATCHED, Line

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime

    from digest.core.edition import EditionRecord
    from digest.core.ledger import Bounces, Ledger
    from digest.core.newsletter import Newsletter
    from digest.core.operation import Worker
    from digest.core.outbox import Dispatch, Recovered
    from digest.core.ports import Mailing, Sink
    from digest.core.roster import Roster
    from digest.core.stored import Editions
    from digest.line import Watch


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
