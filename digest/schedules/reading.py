"""Days as people write them into a calendar: '2026-12-25', '12-25', and spans of either."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from digest.schedules.calendar import YearDay
from digest.yamlwords import describe

if TYPE_CHECKING:
    from collections.abc import Iterable

DatedDays: TypeAlias = tuple[date, date]
YearlyDays: TypeAlias = tuple[YearDay, YearDay]
ClosedDays: TypeAlias = DatedDays | YearlyDays
"""First and last day without slots, both included: once, or in every year."""

DAY = r"\d{4}-\d{2}-\d{2}"
YEAR_DAY = r"\d{2}-\d{2}"

_EXPECTED = (
    "expected a day such as 2026-12-25 or, for every year, 12-25; or a span such as '2026-12-24 to 2027-01-01' or "
    "'12-24 to 01-01'"
)
_SPAN = re.compile(rf"({DAY})(?: +to +({DAY}))?", re.ASCII)
_YEAR_SPAN = re.compile(rf"({YEAR_DAY})(?: +to +({YEAR_DAY}))?", re.ASCII)
_LEAP_YEAR = 2000


def read_day(value: Any) -> date:
    """Read a day: a date as YAML gives it, or its text.

    Raises:
        ValueError: It is neither, or no date that exists.
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and re.fullmatch(DAY, value.strip(), re.ASCII):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            raise ValueError(f"there is no day {value.strip()}; write one that exists, such as 2026-12-25") from None
    raise ValueError(f"expected a day such as 2026-12-25, found {describe(value)}")


def read_closed(value: Any) -> ClosedDays:
    """Read days without slots: a day, a span, or either without its year, which means every year.

    Raises:
        ValueError: It is none of these, names a day that does not exist, or ends before it begins.
    """
    if isinstance(value, date):
        day = read_day(value)
        return day, day
    text = value.strip() if isinstance(value, str) else ""
    if span := _SPAN.fullmatch(text):
        first = read_day(span[1])
        last = read_day(span[2] or span[1])
        if last < first:
            raise ValueError(f"ends on {last}, before it begins; write the earlier day first")
        return first, last
    if span := _YEAR_SPAN.fullmatch(text):
        return _year_day(span[1]), _year_day(span[2] or span[1])
    raise ValueError(f"{_EXPECTED}, found {describe(value)}")


def divide(spans: Iterable[ClosedDays]) -> tuple[tuple[DatedDays, ...], tuple[YearlyDays, ...]]:
    """Spans of days apart: those of one year, and those of every year."""
    dated: list[DatedDays] = []
    yearly: list[YearlyDays] = []
    for first, last in spans:
        if isinstance(first, date) and isinstance(last, date):
            dated.append((first, last))
        elif isinstance(first, tuple) and isinstance(last, tuple):
            yearly.append((first, last))
    return tuple(dated), tuple(yearly)


def _year_day(text: str) -> YearDay:
    try:
        day = date.fromisoformat(f"{_LEAP_YEAR}-{text}")
    except ValueError:
        raise ValueError(f"there is no day {text} in any year; write month and day, such as 12-25") from None
    return day.month, day.day
