"""When a wall clock shows a time: never, once, or twice.

A time that happens once on its day is the first instant at which the clock of that day shows it, or a later one: so a
time that the clock skips is the first instant after the gap, also where that is past midnight and the clock shows the
next day already; and one that comes twice is meant the first time. A day that the clock skips as a whole has no times.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_MIDNIGHT = time()


def once(day: date, at: time, zone: ZoneInfo) -> datetime | None:
    """The instant of a time that happens once on its day, in UTC; None when there is no such day in the zone."""
    local = datetime.combine(day, at, zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(zone) == local:  # both are of this zone, and so compared as the clock shows them
        return instant
    return _after_gap(local, zone) if day_exists(day, zone) else None


def each(day: date, at: time, zone: ZoneInfo) -> list[datetime]:
    """The instants at which the clock shows this time of this day, in UTC, in order: none, one or two."""
    local = datetime.combine(day, at, zone)
    first = local.astimezone(UTC)
    if first.astimezone(zone) != local:
        return []
    second = local.replace(fold=1).astimezone(UTC)
    return [first] if second == first else [first, second]


def day_exists(day: date, zone: ZoneInfo) -> bool:
    """Whether the clock shows any time of a day; Samoa left out 30 December 2011."""
    midnight = datetime.combine(day, _MIDNIGHT, zone)
    if midnight.astimezone(UTC).astimezone(zone) == midnight:
        return True
    return _after_gap(midnight, zone).astimezone(zone).date() == day


def _after_gap(local: datetime, zone: ZoneInfo) -> datetime:
    """The first instant, to the second, at which the clock shows a later time than one it skips."""
    # By PEP 495 a skipped time has the offset from before the gap with fold 0, and the one from after it with fold 1:
    # the gap lies between the two instants.
    before, after = local.replace(fold=1).astimezone(UTC), local.replace(fold=0).astimezone(UTC)
    seconds = range(int((after - before).total_seconds()))
    return before + timedelta(
        seconds=bisect_left(
            seconds, True, key=lambda count: (before + timedelta(seconds=count)).astimezone(zone) >= local
        )
    )
