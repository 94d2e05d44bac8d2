"""Twilio SendGrid: batches of events, signed with ECDSA on P-256 over a time and the body."""

from __future__ import annotations

import binascii
from base64 import b64decode
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from digest.bounces.webhooks.event import (
    UNCLEAR,
    check_fresh,
    from_epoch,
    header,
    judged,
    parsed,
    report,
    text,
)
from digest.core.bounce import VERP_KEY, ReportedRecipient
from digest.core.errors import ForgedError, SourceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from digest.bounces.webhooks.event import Meaning
    from digest.core.bounce import Report

_PLACE = "webhook sendgrid"
_SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
_TIME = "X-Twilio-Email-Event-Webhook-Timestamp"
_COMPLAINTS: dict[str, Meaning] = {
    "spamreport": ("complaint", "abuse"),
    "unsubscribe": ("complaint", "opt-out"),
    "group_unsubscribe": ("complaint", "opt-out"),
}
# SendGrid's own classes of bounces, for what the server's own words leave open.
_CLASSES: dict[str, Meaning] = {
    "invalid address": ("hard", "no such address"),
    "technical": ("soft", "server in trouble"),
    "mailbox unavailable": ("soft", "mailbox trouble"),
    "content": ("policy", "content refused"),
    "reputation": ("policy", "taken for spam"),
    "frequency/volume": ("policy", "refused by policy"),
}
# What SendGrid did not send at all, by the beginning of its reason.
_DROPPED: dict[str, Meaning] = {
    "bounced address": ("hard", "suppressed by SendGrid after a hard bounce"),
    "invalid": ("hard", "no such address"),
    "spam reporting address": ("complaint", "abuse"),
    "unsubscribed address": ("complaint", "opt-out"),
    "spam content": ("policy", "taken for spam"),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What SendGrid signs with.

    Attributes:
        public_key: The verification key, as SendGrid shows it: base64 of its DER form.
        fresh: How old a signature may be: what could not be posted is posted again for a day.
    """

    public_key: str
    fresh: timedelta = timedelta(days=1)


def read(headers: Mapping[str, str], body: bytes, settings: Settings, now: datetime) -> list[Report]:
    """The reports of a posted batch; none for events that report nothing.

    Args:
        headers: Of the request.
        body: As posted, to the byte: it is what is signed.
        settings: What SendGrid signs with.
        now: Aware.

    Raises:
        ForgedError: The signature is missing, not right, or not fresh.
        SourceError: It cannot be read.
        UsageError: The key of the settings is none.
    """
    stamp = header(headers, _TIME)
    try:
        signature = b64decode(header(headers, _SIGNATURE), validate=True)
        signed = stamp.encode("utf-8", "surrogatepass") + body
        _key(settings).verify(signature, signed, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError) as error:
        raise ForgedError(
            "the events are not signed with SendGrid's key: switch the signed event webhook on, and compare the "
            "verification key with the configuration",
            place=_PLACE,
        ) from error
    check_fresh(from_epoch(stamp), now, settings.fresh, _PLACE)
    events = parsed(body, _PLACE)
    if not isinstance(events, list):
        raise SourceError("the events are no list", place=_PLACE)
    return [found for event in events if (found := _report(event)) is not None]


def _key(settings: Settings) -> ec.EllipticCurvePublicKey:
    try:
        key = load_der_public_key(b64decode(settings.public_key, validate=True))
    except (binascii.Error, ValueError, UnsupportedAlgorithm) as error:
        raise UsageError("is no public key: copy the verification key from SendGrid", place=_PLACE) from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise UsageError("is no key on P-256: copy the verification key from SendGrid", place=_PLACE)
    return key


def _report(event: Any) -> Report | None:
    name, reason = text(event, "event"), text(event, "reason")
    if name in _COMPLAINTS:
        kind, why = _COMPLAINTS[name]
    elif name == "bounce":
        kind, why = _bounce(event, reason)
    elif name == "dropped":
        kind, why = _dropped(reason)
    else:
        return None
    feedback = why if kind == "complaint" else ""
    return report(
        ("sendgrid", text(event, "sg_event_id"), text(event, "email"), name),
        kind,
        why,
        (ReportedRecipient(text(event, "email"), text(event, "status"), "" if feedback else "failed"),),
        diagnostic=reason,
        sent_to=(text(event, VERP_KEY),),
        message_id=text(event, "smtp-id"),
        feedback_type=feedback,
    )


def _bounce(event: Any, reason: str) -> Meaning:
    kind = text(event, "type").lower()
    hint = _CLASSES.get(text(event, "bounce_classification").lower(), UNCLEAR)
    if kind == "expired":
        hint = ("soft", "server out of reach")
    elif kind == "blocked" and hint == UNCLEAR:
        hint = ("policy", "refused by policy")
    return judged(hint, text(event, "status"), reason)


def _dropped(reason: str) -> Meaning:
    found = (meaning for start, meaning in _DROPPED.items() if reason.lower().startswith(start))
    return next(found, ("none", "not sent"))
