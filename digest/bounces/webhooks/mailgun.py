"""Mailgun: events signed with HMAC-SHA256 over a time and a token that is used once."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from digest.bounces.webhooks.event import (
    UNCLEAR,
    check_fresh,
    from_epoch,
    inside,
    judged,
    parsed,
    report,
    text,
)
from digest.core.bounce import VERP_KEY, ReportedRecipient
from digest.core.errors import ForgedError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from digest.bounces.webhooks.event import Meaning
    from digest.core.bounce import Kind, Report

Seen: TypeAlias = Callable[[str], bool]
"""Remembers a token; True when it was known before. It must remember for as long as events are fresh."""

_PLACE = "webhook mailgun"
# Reasons of Mailgun for a permanent failure, for what the server's own words leave open.
_REASONS: dict[str, Meaning] = {
    "bounce": ("hard", "no such address"),
    "hardfail": ("hard", "no such address"),
    "suppress-bounce": ("hard", "suppressed by Mailgun after a hard bounce"),
    "suppress-complaint": ("complaint", "abuse"),
    "suppress-unsubscribe": ("complaint", "opt-out"),
    "old": ("soft", "server out of reach"),
    "generic": UNCLEAR,
    "espblock": ("policy", "refused by policy"),
    "greylisted": ("soft", "greylisted"),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What Mailgun signs with.

    Attributes:
        key: The webhook signing key of the account.
        fresh: How old a signature may be.
    """

    key: str = field(repr=False)
    fresh: timedelta = timedelta(minutes=15)


def read(headers: Mapping[str, str], body: bytes, settings: Settings, now: datetime, seen: Seen) -> list[Report]:
    """The report of a posted event; none for events that report nothing.

    Args:
        headers: Of the request; Mailgun signs within the body, so none is needed.
        body: As posted.
        settings: What Mailgun signs with.
        now: Aware.
        seen: Remembers the tokens of signatures; asked once a signature is known to be good.

    Raises:
        ForgedError: The signature is not right, not fresh, or was used before.
        SourceError: It cannot be read.
    """
    del headers
    event = parsed(body, _PLACE)
    _check(event, settings, now, seen)
    data = inside(event, "event-data")
    name = text(data, "event")
    if name in {"complained", "unsubscribed"}:
        kind = "abuse" if name == "complained" else "opt-out"
        return [_report(data, "complaint", f"feedback: {kind}", "", kind)]
    # A temporary failure is tried again by Mailgun: a delay.
    if name == "failed" and text(data, "severity") == "permanent":
        status, words = text(data, "delivery-status", "enhanced-code"), _words(data)
        reason = _REASONS.get(text(data, "reason"), UNCLEAR)
        found, why = reason if text(data, "reason").startswith("suppress-") else judged(reason, status, words)
        return [_report(data, found, why, status, why if found == "complaint" else "")]
    return []


def _check(event: Any, settings: Settings, now: datetime, seen: Seen) -> None:
    stamp, token = text(event, "signature", "timestamp"), text(event, "signature", "token")
    wanted = hmac.new(settings.key.encode(), f"{stamp}{token}".encode("utf-8", "surrogatepass"), hashlib.sha256)
    shown = text(event, "signature", "signature").encode("utf-8", "surrogatepass")
    if not settings.key or not token or not hmac.compare_digest(shown, wanted.hexdigest().encode()):
        raise ForgedError(
            "the event is not signed with our key: compare the webhook signing key at Mailgun with the configuration",
            place=_PLACE,
        )
    check_fresh(from_epoch(stamp), now, settings.fresh, _PLACE)
    if seen(token):
        raise ForgedError("the event's signature was used before", place=_PLACE)


def _words(data: Any) -> str:
    code = text(data, "delivery-status", "code")
    return f"{code} {text(data, 'delivery-status', 'message')} {text(data, 'delivery-status', 'description')}".strip()


def _report(data: Any, kind: Kind, why: str, status: str, feedback: str) -> Report:
    failed = "failed" if text(data, "event") == "failed" else ""
    return report(
        ("mailgun", text(data, "id"), text(data, "recipient"), text(data, "event")),
        kind,
        why,
        (ReportedRecipient(text(data, "recipient"), status, failed),),
        diagnostic=_words(data),
        sent_to=(text(data, "user-variables", VERP_KEY), text(data, "envelope", "sender")),
        message_id=text(data, "message", "headers", "message-id"),
        feedback_type=feedback,
    )
