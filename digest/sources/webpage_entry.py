"""The pages that entries of a feed lead to, for their text."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from digest.core.text import word_count
from digest.core.urls import is_proxy
from digest.core.webaddress import shown
from digest.sources.webpage import PageOrigin, read_webpage

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from digest.core.fetching import Fetched
    from digest.core.model import FoundArticle, Problem

SAME_WORDS = 0.5
"""Of the words of a feed's entry, so many stand in its page; of another article's page hardly a third do."""

_WORD = re.compile(r"\w{2,}")


def complete_entry(
    article: FoundArticle, page: Fetched, now: datetime, zone: ZoneInfo | None = None
) -> FoundArticle | str:
    """A feed's entry with the text of the page it leads to.

    Id, path, title, date, summary and categories stay the entry's own, and what else it has: the page gives its text,
    and author, picture, date, tags and language where the entry has none.

    Args:
        article: The entry.
        page: The page, as it was fetched.
        now: Aware.
        zone: Of dates that name none.

    Returns:
        The entry completed, or why it is not, and what to do.
    """
    read = read_webpage(page, PageOrigin(article.source, zone), now)
    if read.article is None:
        return f"{shown(page.url)} {read.reason}"
    found = read.article
    ours, theirs = _words_of(article), _words_of(found)
    if theirs <= ours:
        return f"{shown(page.url)} has {theirs} words and the feed's entry {ours}: the entry's text is kept"
    if not _same_article(article, found):
        return (
            f"{shown(page.url)} is another article, '{found.title[:80]}', than the feed's entry "
            f"'{article.title[:80]}': the entry's text is kept; look where its link leads"
        )
    dated = article.published is not None
    return replace(
        article,
        body=found.body,
        url=article.url if article.url and not is_proxy(article.url) else found.url,
        published=article.published if dated else found.published,
        published_by=article.published_by if dated else found.published_by,
        updated=article.updated or (None if dated else found.updated),
        tags=article.tags or found.tags,
        author=article.author or found.author,
        summary=article.summary or found.summary,
        image=article.image or found.image,
        credit=article.credit or (found.credit if article.image is None else ""),
        language=article.language or found.language,
        problems=(*article.problems, *_of_interest(found, dated=dated)),
    )


def _of_interest(found: FoundArticle, *, dated: bool) -> tuple[Problem, ...]:
    """The problems of a page that matter for its text; those with its date do where that is taken."""
    return tuple(each for each in found.problems if not (dated and re.search(r"\bdate\b", each.message)))


def _words_of(article: FoundArticle) -> int:
    return sum(word_count(block.text) for block in article.body.blocks)


def _same_article(entry: FoundArticle, found: FoundArticle) -> bool:
    """Whether a page has an entry's article: by its title, else by what it says."""
    ours, theirs = _set(entry.title), _set(found.title)
    if ours and theirs and len(ours & theirs) > SAME_WORDS * min(len(ours), len(theirs)):
        return True
    said = _set(" ".join([entry.summary, *(block.text for block in entry.body.blocks)]))
    there = _set(" ".join([found.title, *(block.text for block in found.body.blocks)]))
    return len(said) >= 8 and len(said & there) > SAME_WORDS * len(said)


def _set(text: str) -> frozenset[str]:
    """Its words of some length: the short ones stand in every text. Of a script without spaces, pairs of characters."""
    words = _WORD.findall(text.casefold())
    long = {word for word in words if len(word) > 3 and word.isascii()}
    return frozenset(long | {word[at : at + 2] for word in words if not word.isascii() for at in range(len(word) - 1)})
