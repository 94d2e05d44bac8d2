"""The SMTP sink, as the outbox uses it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from digest.delivery.smtp.relay import Relay
from digest.delivery.smtp.sending import Sending
from digest.delivery.smtp.settings import Deadlines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from random import Random

    from digest.core.envelope import Envelope
    from digest.core.outbox import Queue
    from digest.delivery.smtp.governor import Governor
    from digest.delivery.smtp.settings import RelaySettings


class SmtpSink:
    """Sends to one or more relays. What is learned of a relay is remembered as long as the sink lives.

    Args:
        name: Unique among the sinks of a newsroom.
        relays: At least one, each with a name of its own.
        governor: Says how fast.
        clock: The present instant.
        chance: Spreads the pauses of relays that fail.
        environ: Where passwords are.
        deadlines: How long servers may take.
        wait: Whether to wait for relays that fail, or to give up until the next time.
    """

    rebuilt = False
    repeatable = False
    remote = True

    def __init__(
        self,
        name: str,
        relays: Sequence[RelaySettings],
        *,
        governor: Governor,
        clock: Callable[[], datetime],
        chance: Random,
        environ: Mapping[str, str],
        deadlines: Deadlines | None = None,
        wait: bool = True,
    ) -> None:
        self.name = name
        self._relays = [Relay(each) for each in relays]
        self._governor = governor
        self._clock = clock
        self._chance = chance
        self._environ = environ
        self._deadlines = deadlines or Deadlines()
        self._wait = wait

    def deliver(self, queue: Queue, stop: Callable[[], bool]) -> None:
        """Send what a queue holds, until it is empty or `stop` says so.

        Nothing that a relay does is raised: it is in the attempts, and in the log.

        Raises:
            StoreError: The ledger could not be written for longer than it may take; nothing was sent without its mark.
        """
        now = self._clock()
        for relay in self._relays:
            relay.locked = ""
            # One that is paused is not even connected to: it would be asked to let us in again and again.
            until = self._governor.wait(relay.name, "", now)
            relay.quiet_until = 0.0 if until is None else time.monotonic() + (until - now).total_seconds()
        sending = Sending(
            self._relays,
            queue,
            governor=self._governor,
            clock=self._clock,
            chance=self._chance,
            environ=self._environ,
            deadlines=self._deadlines,
            wait=self._wait,
        )
        sending.run(stop)

    def rebuild(self, envelopes: Iterable[Envelope]) -> Iterator[tuple[str, bool]]:
        """See `Sink`: nothing can be."""
        del envelopes
        yield from ()
