"""A web page as a source that is fetched: the port `RemoteReader` over `digest.sources.webpage`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from digest.core.model import Problem
from digest.core.ports import Offer
from digest.core.text import letters
from digest.core.webaddress import shown
from digest.sources.webpage import PageOrigin, read_webpage

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from digest.core.fetching import Fetched
    from digest.core.model import FoundArticle


class WebPageReader:
    """Reads what a page answers: the article that it is, and those that it leads to.

    Args:
        name: The source's name.
        zone: Of dates that name none; None when the source has none.
    """

    def __init__(self, name: str, zone: ZoneInfo | None) -> None:
        self._origin = PageOrigin(name, zone)

    def offer(self, fetched: Fetched, now: datetime) -> Offer:
        """What a page holds: its own article whole, others to be completed by their pages."""
        page = read_webpage(fetched, self._origin, now)
        notes = tuple(Problem(shown(fetched.url), note) for note in fetched.notes)
        problems = (*notes, *page.problems)
        if page.kind == "nothing":
            return Offer(problems=problems, useless=f"{shown(fetched.url)} {page.reason}")
        own = (page.article,) if page.article is not None else ()
        return Offer(
            (*own, *page.stubs),
            problems,
            partial=bool(page.stubs),
            whole=frozenset(each.path for each in own),
            title=page.title,
        )

    def complete(self, article: FoundArticle, page: Fetched, now: datetime) -> FoundArticle | str:
        """A card's article out of its page, known by what the card made of its address; or why it is none."""
        read = read_webpage(page, self._origin, now)
        if read.article is None:
            return f"{shown(page.url)} {read.reason}"
        found = read.article
        # A page without a date of its own, beside a card with one, is dated by its card.
        own_date = found.published is not None and found.published_by != "guess"
        return replace(
            found,
            path=article.path,
            published=found.published if own_date else article.published or found.published,
            published_by=found.published_by if own_date else article.published_by or found.published_by,
            summary=found.summary or _own_teaser(article.summary, found),
            image=found.image or article.image,
        )


def _own_teaser(teaser: str, found: FoundArticle) -> str:
    """A card's teaser, where it is not the beginning of the text."""
    text = letters(" ".join(block.text for block in found.body.blocks))
    return "" if letters(teaser)[:60] in text else teaser
