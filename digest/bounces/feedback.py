"""Complaints: feedback reports [RFC 5965], and the forms that came before them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.bounces.addresses import address_in, addresses_in
from digest.bounces.message import fields_of

if TYPE_CHECKING:
    from digest.bounces.message import Part

COMPLAINTS = frozenset({"abuse", "opt-out", "opt-out-list", "complaint"})
"""Feedback types by which a reader says "no more"; those about authentication, fraud or viruses do not."""

_TYPE_LINE = re.compile(r"^feedback-type\s*:", re.IGNORECASE | re.MULTILINE)
_OLD = re.compile(
    r"complaint about (?:the )?message from|^e-?mail feedback report for|abuse report for an e-?mail"
    r"|spam (?:complaint|report) from",
    re.IGNORECASE | re.MULTILINE,
)
# Fields with which providers that have no feedback report of their own say whose complaint it is.
_READER = ("original-rcpt-to", "removal-recipient", "x-hmxmroriginalrecipient", "x-original-recipient")


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a feedback report says.

    Attributes:
        type: The Feedback-Type, in small letters; "abuse" where the older form has none.
        recipients: The readers who complained; often left out on purpose.
        senders: The original's envelope sender, where the report says it.
    """

    type: str
    recipients: tuple[str, ...]
    senders: tuple[str, ...] = ()


def find_feedback(message: Part, returned: Part | None) -> Feedback | None:
    """The feedback report inside a message; None where it has none.

    Args:
        message: The report.
        returned: The message it is about.
    """
    for part in message.walk():
        declared = part.type in {"message/feedback-report", "text/feedback-report"}
        if declared or part.type == "text/plain":
            text = part.text()
            start = 0 if declared else next((match.start() for match in _TYPE_LINE.finditer(text)), -1)
            if start >= 0 and (declared or _looks_like_one(message)):
                return _read(text[start:].lstrip("\n"), returned)
    if returned is not None:
        # Hotmail's form: the whole message back, with the reader in a field of its own.
        reader = address_in(returned.get("x-hmxmroriginalrecipient"))
        if reader or (_OLD.search(message.get("subject")) and _OLD.search(_beginning(message))):
            return Feedback("abuse", (reader,) if reader else (), ())
    return None


def _looks_like_one(message: Part) -> bool:
    return message.parameters.get("report-type", "").lower() == "feedback-report" or message.type.startswith(
        "multipart/"
    )


def _beginning(message: Part) -> str:
    texts = (part.text()[:2000] for part in message.walk() if part.type.startswith("text/"))
    return message.get("subject") + "\n" + next(texts, "")


def _read(text: str, returned: Part | None) -> Feedback:
    fields = fields_of(text)
    kind = next((value for name, value in fields if name == "feedback-type"), "")
    recipients = [address_in(value) for name, value in fields if name in _READER]
    if not any(recipients) and returned is not None:
        recipients = (
            [address_in(returned.get(_READER[2]))] if returned.get(_READER[2]) else addresses_in(returned.get("to"))[:1]
        )
    senders = [address_in(value) for name, value in fields if name in {"original-mail-from", "original-envelope-from"}]
    return Feedback(kind.strip().lower(), tuple(dict.fromkeys(filter(None, recipients))), tuple(filter(None, senders)))
