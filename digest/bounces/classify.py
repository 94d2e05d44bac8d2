"""Bytes of a message to a report: what kind it is, whom it is about, in whose words."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from digest.bounces.addresses import address_in, addresses_in, merged
from digest.bounces.dsn import find_notification
from digest.bounces.feedback import COMPLAINTS, find_feedback
from digest.bounces.message import LARGEST, parse
from digest.bounces.notices import (
    comes_from_a_server,
    is_about_a_report,
    named_recipients,
    notice_of,
    quoted,
    says_delayed,
    says_failed,
)
from digest.bounces.replies import is_answer, is_away, is_challenge, is_marked
from digest.bounces.verdict import STATUS, verdict
from digest.core.bounce import Kind, Report, ReportedRecipient
from digest.core.text import one_line

if TYPE_CHECKING:
    from digest.bounces.dsn import Block, Notification
    from digest.bounces.message import Part
    from digest.bounces.verdict import Verdict

_DIAGNOSTIC = 500
_NO_FAILURE = {"delayed", "delivered", "relayed", "expanded"}
# Where a mail system notes to which address it delivered a message, surest first.
_DELIVERED = (
    "delivered-to",
    "x-original-to",
    "x-envelope-to",
    "envelope-to",
    "x-delivered-to",
    "x-rcpt-to",
    "apparently-to",
)
# Of several recipients of one message (an alias: we write to one) the mildest counts: somebody still gets it.
_MILDEST: tuple[Kind, ...] = ("soft", "policy", "hard")


def classify(raw: bytes, recipient: str | None = None) -> Report:
    """Read a message that came to a bounce address; never raises, whatever it is.

    Args:
        raw: The message; what exceeds `LARGEST` bytes is not read.
        recipient: The envelope recipient it came to; None where unknown.

    Returns:
        The report; of kind `none` where the message is none. Its id is a hash of what was read and of the recipient.
    """
    message = parse(raw)
    notice, returned = notice_of(message)
    report = _read(message, notice, returned)
    digest = hashlib.sha256(raw[:LARGEST] + b"\0" + (recipient or "").encode("utf-8", "surrogatepass"))
    return Report(
        id=digest.hexdigest(),
        kind=report.kind,
        why=report.why,
        recipients=report.recipients,
        diagnostic=one_line(report.diagnostic)[:_DIAGNOSTIC],
        sent_to=_sent_to(message, returned, recipient, report.sent_to),
        message_id=_message_id(message, returned),
        feedback_type=report.feedback_type,
    )


def _read(message: Part, notice: str, returned: Part | None) -> Report:
    """The report without what every one has."""
    feedback = find_feedback(message, returned)
    if feedback is not None:
        kind: Kind = "complaint" if feedback.type in COMPLAINTS else "none"
        return Report(
            "",
            kind,
            f"feedback: {feedback.type or 'of no type'}"[:100],
            tuple(ReportedRecipient(address) for address in feedback.recipients),
            notice,
            feedback.senders,
            feedback_type=feedback.type,
        )
    notification = find_notification(message)
    if notification is None and _is_answered(message, notice):
        return Report("", "auto-reply", "automatic answer", diagnostic=message.get("subject"))
    if is_about_a_report(returned):
        return Report("", "none", "a report about a report")
    if notification is not None:
        return _from_notification(message, notification, notice)
    return _from_notice(message, notice, returned)


def _is_answered(message: Part, notice: str) -> bool:
    if is_marked(message) or is_away(message.get("subject")):
        return True
    if message.get("x-failed-recipients") or message.type == "multipart/report":
        return False
    asks = is_challenge(message.get("subject") + "\n" + notice)
    return asks or (is_answer(message) and not (comes_from_a_server(message) and says_failed(message, notice)))


def _from_notification(message: Part, notification: Notification, notice: str) -> Report:
    failed = [block for block in notification.blocks if _has_failed(block, message, notice)]
    blocks = failed or notification.blocks
    recipients = tuple(
        ReportedRecipient(block.address, block.status or _quoted_status(block.diagnostic), block.action)
        for block in notification.blocks
    )
    if not failed:
        action = blocks[0].action or "delayed"
        return Report("", "none", f"{action}: no failure", recipients, blocks[0].diagnostic, notification.senders)
    found = [(verdict(block.status, block.diagnostic, notice), block) for block in failed]
    mildest, block = min(found, key=lambda each: _MILDEST.index(each[0].kind))
    words = block.diagnostic or quoted(notice, [block.address]) or notice
    return Report("", mildest.kind, mildest.why, recipients, words, notification.senders)


def _has_failed(block: Block, message: Part, notice: str) -> bool:
    if block.action in _NO_FAILURE or block.status.startswith("2."):
        return False
    return bool(block.action) or not says_delayed(message, notice)


def _from_notice(message: Part, notice: str, returned: Part | None) -> Report:
    recipients = named_recipients(message, notice, returned) if comes_from_a_server(message) else ()
    words = quoted(notice, recipients)
    found: Verdict = verdict("", words, notice)
    # A sender or a subject alone is easily like that of a server; a text that fits nothing is no bounce.
    if not comes_from_a_server(message) or not (says_failed(message, notice) or (recipients and found.sure and words)):
        return Report("", "none", "no report")
    status = _quoted_status(words)
    if says_delayed(message, notice) and found.kind != "hard":
        delayed = tuple(ReportedRecipient(address, status, "delayed") for address in recipients)
        return Report("", "none", "delayed: no failure", delayed, words or notice)
    if not found.sure and not recipients:
        return Report("", "none", "a notice that names nobody and nothing", diagnostic=notice)
    failed = tuple(ReportedRecipient(address, status, "failed") for address in recipients)
    return Report("", found.kind, found.why, failed, words or notice)


def _quoted_status(text: str) -> str:
    found = STATUS.search(text)
    return found[0] if found else ""


def _message_id(message: Part, returned: Part | None) -> str:
    named = returned.get("message-id") if returned is not None else message.get("in-reply-to")
    start, end = named.find("<"), named.find(">")
    return named[start : end + 1] if 0 <= start < end else ""


def _sent_to(message: Part, returned: Part | None, recipient: str | None, senders: tuple[str, ...]) -> tuple[str, ...]:
    """The addresses among which the VERP one is."""
    came = [address_in(value) for name in _DELIVERED for value in message.all(name)]
    started = [address_in(value) for value in returned.all("return-path")] if returned is not None else []
    return merged([[recipient or ""], came, senders, started, addresses_in(message.get("to"))])
