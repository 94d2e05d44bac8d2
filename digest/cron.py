"""Five-field cron expressions in a time zone: cronsim reads them, their slots are worked out here, day by day.

cronsim's own walk loses slots where the clocks change by half an hour, and cannot go back through a change.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from cronsim import CronSim, CronSimError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from zoneinfo import ZoneInfo

ALIASES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}

HORIZON = timedelta(days=50 * 366)
"""How far a slot is looked for: 29 February on a given day of the week may be forty years away."""

_DAY = timedelta(days=1)
# A day more at either end of the calendar, for an instant and its wall clock may lie on different days.
_FIRST_DAY, _LAST_DAY = date.min + 2 * _DAY, date.max - 2 * _DAY


class CronSchedule:
    """The slots of one or more cron expressions in one time zone.

    Follows Debian's cron through clock changes. With a star in minute or hour, slots are the instants at which the
    wall clock shows such a time: none in a gap, both in an hour that comes twice. All others happen once on each of
    their days: a time that does not exist moves to the first minute after the gap, one that exists twice is taken the
    first time. Expressions that meet make one slot.

    Args:
        expressions: Each of five fields (names, steps, 7 as Sunday; with both days given without a star, day of month
            OR day of week, as in POSIX) or one of `ALIASES`.
        zone: The zone whose wall clock they mean.

    Raises:
        ValueError: An expression is wrong, or never happens; the message says what is expected.
    """

    def __init__(self, expressions: Sequence[str], zone: ZoneInfo) -> None:
        self.zone = zone
        self.expressions = tuple(ALIASES.get(text.strip().lower(), text.strip()) for text in expressions)
        for text, expression in zip(expressions, self.expressions, strict=True):
            _check(text, expression)

    def previous(self, at: datetime) -> datetime | None:
        """The latest slot at or before `at`, in UTC; None when there is none within fifty years."""
        return max((slot for each in self.expressions for slot in self._near(each, at, -_DAY)), default=None)

    def next(self, after: datetime) -> datetime | None:
        """The earliest slot after `after`, in UTC; None when there is none within fifty years."""
        return min((slot for each in self.expressions for slot in self._near(each, after, _DAY)), default=None)

    def _near(self, expression: str, at: datetime, step: timedelta) -> Iterator[datetime]:
        """Slots of one expression on the wanted side of `at`, the nearest one of each day, the nearest of all too."""
        # Where the clocks are set back over midnight, a day begins before the one before it has ended: so the search
        # begins a day early, and goes on for a day after the first find.
        found: date | None = None
        for day in _days(expression, at.astimezone(self.zone).date() - step, step):
            if found is not None and abs(day - found) > _DAY:
                return
            slots = _slots(expression, day, self.zone)
            later = bisect_right(slots, at)
            wanted = slots[later:][:1] if step > timedelta(0) else slots[:later][-1:]
            if wanted:
                found = found or day
            yield from wanted


@lru_cache(maxsize=64)
def _parsed(expression: str) -> CronSim:
    return CronSim(expression, datetime(2000, 1, 1, tzinfo=UTC))


def _days(expression: str, first: date, step: timedelta) -> Iterator[date]:
    """The days an expression names, from `first` on, or back, as far as the horizon."""
    parsed = _parsed(expression)
    day = first
    while _FIRST_DAY <= day <= _LAST_DAY and abs(day - first) <= HORIZON:
        if day.month in parsed.months and parsed.match_day(day):
            yield day
        day += step


# An edition asks for a few neighbouring days again and again.
@lru_cache(maxsize=64)
def _slots(expression: str, day: date, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The slots that an expression has on a day, in UTC, in order."""
    parsed = _parsed(expression)
    minute, hour, *_ = expression.split()
    follows_clock = minute.startswith("*") or hour.startswith("*")
    clock_times = [datetime.combine(day, time(h, m), zone) for h in parsed.hours for m in parsed.minutes]
    if follows_clock:
        shown = [local.replace(fold=fold) for local in clock_times if _exists(local) for fold in (0, 1)]
    else:
        shown = [_moved(local) for local in clock_times]
    return tuple(sorted({local.astimezone(UTC) for local in shown}))


def _exists(local: datetime) -> bool:
    return local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None)


def _moved(local: datetime) -> datetime:
    """The first time at or after `local` that the wall clock shows."""
    while not _exists(local):
        local += timedelta(minutes=1)
    return local


def _check(text: str, expression: str) -> None:
    hint = "write five fields: minute hour day-of-month month day-of-week, '0 8 * * mon' say, or @daily"
    if len(expression.split()) != 5:
        raise ValueError(f"'{text}' has {len(expression.split())} fields; {hint}")
    try:
        _parsed(expression)
    except CronSimError as error:
        raise ValueError(f"'{text}' has a {str(error).lower()} field; {hint}") from error
    except ValueError as error:  # a number of thousands of digits
        raise ValueError(f"'{text[:40]}...' has a field that is no number a clock shows; {hint}") from error
    if next(_days(expression, date(2000, 1, 1), _DAY), None) is None:
        raise ValueError(f"'{text}' never happens; {hint}")
