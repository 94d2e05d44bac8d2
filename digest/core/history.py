"""What became of the mail to one person, as an operator asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from digest.core.outbox import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """One delivery to a person.

    Attributes:
        newsletter, edition, sink: Which.
        state: Where it stands.
        attempts: How often it was tried.
        reply: What was said of it last, one line.
        settled_at: When it came to stand so, UTC; None while it waits.
    """

    newsletter: str
    edition: str
    sink: str
    state: State
    attempts: int
    reply: str
    settled_at: datetime | None
