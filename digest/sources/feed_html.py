"""The feeds that a web page names: by <link rel=alternate>, else by links that look like it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lxml import etree

from digest.core.text import clean, one_line
from digest.sources.addresses import http_address, web_address
from digest.sources.nesting import too_nested

if TYPE_CHECKING:
    from collections.abc import Iterator

FEED_TYPES = frozenset(
    {
        "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json",
        "application/json", "application/xml", "text/xml", "text/rss+xml", "text/atom+xml",
    }
)  # fmt: skip
_FEED_PATH = re.compile(
    r"(?:/(?:feed|rss|atom)/?|/(?:feed|rss2?|atom|index|news)\.(?:xml|rss|atom|rdf|json)|\.(?:rss|atom|rdf))$",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"comment|kommentar|commentaire|comentario", re.IGNORECASE)
MOST = 50


@dataclass(frozen=True, slots=True)
class FeedCandidate:
    """A feed that a page names.

    Attributes:
        url: Absolute.
        title: What the page calls it; empty when it does not.
        media_type: As the page states it; empty when it does not.
    """

    url: str
    title: str = ""
    media_type: str = ""


def looks_like_html(text: str) -> bool:
    """Whether a text, or the beginning of one, is a web page."""
    return re.search(r"<(?:!doctype\s+html|html|head|body)\b", text[:4000], re.IGNORECASE) is not None


def feeds_of_page(html: str, url: str) -> tuple[FeedCandidate, ...]:
    """The feeds a page names, each once: those it declares first, then those it links to; of comments last.

    Args:
        html: The page.
        url: Its own address, against which relative ones resolve; empty when unknown: then only absolute ones count.
    """
    if too_nested(html):
        return ()
    try:
        root = etree.fromstring(clean(html), etree.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True))
    except (etree.ParserError, ValueError):
        return ()
    if root is None:
        return ()
    base = next((web_address(element.get("href", ""), url) for element in root.iter("base")), "") or url
    found: dict[str, FeedCandidate] = {}
    for candidate in (*_declared(root, base), *_linked(root, base)):
        if candidate.url != url:
            found.setdefault(candidate.url, candidate)
    return tuple(sorted(found.values(), key=_of_comments))[:MOST]


def _declared(root: etree._Element, base: str) -> Iterator[FeedCandidate]:
    for link in root.iter("link"):
        kind = link.get("type", "").partition(";")[0].strip().lower()
        relations = link.get("rel", "").lower().split()
        if kind in FEED_TYPES and ("alternate" in relations or "feed" in relations):
            address = web_address(link.get("href", ""), base)
            # WordPress offers its API as application/json beside its feeds.
            if http_address(address) and not (kind == "application/json" and "/wp-json/" in address):
                yield FeedCandidate(address, one_line(link.get("title", ""))[:200], kind)


def _linked(root: etree._Element, base: str) -> Iterator[FeedCandidate]:
    for link in root.iter("a"):
        address = web_address(link.get("href", ""), base)
        if http_address(address) and _FEED_PATH.search(urlsplit(address).path):
            yield FeedCandidate(address, one_line("".join(map(str, link.itertext())))[:200])


def _of_comments(candidate: FeedCandidate) -> bool:
    return _COMMENTS.search(f"{candidate.url} {candidate.title}") is not None
