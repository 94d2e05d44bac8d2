"""The cards of a page as articles that wait for their pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.core.feeddates import read_feed_date
from digest.core.identity import normalise_url
from digest.core.model import Body, FoundArticle, Image
from digest.core.syndication import entry_path
from digest.core.text import one_line
from digest.core.urls import date_in_path
from digest.sources.article_file import shortened
from digest.sources.webpage_body import https_image

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from digest.core.model import Published
    from digest.sources.webpage_cards import Card
    from digest.sources.webpage_tree import PageTree

NO_TEXT = Body("", ())


def stubs(
    cards: Iterable[Card], page: PageTree, source: str, zone: ZoneInfo | None, now: datetime
) -> tuple[FoundArticle, ...]:
    """Articles without a text, in the order of the cards.

    Args:
        cards: Of the page.
        page: The page.
        source: Name of their source.
        zone: Of dates that name none.
        now: Aware; dates far ahead of it are left out: the page of the article says it again.
    """
    found: list[FoundArticle] = []
    for card in cards:
        published, by = _published(card, zone, now)
        found.append(
            FoundArticle(
                source=source,
                path=entry_path(normalise_url(card.url)),
                title=shortened(card.title),
                body=NO_TEXT,
                url=card.url,
                published=published,
                published_by=by,
                summary=card.teaser,
                image=_image(card, page),
            )
        )
    return tuple(found)


def _published(card: Card, zone: ZoneInfo | None, now: datetime) -> tuple[Published | None, str]:
    day = date_in_path(card.url)
    for text, by in ((card.date, "time"), (day.isoformat() if day else "", "url")):
        try:
            return read_feed_date(text, zone, now).published, by
        except ValueError:
            continue  # 'Yesterday', '3 hours ago': the article's own page is asked
    return None, ""


def _image(card: Card, page: PageTree) -> Image | None:
    try:
        return Image(https_image(card.image, page.base), one_line(card.image_alt))
    except ValueError:
        return None
