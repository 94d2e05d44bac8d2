"""Where the next delivery comes from: the queue, in batches; those whose domain has to wait are held aside."""

from __future__ import annotations

import heapq
import time
from collections import Counter, deque
from datetime import timedelta
from typing import TYPE_CHECKING

from digest.core.outbox import Returned

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from digest.core.outbox import Outgoing
    from digest.delivery.smtp.governor import Governor
    from digest.delivery.smtp.relay import Relay

FEWEST, MOST = 16, 128
"""Deliveries that are claimed at once: few where they go slowly, so that no claim runs out while they wait."""
HELD = 500
HELD_OF_DOMAIN = 100
"""Deliveries held aside, in all and of one domain; what is more goes back to the queue."""
WORTH_HOLDING = timedelta(seconds=5)


class Supply:
    """The deliveries claimed and not yet begun.

    Args:
        take: Claims deliveries, as `Queue.take`.
        give_back: Told of each that goes back.
        governor: Says which may go.
        clock: The present instant.
    """

    def __init__(
        self,
        take: Callable[[int], list[Outgoing]],
        give_back: Callable[[Returned], None],
        governor: Governor,
        clock: Callable[[], datetime],
    ) -> None:
        self._take = take
        self._give_back = give_back
        self._governor = governor
        self._clock = clock
        self._ready: deque[Outgoing] = deque()
        self._held: list[tuple[datetime, int, str, Outgoing]] = []  # a heap: when, number, domain
        self._domains: Counter[str] = Counter()
        self._dry = False
        self._batch = FEWEST
        self._taken = 0.0

    @property
    def drained(self) -> bool:
        """Whether nothing is here, and the queue had nothing more."""
        return self._dry and not self._ready and not self._held

    def replenished(self) -> None:
        """The queue may have something again."""
        self._dry = False

    def fill(self) -> int:
        """Claim more when there is nothing at hand. How many wait to be begun, those held aside too."""
        if not self._ready and not self._dry:
            now = time.monotonic()
            taken = self._take(self._batch)
            self._dry = not taken
            self._ready.extend(taken)
            if now - self._taken < 1 and len(taken) == self._batch:
                self._batch = min(self._batch * 2, MOST)
            elif now - self._taken > 5:
                self._batch = max(self._batch // 2, FEWEST)
            self._taken = now
        return len(self._ready) + len(self._held)

    def next(self, relay: Relay, now: float, instant: datetime) -> Outgoing | None:
        """The next delivery that may go by a relay, counted as sent; None when there is none at the moment.

        Args:
            relay: Where it is to go; noted as quiet when it may take nothing.
            now: The present, by a clock that does not jump.
            instant: The same by the calendar.
        """
        if self.has_to_wait(relay, now, instant):
            return None
        governor = self._governor
        while True:
            if self._held and self._held[0][0] <= instant:
                _, _, domain, outgoing = heapq.heappop(self._held)
                self._domains[domain] -= 1
            elif self._ready or (self.fill() and self._ready):
                outgoing = self._ready.popleft()
                domain = outgoing.envelope.recipient.rpartition("@")[2].lower()
            else:
                return None
            until = governor.wait(relay.name, domain, instant)
            if until is None:
                governor.sent(relay.name, domain, instant)
                return outgoing
            self._hold(outgoing, domain, until, instant)

    def has_to_wait(self, relay: Relay, now: float, instant: datetime) -> bool:
        """Whether a relay may take nothing at all at the moment; it is noted until when."""
        until = self._governor.wait(relay.name, "", instant)
        if until is not None:
            relay.quiet_until = now + max(0.0, (until - instant).total_seconds())
        return until is not None

    def soonest(self) -> float:
        """Seconds until the first of those held aside may be tried; a day when none is."""
        if not self._held:
            return 86_400
        return max(0.0, (self._held[0][0] - self._clock()).total_seconds())

    def empty(self, reason: str = "", *, failed: bool = False) -> None:
        """Give everything back, for a reason; see `Returned`."""
        for outgoing in self._ready:
            self._give_back(Returned(outgoing.delivery, None, reason, failed))
        for due, number, domain, _ in sorted(self._held, key=lambda held: held[:2]):
            self._give_back(Returned(number, due, f"limit of {domain}"))
        self._ready.clear()
        self._held.clear()
        self._domains.clear()

    def _hold(self, outgoing: Outgoing, domain: str, until: datetime, instant: datetime) -> None:
        if (
            until - instant > WORTH_HOLDING
            or len(self._held) >= HELD
            or self._domains[domain] >= HELD_OF_DOMAIN
        ):  # fmt: skip
            # Those held go first: what goes back comes again no sooner than they are worth holding.
            self._give_back(Returned(outgoing.delivery, max(until, instant + WORTH_HOLDING), f"limit of {domain}"))
            return
        heapq.heappush(self._held, (until, outgoing.delivery, domain, outgoing))
        self._domains[domain] += 1
