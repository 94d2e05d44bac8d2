"""A feed's bytes made fit to be parsed: its encoding, and what no XML may hold.

What a feed says of its encoding is believed as far as its bytes bear it out. Bytes that are no UTF-8 are stray ones of
windows-1252, unless most of its letters are such: then its script is told by which follow each other.
"""

from __future__ import annotations

import codecs
import re
import zlib

_DECLARED = re.compile(rb"\s*<\?xml[^>]*?\bencoding\s*=\s*[\"']([\w.:-]+)[\"']")
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_GZIP = b"\x1f\x8b\x08"
_PIECE = 4096
MOST_UNPACKED = 20 * 1024 * 1024
"""Bytes; what a fetched answer may hold, too."""

_EBCDIC = b"\x4c\x6f\xa7\x94"
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r") + b"\x7f"
_UTF8 = frozenset({"utf-8", "utf-8-sig", "ascii"})
_LATIN = frozenset({"iso8859-1", "iso8859-15", "cp1252"})
_OF_PYTHON = frozenset({"punycode", "idna", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"})
_BROKEN_BYTES = {0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(0x80, 0x100)}
_BROKEN = re.compile("[\udc80-\udcff]")
_TAG = re.compile(rb"<[^<>]*>")
_SEVEN_BITS = bytes(range(0x80))
_NO_LETTERS = bytes(code for code in range(0x80) if not chr(code).isalpha())
_REFERENCE = re.compile(rb"&#(?:(\d+)|[xX]([0-9A-Fa-f]+));?")

SCRIPTS = frozenset(
    {
        "euc_jp", "shift_jis", "cp932", "euc_kr", "cp949", "gb2312", "gb18030", "big5", "koi8-r", "koi8-u", "cp1251",
        "iso8859-5", "cp1253", "iso8859-7", "cp1255", "iso8859-8", "cp1256", "iso8859-6", "tis-620", "cp874",
    }
)  # fmt: skip
"""Encodings of scripts other than the Latin one, of which most bytes are beyond ASCII."""

_LOOKED_AT = 20_000
_FEWEST = 20
_LEAST_SHARE = 0.25
"""Of the letters, beyond ASCII; no text in Latin letters, with its dates and links, comes near."""


def unpacked(data: bytes) -> bytes:
    """A feed's bytes out of the gzip they came in, if they did: as much as is whole, at most `MOST_UNPACKED`."""
    if not data.startswith(_GZIP):
        return data
    unpacking = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    parts: list[bytes] = []
    left = MOST_UNPACKED
    for start in range(0, len(data), _PIECE):
        try:
            part = unpacking.decompress(data[start : start + _PIECE], left)
        except zlib.error:
            break
        parts.append(part)
        left -= len(part)
        if not left or unpacking.eof:
            break
    return b"".join(parts)


def encoding(stated: str) -> str:
    """Python's name of an encoding; empty when there is none of that name, or none that a feed can be in."""
    try:
        b"a".decode(stated, "replace")
        name = codecs.lookup(stated).name
    except (LookupError, ValueError):  # nor is one with a NUL in its name, nor what makes bytes of bytes
        return ""
    return "" if name in _OF_PYTHON else name


def prepared(data: bytes, charset: str, notes: list[str]) -> tuple[bytes, str]:
    """The bytes without what no XML may hold, and the charset to tell a parser.

    Args:
        data: The whole feed.
        charset: Of the answer it came in; empty when unsaid.
        notes: Grows by what had to be mended.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            text = data.decode(name, "replace")
            if "<" in text:
                data, charset = text.encode("utf-8", "replace"), "utf-8"
            else:
                notes.append(f"begins as {name.upper()} does, and is none")
                data = data.removeprefix(mark)
            break
    if b"\0" in data[:4] or data.startswith(_EBCDIC):
        return data, charset
    declared = match[1].decode("ascii").lower() if (match := _DECLARED.match(data)) else ""
    if _is_utf8(data, charset.lower() or declared, notes):
        data, charset = _without_controls(_as_utf8(data, notes), notes), "utf-8"
    return _REFERENCE.sub(_reference, data), charset


def _is_utf8(data: bytes, stated: str, notes: list[str]) -> bool:
    """Whether it is to be read as UTF-8, given what it is said to be."""
    name = encoding(stated) if stated else "utf-8"
    if not name:
        notes.append(f"states an encoding that nobody knows, '{stated[:40]}'; it is read as UTF-8")
        return True
    if name in _LATIN and not data.isascii():
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            return False
        notes.append(f"states a wrong encoding: it says {stated}, and is UTF-8")
        return True
    return name in _UTF8


def _as_utf8(data: bytes, notes: list[str]) -> bytes:
    text = data.decode("utf-8", "surrogateescape")
    if not _BROKEN.search(text):
        return data
    if script := _script(data, len(_BROKEN.findall(text))):
        notes.append(f"has bytes that are no UTF-8; it is read as {script}, by its letters")
        return data.decode(script, "replace").encode("utf-8")
    # Byte by byte: one stray byte must not make another text of all the rest.
    notes.append("has bytes that are no UTF-8; they are read as windows-1252")
    return text.translate(_BROKEN_BYTES).encode("utf-8", "replace")


def _script(data: bytes, broken: int) -> str:
    """Which of `SCRIPTS` it is in; empty when in none.

    Args:
        data: The whole feed.
        broken: How many of its bytes are no UTF-8.
    """
    high = len(data.translate(None, _SEVEN_BITS))
    if broken < _FEWEST or broken * 2 < high:
        return ""
    words = _TAG.sub(b" ", data)
    letters = len(words.translate(None, _NO_LETTERS))
    if high < letters * _LEAST_SHARE:
        return ""
    from chardet import detect  # noqa: PLC0415 a feed that needs it is rare; feedparser asks it too, where it is there

    first = next(index for index, byte in enumerate(words) if byte >= 0x80)
    found = detect(words[first : first + _LOOKED_AT])["encoding"] or ""
    return found if encoding(found) in SCRIPTS else ""


def _without_controls(data: bytes, notes: list[str]) -> bytes:
    bare = data.translate(None, _CONTROLS)
    if len(bare) < len(data):
        notes.append("holds control characters; they are taken out")
    return bare


def _reference(match: re.Match[bytes]) -> bytes:
    """A numeric character reference, or nothing where it stands for no character of XML."""
    digits, base = (match[1], 10) if match[1] else (match[2], 16)
    code = int(digits, base) if len(digits) <= 10 else 0
    good = code in {9, 10, 13} or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code <= 0x10FFFF
    return match[0] if good else b""
