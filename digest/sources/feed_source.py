"""A feed as a source that is fetched: the port `RemoteReader` over `digest.sources.feed`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.core.ports import Offer
from digest.core.webaddress import shown
from digest.sources.feed import FeedOrigin, NotAFeed, read_feed

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from digest.core.fetching import Fetched
    from digest.core.model import FoundArticle


class FeedReader:
    """Reads what a feed answers.

    Args:
        name: The source's name.
        zone: Of dates that name none; None when the source has none.
        full_text: Whether entries are completed by the pages they lead to.
    """

    def __init__(self, name: str, zone: ZoneInfo | None, *, full_text: bool) -> None:
        self._name = name
        self._zone = zone
        self._full_text = full_text

    def offer(self, fetched: Fetched, now: datetime) -> Offer:
        """See `RemoteReader`."""
        origin = FeedOrigin(
            source=self._name, place=shown(fetched.url), url=fetched.url, charset=fetched.charset, zone=self._zone
        )
        found = read_feed(fetched.content, origin, now)
        if isinstance(found, NotAFeed):
            reason = f"{shown(fetched.url)} {found.reason}; correct the address of the source"
            return Offer(useless=reason, feeds=tuple(each.url for each in found.candidates))
        return Offer(
            found.articles,
            found.problems,
            found.wishes,
            partial=self._full_text,
            title=found.title,
            home=found.link,
        )

    def complete(self, article: FoundArticle, page: Fetched, now: datetime) -> FoundArticle | str:
        """See `RemoteReader`."""
        from digest.sources.webpage_entry import complete_entry  # noqa: PLC0415 only where full texts are wanted

        return complete_entry(article, page, now, self._zone)
