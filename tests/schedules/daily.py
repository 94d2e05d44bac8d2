"""A checker of daily schedules, for every zone and time of day: what is asked of each of their slots.

What is expected is worked out here on its own, from the changes of the zone's offset: no code of the package is asked.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from digest.core.schedule import slots_between, window_of
from digest.schedules.timetable import Timetable

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_DAY = date(1970, 1, 1).toordinal()
DAY = 86_400
HOUR = 3600


@dataclass(frozen=True)
class Stretch:
    """A span of time without a change of the clock, in seconds since 1970: [start, end), and the offset from UTC."""

    start: int
    end: int
    offset: int


@lru_cache(maxsize=4)
def stretches(zone: ZoneInfo, first_year: int, last_year: int) -> list[Stretch]:
    """The stretches of some years of a zone, with a week before and after. Two changes within an hour are not seen."""

    def offset(second: int) -> int:
        shown = (EPOCH + timedelta(seconds=second)).astimezone(zone).utcoffset()
        assert shown is not None
        return int(shown.total_seconds())

    begin = int((datetime(first_year, 1, 1, tzinfo=UTC) - EPOCH).total_seconds()) - 7 * DAY
    end = int((datetime(last_year + 1, 1, 1, tzinfo=UTC) - EPOCH).total_seconds()) + 7 * DAY
    found: list[Stretch] = []
    start, current = begin, offset(begin)
    for second in range(begin, end, HOUR):
        following = offset(second + HOUR)
        if following != current:
            change = (
                second + 1 + bisect_left(range(second + 1, second + HOUR), True, key=lambda at: offset(at) == following)
            )
            found.append(Stretch(start, change, current))
            start, current = change, following
    return [*found, Stretch(start, end, current)]


def expected(zone: ZoneInfo, minute_of_day: int, first_year: int, last_year: int) -> list[datetime]:
    """The one slot of each day that exists, from the first of the first year to the last of the last.

    That is the first instant at which the clock shows the time of that day or a later one.
    """
    spans = stretches(zone, first_year, last_year)
    existing: set[int] = set()
    for span in spans:
        existing.update(range((span.start + span.offset) // DAY, (span.end + span.offset - 1) // DAY + 1))
    first = date(first_year, 1, 1).toordinal() - FIRST_DAY
    last = date(last_year, 12, 31).toordinal() - FIRST_DAY
    at, slots = 0, []
    for day in range(first, last + 1):
        if day in existing:
            wanted = day * DAY + minute_of_day * 60
            while spans[at].end + spans[at].offset <= wanted:
                at += 1
            slots.append(EPOCH + timedelta(seconds=max(wanted - spans[at].offset, spans[at].start)))
    return slots


def check_daily(zone: ZoneInfo, minute_of_day: int, first_year: int, last_year: int) -> int:
    """Check every slot of a daily schedule over whole years.

    One slot for each local day that exists, where it belongs; strictly increasing; and windows that join: each begins
    at the slot before.

    Args:
        zone: The zone.
        minute_of_day: When the schedule comes, in minutes since midnight.
        first_year: From its first day on.
        last_year: Up to its last day.

    Returns:
        How many slots there were.

    Raises:
        AssertionError: Something is otherwise; the message names zone, time and slot.
    """
    text = f"{minute_of_day % 60} {minute_of_day // 60} * * *"
    timetable = Timetable([text], zone)
    wanted = expected(zone, minute_of_day, first_year, last_year)
    slots = slots_between(timetable, wanted[0], wanted[-1] + timedelta(seconds=1), cap=10**6)
    where = f"{text} in {zone}"
    if slots != wanted:
        wrong = sorted(set(slots) ^ set(wanted))
        raise AssertionError(f"{where}: {len(slots)} slots, {len(wanted)} wanted; {wrong[:3]} differ")
    for before, slot in pairwise(slots):
        assert before < slot, f"{where}: {slot} does not come after {before}"
        window = window_of(slot, timetable, length=None, zone=zone)
        assert (window.start, window.end) == (before, slot), f"{where}: the window of {slot} starts at {window.start}"
    return len(slots)
