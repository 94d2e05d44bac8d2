"""The messages of an edition: serialised once, then joined for each reader [RFC 5322, RFC 2046, RFC 2369, RFC 8058].

The date and everything else comes from the frozen edition, so that the same edition and reader give the same bytes
whenever they are asked for. Header fields are folded in `digest.delivery.headers`.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING

from digest.core.envelope import Envelope, Frame
from digest.core.reader import Marks, Reader, unsubscribe_mailto, unsubscribe_url
from digest.core.text import short_hash
from digest.delivery import quoted, verp
from digest.delivery.carried import Carried
from digest.delivery.dkim import Signing
from digest.delivery.envelope import is_plain, mailbox
from digest.delivery.headers import mailbox_field, phrase_field, text_field, token_field
from digest.delivery.tokens import KEY_BYTES, Tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from email.headerregistry import Address

    from digest.core.edition import EditionRecord
    from digest.core.newsletter import Newsletter, Site
    from digest.delivery.dkim import SigningKey

# What stands for itself in a header, in quoted-printable and in HTML: nearly every address.
_WORD, _LABEL = r"[A-Za-z0-9_+-]+", r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_SIMPLE = re.compile(rf"{_WORD}(?:\.{_WORD})*@{_LABEL}(?:\.{_LABEL})*")
_LONGEST_SIMPLE = quoted.LINE - 1
_URI = re.compile(r"[!-;=?-~]{1,900}")
_TOKEN, _TEXT, _HTML = range(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How the mail of a newsletter goes out.

    Attributes:
        key: Secret, of `tokens.KEY_BYTES`: the tokens are made with it.
        bounces: Address that bounces go to, with a token for each delivery; empty: the newsletter's own, without.
        keys: Those that sign.
    """

    key: bytes
    bounces: str = ""
    keys: tuple[SigningKey, ...] = ()


def made(record: EditionRecord) -> datetime:
    """When the messages of an edition were made, in UTC: when it was composed, else its slot [RFC 5322 3.6.1]."""
    return (record.composed_at or record.slot).astimezone(UTC).replace(microsecond=0)


class Mailing:
    """An edition as messages. Pure.

    Args:
        record: The edition.
        files: Its frozen files: `email.html`, its plain twin `email.txt` (where there is none, `index.txt`), and
            `edition.json`, from which the marks come that stand in both for the reader's own.
        newsletter: Gives the sender and the language.
        site: Gives the domain of the list's id, where the archive is, and where readers can leave.
        sending: Keys and addresses.
        variant: Sets messages apart that are not the edition's own, a test's: they have Message-IDs of their own.

    Raises:
        ValueError: The sender is no mailbox, an address or URL cannot stand in a header, or a key has a wrong length.
    """

    def __init__(
        self,
        record: EditionRecord,
        files: Mapping[str, bytes],
        newsletter: Newsletter,
        site: Site,
        sending: Sending,
        *,
        variant: str = "",
    ) -> None:
        self._token = Tokens(sending.key, "unsubscribe", newsletter.key).write
        self._bounces = verp.senders(sending.bounces, sending.key) if sending.bounces else None
        sender = mailbox(newsletter.sender)
        self._sender = sender.addr_spec
        self._identity = hashlib.sha256(f"{newsletter.key}\n{record.id}\n{variant}".rstrip("\n").encode() + b"\n")
        self._stem = f"{newsletter.key}.{record.id}"
        self._domain = sender.domain
        self._name = f"{newsletter.key}-{record.id}"
        self._leaving = _leaving(newsletter.key, site)
        self._from = mailbox_field("From", sender)
        boundary = f"=_digest_{short_hash(self._stem + variant, 32)}"
        fields = [*_fields(record, newsletter, site, sender), *_mime_fields(boundary)]
        carried = Carried.of(files, f"{site.url}{newsletter.key}/{record.id}/", f"{self._stem}@{self._domain}")
        body, self._kinds = _body(boundary, files, carried)
        self._frame = Frame.of([b"", b"".join(fields) + b"\r\n" + body[0], *body[1:]])
        changing = ["to", "message-id", *(["list-unsubscribe"] if self._leaving else [])]
        self._signing = (
            Signing(sending.keys, [self._from, *fields], changing, body, made(record)) if sending.keys else None
        )

    def envelope(self, reader: Reader) -> Envelope:
        """The envelope for one reader; the same bytes each time.

        Raises:
            ValueError: The reader's address is no mailbox, as `mailbox` says.
        """
        address = reader.address
        if len(address) <= _LONGEST_SIMPLE and _SIMPLE.fullmatch(address):
            raw = shown = address.encode()
        else:
            address = address if is_plain(address) else mailbox(address).addr_spec
            raw, shown = quoted.value(address), quoted.value(escape(address))
        to = phrase_field("To", reader.name, address) if reader.name else f"To: {address}\r\n".encode("ascii")
        token = self._token(reader.subscriber).encode()
        known = self._identity.copy()
        known.update(address.encode())
        identity = known.hexdigest()
        message_id = f"<{self._stem}.{identity[:24]}@{self._domain}>"
        changing = [to, f"Message-ID: {message_id}\r\n".encode()]
        if self._leaving:
            changing.append(token.join(self._leaving))
        own = (token, raw, shown)
        values = [own[kind] for kind in self._kinds]
        top = b"".join((self._from, *changing))
        if self._signing is not None:
            top = self._signing.sign(changing, values) + top
        return Envelope(
            self._bounces(reader.delivery) if self._bounces is not None else self._sender,
            address,
            message_id,
            f"{self._name}-{identity[:20]}",
            self._frame,
            (top, *values),
        )


