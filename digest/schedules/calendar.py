"""Days without slots: before a newsletter's first day, after its last, and those that are closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

YearDay: TypeAlias = tuple[int, int]
"""Month and day, in every year that has it."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days on which a newsletter may come out; all of them in its own zone.

    A slot is judged by the day its schedule meant it for, also where a clock change moved it past midnight.

    Attributes:
        start: The first day; None when there is none.
        end: The last day; None when there is none.
        closed: Spans without slots: first and last day, both included.
        yearly: Spans without slots in every year: first and last, both included; one whose first comes after its last
            goes over New Year. 29 February is a day of leap years alone.
    """

    start: date | None = None
    end: date | None = None
    closed: tuple[tuple[date, date], ...] = ()
    yearly: tuple[tuple[YearDay, YearDay], ...] = ()

    def is_open(self, day: date) -> bool:
        """Whether slots can be meant for a day."""
        if (self.start is not None and day < self.start) or (self.end is not None and day > self.end):
            return False
        if any(first <= day <= last for first, last in self.closed):
            return False
        if not self.yearly:
            return True
        here = (day.month, day.day)
        return not any(
            first <= here <= last if first <= last else here >= first or here <= last for first, last in self.yearly
        )

    def beyond(self, day: date, *, forward: bool) -> date:
        """The day after a day, or before it: past the whole closed span that the day lies in, if it lies in one."""
        spans = (span for span in self.closed if span[0] <= day <= span[1])
        if forward:
            return min(max((last for _, last in spans), default=day), date.max - _DAY) + _DAY
        return max(min((first for first, _ in spans), default=day), date.min + _DAY) - _DAY
