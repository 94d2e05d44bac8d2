"""Bytes of a message to its parts, within bounds: what arrives here was written by anybody.

The standard library's parser is right about well-formed messages, and takes time that grows with size times depth, or
overflows its stack, on others. This one reads at most so many bytes, parts and levels, never raises, and knows no more
of MIME than reports need.
"""

from __future__ import annotations

import binascii
import codecs
import re
from base64 import b64decode
from dataclasses import dataclass, field
from email.errors import MessageError
from email.header import decode_header
from typing import TYPE_CHECKING

from digest.core.text import clean, one_line, unescaped

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST = 1_000_000
"""Bytes of a message that are read; what follows is as if it were not there."""

_HEAD = 64_000
_FIELDS = 500
_VALUE = 2_000
_DEPTH = 12
_PARTS = 60
_TEXT = 60_000

_FIELD = re.compile(r"([!-9;-~]{1,80})[ \t]*:(.*)", re.DOTALL)
_EMPTY_LINE = re.compile(rb"^\r?\n", re.MULTILINE)
_TYPE = re.compile(r"\s*([\w.+-]{1,60})/([\w.+-]{1,80})")
_PARAMETER = re.compile(r""";\s*([\w*-]{1,30})\s*=\s*(?:"((?:[^"\\]|\\.){0,300})"|([^\s;"]{1,300}))""")
# Of Python's codecs only those that are charsets: some are no text, some take time that grows with the square.
_CHARSET = re.compile(
    r"(?:us-?)?ascii|utf[-_]?(?:7|8|16(?:[-_]?[bl]e)?)|(?:x-)?(?:windows|cp)-?\d+|iso[-_]?(?:8859|2022)[\w-]*|koi8[-_]\w"
    r"|latin-?\d|gb(?:k|2312|18030)|hz-gb-2312|big5[\w-]*|euc[-_]?\w\w|(?:shift|s)[-_]?jis|ks_c_5601-1987|tis-620",
    re.IGNORECASE,
)
_DROPPED = re.compile(r"<(style|script|head)\b[^<>]{0,500}>", re.IGNORECASE)
# Few blanks, or a long run of them is parted in every way there is.
_BREAK = re.compile(r"<\s{0,9}/?\s{0,9}(?:br|p|div|tr|li|h[1-6]|table|pre)\b[^<>]{0,2000}>", re.IGNORECASE)
_TAG = re.compile(r"<[!/]?[A-Za-z][^<>]{0,2000}>|<!--")
# What is a message of its own inside another; its header alone may be there.
_MESSAGES = {
    "message/rfc822",
    "message/partial",
    "message/global",
    "text/rfc822-headers",
    "text/rfc822-header",
    "message/rfc822-headers",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A message, or a part of one.

    Attributes:
        fields: Names in small letters and values unfolded, in their order.
        type: "text/plain", in small letters.
        parameters: Those of the content type, names in small letters.
        body: What follows the header, as sent.
        parts: The parts of a multipart; the one message inside a message/rfc822 or a text/rfc822-headers.
    """

    fields: tuple[tuple[str, str], ...]
    type: str
    parameters: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    parts: tuple[Part, ...] = ()

    @property
    def is_message(self) -> bool:
        """Whether it holds a message of its own."""
        return self.type in _MESSAGES

    def all(self, name: str) -> list[str]:
        """Every value of a field, decoded [RFC 2047], on one line each."""
        return [_decoded(value) for key, value in self.fields if key == name]

    def get(self, name: str) -> str:
        """The first value of a field, decoded, on one line; empty when there is none."""
        return next(iter(self.all(name)), "")

    def walk(self, *, into_messages: bool = False) -> Iterator[Part]:
        """This part and those inside it, in order; messages inside are named, and entered only when asked."""
        yield self
        if into_messages or not self.is_message:
            for part in self.parts:
                yield from part.walk(into_messages=into_messages)

    def text(self) -> str:
        """The body as text: transfer encoding and charset undone, HTML without its tags, line breaks as newlines."""
        raw = _undone(self.body[: 4 * _TEXT], self.get("content-transfer-encoding").lower())
        found = _in_charset(raw, self.parameters.get("charset", ""))[:_TEXT]
        return plain(found) if self.type == "text/html" else clean(found)


def parse(raw: bytes) -> Part:
    """Read a message; never raises."""
    raw = raw[:LARGEST]
    if raw.startswith((b"From ", b">From ")):
        raw = raw.partition(b"\n")[2]
    return _parse(raw, _Budget(), 0, "text/plain")


def fields_of(text: str) -> tuple[tuple[str, str], ...]:
    """Header fields of a text: names in small letters, values unfolded. Ends at the first line that is none."""
    found: list[tuple[str, str]] = []
    unfolded: list[str] = []
    for line in text[:_HEAD].splitlines():
        if line[:1] in " \t" and unfolded:
            unfolded[-1] += " " + line.strip()
        elif not line.strip():
            break
        else:
            unfolded.append(line)
    for line in unfolded[:_FIELDS]:
        match = _FIELD.match(line)
        if match:
            found.append((match[1].lower(), match[2].strip()[:_VALUE]))
    return tuple(found)


def plain(html: str) -> str:
    """The text of HTML, roughly: it is searched, not shown."""
    shown: list[str] = []
    place = 0
    # By hand, as a pattern for an element with its end would look for the end of each that has none.
    while (opened := _DROPPED.search(html, place)) is not None:
        shown.append(html[place : opened.start()])
        closed = re.compile(f"</{opened[1]}", re.IGNORECASE).search(html, opened.end())
        place = closed.start() if closed else len(html)
    shown.append(html[place:])
    return clean(unescaped(_TAG.sub(" ", _BREAK.sub("\n", " ".join(shown)))))


class _Budget:
    """How many parts may still be opened."""

    __slots__ = ("parts",)

    def __init__(self) -> None:
        self.parts = _PARTS


def _parse(raw: bytes, budget: _Budget, depth: int, default: str) -> Part:
    head, body = _split_head(raw)
    fields = fields_of(_in_charset(head, ""))
    declared = next((value for name, value in fields if name == "content-type"), "")
    match = _TYPE.match(declared)
    kind = f"{match[1]}/{match[2]}".lower() if match else default
    parameters = {
        name.lower().rstrip("*"): (quoted or bare).strip() for name, quoted, bare in _PARAMETER.findall(declared)
    }
    parts: tuple[Part, ...] = ()
    if depth < _DEPTH:
        if kind.startswith("multipart/"):
            parts = _parts(body, parameters.get("boundary", ""), kind, budget, depth)
        elif kind in _MESSAGES and budget.parts > 0:
            budget.parts -= 1
            encoding = next((value for name, value in fields if name == "content-transfer-encoding"), "")
            parts = (_parse(_undone(body, encoding.lower()).lstrip(b"\r\n"), budget, depth + 1, "text/plain"),)
    return Part(fields, kind, parameters, body, parts)


def _split_head(raw: bytes) -> tuple[bytes, bytes]:
    if raw[:1] == b"\n" or raw[:2] == b"\r\n":
        return b"", raw.partition(b"\n")[2]
    match = _EMPTY_LINE.search(raw)
    if match is None:
        # Line ends of old Macs, in files that went through one.
        if b"\n" not in raw and b"\r" in raw:
            return _split_head(raw.replace(b"\r", b"\n"))
        return raw, b""
    return raw[: match.start()][: 2 * _HEAD], raw[match.end() :]


def _parts(body: bytes, boundary: str, kind: str, budget: _Budget, depth: int) -> tuple[Part, ...]:
    """The parts of a multipart; a report whose boundary is not where it should be is cut where its lines say."""
    mark = boundary.encode("utf-8", "replace") if boundary else _guessed(body)
    lines = _cut(body, mark)
    if not lines and boundary:
        lines = _cut(body, _guessed(body))
    default = "message/rfc822" if kind == "multipart/digest" else "text/plain"
    found: list[Part] = []
    for piece in lines:
        if budget.parts <= 0:
            break
        budget.parts -= 1
        found.append(_parse(piece, budget, depth + 1, default))
    return tuple(found)


def _cut(body: bytes, mark: bytes) -> list[bytes]:
    if not mark:
        return []
    pieces = re.split(rb"(?:^|\r?\n)--" + re.escape(mark) + rb"(--)?[ \t]*(?:\r?\n|$)", body)
    # The pattern's group comes between the pieces: what follows a closing mark is no part.
    found = []
    for place in range(1, len(pieces), 2):
        if pieces[place]:
            break
        found.append(pieces[place + 1])
    return found


def _guessed(body: bytes) -> bytes:
    """The boundary that a multipart without one uses: what stands on the line before a part's header."""
    match = re.search(rb"^--(\S{1,100})[ \t]*\r?\n(?=content-)", body, re.MULTILINE | re.IGNORECASE)
    return match[1] if match else b""


def _undone(raw: bytes, encoding: str) -> bytes:
    """Undo a transfer encoding as far as it can be undone."""
    encoding = encoding.strip()
    if encoding == "quoted-printable":
        return binascii.a2b_qp(raw)
    if encoding == "base64":
        letters = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
        letters = letters[: len(letters) - (len(letters) % 4 == 1)]
        return b64decode(letters + b"=" * (-len(letters) % 4))
    return raw


def _in_charset(raw: bytes, charset: str) -> str:
    if charset and _CHARSET.fullmatch(charset):
        try:
            return raw.decode(codecs.lookup(charset).name, "replace")
        except (LookupError, UnicodeError):
            pass
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _decoded(value: str) -> str:
    if "=?" not in value:
        return one_line(value)
    try:
        pieces = decode_header(value)
    except (MessageError, ValueError):
        return one_line(value)
    return one_line(
        "".join(piece if isinstance(piece, str) else _in_charset(piece, charset or "") for piece, charset in pieces)
    )
