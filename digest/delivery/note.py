"""The message that tells the operator of trouble: a program wrote it, and it is no list mail [RFC 3834]."""

from __future__ import annotations

from datetime import UTC
from email.utils import format_datetime
from typing import TYPE_CHECKING

from digest.core.envelope import Envelope
from digest.core.text import short_hash
from digest.delivery import quoted
from digest.delivery.dkim import signed
from digest.delivery.envelope import mailbox
from digest.delivery.headers import mailbox_field, text_field, token_field

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from digest.delivery.dkim import SigningKey


def note_message(
    sender: str, address: str, *, subject: str, text: str, now: datetime, keys: Sequence[SigningKey] = ()
) -> Envelope:
    """Compose it; pure. The same text at the same instant gives the same Message-ID.

    A bounce goes to the sender, whom a person reads: programs that read reports look for readers in them.

    Args:
        sender: Mailbox it is from.
        address: Whom it is for.
        subject: One line.
        text: What it says.
        now: Its date, aware.
        keys: Those that sign.

    Raises:
        ValueError: One of the two is no mailbox, as `mailbox` says.
    """
    author, recipient = mailbox(sender), mailbox(address).addr_spec
    date = now.astimezone(UTC).replace(microsecond=0)
    identity = short_hash(f"{recipient}\n{date.isoformat()}\n{text}", 24)
    message_id = f"<note.{identity}@{author.domain}>"
    fields = (
        mailbox_field("From", author),
        token_field("To", recipient),
        text_field("Subject", subject),
        token_field("Date", format_datetime(date)),
        token_field("Message-ID", message_id),
        token_field("Auto-Submitted", "auto-generated"),
        token_field("MIME-Version", "1.0"),
        token_field("Content-Type", 'text/plain; charset="utf-8"'),
        token_field("Content-Transfer-Encoding", "quoted-printable"),
    )
    (encoded,), _ = quoted.split(text.encode(), ())
    message = b"".join((*fields, b"\r\n", encoded))
    if not message.endswith(b"\r\n"):
        message += b"\r\n"
    name = f"note-{date:%Y%m%dT%H%M%SZ}-{identity}"
    return Envelope.whole(
        author.addr_spec, recipient, message_id, name, signed(message, keys, now) if keys else message
    )
