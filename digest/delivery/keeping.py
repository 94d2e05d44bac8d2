"""Limits that outlast the process: what is counted is written down every few seconds, a pause at once."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from digest.core.errors import StoreError
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
        self._unwritten: set[str] = set()  # relays whose pause began here and nobody else knows of

    def wait(self, relay: str, domain: str, now: datetime) -> datetime | None:
        """See `Governor`."""
        return self._limits.wait(relay, domain, now)

    def sent(self, relay: str, domain: str, now: datetime) -> None:
        """See `Governor`. A count that cannot be written now is written later: no message waits for that."""
        self._limits.sent(relay, domain, now)
        self._changed = True
        if self._kept_at is None or not self._kept_at <= now < self._kept_at + EVERY:
            self._kept_at = now
            with suppress(StoreError):
                self.flush()

    def throttled(self, relay: str, domain: str, reply: Reply, now: datetime) -> None:
        """See `Governor`."""
        self._limits.throttled(relay, domain, reply, now)
        self._changed = True

    def paused(self, relay: str, reason: str, now: datetime) -> None:
        """See `Governor`. Written down at once.

        Raises:
            StoreError: It cannot be; here it holds all the same.
        """
        self._limits.paused(relay, reason, now)
        self._unwritten.add(relay)
        self._changed = True
        self.flush()

    def look(self) -> None:
        """Take over pauses that another process made or lifted meanwhile; ours were written down when they began."""
        written = {state.relay: state.pause for state in self._known()}
        held = self._limits.pauses()
        for relay in held:
            if relay in written and written[relay] is None and relay not in self._unwritten:
                self._limits.lifted(relay)
        for relay, pause in written.items():
            if pause is not None and relay not in held:
                self._limits.paused(relay, pause.reason, pause.since)

    def flush(self) -> None:
        """Write down what was counted since the last time.

        Raises:
            StoreError: It cannot be; it is not lost, and may be tried again.
        """
        if not self._changed:
            return
        # Else a pause that was lifted meanwhile would be written down again.
        self.look()
        states = self._limits.state()
        if states:
            self._keep(states)
        self._changed = False
        self._unwritten.clear()
