"""Amazon SES, by way of SNS: notifications signed with a certificate of SNS.

Anybody with an account there can have SNS sign what they like: what makes an event ours is its topic.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from digest.bounces.feedback import COMPLAINTS
from digest.bounces.webhooks.event import NOT_NOW, UNCLEAR, check_fresh, inside, items, judged, parsed, report, text
from digest.core.bounce import ReportedRecipient
from digest.core.errors import ForgedError, SourceError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.bounces.webhooks.event import Meaning
    from digest.core.bounce import Report

Fetch: TypeAlias = Callable[[str], bytes]
"""Gets what stands under an https address; may keep it, as certificates change once a year or so."""

_PLACE = "webhook ses"
_HOST = re.compile(r"sns\.[a-z0-9-]{3,30}\.amazonaws\.com(?:\.cn)?")
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
_HASHES = {"1": hashes.SHA1, "2": hashes.SHA256}
# What SES makes of a bounce, by type and then subtype; used where the server's own words say nothing.
_BOUNCES: dict[tuple[str, str], Meaning] = {
    ("Permanent", "General"): ("hard", "no such address"),
    ("Permanent", "NoEmail"): ("hard", "no such address"),
    ("Permanent", "Suppressed"): ("hard", "suppressed by SES after a hard bounce"),
    ("Permanent", "OnAccountSuppressionList"): ("hard", "suppressed by SES after a bounce or complaint"),
    ("Permanent", "UnsubscribedRecipient"): ("complaint", "opt-out"),
    ("Transient", "General"): NOT_NOW,
    ("Transient", "MailboxFull"): ("soft", "mailbox full"),
    ("Transient", "MessageTooLarge"): ("soft", "message too big"),
    ("Transient", "ContentRejected"): ("policy", "content refused"),
    ("Transient", "AttachmentRejected"): ("policy", "content refused"),
}
_BY_TYPE: dict[str, Meaning] = {
    "Permanent": ("hard", "no such address"),
    "Transient": NOT_NOW,
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What makes an event ours.

    Attributes:
        topics: ARNs of the topics that SES posts to for us: "arn:aws:sns:eu-west-1:123456789012:bounces".
        fresh: How long SNS may take to deliver: it tries again for an hour.
    """

    topics: frozenset[str]
    fresh: timedelta = timedelta(days=1)


def read(headers: Mapping[str, str], body: bytes, settings: Settings, now: datetime, fetch: Fetch) -> list[Report]:
    """The reports of a posted event; none for a confirmation and for events that report nothing.

    Args:
        headers: Of the request; SNS signs within the body, so none is needed.
        body: As posted.
        settings: What makes it ours.
        now: Aware.
        fetch: Gets the certificate.

    Raises:
        ForgedError: It is not signed by SNS, not of our topics, or not fresh.
        SourceError: What is signed cannot be read, or the certificate cannot be had.
    """
    del headers
    envelope = _verified(body, settings, now, fetch)
    if envelope.get("Type") != "Notification":
        return []
    message = parsed(str(envelope.get("Message", "")).encode("utf-8", "surrogatepass"), _PLACE)
    kind = text(message, "notificationType") or text(message, "eventType")
    found = {"Bounce": _bounce, "Complaint": _complaint}.get(kind)
    return found(message, text(envelope, "MessageId")) if found else []


def confirmation(body: bytes, settings: Settings, now: datetime, fetch: Fetch) -> str:
    """The address to visit once so that SNS begins to post to us; empty for any other event.

    Raises:
        ForgedError: As `read` does; or the address is not one of SNS.
        SourceError: As `read` does.
    """
    envelope = _verified(body, settings, now, fetch)
    if envelope.get("Type") != "SubscriptionConfirmation":
        return ""
    return _of_sns(text(envelope, "SubscribeURL"), "the address to confirm at")


