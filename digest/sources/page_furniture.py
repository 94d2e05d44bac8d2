"""The furniture of a news page: labels of its buttons and boxes, which are no part of any article."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.core.text import one_line
from digest.sources.page_credit import take_credit
from digest.sources.page_words import ends_sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_LABEL_WORDS = 5
MAX_LABEL_CHARACTERS = 40

_LABEL_LIST = """
    ad|ads|advertisement|advertising|advertise with us|all|all news|article|articles|back|back to top|back to home
    |bookmark|breaking news|close|comment|comments|contact|contact us|continue reading|copy link|editor's picks|email
    |facebook|featured|follow|follow us|get the app|home|keep reading|latest|latest articles|latest news|latest stories
    |like|linkedin|listen|load more|loading|log in|login|menu|more|more articles|more news|more stories|more to read
    |more to explore|most popular|most read|navigation|newest|news|newsletter|newsletters|next|next article|open menu
    |popular|previous|previous article|print|promoted|read also|read more|read next|read the full story|recommended
    |recommended for you|recommended reading|register|related|related articles|related content|related news
    |related posts|related reading|related stories|related topics|save|scroll to top|search|see all|see also|see more
    |share|share article|share on facebook|share on twitter|share on x|share this|share this article|share this story
    |show all|show less|show more|sign in|sign up|skip to content|skip to main content|sponsored|stories|subscribe
    |subscribe now|tags|telegram|to top|top|top news|top stories|topics|trending|trending now|tweet|twitter|view all
    |view less|view more|what to read next|whatsapp|you may also like|you might also like
    """
_LABELS = frozenset(label.strip() for label in _LABEL_LIST.split("|"))
_DECORATION = " \t\u00a0.…:›»→>▸▼▲+|-–—*#←<‹«"
_COUNTED = re.compile(r"\d+\s*min(?:ute)?s?(?:\s+read)?|\d+\s+(?:comment|share|view|like)s?|\W+", re.IGNORECASE)
_COPYRIGHT = re.compile(r"©|\(c\)\s|copyright\s(?:©|\(c\)|\d{4})|all rights reserved", re.IGNORECASE)


def is_furniture(line: str) -> bool:
    """Whether a line is furniture by its words: 'Top', 'View All', 'Loading...', '5 min read', '© 2024 ...'."""
    folded = one_line(line)
    if len(folded) > 200:
        return False
    if folded and folded.strip(_DECORATION).replace("’", "'").casefold() in _LABELS | {""}:
        return True
    return _COUNTED.fullmatch(folded) is not None or _COPYRIGHT.match(folded) is not None


def is_label(line: str) -> bool:
    """Whether a line could be a label: a few words, no sentence and no credit."""
    folded = one_line(line)
    return (
        0 < len(folded) <= MAX_LABEL_CHARACTERS
        and len(folded.split()) <= MAX_LABEL_WORDS
        and not ends_sentence(folded.removesuffix("...").removesuffix("…"))
        and take_credit(folded) is None
    )


def without_furniture(
    lines: Sequence[str], start: int, end: int, labels: frozenset[str]
) -> tuple[list[str], list[int]]:
    """The lines of a body, [start, end), less its furniture.

    Args:
        lines: All lines of the page.
        start: Index of the body's first line.
        end: Index of the line after its last.
        labels: Labels which this page has between its articles, folded to one line and case-folded.

    Returns:
        The lines which remain, and the indices of those left out on the mere ground that they are short and last.
    """

    def is_known(index: int) -> bool:
        return is_furniture(lines[index]) or one_line(lines[index]).casefold() in labels

    guessed: list[int] = []
    first = next((index for index in range(start, end) if lines[index].strip() and not is_known(index)), end)
    while end > first + 1:
        last = lines[end - 1]
        if last.strip() and not is_known(end - 1):
            if not is_label(last):
                break
            guessed.append(end - 1)
        end -= 1
    kept = [lines[index] for index in range(start, end) if not (lines[index].strip() and is_known(index))]
    return kept, guessed[::-1]
