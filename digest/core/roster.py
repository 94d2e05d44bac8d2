"""Who subscribes to what: subscribers, their subscriptions, and suppressions apart from them.

A subscription is a person's tie to one newsletter; it is never deleted when it ends, so that nobody who left comes back
by an import. A suppression is a veto on an address for all newsletters, whatever its subscriptions say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

State = Literal["pending", "active", "unsubscribed"]
Reason = Literal["bounce", "complaint", "by hand", "forgotten"]
OutcomeKind = Literal["added", "confirmed", "returned", "left", "suppressed", "unchanged", "refused"]

CONFIRMABLE = timedelta(days=7)
"""How long the link in the message that asks for a confirmation works."""

LONGEST_NAME = 200
"""Characters of a person's name."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A person, as the address says.

    Attributes:
        address: Normalised, see `digest.core.address`.
        since: When the roster first had it, UTC.
        name: One line; empty when it is not known.
    """

    address: str
    since: datetime
    name: str = ""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A person's tie to one newsletter.

    Attributes:
        newsletter: The newsletter's key.
        state: "pending" until consent is confirmed; only "active" ones are written to.
        changed_at: When the state became what it is.
        consent_at: When the person agreed; None when nobody knows.
        source: Where the subscription came from: `by hand`, `import list.csv (Ghost)`.
        proof: What there is to show for it: times and addresses as an export states them.
    """

    newsletter: str
    state: State
    changed_at: datetime
    consent_at: datetime | None = None
    source: str = ""
    proof: str = ""


@dataclass(frozen=True, slots=True)
class Suppression:
    """A veto on an address.

    Attributes:
        reason: Why. Of who is "forgotten" nothing is kept but a keyed hash.
        since: From when on.
        detail: One line for people: a server's reply, say.
    """

    reason: Reason
    since: datetime
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """All that the roster knows of one address; each part may be missing."""

    subscriber: Subscriber | None
    subscriptions: tuple[Subscription, ...]
    suppression: Suppression | None


@dataclass(frozen=True, slots=True)
class Member:
    """One subscription with its person, as lists and exports show it."""

    subscriber: Subscriber
    subscription: Subscription
    suppression: Suppression | None = None

    @property
    def suppressed(self) -> Reason | None:
        """Why nothing is sent there; None where nothing is in the way."""
        return self.suppression.reason if self.suppression else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What somebody asks of the roster for one address and one newsletter.

    Attributes:
        address: Normalised.
        state: What the subscription is to be.
        suppress: Suppress the address instead, for this reason.
        changed_at: Since when it is so; None means the instant it is taken in.
        consent_at: None means the instant it is taken in, too, unless it is `undated`.
        undated: Nobody knows when the person agreed.
        since: When a roster first had the person; None means the instant it is taken in.
        suppression: Stands beside the subscription, which is noted all the same: nothing is sent while it stands.
        row: What the row it was read from is known by, where that says that somebody left and not when; else empty.
    """

    address: str
    state: State = "active"
    name: str = ""
    suppress: Reason | None = None
    changed_at: datetime | None = None
    consent_at: datetime | None = None
    source: str = ""
    proof: str = ""
    undated: bool = False
    since: datetime | None = None
    suppression: Suppression | None = None
    row: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an enrolment.

    Attributes:
        kind: "left" when it ended a subscription or noted one that had ended, "refused" when a rule forbids it.
        reason: Why it was refused; empty otherwise.
    """

    kind: OutcomeKind
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row of a file of subscribers.

    Attributes:
        line: Where it begins, from 1.
        text: The row as it stands there.
        enrolment: What it asks; None when it cannot be used.
        reason: Why it cannot; empty when it can.
        newsletter: Whose subscription it is; empty of one that only suppresses.
    """

    line: int
    text: str
    enrolment: Enrolment | None
    reason: str = ""
    newsletter: str = ""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased of a person.

    Attributes:
        known: Whether the roster had the address.
        deliveries: How many deliveries named it.
        places: Where file sinks said they put its messages, in order.
    """

    known: bool
    deliveries: int
    places: tuple[str, ...]


def decide(
    wanted: Enrolment,
    known: Subscription | None,
    suppression: Suppression | None,
    *,
    again: bool = False,
    seen: bool = False,
) -> Outcome:
    """What becomes of an enrolment: the rules of membership.

    Pending, active, unsubscribed: it only ever moves a subscription on, so that the order of rows and doing it twice
    make no difference. Back again goes only who asked anew.

    Args:
        wanted: What is asked.
        known: The subscription there is, if any.
        suppression: The veto on the address, if any.
        again: Whether the person has asked to come back after leaving.
        seen: Whether the very row that asks it was taken in before.
    """
    if suppression is not None and suppression.reason == "forgotten":
        return Outcome("refused", f"was forgotten on {suppression.since:%Y-%m-%d} at the person's request")
    if wanted.suppress is not None:
        return Outcome("unchanged" if suppression is not None else "suppressed")
    if wanted.state == "unsubscribed":
        return _leaving(wanted, known, seen=seen)
    if suppression is not None and wanted.suppression is None:
        return Outcome("refused", f"is suppressed since {suppression.since:%Y-%m-%d} ({suppression.reason})")
    return _joining(wanted, known, again=again)


