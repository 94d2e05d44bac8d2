"""What goes out to readers and what became of it: the words between the ledger, the outbox and the sinks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import datetime, timedelta

    from digest.core.model import DeliveryCounts
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


class Ledger(Protocol):
    """What happened to every delivery. Not shared between threads; several processes may work at once.

    A worker claims deliveries under a batch, which has a lease and whose number is the fence: once another has
    recovered the batch, nothing done under it counts any more.
    """

    def open(self, newsletter: str | None = None) -> list[Dispatch]:
        """The dispatches that have deliveries still to be made, oldest edition first."""
        ...

    def dispatches(self, newsletter: str, edition: str) -> list[Dispatch]:
        """All dispatches of an edition, by sink."""
        ...

    def dispatch(self, number: int) -> Dispatch:
        """A dispatch by its number.

        Raises:
            StoreError: There is none.
        """
        ...

    def due(self, newsletter: str, sinks: Collection[str], now: datetime) -> bool:
        """Whether one of these sinks has something to do now. Cheap."""
        ...

    def hold(self, dispatch: int, reason: str) -> None:
        """Keep a dispatch back until a person says otherwise; an empty reason lets it go."""
        ...

    def prolong(self, dispatch: int, until: datetime) -> None:
        """Let a dispatch go that was held because its time was over; its deliveries are tried until then."""
        ...

    def begin(self, dispatch: int, holder: str, now: datetime, lease: timedelta) -> int:
        """Begin a batch, and say its number."""
        ...

    def claim(self, dispatch: int, batch: int, count: int, now: datetime) -> list[Claimed]:
        """Claim up to `count` deliveries that wait or are due again, in order.

        Readers who may not be written to any more are passed over, and their deliveries settled as excluded; so are
        deferred ones that have expired. Nothing is claimed under a batch that has been ended.
        """
        ...

    def commit(
        self,
        batch: int,
        settled: Sequence[Settled],
        going: Sequence[int],
        now: datetime,
        lease: tuple[datetime, datetime] | None = None,
    ) -> Collection[int]:
        """Note what became of deliveries, and mark others as `sending`, in one transaction.

        Args:
            batch: Under which they were claimed.
            settled: What became of some; those that are not this batch's any more stay as they are.
            going: About to be handed over.
            now: The instant.
            lease: Renew the lease: when that is, and until when, both by the clock as in `begin`.

        Returns:
            Those of `going` that are marked; none when the batch has been ended.

        Raises:
            StoreError: Nothing was changed.
        """
        ...

    def end(self, batch: int, now: datetime, *, repeatable: bool = False) -> None:
        """End a batch: what it has claimed waits again, what it was sending is uncertain; note what is due next.

        Args:
            batch: Its number; one that has been ended stays as it is.
            now: The instant.
            repeatable: Whether its sink takes nothing twice: then what it was sending simply waits again.
        """
        ...

    def recover(
        self,
        now: datetime,
        gone: Callable[[str], bool],
        rebooted: Callable[[str], bool],
        repeatable: Collection[str] = (),
    ) -> Recovered:
        """End the batches whose worker is gone or silent for longer than its lease.

        Args:
            now: The instant, by the clock.
            gone: Whether a holder is known not to live any more.
            rebooted: Whether the holder's machine was started anew since, so that its last marks may be lost: then
                what it had claimed is uncertain too.
            repeatable: Sinks that take nothing twice: what one of them was sending simply waits again.
        """
        ...

    def left(self, dispatch: int) -> int:
        """How many of its deliveries are still to be made."""
        ...

    def tried(self, dispatch: int) -> int:
        """How many of its deliveries a server has accepted or refused for good."""
        ...

    def untried(self, dispatch: int) -> bool:
        """Whether a dispatch has deliveries that were never begun."""
        ...

    def stop(self, newsletter: str, reason: str, now: datetime) -> None:
        """Keep all mail of a newsletter back until a person says otherwise; the first reason stays."""
        ...

    def stopped(self, newsletter: str) -> str:
        """Why its mail is kept back; empty when it is not."""
        ...

    def go_on(self, newsletter: str) -> bool:
        """Let its mail go out again; False when it was not kept back."""
        ...

    def counts(self, newsletter: str, edition: str) -> DeliveryCounts:
        """How the deliveries of an edition stand, over all sinks; counted row by row."""
        ...

    def tally(self, newsletter: str, edition: str) -> list[tuple[str, State, str, str, int]]:
        """How they stand by sink, state, domain and reply: how many of each, the most first."""
        ...

    def places(self, dispatch: int, state: State) -> Iterator[tuple[Claimed, str]]:
        """The deliveries of a dispatch in a state, and where each went, in order."""
        ...

    def uncertain(self, newsletter: str | None = None, edition: str | None = None) -> list[Uncertain]:
        """Deliveries of which nobody knows, oldest first."""
        ...

    def doubts(self, newsletter: str) -> int:
        """How many `uncertain` would list of a newsletter."""
        ...

    def decide(
        self, delivery: int, state: Literal["accepted", "refused", "waiting"], reply: str, now: datetime
    ) -> bool:
        """Settle an uncertain delivery; False when it was not uncertain."""
        ...

    def release(self, dispatch: int, now: datetime) -> int:
        """Take deferred deliveries up again at once; how many."""
        ...

    def mark(self) -> tuple[str, int, int]:
        """Which store this is, how many steps were made with it, and the last dispatch that was planned.

        A step is a batch that is begun, renewed or ended. There are no fewer than the number of any batch.
        """
        ...

    def restored(self, step: int, dispatch: int, until: datetime) -> int:
        """Go on with an old copy of the store: what was planned until then and waits may have gone out since.

        Args:
            step: The last one that was made; the numbers of batches up to it are not used again.
            dispatch: The last one that was planned; nor is this.
            until: When that was.

        Returns:
            How many deliveries are uncertain now.
        """
        ...

    def reader_of(self, delivery: int) -> tuple[str, str, int, str] | None:
        """Newsletter, edition, subscriber and address of a delivery; None where there is none. For bounces."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounced:
    """A delivery that came back, or was refused for good.

    Attributes:
        report: What the report is known by, at most 64 characters: the same one is kept once.
        newsletter, edition, subscriber: Of the delivery.
        kind: "hard", "soft", "policy" or "complaint".
        detail: One line for people.
        at: When it was taken.
    """

    report: str
    newsletter: str
    edition: str
    subscriber: int
    kind: str
    detail: str
    at: datetime


class Bounces(Protocol):
    """What came back. Not shared between threads."""

    def note(self, bounce: Bounced) -> bool:
        """Keep what came of a delivery; False when the same report was kept before."""
        ...

    def soft(self, subscriber: int, besides: str = "") -> list[datetime]:
        """When the soft bounces of a reader were taken, oldest first; without the report `besides`."""
        ...

    def kept(self, newsletter: str | None = None, most: int | None = None) -> Iterator[tuple[Bounced, str]]:
        """What came back, the latest first, each with the reader's address, which is empty of who was forgotten.

        Args:
            newsletter: Of this one alone.
            most: No more than so many.
        """
        ...

    def counts(self, newsletter: str, edition: str) -> Mapping[str, int]:
        """How many readers of an edition gave each kind."""
        ...
