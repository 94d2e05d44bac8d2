"""Time stamps at the beginning of a log's lines: RFC 3339, classic syslog [RFC 3164 section 4.1.2], Exim's own."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

# A priority in angle brackets may stand first; of stamps without a zone, RFC 3339's and Exim's look the same.
STAMP = re.compile(
    rb"(?:<\d{1,3}>)?(?P<stamp>"
    rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z| ?[+-]\d\d:?\d\d)?|"
    rb"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,9})?) "
)
AHEAD = timedelta(days=1)
"""A log may be written by a clock that is ahead of ours."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LEAP_YEARS_APART = 8  # 1896 to 1904, 2096 to 2104: no 29 February lies further away


def first_instant(stamp: bytes, zone: ZoneInfo, limit: datetime) -> datetime | None:
    """The instant of a stamp, in UTC; of a time that comes twice, the later one.

    Args:
        stamp: As `STAMP` finds it.
        zone: The relay's, for stamps that state none.
        limit: A stamp without a year is of the latest that does not come after this, aware.

    Returns:
        None when there is no such date.
    """
    return _instant(stamp, zone, limit, fold=1)


def last_instant(stamp: bytes, zone: ZoneInfo, limit: datetime) -> datetime | None:
    """The instant of a stamp, in UTC; of a time that comes twice, the earlier one. For the rest see `first_instant`."""
    return _instant(stamp, zone, limit, fold=0)


def _instant(stamp: bytes, zone: ZoneInfo, limit: datetime, *, fold: int) -> datetime | None:
    text = stamp.decode("ascii")
    if text[0].isdigit():
        try:
            found = datetime.fromisoformat(text[:19] + text[19:].replace(" ", "").replace(",", "."))
        except ValueError:
            return None
        return (found if found.tzinfo else found.replace(tzinfo=zone, fold=fold)).astimezone(UTC)
    return _classic(text, zone, limit, fold)


def _classic(text: str, zone: ZoneInfo, limit: datetime, fold: int) -> datetime | None:
    if text[:3] not in _MONTHS:
        return None
    month, day = _MONTHS.index(text[:3]) + 1, int(text[4:6])
    hour, minute, second = (int(part) for part in text[7:15].split(":"))
    year = limit.astimezone(zone).year
    for candidate in range(year, max(year - _LEAP_YEARS_APART - 1, 1), -1):
        try:
            found = datetime(candidate, month, day, hour, minute, second, tzinfo=zone, fold=fold).astimezone(UTC)
        except ValueError:  # 29 February, or no date at all
            continue
        if found <= limit:
            return found
    return None
