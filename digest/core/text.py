"""Small, pure operations on text that several parts need."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import UTC
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, tzinfo

WORDS_A_MINUTE = 220
"""Adult silent reading of English non-fiction: 238 on average, a little less on a screen."""

_LINE_BREAK = re.compile("\r\n|[\r\v\f\x85]")
# Controls (Cc), surrogates (Cs), non-characters: a set that Unicode has closed.
_UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
# No character has a number of so many digits, and of more than 4,300 Python makes an error in place of a number.
_ENDLESS = re.compile(r"&#[0-9]{20,};?")
# Embeddings and overrides [UAX 9]; marks and isolates, which texts are written with, stay.
_TURNING = re.compile("[\u202a-\u202e]")
_NO_LETTER = re.compile(r"[\W_]+")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_WORD = re.compile(r"\w+(?:['’.,\-]\w+)*")
_ASCII_WORD = re.compile(r"\w++(?:['.,\-]\w++)*+", re.ASCII)  # the same, and quicker
# Scripts written without spaces between words: each character counts for half a word.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\u0e00-\u0e7f]")

# What ends a sentence in Chinese and Japanese has its own room, and whatever may follow it there.
_WIDE_END = re.compile("[。！？][」』”’）】》]*$")
_WIDE_START = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff「『“‘（【《0-9A-Za-z]")


def clean(text: str) -> str:
    r"""Drop what no XML, header or page may hold: controls, lone surrogates, non-characters. Line breaks become `\n`.

    Source: XML 1.0 section 2.2 (Char), less the characters it discourages.
    """
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return _UNFIT.sub("", _LINE_BREAK.sub("\n", text))


def one_line(text: str) -> str:
    """Clean text with all white space, line breaks included, folded to single spaces.

    Without what turns the direction of all that follows it, on that line and in a terminal: a title is a part of lines.
    """
    # Of white space only the space is printable: most texts are as they should be.
    if text.isprintable() and "  " not in text and text[:1] != " " != text[-1:]:
        return text
    return " ".join(clean(" ".join(_TURNING.sub("", text).split())).split())


def letters(text: str) -> str:
    """Letters and digits alone: how texts are compared that differ in spaces, marks and capitals."""
    return _NO_LETTER.sub("", text).casefold()


def unescaped(html: str) -> str:
    """HTML's character references replaced by their characters [HTML, named and numeric]; never raises."""
    return unescape(_ENDLESS.sub("\ufffd", html))


def slug(text: str, limit: int = 60) -> str:
    """A form of `text` in a-z, 0-9 and single hyphens, cut at a word; empty when nothing is left of it."""
    folded = unicodedata.normalize("NFKD", text.replace("&", " and "))
    # A dash without spaces parts words; an accent, a soft hyphen or the apostrophe of "it’s" does not.
    parted = "".join(" " if unicodedata.category(char)[0] in "PSZ" and char != "’" else char for char in folded)
    whole = _NOT_SLUG.sub("-", parted.encode("ascii", "ignore").decode().lower()).strip("-")
    if len(whole) <= limit:
        return whole
    return whole[: limit + 1].rpartition("-")[0].strip("-") or whole[:limit]


def short_hash(text: str, length: int = 10) -> str:
    """The first `length` hex digits of the SHA-256 of `text`."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]


def word_count(text: str) -> int:
    """How many words a reader would count, in spaced scripts and unspaced ones."""
    if text.isascii():
        return len(_ASCII_WORD.findall(text))
    unspaced = len(_UNSPACED.findall(text))
    return len(_WORD.findall(_UNSPACED.sub(" ", text))) + (unspaced + 1) // 2


def as_paragraph(sentences: Iterable[str]) -> str:
    """Sentences one after the other: a space between two, but none after a full stop as wide as a Chinese letter."""
    text = ""
    for sentence in sentences:
        close = not text or (_WIDE_END.search(text) and _WIDE_START.match(sentence))
        text += sentence if close else f" {sentence}"
    return text


def utc_text(instant: datetime) -> str:
    """An aware instant in UTC to the second, `2026-03-02T07:00:00Z` [RFC 3339]."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def spoken(instant: datetime, zone: tzinfo) -> str:
    """An instant on the wall clock of a zone, for a person: `Mon 2026-03-02 08:00 CET`."""
    return instant.astimezone(zone).strftime("%a %Y-%m-%d %H:%M %Z")


def counted(count: int, noun: str) -> str:
    """A number with its noun, whose plural takes an s: `1 file`, `2 files`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def reading_minutes(words: int) -> int:
    """Whole minutes it takes to read so many words, at least one."""
    return max(1, round(words / WORDS_A_MINUTE))


def reply_kind(reply: str) -> str:
    """What replies have in common that differ by a queue id or an address: `250 2.0.0`, `550 5.1.1 user unknown`.

    Args:
        reply: One line, as a relay or a sink said it.
    """
    if reply.startswith("2"):
        return " ".join(re.findall(r"\A2\d\d(?: 2\.\d+\.\d+)?", reply))
    plain = re.sub(r"<[^<>]*>|\S*[@/]\S*|\b(?=\w*\d)(?=\w*[A-Za-z])\w{6,}\b", "…", reply)
    return plain[:80].rstrip()
