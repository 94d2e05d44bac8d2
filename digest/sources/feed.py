"""A feed's bytes to articles: RSS, Atom, RDF and JSON Feed. Pure: nothing is fetched, nothing is kept.

Never raises for what stands in a feed, and loses no entry: what is doubtful about an entry stands with its article,
what is doubtful about the feed as a whole beside them. Entries that repeat an earlier one of the feed word for word are
one article.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.core.identity import normalise_url
from digest.core.model import Problem
from digest.core.syndication import entry_path, feed_id, told_apart
from digest.core.text import one_line
from digest.core.urls import canonical_url
from digest.core.wishes import NO_WISHES, Wishes
from digest.sources.addresses import resolved
from digest.sources.feed_article import Draft, FeedOrigin, FeedPlace, draft_of
from digest.sources.feed_bytes import encoding, unpacked
from digest.sources.feed_html import FeedCandidate, feeds_of_page, looks_like_html
from digest.sources.feed_json import read_json_feed
from digest.sources.feed_text import plain
from digest.sources.feed_xml import read_xml_feed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from digest.core.model import FoundArticle
    from digest.sources.feed_raw import RawFeed

__all__ = ["FeedCandidate", "FeedOrigin", "FeedReading", "NotAFeed", "is_feed", "read_feed"]

MOST_ENTRIES = 20_000
"""Of one feed; millions of empty ones fit into what may be fetched, and would take the better part of an hour."""

_FEED_BEGINS = (
    b"<rss",
    b"<feed",
    b"<rdf:rdf",
    b"<atom:feed",
    b"<channel",
    b'"https://jsonfeed.org/',
    b"jsonfeed.org\\/",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedReading:
    """What a feed holds.

    Attributes:
        format: `rss20`, `atom10`, `json`, as feedparser names them; empty when it is of no known kind.
        title: Its own, one line; may be empty.
        link: Its site, absolute; empty when unsaid.
        language: As stated; empty when unsaid.
        articles: Its entries, in the feed's order; their `path` is stable within the feed.
        problems: Those of the feed as a whole; those of an entry stand with its article.
        entries: How many entries were found.
        repeated: How many of them said the same as an earlier one, word for word.
        wishes: How often it wants to be asked; none of a JSON Feed, which cannot say.
    """

    format: str
    title: str
    link: str
    language: str
    articles: tuple[FoundArticle, ...]
    problems: tuple[Problem, ...]
    entries: int
    repeated: int = 0
    wishes: Wishes = NO_WISHES


@dataclass(frozen=True, slots=True)
class NotAFeed:
    """What was read is no feed.

    Attributes:
        reason: What it is instead; goes on from its address.
        candidates: The feeds that it names, if it is a web page; the most likely first.
    """

    reason: str
    candidates: tuple[FeedCandidate, ...] = ()


def is_feed(data: bytes) -> bool:
    """Whether a file begins as a feed does; looks at its first kilobytes alone."""
    head = data[:4096].replace(b"\0", b"").lower()
    return any(begin in head for begin in _FEED_BEGINS)


def read_feed(data: bytes, origin: FeedOrigin, now: datetime) -> FeedReading | NotAFeed:
    """Read a feed. Never raises for what stands in it.

    Args:
        data: The whole answer, or file.
        origin: Where it comes from.
        now: Dates more than a year after it are refused.
    """
    packed = data
    data = unpacked(packed)
    if not data.strip(b"\0\t\n\r \xef\xbb\xbf\xfe\xff"):
        return NotAFeed("is empty")
    if data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\0\t\n\r \xfe\xff")[:1] in {b"{", b"["}:
        raw = read_json_feed(data, origin.charset)
    else:
        raw = read_xml_feed(data, origin.charset)
    if isinstance(raw, str):
        return _no_feed(data, origin, raw)
    if not raw.entries and not raw.format:
        return _no_feed(data, origin, "is no feed: it has neither entries nor the beginning of one")
    if data is not packed:
        raw = replace(raw, notes=("comes packed (gzip); it was unpacked", *raw.notes))
    return _reading(raw, origin, now)


def _no_feed(data: bytes, origin: FeedOrigin, reason: str) -> NotAFeed:
    html = data.decode(encoding(origin.charset) or "utf-8", "replace")
    if "<opml" in html[:4000].lower():
        return NotAFeed("is a list of feeds (OPML) and no feed: 'digest sources import' takes such lists in")
    if not looks_like_html(html):
        return NotAFeed(reason)
    candidates = feeds_of_page(html, origin.url)
    if candidates:
        return NotAFeed("is a web page and no feed; it names the feed " + candidates[0].url, candidates)
    return NotAFeed("is a web page and no feed, and names none")


def _reading(raw: RawFeed, origin: FeedOrigin, now: datetime) -> FeedReading:
    site = canonical_url(resolved(raw.link, origin.url))
    place = FeedPlace(origin, site, raw.language, raw.authors, now)
    entries = raw.entries[:MOST_ENTRIES]
    drafts = [draft_of(entry, place, number) for number, entry in enumerate(entries, start=1)]
    articles, repeated = _identified(drafts, origin, site)
    problems = [Problem(origin.place, note) for note in raw.notes]
    if not entries:
        problems.append(Problem(origin.place, "has no entries"))
    if len(raw.entries) > MOST_ENTRIES:
        message = f"has {len(raw.entries):,} entries: only the first {MOST_ENTRIES:,} are taken"
        problems.append(Problem(origin.place, message))
    if repeated:
        problems.append(Problem(origin.place, f"{_entries(repeated)} what another one says, word for word: taken once"))
    return FeedReading(
        format=raw.format,
        title=one_line(plain(raw.title)),
        link=site,
        language=raw.language,
        articles=tuple(articles),
        problems=tuple(problems),
        entries=len(raw.entries),
        repeated=repeated,
        wishes=raw.wishes,
    )


def _entries(count: int) -> str:
    return "an entry repeats" if count == 1 else f"{count} entries repeat"


def _identified(drafts: Sequence[Draft], origin: FeedOrigin, site: str) -> tuple[list[FoundArticle], int]:
    """The articles with their ids and paths, each once, and how many were repeated.

    A guid of several entries is none of them alone, and an address of several (the site's front page, say) neither.
    """
    distinct: dict[tuple[str, str, str], Draft] = {}
    for draft in drafts:
        distinct.setdefault((draft.guid, draft.article.url, draft.article.content_hash), draft)
    guids = Counter(draft.guid for draft in distinct.values())
    urls = Counter(normalise_url(draft.article.url) for draft in distinct.values())
    fronts = {normalise_url(site), normalise_url(origin.url)}
    by_url = Counter((draft.guid, draft.article.url) for draft in distinct.values())
    articles: list[FoundArticle] = []
    for draft in distinct.values():
        article = draft.article
        where = normalise_url(article.url)
        shared = bool(where) and (urls[where] > 1 or where in fronts)
        told_by = article.url if by_url[draft.guid, article.url] == 1 else article.content_hash
        problems = article.problems
        guid = draft.guid
        if guid and guids[guid] > 1:
            guid = told_apart(guid, told_by)
            message = (
                f"has the id '{draft.guid[:80]}', as other entries of the feed have; it is told apart by what it says"
            )
            problems = (*problems, Problem(draft.place, message))
        identity = feed_id(guid, origin.source) if guid else ""
        strongest = identity or (where if where and not shared else f"{where}\n{article.title}\n{article.content_hash}")
        articles.append(replace(article, id=identity, path=entry_path(strongest), shared_url=shared, problems=problems))
    return articles, len(drafts) - len(distinct)
