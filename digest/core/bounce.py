"""What comes back: reports about messages that went out, and what each does to its reader.

A report changes something only for a delivery that its VERP address names (`decide`): anybody can write a message that
looks like a bounce, but not one to an address that only the reader's own server was given.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

Kind = Literal["hard", "soft", "policy", "complaint", "auto-reply", "none"]
"""What a report says.

`hard`: the address does not exist, and will not tomorrow. `soft`: it did not work this time: a full mailbox,
greylisting, a server out of reach. `policy`: what was sent, or who sent it, was refused; it says nothing of the reader.
`complaint`: the reader called it spam or wants no more of it. `auto-reply`: a program answered for a person.
`none`: no report, or one of something that is no failure.
"""

Effect = Literal["suppress", "count", "unsubscribe", "nothing"]
"""What a report does to its reader: `count` keeps it as a soft bounce for the score. `unsubscribe` ends one
subscription, as the reader has asked by mail."""

Cause = Literal["", "hard bounce", "soft bounces", "complaint"]
"""Why a reader is suppressed; empty when nobody is."""

Provider = Literal["ses", "postmark", "mailgun", "sendgrid"]
"""A mail service that reports by webhook what comes back."""

VERP_KEY = "verp"
"""Under this name a message's own data (metadata, variables, arguments) carries its VERP sender, where a service
replaces the envelope sender by one of its own."""


@dataclass(frozen=True, slots=True)
class ReportedRecipient:
    """Whom a report is about.

    Attributes:
        address: The address as reported, without angle brackets; empty where the report names none.
        status: The enhanced code [RFC 3463], "5.1.1"; empty where there is none.
        action: "failed", "delayed", "delivered", "relayed" or "expanded" [RFC 3464 section 2.3.3]; empty where the
            report is no bounce.
    """

    address: str
    status: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What one message, or one event of a webhook, reports.

    Attributes:
        id: The same for the same report, whenever it is read: whoever keeps it can take a report twice unharmed.
        kind: What it says.
        why: The rule that decided so, in a few words: "mailbox full".
        recipients: Whom it is about, in the report's order.
        diagnostic: The words of the server that refused, on one line, at most 500 characters; empty where unknown.
        sent_to: Addresses that the report itself may have been sent to, likeliest first: one of them is the VERP
            sender of the original message.
        message_id: Message-ID of the original, with its angle brackets; empty where unknown.
        feedback_type: The Feedback-Type of a complaint [RFC 5965], in small letters; empty otherwise.
    """

    id: str
    kind: Kind
    why: str = ""
    recipients: tuple[ReportedRecipient, ...] = ()
    diagnostic: str = ""
    sent_to: tuple[str, ...] = ()
    message_id: str = ""
    feedback_type: str = ""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How many soft bounces a reader may have.

    Attributes:
        threshold: The score at which a reader is suppressed.
        days: The bounces must lie on so many different days (UTC): one bad night of a server is no dead address.
        half_life: After it a bounce counts half. With 14 days a weekly newsletter's dead mailbox would never score
            more than 3.4; with 120, the sixth bounce in a row is one too many daily and weekly, the tenth monthly.
    """

    threshold: float = 5.0
    days: int = 3
    half_life: timedelta = timedelta(days=120)

    def __post_init__(self) -> None:
        if not (
            math.isfinite(self.threshold) and self.threshold > 0 and self.days > 0 and self.half_life > timedelta()
        ):
            raise ValueError("threshold, days and half-life of soft bounces must all be more than nothing")


DEFAULT_TOLERANCE = Tolerance()


@dataclass(frozen=True, slots=True)
class Decision:
    """What a report does.

    Attributes:
        effect: To the reader.
        cause: Of the suppression; empty unless the effect is `suppress`.
        why: In a sentence, for the ledger and the operator.
    """

    effect: Effect
    cause: Cause = ""
    why: str = ""


def score(history: Iterable[datetime], now: datetime, half_life: timedelta = DEFAULT_TOLERANCE.half_life) -> float:
    """The weight of soft bounces: each counts 1, and half as much with each half-life that has passed since.

    Args:
        history: When the bounces were taken, aware; one that lies after `now` counts 1.
        now: Aware.
        half_life: More than nothing.
    """
    # fsum is exact, so that the order of the history makes no difference.
    return math.fsum(0.5 ** (max(timedelta(), now - instant) / half_life) for instant in history)


def worn_out(history: Iterable[datetime], now: datetime, tolerance: Tolerance = DEFAULT_TOLERANCE) -> bool:
    """Whether soft bounces have become too many.

    Args:
        history: When they were taken, aware, this one included.
        now: Aware.
        tolerance: How many there may be.
    """
    instants = list(history)
    days = {instant.astimezone(UTC).date() for instant in instants}
    return len(days) >= tolerance.days and score(instants, now, tolerance.half_life) >= tolerance.threshold


def decide(
    report: Report,
    delivery: int | None,
    history: Iterable[datetime],
    now: datetime,
    tolerance: Tolerance = DEFAULT_TOLERANCE,
) -> Decision:
    """What a report does to the reader of a delivery.

    Args:
        report: The report.
        delivery: The delivery that the report's VERP address names (of a message that asked to confirm: the
            subscriber), once its token has been verified; None when it names none.
        history: When earlier soft bounces of the same reader were taken, aware.
        now: Aware.
        tolerance: How many soft bounces there may be.
    """
    if delivery is None:
        return Decision("nothing", why="it came to no address that digest has given out")
    if report.kind == "hard":
        return Decision("suppress", "hard bounce", f"hard bounce: {report.why or 'the address does not exist'}")
    if report.kind == "complaint":
        return Decision("suppress", "complaint", f"complaint: {report.feedback_type or report.why or 'abuse'}")
    if report.kind == "soft":
        instants = [*history, now]
        points = score(instants, now, tolerance.half_life)
        if worn_out(instants, now, tolerance):
            return Decision("suppress", "soft bounces", f"soft bounces: score {points:.1f}, the last: {report.why}")
        return Decision("count", why=f"soft bounce: {report.why}; score {points:.1f} of {tolerance.threshold:g}")
    return Decision("nothing", why=f"{report.kind}: {report.why}" if report.why else report.kind)
