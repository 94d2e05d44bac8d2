"""The message that asks a new reader to confirm: one person asked for it, so it is no list mail [RFC 3834]."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime
from typing import TYPE_CHECKING

from digest.core.envelope import Envelope, Frame
from digest.core.text import short_hash
from digest.delivery import quoted
from digest.delivery.dkim import signed
from digest.delivery.envelope import mailbox
from digest.delivery.headers import mailbox_field, phrase_field, text_field, token_field

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from digest.core.newsletter import Newsletter
    from digest.core.reader import Reader
    from digest.delivery.dkim import SigningKey


@dataclass(frozen=True, slots=True)
class Texts:
    """What it says.

    Attributes:
        subject: One line.
        plain, html: Both with the link.
    """

    subject: str
    plain: str
    html: str


def confirmation_message(
    newsletter: Newsletter,
    reader: Reader,
    texts: Texts,
    *,
    token: str,
    now: datetime,
    keys: Sequence[SigningKey] = (),
    bounces: str = "",
) -> Envelope:
    """Compose it; pure. The same token gives the same Message-ID, from which nobody learns the token.

    Args:
        newsletter: Gives the sender and the language.
        reader: Whom it is for; the delivery's number is 0, as it is in no ledger.
        texts: What it says.
        token: Of `tokens.confirm_token`.
        now: Its date, aware.
        keys: Those that sign.
        bounces: The envelope sender, to which a bounce goes; empty: the newsletter's own address.

    Raises:
        ValueError: Sender or reader is no mailbox, as `mailbox` says.
    """
    sender = mailbox(newsletter.sender)
    address = mailbox(reader.address).addr_spec
    identity = short_hash(f"{newsletter.key}\n{token}", 24)
    message_id = f"<{newsletter.key}.confirm.{identity}@{sender.domain}>"
    boundary = f"=_digest_{identity}"
    fields = (
        mailbox_field("From", sender),
        phrase_field("To", reader.name, address) if reader.name else token_field("To", address),
        text_field("Subject", texts.subject),
        token_field("Date", format_datetime(now.astimezone(UTC).replace(microsecond=0))),
        token_field("Message-ID", message_id),
        token_field("Auto-Submitted", "auto-generated"),
        token_field("Content-Language", newsletter.language),
        token_field("MIME-Version", "1.0"),
        f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n'.encode(),
    )
    parts = (_part(boundary, "plain", texts.plain), _part(boundary, "html", texts.html))
    message = b"".join((*fields, b"\r\n", *parts, f"--{boundary}--\r\n".encode()))
    frame = Frame.of([signed(message, keys, now) if keys else message])
    return Envelope(bounces or sender.addr_spec, address, message_id, f"{newsletter.key}-confirm-{identity}", frame, ())


def _part(boundary: str, subtype: str, text: str) -> bytes:
    # As in the messages of editions: no line of quoted-printable has the "=_" of the boundary.
    (encoded,), _ = quoted.split(text.encode(), ())
    return (
        f'--{boundary}\r\nContent-Type: text/{subtype}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode() + encoded + b"\r\n"  # fmt: skip
