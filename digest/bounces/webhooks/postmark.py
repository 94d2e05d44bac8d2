"""Postmark, which signs nothing: a webhook is known by a name and password, or by a secret in its address.

Both are as secret as the address that was entered at Postmark, which must begin with https.
"""

from __future__ import annotations

import binascii
import hmac
from base64 import b64decode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from digest.bounces.webhooks.event import NOT_NOW, UNCLEAR, header, inside, judged, parsed, report, text
from digest.core.bounce import VERP_KEY, ReportedRecipient
from digest.core.errors import ForgedError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from digest.bounces.webhooks.event import Meaning
    from digest.core.bounce import Report

_PLACE = "webhook postmark"
# Types of Postmark, for what the server's own words leave open.
_BOUNCES: dict[str, Meaning] = {
    "HardBounce": ("hard", "no such address"),
    "BadEmailAddress": ("hard", "no such address"),
    "AddressChange": ("hard", "mailbox closed"),
    "ManuallyDeactivated": ("hard", "deactivated at Postmark"),
    "Transient": NOT_NOW,
    "SoftBounce": ("soft", "mailbox trouble"),
    "DnsError": ("soft", "server out of reach"),
    "Unknown": UNCLEAR,
    "Undetermined": UNCLEAR,
    "SpamNotification": ("policy", "taken for spam"),
    "Blocked": ("policy", "refused by policy"),
    "DMARCPolicy": ("policy", "not authenticated"),
    "VirusNotification": ("policy", "virus found"),
    "SMTPApiError": ("policy", "refused by Postmark"),
}
# Types that no words change.
_PLAIN: dict[str, Meaning] = {
    "SpamComplaint": ("complaint", "abuse"),
    "Unsubscribe": ("complaint", "opt-out"),
    "AutoResponder": ("auto-reply", "automatic answer"),
    "ChallengeVerification": ("auto-reply", "asks for proof"),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What Postmark shows; at least one of the two must be set.

    Attributes:
        username: Of basic authentication, in the address entered at Postmark.
        password: The same.
        token: A secret in the address: a part of its path or query.
    """

    username: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


def read(
    headers: Mapping[str, str], body: bytes, settings: Settings, now: datetime, *, token: str = ""
) -> list[Report]:
    """The report of a posted event; none for events that report nothing.

    Args:
        headers: Of the request.
        body: As posted.
        settings: What Postmark shows.
        now: Aware; nothing of Postmark's is dated in a way that could be trusted.
        token: The secret that stood in the request's address.

    Raises:
        ForgedError: It shows neither the password nor the secret.
        SourceError: It cannot be read.
    """
    del now
    _check(header(headers, "authorization"), token, settings)
    event = parsed(body, _PLACE)
    record = text(event, "RecordType")
    kind = "SpamComplaint" if record == "SpamComplaint" else text(event, "Type")
    if record not in {"Bounce", "SpamComplaint"} or not (kind in _BOUNCES or kind in _PLAIN):
        return []
    return [_report(event, kind)]


def _check(authorization: str, token: str, settings: Settings) -> None:
    scheme, _, credentials = authorization.partition(" ")
    try:
        shown = b64decode(credentials.strip()) if scheme.lower() == "basic" else b""
    except (binascii.Error, ValueError):
        shown = b""
    wanted = f"{settings.username}:{settings.password}".encode()
    if settings.password and hmac.compare_digest(shown, wanted):
        return
    if settings.token and hmac.compare_digest(token.encode("utf-8", "surrogatepass"), settings.token.encode()):
        return
    raise ForgedError(
        "the event shows neither the password nor the secret that Postmark was given: "
        "compare the webhook's address at Postmark with the configuration",
        place=_PLACE,
    )


def _report(event: Any, kind: str) -> Report:
    words = text(event, "Details")
    found, why = _PLAIN.get(kind) or judged(_BOUNCES[kind], "", words)
    failed = "failed" if kind in _BOUNCES else ""
    return report(
        ("postmark", text(event, "ID"), text(event, "MessageID"), kind),
        found,
        why,
        (ReportedRecipient(text(event, "Email"), "", failed),),
        diagnostic=words or text(event, "Description"),
        sent_to=(text(inside(event, "Metadata"), VERP_KEY), text(event, "From")),
        feedback_type=why if found == "complaint" else "",
    )
