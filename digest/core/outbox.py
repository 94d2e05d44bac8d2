"""What goes out to readers and what became of it: the words between the ledger, the outbox and the sinks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from digest.core.ports import Envelope

State = Literal["waiting", "claimed", "sending", "accepted", "deferred", "refused", "uncertain", "excluded"]
"""Where a delivery stands.

`waiting` until a worker takes it (`claimed`); `sending` from before the bytes that could complete it leave. `accepted`,
`refused` and `excluded` are the end of it. `deferred` waits for its next attempt. `uncertain` went out and nobody knows
whether it arrived: a person or a relay's log settles it.
"""

Stage = Literal["connection", "sender", "recipient", "data", "message"]
"""What an attempt was doing when it ended.

`connection`: greeting, EHLO, TLS, AUTH: the relay's matter, not the reader's. `sender`, `recipient`, `data`: MAIL, RCPT
and DATA: nothing was handed over. `message`: the final dot may have left, so that without a reply nobody knows.
"""


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's reply [RFC 5321 section 4.2].

    Attributes:
        code: Three digits: 250.
        enhanced: The enhanced code [RFC 3463], "5.1.1"; empty where there is none.
        text: The rest, all lines joined by a space, without control characters, at most 500 characters.
    """

    code: int
    enhanced: str
    text: str

    def __str__(self) -> str:
        return " ".join(part for part in (str(self.code), self.enhanced, self.text) if part)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A delivery that a worker has claimed, with its envelope.

    Attributes:
        delivery: Its number in the ledger.
        envelope: What to hand over.
    """

    delivery: int
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one try of a delivery ended.

    Attributes:
        delivery: Its number in the ledger.
        stage: What it was doing.
        reply: The reply that ended it; None when the connection broke, or the sink has no replies.
        trouble: What went wrong where no reply says so: "the connection was reset"; empty when nothing did.
        place: Where it went: the relay's name, a file's path.
        new: False when the sink had it already and nothing changed.
    """

    delivery: int
    stage: Stage
    reply: Reply | None
    trouble: str = ""
    place: str = ""
    new: bool = True


@dataclass(frozen=True, slots=True)
class Returned:
    """A delivery that was claimed and not tried: it goes back as it was, and no attempt is counted.

    Attributes:
        delivery: Its number in the ledger.
        due: When to take it up again; None: at once.
        reason: Why, in a few words: "limit of example.com"; empty when the sink was stopped.
    """

    delivery: int
    due: datetime | None = None
    reason: str = ""


class Queue(Protocol):
    """What a sink draws from and reports to. Not shared between threads."""

    def take(self, count: int) -> list[Outgoing]:
        """Claim up to `count` deliveries; fewer, or none, when there are no more at the moment."""
        ...

    def commit(self, done: Sequence[Attempt | Returned], going: Sequence[int]) -> Collection[int]:
        """Note what became of deliveries, and mark others as `sending`; in the ledger when this returns.

        A delivery must be marked before the bytes that could complete it leave. Called with many at once where it can
        be, as each call is one transaction.

        Args:
            done: How attempts ended, and deliveries given back.
            going: Numbers of deliveries about to go.

        Returns:
            Those of `going` that may go. The others were taken from this worker meanwhile, as their readers left or
            the claim ran out: they are dropped, and nothing is reported of them.

        Raises:
            StoreError: Nothing was noted or marked; may be tried again.
        """
        ...
