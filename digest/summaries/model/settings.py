"""Which model is asked, and what it may cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta

    from digest.core.modeluse import TokenPrice


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """A model behind an endpoint, and its limits.

    Attributes:
        model: As the endpoint calls it.
        url: Where the endpoint's API begins, `https://api.openai.com/v1`.
        key: The environment variable that holds the key; empty for an endpoint that asks for none.
        parallel: At most so many calls side by side.
        timeout: Of one call.
        limit: How long an edition waits for all of its summaries.
        retries: How often a call that failed is tried again.
        calls: At most so many calls for an edition, tries among them.
        tokens: At most so many tokens for an edition, sent and received; None for no limit.
        money: At most so much for an edition, in the currency of the price; None for no limit.
        price: Of tokens; None where nobody has said.
    """

    model: str
    url: str
    key: str
    parallel: int
    timeout: timedelta
    limit: timedelta
    retries: int
    calls: int
    tokens: int | None
    money: float | None = None
    price: TokenPrice | None = None

    @property
    def identity(self) -> str:
        """What is asked, by what and where: what is known of it holds for no other."""
        return f"{self.url} {self.model} {self.key}"
