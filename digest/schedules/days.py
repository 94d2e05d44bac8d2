"""Days as phrases name them, on the calendar alone; and the rule that a phrase makes of them."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from datetime import date, time

ALL_WEEK = (0, 1, 2, 3, 4, 5, 6)
"""Days of the week, Monday is 0."""
WORKING_WEEK = (0, 1, 2, 3, 4)
WEEKEND = (5, 6)
ALL_YEAR = tuple(range(1, 13))
LAST = -1

Unit = Literal["day", "week", "month", "year"]


class Days(Protocol):
    """Says of each day whether it is meant."""

    def names(self, day: date) -> bool:
        """Whether a day is meant."""
        ...


@dataclass(frozen=True, slots=True)
class DaysOfWeek:
    """Days of the week; Monday is 0."""

    weekdays: tuple[int, ...]

    def names(self, day: date) -> bool:
        """Whether a day is one of them."""
        return day.weekday() in self.weekdays


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a month: its 3rd day, its second Tuesday, its last day from Monday to Friday.

    Attributes:
        nth: Counted from 1; `LAST` is the last. A month with fewer has no such day.
        weekdays: What is counted; Monday is 0.
    """

    nth: int
    weekdays: tuple[int, ...] = ALL_WEEK

    def names(self, day: date) -> bool:
        """Whether a day stands at this place of its month."""
        counted = _counted(day.year, day.month, self.weekdays)
        position = self.nth if self.nth == LAST else self.nth - 1
        return position < len(counted) and counted[position] == day.day


@dataclass(frozen=True, slots=True)
class DaysOfMonth:
    """Places in each of some months; January is 1."""

    places: tuple[Place, ...]
    months: tuple[int, ...] = ALL_YEAR

    def names(self, day: date) -> bool:
        """Whether a day stands at one of the places."""
        return day.month in self.months and any(place.names(day) for place in self.places)


@dataclass(frozen=True, slots=True)
class DaysOfYear:
    """Dates of every year, as month and day."""

    dates: tuple[tuple[int, int], ...]

    def names(self, day: date) -> bool:
        """Whether a day is one of them."""
        return (day.month, day.day) in self.dates


@dataclass(frozen=True, slots=True)
class Interval:
    """Every so many days, weeks, months or years, counted from the one of a date.

    Weeks go from Monday to Sunday; months and years are those of the calendar.
    """

    count: int
    unit: Unit
    since: date

    def names(self, day: date) -> bool:
        """Whether a day lies in one that counts."""
        first = self.since
        if self.unit == "day":
            passed = (day - first).days
        elif self.unit == "week":
            passed = (day.toordinal() - 1) // 7 - (first.toordinal() - 1) // 7  # day 1 of the calendar was a Monday
        elif self.unit == "month":
            passed = (day.year - first.year) * 12 + day.month - first.month
        else:
            passed = day.year - first.year
        return passed % self.count == 0


@dataclass(frozen=True, slots=True)
class PhraseRule:
    """What a phrase names.

    Attributes:
        days: The days, but for interval and start.
        times: The times of each day, in order.
        follows_clock: Whether it is one of the forms that count hours or minutes.
        interval: Which days, weeks, months or years count; None when all do.
        start: The date after 'from'.
    """

    days: Days
    times: tuple[time, ...]
    follows_clock: bool = False
    interval: Interval | None = None
    start: date | None = None

    def names(self, day: date) -> bool:
        """Whether it has slots on a day."""
        return (
            (self.start is None or day >= self.start)
            and (self.interval is None or self.interval.names(day))
            and self.days.names(day)
        )


# Months are walked through day by day.
@lru_cache(maxsize=256)
def _counted(year: int, month: int, weekdays: tuple[int, ...]) -> tuple[int, ...]:
    """The days of a month that are one of some days of the week."""
    first, length = monthrange(year, month)
    return tuple(day for day in range(1, length + 1) if (first + day - 1) % 7 in weekdays)
