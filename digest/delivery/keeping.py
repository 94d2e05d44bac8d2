"""Limits that outlast the process: what is counted is written down every few seconds, a pause at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from digest.core.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from digest.core.allowances import RelayLimits
    from digest.core.limits import RelayState
    from digest.core.outbox import Reply

EVERY = timedelta(seconds=5)
"""What was counted in so long is forgotten at most when a process is killed."""


class KeptLimits:
    """The `Governor` of the SMTP sink, over `Limits`.

    Args:
        relays: What limits each relay, by name.
        states: What is known from before.
        keep: Writes the states down.
        known: Reads what is written down now: another process may have lifted a pause, or made one.
    """

    def __init__(
        self,
        relays: Mapping[str, RelayLimits],
        states: Iterable[RelayState],
        keep: Callable[[Iterable[RelayState]], None],
        known: Callable[[], Iterable[RelayState]] = tuple,
    ) -> None:
        self._limits = Limits(relays, states)
        self._keep = keep
        self._known = known
        self._kept_at: datetime | None = None
        self._changed = False

    def wait(self, relay: str, domain: str, now: datetime) -> datetime | None:
        """See `Governor`."""
        return self._limits.wait(relay, domain, now)

    def sent(self, relay: str, domain: str, now: datetime) -> None:
        """See `Governor`."""
        self._limits.sent(relay, domain, now)
        self._changed = True
        if self._kept_at is None or not self._kept_at <= now < self._kept_at + EVERY:
            self._kept_at = now
            self.flush()

    def throttled(self, relay: str, domain: str, reply: Reply, now: datetime) -> None:
        """See `Governor`."""
        self._limits.throttled(relay, domain, reply, now)
        self._changed = True

    def paused(self, relay: str, reason: str, now: datetime) -> None:
        """See `Governor`. Written down at once."""
        self._limits.paused(relay, reason, now)
        self._changed = True
        self._write()

    def look(self) -> None:
        """Take over pauses that another process made or lifted meanwhile; ours were written down when they began."""
        written = {state.relay: state.pause for state in self._known()}
        held = self._limits.pauses()
        for relay in held:
            if relay in written and written[relay] is None:
                self._limits.lifted(relay)
        for relay, pause in written.items():
            if pause is not None and relay not in held:
                self._limits.paused(relay, pause.reason, pause.since)

    def flush(self) -> None:
        """Write down what was counted since the last time."""
        if self._changed:
            # Else a pause that was lifted meanwhile would be written down again.
            self.look()
        self._write()

    def _write(self) -> None:
        states = self._limits.state() if self._changed else ()
        self._changed = False
        if states:
            self._keep(states)
