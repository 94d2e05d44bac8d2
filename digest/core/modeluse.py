"""What a model was used for and what that took, edition by edition; why a summary is none of its; its port."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

Why = Literal["no key", "unreachable", "turned away", "failed", "late", "budget", "form", "facts", "unsuited"]
"""Why a summary is not the model's, in a word: the key is not set; nobody is there; the key or a name is wrong; no
answer came; not in the edition's time; the budget is spent; it is no summary in the form asked for; it says what the
article does not; no summary of such a text could be checked."""

NO_ANSWER: frozenset[Why] = frozenset({"no key", "unreachable", "turned away", "failed", "late"})
"""Of these: what the endpoint, or the way to it, is to blame for."""


@dataclass(frozen=True, slots=True)
class TokenPrice:
    """What a million tokens cost, in any currency."""

    sent: float
    received: float


@dataclass(frozen=True, slots=True)
class Spent:
    """Calls to an endpoint, and the tokens that went there and came back."""

    calls: int = 0
    sent: int = 0
    received: int = 0

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.calls + other.calls, self.sent + other.sent, self.received + other.received)

    def __sub__(self, other: Spent) -> Spent:
        return Spent(self.calls - other.calls, self.sent - other.sent, self.received - other.received)

    def cost(self, price: TokenPrice) -> float:
        """What the tokens cost, in the price's currency."""
        return (self.sent * price.sent + self.received * price.received) / 1_000_000


NOTHING = Spent()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the summaries that were to be a model's.

    Attributes:
        written: How many are.
        kept: How many were judged by an answer that was there already, and cost nothing.
        refused: How many are not, by `Why`.
    """

    written: int = 0
    kept: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Used:
    """What a model was used for.

    Attributes:
        spent: What it took.
        money: What that cost, by the price of its day; 0 where none was given.
        outcome: What came of it.
    """

    spent: Spent = NOTHING
    money: float = 0.0
    outcome: Outcome = Outcome()


@dataclass(frozen=True, slots=True)
class ModelTrouble:
    """A model that has answered nothing of all that it was last asked.

    Attributes:
        model: Which one, and where: another one is none the worse for it.
        since: From when on. Aware.
        text: Why, and what to do.
    """

    model: str
    since: datetime
    text: str


class ModelUse(Protocol):
    """What models were used for. Not shared between threads."""

    def spent(self, newsletter: str, edition: str) -> Spent:
        """What the summaries of an edition have taken so far, however often it was begun."""
        ...

    def spend(self, newsletter: str, edition: str, more: Spent, money: float, now: datetime) -> None:
        """Note that they take so much more; less than nothing is put back. The edition counts for the day of `now`."""
        ...

    def settle(self, newsletter: str, edition: str, outcome: Outcome, now: datetime) -> None:
        """Note what came of them, in place of what came of them at an earlier try."""
        ...

    def days(self, newsletter: str, first: date | None = None) -> Mapping[date, Used]:
        """What they took and came to by the day in UTC, in order.

        Args:
            newsletter: Its key.
            first: No earlier day; None: all of them.
        """
        ...

    def trouble(self) -> ModelTrouble | None:
        """The model that does not answer; None where the last one did, or was not asked yet."""
        ...

    def note(self, model: str, text: str | None, now: datetime) -> None:
        """Note why a model does not answer; None: it does. One that goes on not to keeps its beginning."""
        ...


def total(used: Iterable[Used]) -> Used:
    """All of it together."""
    found: Sequence[Used] = list(used)
    refused: Counter[str] = Counter()
    for each in found:
        refused.update(each.outcome.refused)
    return Used(
        sum((each.spent for each in found), NOTHING),
        sum(each.money for each in found),
        Outcome(
            sum(each.outcome.written for each in found),
            sum(each.outcome.kept for each in found),
            dict(sorted(refused.items())),
        ),
    )
