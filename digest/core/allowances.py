"""How much may leave by a relay: what config.yaml says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.core.sendinghours import Hours

ANY_DOMAIN = "*"
"""Stands for every domain that no other rule names, each for itself."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How many messages in a span of time; None: as many as there are.

    Attributes:
        per_second: On average; more than 0, fractions too.
        per_hour: In any sixty minutes; at least 1.
    """

    per_second: float | None = None
    per_hour: int | None = None


NO_RATE = Rate()


@dataclass(frozen=True, slots=True)
class DomainRule:
    """A rate for readers' domains. Those that one rule names have it together, as they have one host behind them.

    Attributes:
        patterns: Lower case, ASCII: `example.com`, `*.example.com` for all below it, or `*`.
        rate: Theirs.
    """

    patterns: tuple[str, ...]
    rate: Rate

    @property
    def name(self) -> str:
        """What it is known by: its patterns."""
        return " ".join(self.patterns)


@dataclass(frozen=True, slots=True)
class WarmUp:
    """Few messages on the first days of a new sender, then more: providers trust no stranger with thousands.

    A day begins with its first message and lasts 24 hours; days without mail do not count, so that a weekly newsletter
    is not taken for warm after two editions.

    Attributes:
        first: Messages on the first day; at least 1.
        factor: Each day's are so many times those of the day before; at least 1.
        days: So many days are limited.
        table: Messages a day, day by day, in place of the three others; empty for those.
    """

    first: int = 50
    factor: float = 2.0
    days: int = 14
    table: tuple[int, ...] = ()

    def of_day(self, day: int) -> int | None:
        """Messages on a day, counted from 0; None once it is warm."""
        if self.table:
            return self.table[day] if day < len(self.table) else None
        return int(self.first * self.factor**day) if day < self.days else None


@dataclass(frozen=True, slots=True)
class RelayLimits:
    """All that limits a relay.

    Attributes:
        rate: For the whole relay.
        domains: For readers' domains; the most exact pattern that fits decides.
        warm_up: None when it is warm.
        hours: When mail may leave; None: always.
    """

    rate: Rate = NO_RATE
    domains: tuple[DomainRule, ...] = ()
    warm_up: WarmUp | None = None
    hours: Hours | None = None


class DomainRules:
    """Finds the rule for a domain: by its name, else by the longest `*.` pattern above it, else `*`.

    Args:
        rules: No pattern stands in two of them.
    """

    def __init__(self, rules: tuple[DomainRule, ...]) -> None:
        self._by_pattern = {pattern: rule for rule in rules for pattern in rule.patterns}
        self._by_name = {rule.name: rule.rate for rule in rules}

    def find(self, domain: str) -> tuple[str, Rate]:
        """Under which name a domain is counted, and its rate.

        Args:
            domain: Lower case, ASCII.
        """
        if not self._by_pattern:
            return domain, NO_RATE
        pattern, rest = domain, domain
        while pattern not in self._by_pattern:
            _, dot, rest = rest.partition(".")
            if not dot:
                break
            pattern = f"*.{rest}"
        rule = self._by_pattern.get(pattern)
        if rule is not None:
            return rule.name, rule.rate
        each = self._by_pattern.get(ANY_DOMAIN)
        return domain, each.rate if each is not None else NO_RATE

    def rate_of(self, name: str) -> Rate:
        """The rate of what is counted under a name, as `find` gave it."""
        return self._by_name.get(name) or self.find(name)[1]
