"""Five-field cron expressions: cronsim reads them and knows their days; where a slot lies is worked out elsewhere.

cronsim's own walk loses slots where the clocks change by half an hour, and cannot go back through a change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache

from cronsim import CronSim, CronSimError

ALIASES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}

HINT = "write five fields: minute hour day-of-month month day-of-week, '0 8 * * mon' say, or @daily"

_LIKE_CRON = re.compile(r"[@*].*|[\d*/,-]+ +[\d*/,-]+( .*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class CronRule:
    """What a cron expression names.

    Follows Debian's cron through clock changes: with a star in minute or hour it follows the clock; all others happen
    once on each of their days. With both days given without a star, day of month OR day of week, as in POSIX.

    Attributes:
        expression: Five fields, as cronsim takes them; read by `parse_cron`.
    """

    expression: str

    @property
    def times(self) -> tuple[time, ...]:
        """Each hour with each minute, in order."""
        parsed = _parsed(self.expression)
        return tuple(sorted(time(hour, minute) for hour in parsed.hours for minute in parsed.minutes))

    @property
    def follows_clock(self) -> bool:
        """Whether minute or hour has a star."""
        return any(field.startswith("*") for field in self.expression.split()[:2])

    @property
    def start(self) -> None:
        """An expression has no first day."""
        return

    def names(self, day: date) -> bool:
        """Whether it has slots on a day."""
        parsed = _parsed(self.expression)
        return day.month in parsed.months and bool(parsed.match_day(day))


def looks_like_cron(text: str) -> bool:
    """Whether a text is meant as an expression rather than as words."""
    return _LIKE_CRON.fullmatch(" ".join(text.split())) is not None


def parse_cron(text: str) -> CronRule:
    """Read an expression (names, steps, 7 as Sunday) or one of `ALIASES`.

    Raises:
        ValueError: It is wrong; the message says what is expected.
    """
    expression = " ".join(ALIASES.get(text.strip().lower(), text).split()).upper()
    count = len(expression.split())
    if count != 5:
        raise ValueError(f"'{text[:80]}' has {count} field{'s' * (count != 1)}; {HINT}")
    try:
        _parsed(expression)
    except CronSimError as error:
        raise ValueError(f"'{text[:80]}' has a {str(error).lower()} field; {HINT}") from error
    except ValueError as error:  # a number of thousands of digits
        raise ValueError(f"'{text[:40]}...' has a field that is no number a clock shows; {HINT}") from error
    return CronRule(expression)


@lru_cache(maxsize=64)
def _parsed(expression: str) -> CronSim:
    return CronSim(expression, datetime(2000, 1, 1, tzinfo=UTC))
