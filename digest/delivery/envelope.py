"""From a frozen edition to the bytes of a message [RFC 5322, RFC 2046].

The message's date is the edition's slot and its boundary comes from its id, so that the same edition gives the same
bytes whenever it is written. Header fields are folded in `digest.delivery.headers`.
"""

from __future__ import annotations

import hashlib
import re
from binascii import b2a_qp
from datetime import UTC
from email.headerregistry import Address
from email.utils import format_datetime
from typing import TYPE_CHECKING

from digest.core.hosts import ascii_host
from digest.core.ports import Envelope
from digest.core.text import clean, one_line
from digest.delivery.headers import mailbox_field, phrase_field, text_field, token_field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.core.model import EditionRecord
    from digest.core.newsletter import Newsletter, Site

LONGEST_ADDRESS = 254
"""Octets of an address: a path of 256 without its angle brackets [RFC 5321 section 4.5.3.1.3]."""

_BREAKS = re.compile("[\t\u2028\u2029]")
_NAMED = re.compile(r'(?P<name>"(?:[^"\\]|\\.)*"|[^"<>@,;:]*)\s*<(?P<address>[^<>]*)>')
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf'{_ATOM}(?:\.{_ATOM})*|"(?:[ !#-\[\]-~]|\\[ -~])+"')
_PAIR = re.compile(r"\\(.)")


def mailbox(text: str) -> Address:
    """Read one mailbox, `Name <local@domain>` or `local@domain`; an international domain becomes its `xn--` form.

    Raises:
        ValueError: It is none, or has more than one, a line break, or a local part that is not ASCII.
    """
    if clean(text) != text or _BREAKS.search(text) or "\n" in text:
        raise ValueError("has a line break or a control character")
    named = _NAMED.fullmatch(text.strip())
    name, address = (named["name"].strip(), named["address"].strip()) if named else ("", text.strip())
    local, at, domain = address.rpartition("@")
    if not at or (local.isascii() and not _LOCAL.fullmatch(local)):
        raise ValueError("is no mailbox: write Name <local@domain>")
    if not local.isascii():
        raise ValueError("has letters outside ASCII before the @, which few servers take: give another address")
    try:
        domain = ascii_host(domain)
    except ValueError as error:
        raise ValueError(f"is no mailbox: the domain {error}") from error
    found = Address(one_line(_unquoted(name)), _unquoted(local), domain)
    if len(found.addr_spec) > LONGEST_ADDRESS:
        raise ValueError(f"has an address of more than {LONGEST_ADDRESS} characters, which no server takes")
    return found


def _unquoted(text: str) -> str:
    return _PAIR.sub(r"\1", text[1:-1]) if text.startswith('"') else text


def envelope(
    record: EditionRecord, files: Mapping[str, bytes], newsletter: Newsletter, site: Site, recipient: str
) -> Envelope:
    """The envelope of an edition for one recipient; the same bytes each time.

    Args:
        record: The edition.
        files: Its frozen files: the message is `email.html`, with `index.txt` as the plain-text twin.
        newsletter: Gives the sender and the language.
        site: Gives the domain of the list's id.
        recipient: Address it goes to.

    Raises:
        ValueError: The sender or the recipient is no mailbox, as `mailbox` says.
    """
    sender, reader = mailbox(newsletter.sender), mailbox(recipient)
    token = hashlib.sha256(f"{newsletter.key}\n{record.id}\n{recipient}".encode()).hexdigest()
    message_id = f"<{newsletter.key}.{record.id}.{token[:24]}@{sender.domain}>"
    head = (
        mailbox_field("From", sender),
        mailbox_field("To", reader),
        text_field("Subject", record.subject),
        token_field("Date", format_datetime(record.slot.astimezone(UTC))),
        token_field("Message-ID", message_id),
        # The id never changes, the phrase may [RFC 2919].
        phrase_field("List-Id", newsletter.title, f"{newsletter.key}.{site.id}"),
        # Asks programs that answer by themselves to leave it alone.
        token_field("Precedence", "bulk"),
        token_field("Content-Language", newsletter.language),
    )
    # No line of quoted-printable has "=_": the boundary can be in no part [RFC 2045 section 6.7].
    body = _alternatives(f"=_digest_{token[24:56]}", files["index.txt"], files["email.html"])
    return Envelope(
        sender=sender.addr_spec,
        recipient=reader.addr_spec,
        message_id=message_id,
        name=f"{newsletter.key}-{record.id}-{token[:12]}",
        message=b"".join(head) + body,
    )


def _alternatives(boundary: str, plain: bytes, html: bytes) -> bytes:
    """The MIME fields and the body: plain text, then HTML, which readers prefer as it comes last [RFC 2046 5.1.4]."""
    parts = (
        f'MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n'.encode(),
        _part(boundary, "plain", plain),
        _part(boundary, "html", html),
        f"--{boundary}--\r\n".encode(),
    )
    return b"".join(parts)


def _part(boundary: str, subtype: str, content: bytes) -> bytes:
    head = (
        f'--{boundary}\r\nContent-Type: text/{subtype}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    unix = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return head.encode() + b2a_qp(unix, istext=True).replace(b"\n", b"\r\n") + b"\r\n"
