"""Quoted-printable [RFC 2045 section 6.7] around holes: whatever value goes into one, every line stays within bounds.

A hole begins a line of the encoded text, and a soft line break follows it. So a value is encoded by itself, and never
meets what stands beside it: it can neither lengthen a line nor begin one with a dot.
"""

from __future__ import annotations

import re
from binascii import b2a_qp

LINE = 76
"""Octets of a line, with the `=` of a soft break."""

_SOFT = b"=\r\n"
# What stands for itself on one line, without white space: no dot first, for SMTP doubles it.
_PLAIN = re.compile(rb"[!-\-/-<>-~][!-<>-~]{0,74}")
_ITSELF = frozenset(b"!\"#$%&'()*+,-/:;<>?@[\\]^_`{|}~") | frozenset(range(48, 58)) | frozenset(range(65, 91))
_PIECES = tuple(
    bytes([byte]) if byte in _ITSELF or 97 <= byte <= 122 else b"=%02X" % byte for byte in range(256)
)  # a dot is encoded


def split(content: bytes, marks: tuple[bytes, ...]) -> tuple[list[bytes], list[int]]:
    """Encode a text in parts, between the marks in it.

    Args:
        content: The text; any kind of line end.
        marks: What stands for the holes.

    Returns:
        The encoded literals, and for each gap between two of them which mark it was.
    """
    text = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not marks:
        return [_encoded(text)], []
    parts = re.split(b"(" + b"|".join(map(re.escape, marks)) + b")", text)
    holes = [marks.index(mark) for mark in parts[1::2]]
    literals = [_encoded(part) for part in parts[::2]]
    for number, literal in enumerate(literals):
        begun = _SOFT + literal if number else literal
        literals[number] = begun if number == len(holes) else _broken(begun)
    return literals, holes


def value(text: str) -> bytes:
    """Encode what goes into a hole: no line begins with a dot, none has white space or is longer than 75 octets."""
    raw = text.encode()
    if _PLAIN.fullmatch(raw):
        return raw
    lines = [b""]
    for byte in raw:
        piece = _PIECES[byte]
        if len(lines[-1]) + len(piece) >= LINE:
            lines.append(b"")
        lines[-1] += piece
    return _SOFT.join(lines)


def _encoded(text: bytes) -> bytes:
    return b2a_qp(text, istext=True).replace(b"\n", b"\r\n")


def _broken(encoded: bytes) -> bytes:
    """The same, at the beginning of a line: with a soft break where its last line is not empty."""
    last = encoded[encoded.rfind(b"\n") + 1 :]
    if not last:
        return encoded
    if len(last) < LINE:
        return encoded + _SOFT
    # There is no room for the "=": the line is broken earlier, not within a "=E4".
    cut = len(encoded) - 3
    cut -= next((back for back in (1, 2) if encoded[cut - back : cut - back + 1] == b"="), 0)
    return encoded[:cut] + _SOFT + encoded[cut:] + _SOFT
