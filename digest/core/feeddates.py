"""Dates as feeds have them: what the standards allow, and what is written in their place.

RFC 822/2822/5322, ISO 8601 and W3CDTF; Unix times; `asctime`; words in the main languages of Europe, and the numbers
of Chinese, Japanese and Korean. What is read by a convention and not by what it says comes with a doubt; what has two
meanings, does not exist or cannot be true is refused, so that the next date of the entry is asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from digest.core.dates import localise
from digest.core.datewords import AMBIGUOUS_ZONES, FILLERS, MONTHS, WEEKDAYS, ZONES, folded
from digest.core.model import Published
from digest.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from digest.core.model import Precision

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""What is dated before it is taken for a fault: an empty field, a zero as Unix time."""

FAR_AHEAD = timedelta(days=366)
LONGEST = 100
FURTHEST_ZONE = 14 * 60

_NUMBER = re.compile(r"(?P<whole>\d{8,16})(?:\.\d+)?")
_YEAR_FIRST = re.compile(
    r"(?P<year>\d{4})(?:(?P<apart>[-/.]?)(?P<month>\d{1,2})(?:(?P=apart)(?P<day>\d{1,2}))?)?"
    r"(?:(?:t|\s+|,\s*)(?P<rest>\d.*))?",
    re.ASCII,
)
_DAY_OF_YEAR = re.compile(r"(?P<year>\d{4})-?(?P<days>\d{3})", re.ASCII)
_NUMERIC = re.compile(
    r"(?P<first>\d{1,2})(?P<apart>[-/.])\s?(?P<second>\d{1,2})(?P=apart)\s?(?P<year>\d{4})(?:,?\s+(?P<rest>\d.*))?",
    re.ASCII,
)
_EAST_ASIAN = re.compile(
    r"(?P<year>\d{4})\s*[年년]\s*(?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*[日일]\s*"
    r"(?P<half>오전|오후|上午|下午|午前|午後)?\s*(?P<rest>\d.*)?"
)
_CLOCK = re.compile(
    r"(?<!\d)(?P<hour>\d{1,2})(?:[:.h]|时|時|시\s*)(?P<minute>\d{2})(?:[:.](?P<second>\d{1,2})(?:[.,]\d{1,9})?)?"
    r"(?!\d)\s*(?:h\b|uhr\b)?\s*(?P<half>[ap]\.?\s?m\b\.?)?"
    r"|(?<!\d)(?P<hour2>\d{1,2})\s*(?P<half2>[ap]\.?\s?m\b\.?)",
    re.ASCII,
)
_PACKED_CLOCK = re.compile(r"(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?(?:[.,]\d{1,9})?", re.ASCII)
_OFFSET = re.compile(
    r"(?:(?:gmt|utc|ut)\s?)?(?P<sign>[+\-\u2212])(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?", re.ASCII
)
_CUT_OFFSET = re.compile(r"(?:(?:gmt|utc|ut)\s?)?[+\-\u2212]0\d{2}", re.ASCII)
_NO_ZONE = frozenset({"h", "hrs", "hs", "г", "года", "ч"})
_AFTERNOON = frozenset({"오후", "下午", "午後"})
_COMMENT = re.compile(r"\s*\([^()]*\)\s*$")
_TOKEN = re.compile(r"\d+|[^\W\d_]+(?:['’][^\W\d_]+)?(?:-feira)?")


@dataclass(frozen=True, slots=True)
class FeedDate:
    """A date that could be read.

    Attributes:
        published: When.
        doubts: What was taken by convention, each going on from 'its date 'x': '.
    """

    published: Published
    doubts: tuple[str, ...] = ()


@dataclass(slots=True)
class _Moment:
    """A date on its way: a naive time, where it lies from Greenwich in minutes (None when unsaid), and the doubts."""

    time: datetime
    precision: Precision
    offset: int | None
    doubts: list[str]


def read_feed_date(text: str, zone: ZoneInfo | None, now: datetime) -> FeedDate:
    """Read a date of a feed.

    Args:
        text: As it stands in the feed.
        zone: Taken where the text has none; None when the source has none either: then UTC, with a doubt.
        now: A date of more than a year after it is refused.

    Raises:
        ValueError: It cannot be read, has two meanings, does not exist or cannot be true; the message says which, and
            goes on from 'its date 'x': '.
    """
    line = _COMMENT.sub("", one_line(text))
    if not line:
        raise ValueError("it is empty")
    if len(line) > LONGEST:
        raise ValueError("it is too long for a date")
    try:
        moment = _read(folded(line).strip(" .,;"), zone)
        published = _placed(moment, zone)
        instant = published.instant.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(str(error) or "it is in no form that is known") from error
    if instant < EARLIEST:
        raise ValueError(f"it would be {published}, before {EARLIEST.year}")
    if instant - now > FAR_AHEAD:
        raise ValueError(f"it would be {published}, more than a year ahead")
    return FeedDate(published, tuple(moment.doubts))


