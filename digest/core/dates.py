"""Dates as people and programs write them into articles.

The rule for what is missing: a date without a zone is in the source's zone; a date without a time is midnight at
its start. What cannot be read is refused, never guessed: '03/04/2026' has two meanings.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_tz
from typing import TYPE_CHECKING

from digest.core.model import Precision, Published, ZoneKnown
from digest.core.text import one_line

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

EARLIEST_YEAR = 1900
LATEST_YEAR = 9000

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?\s*(?P<half>[ap]\.?m\.?)?"
_ZONE = r"(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})"
_LONG = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
    r"(?:(?P<month>[a-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?"
    r"|(?P<day2>\d{1,2})(?:st|nd|rd|th)?\.?\s+(?P<month2>[a-z]{3,9})\.?)"
    rf",?\s+(?P<year>\d{{4}})(?:(?:,|\s+at|,\s+at)?\s+{_CLOCK}(?:\s*{_ZONE})?)?",
    re.IGNORECASE | re.ASCII,
)
# RFC 5322 section 4.3 names these zones; all others, CET say, mean different things in different places.
_RFC822 = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun),\s*)?\d{1,2}\s+[a-z]{3}\s+(?:\d{2}|\d{4})\s+\d{1,2}:\d{2}(?::\d{2})?"
    r"(?P<zone>\s+(?:[+-]\d{4}|UT|UTC|GMT|Z|EST|EDT|CST|CDT|MST|MDT|PST|PDT)(?:\s*\([^()]*\))?)?",
    re.IGNORECASE | re.ASCII,
)
_ISO_TIMED = re.compile(r"[\dW-]{10}[T ]\d\d:?\d\d.*")


def parse_date(value: str | date, zone: ZoneInfo | None) -> Published:
    """Read a date: ISO 8601, RFC 822/5322, or a long form such as 'June 12, 2023, 11:47 PM' or '6 Mar 2024'.

    Args:
        value: The text, or a `date` or `datetime` that YAML or TOML has read already.
        zone: Taken where the text states none; None when the source has no zone.

    Raises:
        ValueError: It cannot be read, or is no date that exists; the message says which forms can.
    """
    quoted = one_line(str(value))[:80]
    try:
        published = _read(value, zone)
    except (ValueError, OverflowError) as error:
        detail = f" ({error})" if str(error) else ""
        raise ValueError(
            f"'{quoted}' is no date digest can read{detail}; write 2026-02-03, 2026-02-03T08:00+01:00, "
            "'Tue, 03 Feb 2026 08:00:00 +0100' or 'February 3, 2026, 8:00 AM'"
        ) from error
    if not EARLIEST_YEAR <= published.instant.year <= LATEST_YEAR:
        raise ValueError(f"'{quoted}' is no plausible date: the year must lie from {EARLIEST_YEAR} to {LATEST_YEAR}")
    return published


def _read(value: str | date, zone: ZoneInfo | None) -> Published:
    if isinstance(value, datetime):
        return localise(value, "minute", zone)
    if isinstance(value, date):
        return localise(datetime(value.year, value.month, value.day), "day", zone)  # noqa: DTZ001 localised next
    text = " ".join(value.split())
    if len(text) > 80:
        raise ValueError("too long")
    if text[:4].isdigit() and text[4:5] == "-":
        return _iso(text, zone)
    match = _RFC822.fullmatch(text)
    if match is not None:
        return _rfc822(match, zone)
    return _long(text, zone)


def _iso(text: str, zone: ZoneInfo | None) -> Published:
    if len(text) <= 10:
        return localise(datetime.combine(date.fromisoformat(text), datetime.min.time()), "day", zone)
    text = text.upper()
    # Python takes any character for the 'T' and would read the zone of '2026-02-03+01:00' as a time of day.
    if not _ISO_TIMED.fullmatch(text):
        raise ValueError("after the day comes 'T' or a space, then hours and minutes")
    # 'YYYY-MM-DD HH:MM +01:00' is common and not quite ISO 8601.
    return localise(datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d\d|Z$)", "", text)), "minute", zone)


def _rfc822(match: re.Match[str], zone: ZoneInfo | None) -> Published:
    fields = parsedate_tz(match[0])
    if fields is None:
        raise ValueError("no such month")
    moment = datetime(*fields[:6])  # noqa: DTZ001 localised next
    if match["zone"] is None:
        return localise(moment, "minute", zone)
    return localise(moment.replace(tzinfo=timezone(timedelta(seconds=fields[9] or 0))), "minute", zone)


def _long(text: str, zone: ZoneInfo | None) -> Published:
    match = _LONG.fullmatch(text)
    if match is None:
        raise ValueError
    month = _MONTHS.get((match["month"] or match["month2"]).lower())
    if month is None:
        raise ValueError("no such month")
    moment = datetime(int(match["year"]), month, int(match["day"] or match["day2"]))  # noqa: DTZ001 localised next
    if match["hour"] is None:
        return localise(moment, "day", zone)
    moment = moment.replace(hour=_hour(match), minute=int(match["minute"]), second=int(match["second"] or 0))
    if match["zone"]:
        stated = match["zone"].upper().replace("UTC", "Z").replace("GMT", "Z")
        moment = datetime.fromisoformat(moment.isoformat() + stated)
    return localise(moment, "minute", zone)


def _hour(match: re.Match[str]) -> int:
    hour = int(match["hour"])
    if not match["half"]:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError("no such hour")
    return hour % 12 + (12 if match["half"][0] in "pP" else 0)


def localise(moment: datetime, precision: Precision, zone: ZoneInfo | None) -> Published:
    """A moment with the zone it states, else the given one, else UTC."""
    if moment.tzinfo is not None:
        return Published(moment, precision, "stated")
    known: ZoneKnown = "source" if zone is not None else "unknown"
    local = moment.replace(tzinfo=zone or UTC)
    # A time the clocks skipped becomes the same instant written as it exists.
    return Published(local.astimezone(UTC).astimezone(local.tzinfo), precision, known)