def envelope(
    record: EditionRecord, files: Mapping[str, bytes], newsletter: Newsletter, site: Site, recipient: str
) -> Envelope:
    """The envelope of an edition for one recipient who is in no roster, and has no token that works.

    Raises:
        ValueError: The sender or the recipient is no mailbox, as `mailbox` says.
    """
    reader = mailbox(recipient)
    mailing = Mailing(record, files, newsletter, site, Sending(key=bytes(KEY_BYTES)))
    return mailing.envelope(Reader(0, 0, reader.addr_spec, reader.display_name))


def _fields(record: EditionRecord, newsletter: Newsletter, site: Site, sender: Address) -> Iterator[bytes]:
    """The header fields that are the same for each reader, but From and those of MIME."""
    yield text_field("Subject", record.subject)
    yield token_field("Date", format_datetime(made(record)))
    # The id never changes, the phrase may [RFC 2919].
    yield phrase_field("List-Id", newsletter.title, f"{newsletter.key}.{site.id}")
    if site.readers_url.startswith("https://"):
        yield token_field("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
    yield token_field("List-Archive", f"<{_uri(site.url)}{newsletter.key}/>")
    if site.help_url:
        yield token_field("List-Help", f"<{_uri(site.help_url)}>")
    yield token_field("Feedback-ID", f"{record.id}:{newsletter.key}:digest:{_sender_id(sender.domain)}")
    # Both ask programs that answer by themselves to leave it alone [RFC 3834].
    yield token_field("Precedence", "bulk")
    yield token_field("Auto-Submitted", "auto-generated")
    yield token_field("Content-Language", newsletter.language)


def _sender_id(domain: str) -> str:
    """What Google knows a sender by: five to fifteen characters, the same for ever."""
    return domain if 5 <= len(domain) <= 15 else short_hash(domain, 12)


def _uri(text: str) -> str:
    if not _URI.fullmatch(text):
        raise ValueError(f"{text[:80]!r} is no address that can stand in a header: ASCII without spaces, '<' and '>'")
    return text


def _leaving(newsletter: str, site: Site) -> list[bytes]:
    """The List-Unsubscribe field, parted where the token goes; nothing when there is no way to leave."""
    mark = Marks.of("").token
    ways = []
    if site.readers_url:
        ways.append(unsubscribe_url(_uri(site.readers_url), newsletter, mark))
    if site.unsubscribe_mailto:
        ways.append(unsubscribe_mailto(_uri(site.unsubscribe_mailto), newsletter, mark))
    if not ways:
        return []
    # Folded between addresses only: within one it would be another address.
    return (
        ("List-Unsubscribe: " + ",\r\n ".join(f"<{way}>" for way in ways) + "\r\n").encode("ascii").split(mark.encode())
    )


def _mime_fields(boundary: str) -> tuple[bytes, bytes]:
    return (
        b"MIME-Version: 1.0\r\n",
        f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n'.encode(),
    )


def _body(boundary: str, files: Mapping[str, bytes], carried: Carried) -> tuple[list[bytes], list[int]]:
    """The body: plain text, then HTML, which readers prefer as it comes last [RFC 2046 section 5.1.4].

    Pictures that the message carries stand with the HTML, as one alternative to the text. No line of quoted-printable
    or base64 has "=_": the boundaries can be in no part [RFC 2045 sections 6.7 and 6.8].

    Returns:
        Its literals, and what goes into each gap between two of them.
    """
    marks = Marks.among(files)
    sought = (marks.token.encode(), marks.address.encode()) if marks else ()
    literals, kinds = [b""], []
    plain = files["email.txt"] if "email.txt" in files else files["index.txt"]
    for subtype, content, address in (("plain", plain, _TEXT), ("html", carried.named(files["email.html"]), _HTML)):
        parts, holes = quoted.split(content, sought)
        inner = boundary
        if subtype == "html" and carried.pictures:
            inner = boundary.replace("digest", "html", 1)
            literals[-1] += carried.opening(boundary, inner)
        literals[-1] += (
            f'--{inner}\r\nContent-Type: text/{subtype}; charset="utf-8"\r\n'
            "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
        ).encode() + parts[0]
        literals += parts[1:]
        kinds += [address if hole else _TOKEN for hole in holes]
        literals[-1] += b"\r\n"
        if inner != boundary:
            literals[-1] += carried.parts(inner)
    literals[-1] += f"--{boundary}--\r\n".encode()
    return literals, kinds