def _read(line: str, zone: ZoneInfo | None) -> _Moment:
    if match := _NUMBER.fullmatch(line):
        return _number(match["whole"])
    if match := _EAST_ASIAN.fullmatch(line):
        half = "" if not match["half"] else "p" if match["half"] in _AFTERNOON else "a"
        return _with_clock(_day(match["year"], match["month"], match["day"]), match["rest"], zone, [], half)
    if "-" in line and (match := _DAY_OF_YEAR.fullmatch(line)):
        start = datetime(int(match["year"]), 1, 1)  # noqa: DTZ001 placed later
        day = start + timedelta(days=int(match["days"]) - 1)
        if not match["days"].strip("0") or day.year != start.year:
            raise ValueError("there is no such day")
        return _Moment(day, "day", None, [])
    if match := _YEAR_FIRST.fullmatch(line):
        doubts = [] if match["day"] else ["names no day, the first is taken"]
        day = _day(match["year"], match["month"] or "1", match["day"] or "1")
        return _with_clock(day, match["rest"], zone, doubts)
    if match := _NUMERIC.fullmatch(line):
        return _with_clock(_numeric_day(match), match["rest"], zone, [])
    return _words(line, zone)


def _number(whole: str) -> _Moment:
    """Digits alone: a Unix time in s, ms or µs, or a date and time written together."""
    for digits, form in ((8, "%Y%m%d"), (12, "%Y%m%d%H%M"), (14, "%Y%m%d%H%M%S")):
        if len(whole) == digits and whole[:2] in {"19", "20"}:
            moment = datetime.strptime(whole, form)  # noqa: DTZ007 placed later
            return _Moment(moment, "day" if digits == 8 else "minute", None, [])
    power = {9: 0, 10: 0, 12: 3, 13: 3, 15: 6, 16: 6}.get(len(whole))
    if power is None:
        raise ValueError("a number of so many digits is no Unix time")
    seconds = int(whole) // 10**power
    return _Moment(datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None), "minute", 0, [])


def _day(year: str, month: str, day: str) -> datetime:
    return datetime(int(year), int(month), int(day))  # noqa: DTZ001 placed later


def _numeric_day(match: re.Match[str]) -> datetime:
    """Day and month of numbers: the dots are European; of slashes one number must be no month, or both the same."""
    first, second, year = match["first"], match["second"], match["year"]
    if match["apart"] == "." or int(first) > 12 or first == second:
        return _day(year, second, first)
    if int(second) > 12:
        return _day(year, first, second)
    raise ValueError("which number is the month is not said")


def _words(line: str, zone: ZoneInfo | None) -> _Moment:
    """A date with the name of its month, in whatever order."""
    clock = _CLOCK.search(line)
    if clock is None:
        head, tail = line, ""
        if zoned := re.search(r"(?<=\d{4}) (?:[+-]\d{4}|gmt|utc|z)$", line):
            head = line[: zoned.start()]  # a day with a zone and no time
    else:
        head, tail = line[: clock.start()], line[clock.start() :]
    numbers, month, weekdays, left = _parts(head)
    if clock is not None and (len(numbers) < 2 or month is None):
        # The year, or the whole date, behind the time: 'Tue Feb 3 08:00:00 CET 2026', '08:00, 3 Feb 2026'.
        last = re.search(r"(?:^|\s)(\d{4})$", tail[clock.end() - clock.start() :])
        if len(numbers) == 1 and month is not None and last is not None:
            numbers.append(last[1])
            tail = tail[: len(tail) - len(last[0])]
        elif not numbers:
            numbers, month, weekdays, left = _parts(tail[clock.end() - clock.start() :])
            tail = clock[0]
    if month is None or left:
        raise ValueError(f"'{left[0]}' is no word that is known" if left else "it is in no form that is known")
    day, year, doubts = _day_and_year(numbers)
    time = datetime(year, month, day)  # noqa: DTZ001 placed later
    if weekdays and time.weekday() not in weekdays:
        doubts.append("names another day of the week than it is")
    return _with_clock(time, tail or None, zone, doubts)


def _parts(head: str) -> tuple[list[str], int | None, frozenset[int], list[str]]:
    """Numbers, month, days of the week, and what is nothing of all that."""
    tokens = _TOKEN.findall(head)
    months = [token for token in tokens if token in MONTHS]
    numbers: list[str] = []
    month: int | None = None
    weekdays: frozenset[int] = frozenset()
    left: list[str] = []
    for token in tokens:
        if token.isdecimal():
            numbers.append(token)
        elif _is_weekday(token, first=not numbers and month is None, months=len(months)):
            weekdays = WEEKDAYS[token]
        elif token in MONTHS and month is None:
            month = MONTHS[token]
        elif not (token in FILLERS or (numbers and token in {"st", "nd", "rd", "th", "er", "ro"})):
            left.append(token)
    return numbers, month, weekdays, left


