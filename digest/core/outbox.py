"""What goes out to readers and what became of it: the words between the ledger, the outbox and the sinks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from digest.core.envelope import Envelope

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


class Reply(NamedTuple):
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
        code, enhanced, text = self
        return f"{code} {enhanced} {text}" if enhanced and text else " ".join(filter(None, (str(code), enhanced, text)))


class Outgoing(NamedTuple):
    """A delivery that a worker has claimed, with its envelope.

    Attributes:
        delivery: Its number in the ledger.
        envelope: What to hand over.
    """

    delivery: int
    envelope: Envelope


class Attempt(NamedTuple):
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


class Returned(NamedTuple):
    """A delivery that was claimed and not tried: it goes back as it was, and no attempt is counted.

    Attributes:
        delivery: Its number in the ledger.
        due: When to take it up again; None: at once.
        reason: Why, in a few words: "limit of example.com"; empty when the sink was stopped.
        failed: Whether the sink can hand over nothing at all, and a person has to look why.
    """

    delivery: int
    due: datetime | None = None
    reason: str = ""
    failed: bool = False


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


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom an edition is to go to, beside its newsletter's active subscriptions, and by which sinks.

    Attributes:
        sinks: Name of a sink to the instant after which its deliveries are not tried any more; None: no such instant.
        named: Recipients the configuration names, as mailboxes: they need no subscription.
        otherwise: Recipients where there is nobody else.
    """

    sinks: Mapping[str, datetime | None]
    named: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """An edition's deliveries by one sink, as a whole.

    Attributes:
        id: Its number; those of its deliveries begin with it, see `delivery_id`.
        planned: How many deliveries were planned with the edition.
        planned_at: When.
        expires_at: After this none is tried any more; None: never.
        next_at: When there is something to do next; None when there is not.
        held: Why nothing of it goes out until a person says so; empty: it may go.
    """

    id: int
    newsletter: str
    edition: str
    sink: str
    planned: int
    planned_at: datetime
    expires_at: datetime | None
    next_at: datetime | None
    held: str = ""


NUMBERS = 1 << 32
"""More than the deliveries of any dispatch."""


def delivery_id(dispatch: int, number: int) -> int:
    """The number of a delivery in the ledger: unique, and all of one dispatch stand together.

    Args:
        dispatch: The dispatch's number, below 2^31.
        number: Which of its deliveries, from 0.
    """
    return dispatch * NUMBERS + number


def dispatch_of(delivery: int) -> int:
    """The dispatch a delivery belongs to."""
    return delivery // NUMBERS


class Claimed(NamedTuple):
    """A delivery that a worker has claimed.

    Attributes:
        delivery: Its number in the ledger.
        subscriber: The reader's number in the roster.
        address: The reader's, normalised.
        name: The reader's; empty when it is not known.
        attempts: How many tries were spent on it.
    """

    delivery: int
    subscriber: int
    address: str
    name: str
    attempts: int


class Settled(NamedTuple):
    """What becomes of a claimed delivery in the ledger.

    Attributes:
        delivery: Its number.
        state: Where it stands from now on; "waiting" or "deferred" gives it back.
        reply: What was said of it, one line.
        place: Where it went: a relay's name, a file's path.
        due: Of a deferred one: when it is tried next.
        spent: How many attempts this was, 0 or 1.
    """

    delivery: int
    state: State
    reply: str = ""
    place: str = ""
    due: datetime | None = None
    spent: int = 1


@dataclass(frozen=True, slots=True)
class Recovered:
    """What became of deliveries whose worker had died: how many wait again, and of how many nobody knows."""

    waiting: int = 0
    uncertain: int = 0


WENT_DOWN = "the machine went down while it was being sent"
PUT_BACK = "a backup was put back: it may have gone out since"
"""Said of deliveries whose own mark may be lost: at any time since they were planned they may have gone out."""


@dataclass(frozen=True, slots=True)
class Uncertain:
    """A delivery of which nobody knows whether it arrived, as a person or a relay's log settles it.

    Attributes:
        delivery: Its number in the ledger.
        subscriber: The reader's number in the roster.
        address: The reader's; empty of who was forgotten.
        reply: What is known of it.
        place: The relay it went to.
        since: When it was about to be handed over; where that is not known, when it was planned. UTC.
        until: When that was over, the same where one instant is known.
    """

    delivery: int
    subscriber: int
    address: str
    reply: str
    place: str
    since: datetime
    until: datetime
