"""How often a feed itself wants to be asked [RSS 2.0: ttl, skipHours, skipDays; RSS 1.0: syndication]."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, NamedTuple

from digest.core.httpheaders import LONGEST_FRESH

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

MINUTE = timedelta(minutes=1)
ALL_HOURS, ALL_DAYS = (1 << 24) - 1, (1 << 7) - 1
LONGEST_QUIET = timedelta(hours=23)
"""A source that was not asked for so long is asked, quiet or not: else one daily run might never meet it."""

_PERIODS = {"hourly": 60, "daily": 1440, "weekly": 10_080, "monthly": 43_200, "yearly": 525_600}  # in minutes
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Wishes(NamedTuple):
    """A feed's own wishes, as far as they are honoured.

    Attributes:
        rest: Minutes for which it is left alone after an answer, at most `LONGEST_FRESH`.
        hours: Those in which it is not asked, UTC: a bit for each, the lowest for midnight to one; never all.
        days: The same for days of the week, the lowest for Monday; never all.
    """

    rest: int = 0
    hours: int = 0
    days: int = 0

    def quiet(self, now: datetime, last: datetime | None) -> bool:
        """Whether it is not asked now.

        Args:
            now: Aware.
            last: When it was asked last; None: never yet.
        """
        if last is None or not timedelta() <= now - last < LONGEST_QUIET:
            return False
        instant = now.astimezone(UTC)
        return bool(self.hours >> instant.hour & 1 or self.days >> instant.weekday() & 1)


NO_WISHES = Wishes()


def wishes(
    *, ttl: str = "", period: str = "", frequency: str = "", hours: Iterable[str] = (), days: Iterable[str] = ()
) -> Wishes:
    """Read wishes as a feed writes them; what cannot be read, or would keep us off for ever, is none.

    Args:
        ttl: Minutes.
        period: `hourly`, `daily`, `weekly`, `monthly`, `yearly`; daily where only the frequency is said.
        frequency: How often in that period; once when unsaid.
        hours: From 0 to 23, UTC; 24 is midnight too.
        days: English names of days.
    """
    spans = [_number(ttl)]
    if period.strip() or frequency.strip():
        spans.append(_PERIODS.get(period.strip().lower() or "daily", 0) // max(_number(frequency), 1))
    shut_hours = sum({1 << number % 24 for hour in hours if (number := _number(hour, -1)) in range(25)})
    names = {day.strip().lower() for day in days}
    shut_days = sum(1 << number for number, name in enumerate(_DAYS) if name in names)
    return Wishes(
        min(max(spans), LONGEST_FRESH // MINUTE),
        shut_hours if shut_hours != ALL_HOURS else 0,
        shut_days if shut_days != ALL_DAYS else 0,
    )


def _number(text: str, otherwise: int = 0) -> int:
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else otherwise