def _leaving(wanted: Enrolment, known: Subscription | None, *, seen: bool) -> Outcome:
    """Better one reader too few: only of what is known to be older than the consent is it said so."""
    if known is None or known.state == "unsubscribed":
        return Outcome("left" if known is None else "unchanged")
    if wanted.changed_at is None:
        return Outcome("refused", "was taken in before, and the person is back since") if seen else Outcome("left")
    if known.consent_at is not None and wanted.changed_at < known.consent_at:
        since = f"{known.consent_at:%Y-%m-%d}"
        return Outcome("refused", f"left on {wanted.changed_at:%Y-%m-%d}, and has agreed anew since, on {since}")
    return Outcome("left")


def _joining(wanted: Enrolment, known: Subscription | None, *, again: bool) -> Outcome:
    if known is None:
        return Outcome("added")
    if known.state == "unsubscribed":
        if again:
            return Outcome("returned")
        return Outcome("refused", f"unsubscribed on {known.changed_at:%Y-%m-%d}")
    return Outcome("confirmed" if (known.state, wanted.state) == ("pending", "active") else "unchanged")


def veto(state: State | None, suppressed: Reason | None, *, fixed: bool) -> str:
    """Why a message must not be handed over to an address, asked right before it is; empty when it may be.

    Args:
        state: Of its subscription to the newsletter; None when it has none.
        suppressed: Why it is suppressed; None when it is not.
        fixed: Whether it is one of the recipients that the configuration names.
    """
    if suppressed is not None:
        return f"suppressed: {suppressed}"
    if state == "unsubscribed":
        return "unsubscribed"
    if state == "active" or fixed:
        return ""
    return "has not confirmed the subscription" if state == "pending" else "does not subscribe any more"


class Roster(Protocol):
    """Who subscribes to what, and who must not be written to. Not shared between threads.

    Every change is one transaction, durable when the method returns; several processes may work at once. Addresses are
    normalised by the caller and compared without case. `now` and all instants are aware and come back in UTC.
    """

    def person(self, address: str) -> Person:
        """All that is known of an address."""
        ...

    def enrol(
        self, newsletter: str, wanted: Sequence[Enrolment], now: datetime, *, again: bool = False
    ) -> list[Outcome]:
        """Carry out what `decide` says of each, in order, all in one transaction.

        A person may be there twice: the second is decided by what the first left. Who leaves keeps the consent that
        was noted; who comes back gets the new one, who confirms the later of the two.
        """
        ...

    def leave(self, address: str, newsletter: str | None, now: datetime) -> list[str]:
        """End the subscriptions of an address, or the one; says which were not ended before, in order.

        Here and in `suppress` and `forget`, deliveries not begun yet are excluded in the same transaction.
        """
        ...

    def leave_as(self, subscriber: int, newsletter: str, now: datetime, source: str) -> bool:
        """End the subscription of a subscriber by number; False when there is none, or one who was forgotten.

        Noted even of one who never subscribed: a recipient that the configuration names leaves this way.
        """
        ...

    def subscriber(self, number: int) -> Subscriber | None:
        """A subscriber by number; None when there is none, or one who was forgotten."""
        ...

    def number(self, address: str) -> int | None:
        """The number of a subscriber; None when there is none."""
        ...

    def suppress(self, address: str, reason: Reason, detail: str, now: datetime) -> bool:
        """Suppress an address; False when it was suppressed already: the first reason stays."""
        ...

    def lift(self, address: str) -> Suppression | None:
        """End a suppression; the one that was ended, if there was one."""
        ...

    def forget(self, address: str, now: datetime) -> Forgotten:
        """Erase a person: subscriber, subscriptions, and the address in every delivery.

        What is left is a suppression with a keyed hash of the address, and deliveries that name nobody; those not
        settled yet are excluded.
        """
        ...

    def members(self, newsletter: str | None = None, state: State | None = None) -> Iterator[Member]:
        """Subscriptions in the order the subscribers came, then by newsletter; read in small batches."""
        ...

    def suppressed(self, *, alone: bool = False) -> Iterator[tuple[str, Suppression]]:
        """Suppressed addresses with their vetoes, oldest first; read in small batches.

        Who was forgotten is not among them: of these there is no address.

        Args:
            alone: Only of who has no subscription at all.
        """
        ...

    def forgotten(self) -> int:
        """How many people were forgotten."""
        ...

    def counts(self, newsletter: str) -> Mapping[State, int]:
        """How many subscriptions of a newsletter are in each state; none is left out."""
        ...
