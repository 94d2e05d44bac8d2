"""One count of messages against one rate. Instants are whole microseconds since 1970, which add up without rounding."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.core.allowances import Rate

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE

BURST = SECOND // 10
"""A loop that wakes a little late may catch up with so long a stretch: any one second holds a tenth more at most."""

SLOWEST = 1 / 16
"""A rate is halved four times and no more."""

RESTORED_AN_HOUR = 0.5
"""What one halving took comes back within an hour."""

SETTLING = 10 * SECOND
"""What was on its way when a rate was halved is answered within so long, and does not halve it again."""


@dataclass(frozen=True, slots=True)
class GaugeState:
    """What of a count is to outlast the process.

    Attributes:
        name: Whose.
        minutes: Messages in each minute of the last hour: minutes since 1970, and how many.
        factor: The part of the rate that is used, as it was at `throttled_at`; 1 when nothing was halved.
        throttled_at: Microseconds since 1970; 0 when never.
    """

    name: str
    minutes: tuple[tuple[int, int], ...] = ()
    factor: float = 1.0
    throttled_at: int = 0


class Gauge:
    """Messages counted against a rate a second and an hour, and the rate's halving.

    A clock that is set back, by however much, holds up nothing for longer than a count lasts.

    Args:
        rate: The rate.
        state: From an earlier process.
    """

    __slots__ = ("_counts", "_factor", "_name", "_next", "_rate", "_throttled_at", "_total")

    def __init__(self, rate: Rate, state: GaugeState) -> None:
        self._rate = rate
        self._name = state.name
        self._next = 0  # when the next message would be in step with the rate a second
        self._counts = deque(state.minutes)
        self._total = sum(count for _, count in state.minutes)
        self._factor = state.factor
        self._throttled_at = state.throttled_at

    def state(self) -> GaugeState:
        """What is to outlast the process."""
        return GaugeState(self._name, tuple(self._counts), self._factor, self._throttled_at)

    def wait(self, at: int) -> int:
        """From when on one more message may leave; not later than `at` when it may at once."""
        due = at
        part = self._part(at) if self._factor < 1 else 1.0
        if self._rate.per_second is not None:
            interval = self._interval(part)
            self._next = min(self._next, at + BURST + interval)  # more than that, only a clock set back can make it
            due = max(due, self._next - BURST)
        elif part < 1:
            due = max(due, self._throttled_at + round((1 / self._factor - 1) * MINUTE))
        if self._rate.per_hour is not None:
            # Where half of it is less than one, one leaves when there is none within the hour.
            due = max(due, self._room(at, int(self._rate.per_hour * part)))
        return due

    def sent(self, at: int) -> None:
        """Count a message that leaves."""
        if self._rate.per_second is not None:
            self._next = max(self._next, at) + self._interval(self._part(at))
        if self._rate.per_hour is not None:
            minute = at // MINUTE
            if self._counts and self._counts[-1][0] >= minute:
                last, count = self._counts[-1]
                self._counts[-1] = (last, count + 1)
            else:
                self._counts.append((minute, 1))
            self._total += 1

    def throttled(self, at: int) -> None:
        """Halve the rate; where there is none a second to halve, rest: a minute, then 3, 7 and 15 minutes."""
        part = self._part(at)
        if at - self._throttled_at >= SETTLING:
            self._factor = max(SLOWEST, part / 2)
            self._throttled_at = at

    def idle(self, at: int) -> bool:
        """Whether it knows nothing that a new one would not."""
        self._forget(at // MINUTE)
        return not self._counts and self._part(at) == 1 and self._next <= at

    def _part(self, at: int) -> float:
        """How much of the rate is used now."""
        self._throttled_at = min(self._throttled_at, at)  # later, only a clock set back can make it
        return min(1.0, self._factor + RESTORED_AN_HOUR * (at - self._throttled_at) / HOUR)

    def _interval(self, part: float) -> int:
        return max(1, round(SECOND / ((self._rate.per_second or 1) * part)))

    def _room(self, at: int, allowed: int) -> int:
        """When fewer than `allowed` have left within sixty minutes."""
        self._forget(at // MINUTE)
        left = self._total
        for minute, count in self._counts:
            if left < allowed:
                break
            left -= count
            at = (minute + 61) * MINUTE  # its last message may have left at its very end
        return at

    def _forget(self, minute: int) -> None:
        counts = self._counts
        while counts and counts[0][0] < minute - 60:
            self._total -= counts.popleft()[1]
        while counts and counts[-1][0] > minute + 60:  # of a clock that was ahead
            self._total -= counts.pop()[1]
