"""A saved page of a news site, as plain text: one main article, then cards with further ones.

What is known of such a page is its order. The main article is its title, `Category·Date` and its body; a card is
`Category·`, its date, its title and its body. Blank lines stand anywhere between them. Whatever else there is
('Top', 'View All', 'news', 'Loading') is furniture, told by its words or by where it stands, and left out.

Nothing in such a page names its address, an author or a time zone.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.core.dates import parse_date
from digest.core.errors import NotAPageError
from digest.core.text import one_line
from digest.sources.page_furniture import is_furniture, is_label, without_furniture
from digest.sources.page_text import read_body

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from digest.core.model import Block, Published

DOT = "·"
MAX_CATEGORY_CHARACTERS = 80
MAX_TITLE_CHARACTERS = 300
MAX_DATE_CHARACTERS = 60
MAX_LABELS_IN_A_ROW = 8

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_TIME_OR_ZONE = (
    r"(?:[\s,]+(?:at|\d{1,2}(?:[:.]\d{2}){0,2}(?:\s?[ap]\.?m\.?)?|[ap]\.?m\.?|[A-Z]{1,5}|[+-]\d{2}:?\d{2}|\([A-Z]+\)))*"
)
# What was meant as a date, one that does not exist included: whether it can be read is for parse_date to say.
_DATE_LIKE = re.compile(
    r"(?:[^\W\d_]{3,9}\.?,?\s+)?"
    r"(?:[^\W\d_]{3,10}\.?\s+\d{1,3}(?:st|nd|rd|th)?,?\s+\d{4}"
    r"|\d{1,3}(?:st|nd|rd|th)?\.?\s+(?:de\s+)?[^\W\d_]{3,10}\.?,?\s+(?:de\s+)?\d{4}"
    rf"|{_MONTH}\.?\s+\d{{1,4}}"
    r"|\d{4}-\d{1,3}-\d{1,3}(?:T[\d:.]+(?:Z|[+-][\d:]+)?)?"
    r"|\d{1,4}\s?[/.年]\s?\d{1,2}\s?[/.月]\s?\d{1,4}日?"
    r"|\d+\s+(?:sec|min|hour|day|week|month|year)\w*\s+ago|yesterday|today|just now|\W*\d+\W+\d+[\W\d]*)"
    rf"{_TIME_OR_ZONE}",
    re.IGNORECASE,
)
_READING_TIME = re.compile(rf"\s*{DOT}\s*\d+\s*min(?:ute)?s?(?:\s+read)?\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PageArticle:
    """One article of a page.

    Attributes:
        title: Its title, on one line.
        category: What stands before the '·'.
        published: None when its date is missing or cannot be read; then `problems` says so.
        credit: The whole credit of its photo (`Photo by 李 亨 on Pexels`), no part of the blocks; empty when none.
        blocks: "heading" (level 2) and "paragraph", in reading order.
        problems: What is wrong with it, each beginning with `line N: `; the article can be used all the same.
        line: The line of its title in the text, from 1.
        dated: Whether the page states a date for it, readable or not.
    """

    title: str
    category: str
    published: Published | None
    credit: str
    blocks: tuple[Block, ...]
    problems: tuple[str, ...]
    line: int
    dated: bool


@dataclass(frozen=True, slots=True)
class _Head:
    """What stands above a body; all numbers are indices of lines.

    `start` is the first line which belongs to the article, `body` the first of its body;
    `date` is the text meant as its date (empty when there is none), found in line `date_line`.
    """

    start: int
    title: int
    category: str
    date: str
    date_line: int
    body: int


def parse_page(text: str, zone: ZoneInfo | None) -> tuple[PageArticle, ...]:
    """Read a saved news page.

    Args:
        text: The page as plain text, white space as saved: no-break spaces are paragraph marks in it.
        zone: The zone of its dates, which state none; None when it is not known.

    Returns:
        Its articles in the page's order, the main one first.

    Raises:
        NotAPageError: The text has no main article; the message says what was not found.
    """
    if "\0" in text:
        raise _not_a_page("it holds NUL bytes, so it is no text")
    lines = re.sub("[\ufeff\u200b]", "", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    if not any(line.strip() for line in lines):
        raise _not_a_page("it is empty")
    heads, untitled = _find_heads(lines)
    starts = sorted([*(head.start for head in heads[1:]), *untitled, len(lines)])
    labels = frozenset(label for start in starts[:-1] for label in _labels_above(lines, start))
    articles = [_article(lines, head, starts[bisect_right(starts, head.start)], labels, zone) for head in heads]
    of_page = [
        *_left_out(lines, heads[0]),
        *(f"line {start + 1}: a card without a title was left out" for start in untitled),
    ]
    return (replace(articles[0], problems=(*articles[0].problems, *of_page)), *articles[1:])


def _not_a_page(missing: str) -> NotAPageError:
    return NotAPageError(
        f"this is no saved news page: {missing}; such a page has a title, below it a line 'Category{DOT}Date' "
        f"('Policy{DOT}June 12, 2023, 11:47 PM'), and below that the article's text"
    )


def _find_heads(lines: Sequence[str]) -> tuple[list[_Head], list[int]]:
    """The heads of all articles, the main one first, and where the cards without a title begin."""
    heads = [_main_head(lines)]
    untitled = []
    index = heads[0].body
    while index < len(lines):
        if _split(lines[index]) is None:
            index += 1
            continue
        head = _card_head(lines, index)
        if head is None:
            untitled.append(index)
            index += 1
        else:
            heads.append(head)
            index = head.body
    return heads, untitled


def _main_head(lines: Sequence[str]) -> _Head:
    undated = 0
    for index, line in enumerate(lines):
        parts = _split(line)
        if parts is None:
            continue
        category, date = parts
        date_line = index if date else _next_text(lines, index + 1)
        date = date or (lines[date_line].strip() if date_line < len(lines) else "")
        if not _is_date_like(date):
            undated = undated or index + 1
            continue
        title = _title_above(lines, index)
        if title is not None:
            return _Head(title, title, category, one_line(date), date_line, date_line + 1)
        # A title may itself look like 'Category·Date': then the real one is the very next line.
        below = _split(lines[min(_next_text(lines, index + 1), len(lines) - 1)])
        if not (parts[1] and below is not None):
            raise _not_a_page(f"no title was found above line {index + 1}, '{one_line(line)[:60]}'")
    if undated:
        raise _not_a_page(f"no date was found beside or below line {undated}, '{one_line(lines[undated - 1])[:60]}'")
    raise _not_a_page(f"no line 'Category{DOT}Date' was found")


def _title_above(lines: Sequence[str], index: int) -> int | None:
    while index > 0:
        index -= 1
        if lines[index].strip() and not is_furniture(lines[index]):
            return index if len(lines[index]) <= MAX_TITLE_CHARACTERS else None
    return None


def _card_head(lines: Sequence[str], index: int) -> _Head | None:
    """The head of the card that begins at `index`; None when it has no title."""
    category, date = _split(lines[index]) or ("", "")
    date_line = index
    title = _next_text(lines, index + 1)
    if not date and title < len(lines) and _is_date_like(lines[title]):
        date, date_line = lines[title], title
        title = _next_text(lines, title + 1)
    if title >= len(lines) or is_furniture(lines[title]) or _begins_card(lines, title):
        return None
    return _Head(index, title, category, one_line(date), date_line, title + 1)


def _begins_card(lines: Sequence[str], index: int) -> bool:
    """Whether a line is `Category·` with its date below, not a title with such a dot in it."""
    parts = _split(lines[index])
    below = _next_text(lines, index + 1)
    return parts is not None and not parts[1] and below < len(lines) and _is_date_like(lines[below])


def _split(line: str) -> tuple[str, str] | None:
    """Category and date of a line `Category·Date` or `Category·`; None when it is no such line."""
    if DOT not in line or len(line) > MAX_CATEGORY_CHARACTERS + MAX_DATE_CHARACTERS + 60:
        return None
    whole = _READING_TIME.sub("", line.strip())
    for match in re.finditer(DOT, whole[: MAX_CATEGORY_CHARACTERS + 1]):
        category, date = one_line(whole[: match.start()]), whole[match.end() :].strip()
        if any(char.isalpha() for char in category) and (not date or _is_date_like(date)):
            return category, date
    return None


def _is_date_like(text: str) -> bool:
    folded = one_line(text)
    return 0 < len(folded) <= MAX_DATE_CHARACTERS and _DATE_LIKE.fullmatch(folded) is not None


def _next_text(lines: Sequence[str], index: int) -> int:
    """The first line from `index` on that is not blank; their number when there is none."""
    while index < len(lines) and not lines[index].strip():
        index += 1
    return index


def _labels_above(lines: Sequence[str], start: int) -> list[str]:
    """Short lines right above a card, no blank line between: furniture, whatever its words ('View All', 'news')."""
    labels: list[str] = []
    while start > 0 and len(labels) < MAX_LABELS_IN_A_ROW and is_label(lines[start - 1]):
        start -= 1
        labels.append(one_line(lines[start]).casefold())
    # Below a blank line only: else it is the last line of a body.
    return labels if start == 0 or not lines[start - 1].strip() else []


def _article(lines: Sequence[str], head: _Head, end: int, labels: frozenset[str], zone: ZoneInfo | None) -> PageArticle:
    title = one_line(lines[head.title])
    problems = []
    published = None
    if head.date:
        try:
            published = parse_date(head.date, zone)
        except ValueError as error:
            problems.append(f"line {head.date_line + 1}: {error}")
    else:
        problems.append(f"line {head.title + 1}: '{title}' has no date, so it counts as published when first seen")
    kept, dropped = without_furniture(lines, head.body, end, labels)
    problems += [f"line {index + 1}: '{one_line(lines[index])}' was left out as furniture" for index in dropped]
    # The lines of the main article are its paragraphs; in a card, or in a single line, no-break spaces mark them.
    several = sum(bool(line.strip()) for line in kept) > 1
    body = read_body(title, kept, marked=head.start != head.title or not several)
    if not body.blocks:
        problems.append(f"line {head.title + 1}: '{title}' has no text below its title")
    return PageArticle(
        title=title,
        category=head.category,
        published=published,
        credit=body.credit,
        blocks=body.blocks,
        problems=tuple(problems),
        line=head.title + 1,
        dated=bool(head.date),
    )


def _left_out(lines: Sequence[str], head: _Head) -> list[str]:
    """Say where text above the main title, too long to be a label, was left out."""
    return [
        f"line {index + 1}: text above the title of the main article was left out"
        for index in range(head.title)
        if lines[index].strip() and not is_label(lines[index]) and not is_furniture(lines[index])
    ]