def _is_weekday(token: str, *, first: bool, months: int) -> bool:
    """Whether it names a day of the week: what also means something else does so at the very start only."""
    if token in MONTHS and (months < 2 or not first):
        return False
    return token in WEEKDAYS and (first or token not in FILLERS)


def _day_and_year(numbers: Sequence[str]) -> tuple[int, int, list[str]]:
    if len(numbers) == 1 and len(numbers[0]) == 4:
        return 1, int(numbers[0]), ["names no day, the first is taken"]
    if len(numbers) != 2:
        raise ValueError("it names no year" if len(numbers) == 1 else "it is in no form that is known")
    day, year = numbers if len(numbers[0]) <= 2 else numbers[::-1]
    if len(day) > 2 or len(year) not in {2, 4}:
        raise ValueError("it is in no form that is known")
    if len(year) == 4:
        return int(day), int(year), []
    # RFC 2822 section 4.3 would take 50 to 99 for the last century; POSIX parts them at 69, and so do most readers.
    century = 2000 if int(year) < 69 else 1900
    return int(day), century + int(year), [f"has a year of two digits, {century + int(year)} is taken"]


def _with_clock(day: datetime, rest: str | None, zone: ZoneInfo | None, doubts: list[str], half: str = "") -> _Moment:
    """A day, with the time of day and zone that follow it."""
    if rest is None:
        return _Moment(day, "day", None, doubts)
    match = _CLOCK.match(rest) or _PACKED_CLOCK.match(rest)
    if match is None:
        raise ValueError(f"'{rest}' is no time of day")
    groups = match.groupdict()
    hour, minute, second = (int(groups.get(name) or 0) for name in ("hour", "minute", "second"))
    hour = int(groups.get("hour2") or hour)
    half = (groups.get("half") or groups.get("half2") or half)[:1]
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    elif half and hour > 12:
        doubts.append("says am or pm of an hour that needs none")
    if hour == 24 and not (minute or second):  # ISO 8601: the end of the day
        day, hour = day + timedelta(days=1), 0
    leap = second == 60
    time = day.replace(hour=hour, minute=minute, second=59 if leap else second) + timedelta(seconds=leap)
    return _Moment(time, "minute", _offset(rest[match.end() :].strip(" .,"), time, zone, doubts), doubts)


def _offset(said: str, time: datetime, zone: ZoneInfo | None, doubts: list[str]) -> int | None:
    """Minutes east of Greenwich, or None when there is no zone to go by."""
    if not said:
        return None
    if match := _CUT_OFFSET.fullmatch(said):
        doubts.append(f"has the zone {said}, which lacks a digit: {said}0 is taken")
        said += "0"
    if match := _OFFSET.fullmatch(said):
        minutes = int(match["hours"]) * 60 + int(match["minutes"] or 0)
        if minutes <= FURTHEST_ZONE and int(match["minutes"] or 0) < 60:
            return minutes if match["sign"] == "+" else -minutes
        doubts.append(f"has the zone {said}, which is none")
        return None
    if said in ZONES:
        return ZONES[said]
    own = time.replace(tzinfo=zone).tzname() if zone is not None else None
    if (own or "").casefold() == said or said in _NO_ZONE:
        return None  # the source's own zone, by its name there
    return _named_offset(said, doubts)


def _named_offset(said: str, doubts: list[str]) -> int | None:
    """As `_offset`, for a name that has several meanings, or none."""
    if said in AMBIGUOUS_ZONES:
        minutes, name = AMBIGUOUS_ZONES[said]
        doubts.append(f"has the zone {said.upper()}, which means several: {name} is taken")
        return minutes
    if not re.fullmatch("[a-z]", said):
        raise ValueError(f"'{said}' is no zone that is known")
    doubts.append(f"has the zone {said.upper()}, which says nothing")  # RFC 5322 section 4.3
    return None


def _placed(moment: _Moment, zone: ZoneInfo | None) -> Published:
    if moment.offset is not None:
        stated = timezone(timedelta(minutes=moment.offset)) if moment.offset else UTC
        return Published(moment.time.replace(tzinfo=stated), moment.precision, "stated")
    if zone is None and moment.precision == "minute":
        moment.doubts.append("names no time zone, so UTC is taken: give the source its 'assume_zone'")
    return localise(moment.time, moment.precision, zone)