def _verified(body: bytes, settings: Settings, now: datetime, fetch: Fetch) -> dict[str, Any]:
    envelope = parsed(body, _PLACE)
    kind = text(envelope, "Type")
    if not isinstance(envelope, dict) or kind not in _SIGNED:
        raise ForgedError("the event is none of SNS: it has no type that SNS signs", place=_PLACE)
    if text(envelope, "TopicArn") not in settings.topics:
        raise ForgedError(
            f"the event is of the topic '{text(envelope, 'TopicArn')[:200]}', which is none of ours: see `topics`",
            place=_PLACE,
        )
    algorithm = _HASHES.get(text(envelope, "SignatureVersion"))
    address = _of_sns(text(envelope, "SigningCertURL"), "the certificate's address")
    if algorithm is None or not urlsplit(address).path.endswith(".pem"):
        raise ForgedError("the event is signed in no way that SNS signs", place=_PLACE)
    _check_signature(envelope, _certificate(fetch(address), now), algorithm())
    try:
        instant = datetime.fromisoformat(text(envelope, "Timestamp"))
    except ValueError:
        instant = None
    check_fresh(instant if instant and instant.tzinfo else None, now, settings.fresh, _PLACE)
    return envelope


def _of_sns(address: str, what: str) -> str:
    """An address, checked to lead to SNS over TLS and nowhere else."""
    try:
        parts = urlsplit(address)
        exact = parts.scheme == "https" and parts.netloc == parts.hostname and bool(_HOST.fullmatch(parts.netloc))
    except ValueError:
        exact = False
    if not exact or not address.isascii() or "\\" in address:
        raise ForgedError(f"{what} does not lead to SNS: '{address[:200]}'", place=_PLACE)
    return address


def _certificate(pem: bytes, now: datetime) -> rsa.RSAPublicKey:
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        key = certificate.public_key()
    except ValueError as error:
        raise SourceError("the certificate of SNS cannot be read", place=_PLACE) from error
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise ForgedError("the event is signed with a certificate that is not valid now", place=_PLACE)
    if not isinstance(key, rsa.RSAPublicKey):
        raise ForgedError("the certificate has no RSA key, as those of SNS have", place=_PLACE)
    return key


def _check_signature(envelope: dict[str, Any], key: rsa.RSAPublicKey, algorithm: hashes.HashAlgorithm) -> None:
    lines: list[str] = []
    for name in _SIGNED[str(envelope["Type"])]:
        value = envelope.get(name)
        if isinstance(value, str):
            lines += [name, value]
        elif name != "Subject":
            raise ForgedError(f"the event has no {name}, which SNS signs", place=_PLACE)
    signed = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass")
    try:
        signature = b64decode(str(envelope.get("Signature", "")), validate=True)
        key.verify(signature, signed, padding.PKCS1v15(), algorithm)
    except (InvalidSignature, ValueError) as error:
        raise ForgedError("the event is not signed by SNS", place=_PLACE) from error


def _bounce(message: Any, event: str) -> list[Report]:
    kind, subtype = text(message, "bounce", "bounceType"), text(message, "bounce", "bounceSubType")
    hint = _BOUNCES.get((kind, subtype)) or _BY_TYPE.get(kind) or UNCLEAR
    reports: list[Report] = []
    for each in items(message, "bounce", "bouncedRecipients"):
        status, diagnostic = text(each, "status"), text(each, "diagnosticCode").removeprefix("smtp;").strip()
        address = text(each, "emailAddress")
        found, why = hint if hint[0] == "complaint" else judged(hint, status, diagnostic)
        recipient = ReportedRecipient(address, status, text(each, "action") or "failed")
        reports.append(
            report(
                ("ses", event, address),
                found,
                why,
                (recipient,),
                diagnostic=diagnostic,
                sent_to=_senders(message),
                message_id=_message_id(message),
                feedback_type=why if found == "complaint" else "",
            )
        )
    return reports


def _complaint(message: Any, event: str) -> list[Report]:
    kind = text(message, "complaint", "complaintFeedbackType").lower() or "abuse"
    return [
        report(
            ("ses", event, text(each, "emailAddress")),
            "complaint" if kind in COMPLAINTS else "none",
            f"feedback: {kind}",
            (ReportedRecipient(text(each, "emailAddress")),),
            sent_to=_senders(message),
            message_id=_message_id(message),
            feedback_type=kind,
        )
        for each in items(message, "complaint", "complainedRecipients")
    ]


def _senders(message: Any) -> list[str]:
    return [text(message, "mail", "source"), *_fields(message, "return-path")]


def _message_id(message: Any) -> str:
    return next(iter(_fields(message, "message-id")), "") or text(message, "mail", "commonHeaders", "messageId")


def _fields(message: Any, name: str) -> list[str]:
    """The values of a header field of the original, where SES was told to send them along."""
    fields = inside(message, "mail", "headers")
    found = fields if isinstance(fields, list) else []
    return [text(each, "value") for each in found if text(each, "name").lower() == name]
