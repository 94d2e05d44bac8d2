"""What is new in an answer of a source that is fetched, by what is remembered of its articles. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from digest.core.marks import BEFORE, ELSEWHERE, Mark, said_of, twin
from digest.core.newsletter import Filter
from digest.core.ports import Reading
from digest.core.sourcerules import judge

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from digest.core.model import FoundArticle
    from digest.core.ports import Offer
    from digest.core.sourcerules import SourceRules


@dataclass(frozen=True, slots=True)
class Paged:
    """What came of the pages of an answer's articles, by path.

    Attributes:
        whole: Those that their pages completed.
        failed: Those whose pages gave nothing, and whether these were asked.
        late: Paths of what was there before the source was met, where that is known already.
    """

    whole: Mapping[str, FoundArticle] = field(default_factory=dict)
    failed: Mapping[str, bool] = field(default_factory=dict)
    late: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Haul:
    """What is to be taken in of an answer.

    Attributes:
        seen: How many articles it holds.
        new: How many of them are new or have changed.
        readings: These, and what was there before the source was met.
        marks: Their marks, by path.
        there: The paths of all.
        again: When the next page that failed is to be asked again; None: none is.
    """

    seen: int
    new: int
    readings: tuple[Reading, ...]
    marks: Mapping[str, str]
    there: frozenset[str]
    again: datetime | None = None


def to_complete(
    offer: Offer, rules: SourceRules, known: Mapping[str, str], since: datetime | None, *, now: datetime, page: bool
) -> tuple[list[FoundArticle], frozenset[str]]:
    """What is to be completed by its page, and the paths of what was there before the source was met.

    What a card says of itself is too little for conditions: a page's are asked once its articles are whole, and
    `first` counts before them. What another source has too is not fetched again and again.

    Args:
        offer: What the source holds.
        rules: Its own.
        known: The marks of its articles, by path.
        since: When it was first asked; None: never yet.
        now: Aware.
        page: Whether it is a web page.
    """
    looser = replace(rules, include=Filter(), exclude=Filter()) if page else rules
    judged = judge(offer.articles, looser, met=bool(known), since=since)
    wanted = {each.article.path for each in judged if not each.refused}
    new = [
        each
        for each in offer.articles
        if each.url and each.path in wanted and each.path not in offer.whole and _wants_page(each, rules, known, now)
    ]
    return new, frozenset(each.article.path for each in judged if each.late) if page else frozenset()


def _wants_page(article: FoundArticle, rules: SourceRules, known: Mapping[str, str], now: datetime) -> bool:
    text = known.get(article.path)
    if text == ELSEWHERE or _was_before(article, known):
        return False
    mark = Mark.read(text or "")
    return mark.said != said_of(article, rules) or mark.wants_page(now)


def sift(
    offer: Offer, paged: Paged, rules: SourceRules, known: Mapping[str, str], since: datetime | None, *, now: datetime
) -> Haul:
    """What is to be taken in of an answer; arguments as of `to_complete`, and what came of its articles' pages."""
    # What a source says of an article tells whether it is new, not what its page says.
    said = {each.path: each for each in offer.articles}
    articles = [paged.whole.get(each.path, each) for each in offer.articles]
    readings, marks, befores, waits = [], {}, [], []
    for each in judge(articles, rules, met=bool(known) or bool(paged.late), since=since):
        path = each.article.path
        if _was_before(said[path], known):
            continue
        late = each.late or path in paged.late
        mark = None if late else _mark(said[path], paged, rules, known.get(path, ""), now)
        text = BEFORE if mark is None else str(mark)
        if mark is not None and mark.again is not None:
            waits.append(mark.again)
        if known.get(path) == text:
            continue
        marks[path] = text
        readings.append(Reading(path, () if late or each.refused else (each.article,)))
        if late and (other := twin(said[path])):
            marks[other] = BEFORE
            befores.append(Reading(other))
    return Haul(
        len(offer.articles),
        len(readings),
        (*readings, *befores),
        marks,
        frozenset(said),
        min(waits, default=None),
    )


def _mark(article: FoundArticle, paged: Paged, rules: SourceRules, text: str, now: datetime) -> Mark:
    """How an article stands after this answer; `text`: its mark until now."""
    said, until_now = said_of(article, rules), Mark.read(text)
    mark = until_now if until_now.said == said else Mark(said)
    if article.path in paged.whole:
        return Mark(said, whole=True)
    if article.path in paged.failed:
        return mark.after(now, failed=paged.failed[article.path])
    return mark


def _was_before(article: FoundArticle, known: Mapping[str, str]) -> bool:
    """Whether it was there before its source was met, by whichever id."""
    return BEFORE in (known.get(article.path), known.get(twin(article)))
