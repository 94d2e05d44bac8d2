"""Schedules in words: 'every weekday at 7:30', 'last Friday of the month at 16:00', 'every 15 minutes'.

    phrase    = days { "at" time { "and" time } | "from" date }
    days      = "daily" | "every" [ count ] ( unit [ "on" ... ] | weekdays ) | weekdays | places "of" months
    weekdays  = weekday { "and" weekday }        Monday, Mondays, mon; weekday, weekend; Monday to Thursday
    places    = "the" nth [ "day" | "weekday" | weekday ] { "and" ... }        nth: 1st, first, last
    months    = "the month" | month { "and" month }

Commas stand for 'and'; case does not count. Without 'at' the time is midnight, as with @daily.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import TYPE_CHECKING, cast

from digest.schedules.days import (
    ALL_WEEK,
    ALL_YEAR,
    LAST,
    WEEKEND,
    WORKING_WEEK,
    DaysOfMonth,
    DaysOfWeek,
    DaysOfYear,
    Interval,
    PhraseRule,
    Place,
)
from digest.schedules.times import clock_times, read_times
from digest.schedules.words import MONTHS, ORDINALS, UNITS, WEEKDAYS, Words

if TYPE_CHECKING:
    from digest.schedules.days import Days, Unit

_SUFFIXES = ("st", "nd", "rd", "th")
_GROUPS = {"weekday": WORKING_WEEK, "weekdays": WORKING_WEEK, "weekend": WEEKEND, "weekends": WEEKEND}
_ADVERBS = {"daily": "day", "hourly": "hour", "weekly": "week", "monthly": "month", "yearly": "year"}
_MOST = {"day": 366, "week": 104, "month": 60, "year": 10}
_AFTER_ON = {"week": "a day of the week", "month": "a place such as 'the 1st'", "year": "a date such as '1 March'"}
_MOST_IN_MONTH = {1: 5, 5: 23}  # of one day of the week, and of Mondays to Fridays


@dataclass(frozen=True, slots=True)
class _Head:
    """A phrase up to 'at' and 'from'; with `clock` times where it has those."""

    days: Days
    count: int = 1
    unit: Unit = "day"
    clock: tuple[time, ...] = ()


def parse_phrase(text: str) -> PhraseRule:
    """Read a phrase.

    Raises:
        ValueError: It is not understood; the message says which word, what is expected, and an example.
    """
    words = Words(text)
    head = _head(words)
    times: tuple[time, ...] = ()
    start: date | None = None
    while words.ahead():
        if words.take("at"):
            if head.clock:
                words.refuse("counts hours or minutes from midnight, and takes no 'at'")
            if times:
                words.refuse("has 'at' twice; several times are joined by 'and'")
            times = read_times(words)
        elif start is None and words.take("from", "starting"):
            start = _date(words)
        else:
            words.fail("'at' and a time or 'from' and a date")
    if head.count > 1 and start is None:
        words.refuse(
            f"does not say which {head.unit} is the first that counts: add 'from' and a date in it, 'from 2026-01-09'",
            like=f"{words.text} from 2026-01-01",
        )
    interval = Interval(head.count, head.unit, start) if head.count > 1 and start else None
    return PhraseRule(head.days, head.clock or times or (time(),), bool(head.clock), interval, start)


def _head(words: Words) -> _Head:
    words.take("on")
    if adverb := words.take(*_ADVERBS):
        return _of_unit(words, 1, _ADVERBS[adverb])
    if words.take("every", "each"):
        return _every(words)
    if words.ahead() in WEEKDAYS or words.ahead() in _GROUPS:
        return _Head(DaysOfWeek(_weekdays(words)))
    return _Head(_places_of_months(words, "'every', 'daily', a day of the week, or a place in the month such as '1st'"))


def _every(words: Words) -> _Head:
    """What follows 'every'."""
    count = 2 if words.take("other") else 1
    if count == 1 and words.ahead(1) not in _SUFFIXES:
        number = words.number()
        if number == 0:
            words.back()
            words.fail("a number from 1 on")
        count = number or 1
    if unit := words.take(*UNITS):
        return _of_unit(words, count, UNITS[unit])
    if words.ahead() in WEEKDAYS or words.ahead() in _GROUPS:
        _check_count(words, count, "week")
        return _Head(DaysOfWeek(_weekdays(words)), count, "week")
    if count > 1:
        words.fail("'days', 'weeks', 'months', 'hours', 'minutes' or a day of the week")
    return _Head(_places_of_months(words, "'day', 'week', 'month', 'hour', a number or a day of the week"))


def _of_unit(words: Words, count: int, unit: str) -> _Head:
    """What follows 'every 2 weeks': 'on Friday'."""
    if unit in ("hour", "minute"):
        return _Head(DaysOfWeek(ALL_WEEK), clock=clock_times(words, count, unit))
    _check_count(words, count, unit)
    days: Days
    if unit == "day":
        days = DaysOfWeek(ALL_WEEK)
    elif not words.take("on"):
        words.fail(f"'on' and {_AFTER_ON[unit]}", like=f"{words.text} on")
    elif unit == "week":
        days = DaysOfWeek(_weekdays(words))
    elif unit == "month":
        days = DaysOfMonth(_places(words, "a place in the month such as 'the 1st' or 'the last Friday'"))
    else:
        days = _dates(words)
    return _Head(days, count, cast("Unit", unit))


def _check_count(words: Words, count: int, unit: str) -> None:
    if count > _MOST[unit]:
        words.refuse(f"has {count} {unit}s, and at most {_MOST[unit]} can lie between")


def _weekdays(words: Words) -> tuple[int, ...]:
    found: set[int] = set()
    while True:
        if group := words.take(*_GROUPS):
            found.update(_GROUPS[group])
        else:
            first = last = _weekday(words)
            if words.take("to", "-", "–"):
                last = _weekday(words)
            found.update((first + step) % 7 for step in range((last - first) % 7 + 1))
        if not words.more():
            return tuple(sorted(found))


def _weekday(words: Words) -> int:
    name = words.take(*WEEKDAYS)
    if not name:
        words.fail("a day of the week")
    return WEEKDAYS[name][0]


def _places_of_months(words: Words, expected: str) -> DaysOfMonth:
    """'1st and 15th of the month', 'first Monday of January and July'."""
    places = _places(words, expected)
    if not words.take("of", "in"):
        words.fail("'of the month' or 'of' and the name of a month (every two weeks is 'every other')")
    if words.take("the", "each", "every"):
        if not words.take("month"):
            words.fail("'month'")
        return DaysOfMonth(places)
    if words.take("month"):
        return DaysOfMonth(places)
    return DaysOfMonth(places, _months(words))


def _places(words: Words, expected: str) -> tuple[Place, ...]:
    found: list[Place] = []
    waiting: list[int] = []  # 'first and third Monday': what is counted comes after all of them
    while True:
        words.take("the")
        waiting.append(_nth(words, expected))
        if counted := _counted(words):
            most = _MOST_IN_MONTH.get(len(counted), 31)
            if max(waiting) > most:  # '15th and last Friday' is read as two Fridays
                words.back()
                words.fail(f"'day' after '{max(waiting)}th' (no month has so many of these)")
            found += (Place(nth, counted) for nth in waiting)
            waiting = []
        if not words.more():
            break
        expected = "another place in the month such as '15th'"
    if LAST in waiting:
        words.fail("'day', 'weekday' or a day of the week")
    found += (Place(nth) for nth in waiting)
    return tuple(dict.fromkeys(found))


def _nth(words: Words, expected: str) -> int:
    if words.take("last"):
        return LAST
    if name := words.take(*ORDINALS):
        return ORDINALS[name]
    number = words.number() if words.ahead(1) in _SUFFIXES else None
    if number is None:
        words.fail(expected)
    if not 1 <= number <= 31:
        words.back()
        words.fail("a place from 1st to 31st")
    words.take(*_SUFFIXES)
    return number


def _counted(words: Words) -> tuple[int, ...]:
    """What is counted in a month: 'day', 'weekday', or a day of the week; nothing when it is not said."""
    if words.take("day"):
        return ALL_WEEK
    if words.take("weekday"):
        return WORKING_WEEK
    name = words.take(*WEEKDAYS)
    return WEEKDAYS[name] if name else ()


def _months(words: Words) -> tuple[int, ...]:
    found: set[int] = set()
    while True:
        name = words.take(*MONTHS)
        if not name:
            words.fail("the name of a month")
        found.add(MONTHS[name])
        if not words.more():
            return tuple(number for number in ALL_YEAR if number in found)


def _dates(words: Words) -> Days:
    """'1 March and 1 September', 'March 1', or places in months."""
    words.take("the")
    after_number = 2 if words.ahead(1) in _SUFFIXES else 1
    if words.ahead() not in MONTHS and words.ahead(after_number) not in MONTHS:
        return _places_of_months(words, "a date such as '1 March' or a place such as 'the last Friday of May'")
    found: list[tuple[int, int]] = []
    while True:
        words.take("the")
        month = words.take(*MONTHS)
        day = words.number()
        if day is None:
            words.fail("the number of a day")
        words.take(*_SUFFIXES)
        month = month or words.take(*MONTHS)
        if not month:
            words.fail("the name of a month")
        found.append((MONTHS[month], day))
        if not words.more():
            return DaysOfYear(tuple(sorted(set(found))))


def _date(words: Words) -> date:
    word = words.ahead()
    try:
        found = date.fromisoformat(word) if len(word) == 10 else None
    except ValueError as error:
        words.fail(f"a date that exists ({error})")
    if found is None:
        words.fail("a date such as 2026-01-09")
    words.take(word)
    return found
