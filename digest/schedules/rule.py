"""A rule: what one text of a schedule means, before any zone or calendar."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Protocol

from digest.schedules.cron import HINT, looks_like_cron, parse_cron
from digest.schedules.phrases import parse_phrase

if TYPE_CHECKING:
    from datetime import time

HORIZON = 50 * 366
"""How many days are looked through for a slot: 29 February on a given day of the week may be forty years away."""


class Rule(Protocol):
    """The days and times that one text names, on the wall clock of whatever zone it will be placed in. Frozen."""

    @property
    def times(self) -> tuple[time, ...]:
        """The times of each of its days, to the minute, in order."""
        ...

    @property
    def follows_clock(self) -> bool:
        """Whether its slots are all the instants at which the clock shows such a time.

        None then where the clock skips it, two where it comes twice. Otherwise each time happens once on each day.
        """
        ...

    @property
    def start(self) -> date | None:
        """The first day it can name; None when there is none."""
        ...

    def names(self, day: date) -> bool:
        """Whether it has slots on a day."""
        ...


def parse_rule(text: str) -> Rule:
    """Read a text of a schedule: a cron expression or a phrase.

    Raises:
        ValueError: It is neither, or never happens; the message says what is expected.
    """
    is_cron = looks_like_cron(text)
    rule: Rule = parse_cron(text) if is_cron else parse_phrase(text)
    first = max(date(2000, 1, 1), rule.start or date.min).toordinal()
    if not any(rule.names(date.fromordinal(day)) for day in range(first, min(first + HORIZON, date.max.toordinal()))):
        hint = HINT if is_cron else "choose days that exist, 'last day of the month at 8' say"
        raise ValueError(f"'{text[:80]}' never happens; {hint}")
    return rule
