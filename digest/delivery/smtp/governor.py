"""Who says how fast: asked before each MAIL, told of what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from digest.core.outbox import Reply


class Governor(Protocol):
    """Limits of relays and domains. Called for every message: must be quick. Not shared between threads.

    Instants are aware. A domain is in lower case; empty where it is about the relay as a whole.
    """

    def wait(self, relay: str, domain: str, now: datetime) -> datetime | None:
        """Whether a message may go to a domain by a relay: None, or when to ask again.

        Asked with an empty domain first: whether the relay may take any message at all.
        """
        ...

    def sent(self, relay: str, domain: str, now: datetime) -> None:
        """A message goes; it counts whatever becomes of it."""
        ...

    def throttled(self, relay: str, domain: str, reply: Reply, now: datetime) -> None:
        """The relay, or the domain behind it, asked for less: 421 or 4.7.x."""
        ...

    def paused(self, relay: str, reason: str, now: datetime) -> None:
        """The relay does not let us in: a person has to look."""
        ...
