"""The body of one article of a saved news page: its lines to headings, paragraphs and the credit of its photo.

Three marks are told apart, each before white space is folded, for folding destroys them:

1. Lines. A line is a paragraph, unless it starts small right below one that ends no sentence.
2. No-break spaces. In a card they are the only paragraph marks, and they stand at the edges of links too.
   One ends a paragraph only where the text before it ends a sentence and the text after it does not start small.
3. Nothing at all: a credit or a sub-heading glued to the text on both sides.

A glued sub-heading needs evidence. It starts where a block or a sentence starts; it looks like a heading (see
`looks_like_heading`); and it ends where a small letter is directly followed by a capital, such that one of these holds:

- the capital starts a word which is only capitalised at the start of a sentence ('governanceThe', 'BDXFollowing');
- the word before it is small as a whole, four letters at least, and another word follows ('marketsChina Daily');
- both halves stand elsewhere in the article as words of their own, and the whole does not ('KoreaUpbit').

So 'TokenInsight', 'iPhone' and 'McDonald' stay whole, and so does a compound the article uses twice.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from digest.core.model import Block
from digest.core.text import one_line
from digest.sources.page_credit import take_credit
from digest.sources.page_words import (
    CAMEL_NAMES,
    MAX_HEADING_CHARACTERS,
    NBSP,
    STARTERS,
    ends_sentence,
    looks_like_heading,
    starts_lower,
    words_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HEADING_LEVEL = 2
MIN_WORDS_AFTER_HEADING = 3
MAX_HEADINGS_IN_A_ROW = 2

_MARK = re.compile(rf"{NBSP}\s*")
_BEFORE_POINT = re.compile(rf"(?<!{NBSP}){NBSP}++(?=[,.)])")
_GLUE = re.compile(r"(?<=[^\W_])(?=[^\W\d_])|(?<=[?)”’\"])(?=[^\W\d_])")
_SENTENCE_START = re.compile(r"[.!?…][\"”’'»)\]]*\s*(?=[^\W_])")
_FINITE = "he she they it i we said says told is are was were has have had will would that which also"
_AUXILIARIES = frozenset(_FINITE.split())


class BodyText(NamedTuple):
    """What the body of an article holds.

    Attributes:
        blocks: Its headings and paragraphs, in reading order.
        credit: The whole credit of its photo, several joined by `; `; empty when there is none.
    """

    blocks: tuple[Block, ...]
    credit: str


class _Piece(NamedTuple):
    text: str
    stand_first: bool = False  # directly before a credit, at the very start


def read_body(title: str, lines: Sequence[str], *, marked: bool) -> BodyText:
    """Read a body.

    Args:
        title: The article's title: its words are evidence for what is a name.
        lines: The lines of the body as they stand in the page, blank ones included, furniture removed.
        marked: True when no-break spaces may end paragraphs.
    """
    pieces, credits_found = _take_credits(_unwrapped(lines), marked=marked)
    words = Counter(words_of(title) + [word for piece in pieces for word in words_of(piece.text)])
    blocks: list[Block] = []
    standing: list[bool] = []
    for piece in pieces:
        parts = list(_glued_headings(piece.text, words))
        blocks += parts
        alone = len(parts) == 1 and not piece.stand_first and looks_like_heading(parts[0].text)
        standing += [alone] * len(parts)
    return BodyText(tuple(_with_standing_headings(blocks, standing)), "; ".join(credits_found))


def _unwrapped(lines: Sequence[str]) -> list[str]:
    """The lines that hold text, each joined to the one right above it where that was cut in mid-sentence."""
    whole: list[str] = []
    adjacent = False
    for line in lines:
        text = line.strip()
        if text and adjacent and starts_lower(text) and not ends_sentence(whole[-1]):
            whole[-1] += " " + text
        elif text:
            whole.append(text)
        adjacent = bool(text)
    return whole


def _take_credits(lines: Sequence[str], *, marked: bool) -> tuple[list[_Piece], list[str]]:
    """The texts between marks and credits, and the credits."""
    pieces: list[_Piece] = []
    found: list[str] = []
    for line in lines:
        rest = line
        while (credit := take_credit(rest)) is not None:
            pieces += _at_marks(credit.before, marked=marked)
            if len(pieces) == 1 and not found:
                pieces[0] = _Piece(pieces[0].text, stand_first=True)
            found.append(credit.text)
            rest = credit.after
        pieces += _at_marks(rest, marked=marked)
    return pieces, found


def _at_marks(line: str, *, marked: bool) -> Iterator[_Piece]:
    """Cut a line where a no-break space is a paragraph mark."""
    start = 0
    for mark in _MARK.finditer(line) if marked else ():
        before, after = line[max(start, mark.start() - 200) : mark.start()], line[mark.end() : mark.end() + 200]
        if not before.strip() or not after or starts_lower(after):
            continue
        at_edge = mark.start() - start < 200
        if ends_sentence(before, after) or (at_edge and _ends_heading(before, mark[0], after)):
            yield _Piece(line[start : mark.start()])
            start = mark.end()
    if line[start:].strip():
        yield _Piece(line[start:])


def _ends_heading(before: str, mark: str, after: str) -> bool:
    """Whether the mark divides a heading from its text: a doubled one, or one before 'The price ...'."""
    first, _, second = after.partition(" ")
    sentence = first in STARTERS and second[:1].islower()
    return (mark.count(NBSP) > 1 or sentence) and looks_like_heading(_folded(before))


def _glued_headings(text: str, words: Counter[str]) -> Iterator[Block]:
    """The headings glued into one piece of text and the paragraphs between them."""
    begin = start = 0  # of the paragraph, of the sentence in it
    while True:
        cut = _heading_end(text, start, words, at_edge=start == begin)
        if cut is not None:
            yield from _paragraph(text[begin:start])
            yield Block("heading", _folded(text[start:cut]), HEADING_LEVEL)
            begin = start = cut
            continue
        following = _SENTENCE_START.search(text, start)
        if following is None:
            break
        start = following.end()
    yield from _paragraph(text[begin:])


def _paragraph(text: str) -> Iterator[Block]:
    folded = _folded(text)
    if folded:
        yield Block("paragraph", folded)


def _heading_end(text: str, start: int, words: Counter[str], *, at_edge: bool) -> int | None:
    """Where the heading ends that starts at `start`; None when none does.

    Args:
        text: One piece of text.
        start: Where a sentence starts in it.
        words: How often each word stands in the article.
        at_edge: True at the start of a block, where less evidence is needed than after a sentence.
    """
    for glue in _GLUE.finditer(text, start + 1, start + MAX_HEADING_CHARACTERS + 2):
        cut = glue.start()
        if not text[cut].isupper():
            continue
        heading = _folded(text[start:cut])
        if not looks_like_heading(heading) or len(text[cut : cut + 200].split()) < MIN_WORDS_AFTER_HEADING:
            continue
        if _is_boundary(text, start, cut, words, at_edge=at_edge):
            return cut
    return None


def _is_boundary(text: str, start: int, cut: int, words: Counter[str], *, at_edge: bool) -> bool:
    """Whether one word ends and a sentence starts at `cut`, where there is no space."""
    left = _letters_before(text, start, cut)
    right = _letters_after(text, cut)
    if left + right in CAMEL_NAMES:
        return False
    free = text[cut + len(right) : cut + len(right) + 1] in (" ", ",", NBSP)
    starter = right in STARTERS and free
    last = text[cut - 1]
    if not last.islower():
        # After a digit, a bracket or an abbreviation: 'RWAs' is one word, so two letters are no evidence.
        return at_edge and starter and (not last.isupper() or len(right) >= 3)
    if starter and left.islower() and len(left) >= 2:
        return True
    both_known = words[left] > 0 and words[right] > 0
    if words[left + right] > 1 and not (left.islower() and both_known):
        return False
    if left.islower() and len(left) >= 4 and right[1:2].islower():
        return at_edge or not _AUXILIARIES.intersection(_folded(text[start:cut]).lower().split())
    return at_edge and (starter or both_known)


def _letters_before(text: str, start: int, cut: int) -> str:
    begin = cut
    while begin > start and text[begin - 1].isalpha():
        begin -= 1
    return text[begin:cut]


def _letters_after(text: str, cut: int) -> str:
    end = cut
    while end < len(text) and text[end].isalpha():
        end += 1
    return text[cut:end]


def _with_standing_headings(blocks: Sequence[Block], standing: Sequence[bool]) -> Iterator[Block]:
    """Make headings of the blocks that stand like one, have text below, and are no list of short lines."""
    done = 0
    for alone, run in groupby(zip(blocks, standing, strict=True), key=lambda pair: pair[1]):
        same = [block for block, _ in run]
        done += len(same)
        if alone and len(same) <= MAX_HEADINGS_IN_A_ROW and done < len(blocks):
            same = [Block("heading", block.text, HEADING_LEVEL) for block in same]
        yield from same


def _folded(text: str) -> str:
    return one_line(_BEFORE_POINT.sub("", text))
