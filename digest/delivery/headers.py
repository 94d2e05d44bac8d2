"""Header fields as raw lines [RFC 5322 section 2.2], folded here and not by the standard library.

Python's email package folds some texts wrongly: it joins or loses words, encodes inside addresses and identifiers, and
does it differently from version to version. What is written here is small and the same everywhere: a text that is
plain ASCII and can be folded at its spaces stays as it is; any other becomes encoded-words as a whole [RFC 2047].
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING

from digest.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from email.headerregistry import Address

LINE = 78
"""Characters of a line, where it can be folded."""

_ENCODED_LINE = 76
"""Characters of a line that has an encoded-word [RFC 2047 section 2]."""

_ENCODED_WORD = 75
_FRAME = len("=?utf-8?q??=")
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+")
# What may stand for itself wherever an encoded-word may stand, in a phrase too [RFC 2047 section 5 (3)].
_ITSELF = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")


def text_field(name: str, text: str) -> bytes:
    """A field of free text: one that decodes to `one_line(text)`."""
    text = one_line(text)
    words = text.split(" ")
    if _is_plain(text, words, first=len(name) + 2):
        return _folded(name, words, LINE)
    return _folded(name, _encoded_words(text, _ENCODED_LINE - len(name) - 2), _ENCODED_LINE)


def token_field(name: str, token: str) -> bytes:
    """A field of one token that is ASCII and must not be altered: an identifier, a date.

    Raises:
        UnicodeEncodeError: It is not ASCII.
        ValueError: It has a line break.
    """
    if not token.isprintable():
        raise ValueError(f"{name} has a control character")
    return f"{name}: {token}\r\n".encode("ascii")


def phrase_field(name: str, phrase: str, token: str) -> bytes:
    """A field `phrase <token>`: a mailbox [RFC 5322 section 3.4], a list's id [RFC 2919]. The token stays as it is.

    Raises:
        UnicodeEncodeError: The token is not ASCII.
    """
    phrase = one_line(phrase)
    limit = LINE
    words = phrase.split(" ") if phrase else []
    if not (all(map(_ATOM.fullmatch, words)) and _is_plain(phrase, words, first=len(name) + 2)):
        quoted = '"' + re.sub(r'(["\\])', r"\\\1", phrase) + '"'
        if _is_plain(phrase, [quoted], first=len(name) + 2):
            words = [quoted]
        else:
            limit = _ENCODED_LINE
            words = list(_encoded_words(phrase, limit - len(name) - 2))
    return _folded(name, [*words, f"<{token}>"], limit)


def mailbox_field(name: str, mailbox: Address) -> bytes:
    """A field of one mailbox, with or without a name."""
    if not mailbox.display_name:
        return token_field(name, mailbox.addr_spec)
    return phrase_field(name, mailbox.display_name, mailbox.addr_spec)


def _is_plain(text: str, words: list[str], *, first: int) -> bool:
    """Whether it can stand as it is: ASCII, nothing that looks encoded, no word too long for a line."""
    return (
        text.isascii()
        and "=?" not in text
        and all(len(word) < LINE for word in words)
        and (not words or first + len(words[0]) <= LINE)
    )


def _folded(name: str, words: Iterable[str], limit: int) -> bytes:
    lines = [f"{name}:"]
    for word in words:
        # The first word stays beside the name: some programs take a line with a name alone for an empty field.
        if len(lines[-1]) + 1 + len(word) <= limit or lines == [f"{name}:"]:
            lines[-1] += f" {word}"
        else:
            lines.append(f" {word}")
    return ("\r\n".join(lines) + "\r\n").encode("ascii")


def _encoded_words(text: str, first: int) -> Iterator[str]:
    """Encoded-words for a text, each of whole characters; the space between two does not count.

    Args:
        text: What to encode, all of it: its own spaces too.
        first: Characters that the first may have.
    """
    pieces = [_quoted(char) for char in text]
    # The form for texts that are mostly ASCII can be read without decoding [RFC 2047 section 4].
    as_quoted = 2 * sum(char.isascii() for char in text) > len(text)
    room = min(first, _ENCODED_WORD) - _FRAME
    run = ""
    size = 0
    for char, piece in zip(text, pieces, strict=True):
        grown = size + (len(piece) if as_quoted else len(char.encode()))
        if run and (grown if as_quoted else (grown + 2) // 3 * 4) > room:
            yield _encoded_word(run, as_quoted=as_quoted)
            run, grown, room = "", grown - size, _ENCODED_WORD - _FRAME
        run, size = run + char, grown
    if run:
        yield _encoded_word(run, as_quoted=as_quoted)


def _encoded_word(text: str, *, as_quoted: bool) -> str:
    if as_quoted:
        return f"=?utf-8?q?{''.join(map(_quoted, text))}?="
    return f"=?utf-8?b?{b64encode(text.encode()).decode()}?="


def _quoted(char: str) -> str:
    if char == " ":
        return "_"
    return "".join(chr(byte) if byte in _ITSELF else f"={byte:02X}" for byte in char.encode())
