"""Times of day as phrases name them: '8', '08:00', '8:30 pm', 'noon'; and those that divide the clock."""

from __future__ import annotations

import re
from datetime import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.schedules.words import Words

_NAMED = {"noon": time(12), "midnight": time()}
_CLOCK = re.compile(r"(\d{1,2})(?::(\d{2}))?", re.ASCII)
_EXPECTED = "a time such as 8, 08:00, 8:30 pm, noon or midnight"


def read_times(words: Words) -> tuple[time, ...]:
    """The times after 'at', in order, each once.

    Raises:
        ValueError: One is no time, or it is not clear which half of the day it means.
    """
    found: list[time] = []
    halves: set[bool] = set()
    while True:
        if name := words.take(*_NAMED):
            found.append(_NAMED[name])
        else:
            at, half = _time(words)
            found.append(at)
            halves.add(half)
        if not words.more():
            break
    if len(halves) > 1:
        words.refuse("has 'am' or 'pm' with some of its times only: it goes with each or with none")
    return tuple(sorted(set(found)))


def _time(words: Words) -> tuple[time, bool]:
    """A time in figures, and whether it says which half of the day it lies in."""
    match = _CLOCK.fullmatch(words.ahead())
    if match is None:
        words.fail(_EXPECTED)
    hour, minute = int(match[1]), int(match[2] or 0)
    half = words.ahead(1) if words.ahead(1) in ("am", "pm") else ""
    if minute > 59 or not (1 <= hour <= 12 if half else hour <= 23):
        words.fail(_EXPECTED)
    words.take(match[0])
    words.take("am", "pm")
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute), bool(half)


def clock_times(words: Words, count: int, unit: str) -> tuple[time, ...]:
    """The times of 'every 2 hours' or 'every 15 minutes', counted from midnight.

    Raises:
        ValueError: So many of them do not fill a day, or an hour: the steps would be uneven.
    """
    whole, name = (24, "a day") if unit == "hour" else (60, "an hour")
    # Once a day is no matter of hours: it would be lost where the clock skips midnight.
    fitting = [number for number in range(1, whole + (unit == "minute")) if whole % number == 0]
    if count not in fitting:
        choices = f"{', '.join(map(str, fitting[:-1]))} or {fitting[-1]}"
        words.refuse(f"has steps of {count} {unit}s, which do not divide {name} evenly as {choices} do")
    if unit == "hour":
        return tuple(time(hour) for hour in range(0, 24, count))
    return tuple(time(hour, minute) for hour in range(24) for minute in range(0, 60, count))
