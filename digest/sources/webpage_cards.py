"""The articles that a page leads to: its cards, told by structure.

A card is a link to another page of the site whose address looks like an article's, under a title: in a heading, around
one, or long enough to be one. What is around the link, up to where other articles begin, is its teaser, picture and
date. Menus, footers, tags, authors and pages of lists lead to no article.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from lxml import etree

from digest.core.identity import normalise_url
from digest.core.text import word_count
from digest.core.urls import canonical_url, date_in_path
from digest.sources.addresses import resolved
from digest.sources.page_furniture import is_furniture
from digest.sources.webpage_address import site_of
from digest.sources.webpage_tree import text_of, tokens
from digest.sources.webpage_words import DATE_CLASS, MENU_CLASS, NO_ARTICLE_PATH, NO_TITLE, TEASER_CLASS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from digest.sources.webpage_jsonld import ListItem
    from digest.sources.webpage_tree import PageTree

MOST_CARDS = 500
MOST_LINKS = 3000
LONGEST_TITLE = 300
LEAST_TEASER_WORDS = 6
_CLIMB = 8
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_OUTSIDE = frozenset({"nav", "footer", "form", "button", "select", "noscript", "script", "style", "template"})
_OUTSIDE_ROLES = frozenset({"navigation", "contentinfo", "search", "menu", "menubar"})
_FILE = re.compile(
    r"\.(?:pdf|jpe?g|png|gif|webp|svg|mp[34]|m4a|zip|gz|docx?|xlsx?|pptx?|xml|rss|atom|json|ics|epub|js|css)$",
    re.IGNORECASE,
)
_PAGE_PATH = re.compile(r"/(?:page|seite|p)/?\d+/?$", re.IGNORECASE)
_MANY_PAGES = re.compile(
    r"(?:^|&)(?:page|paged|p[ag]*e?_?no|offset|start|sort|order|filter|share|replytocom|lang|q|s)=", re.IGNORECASE
)
_ID_QUERY = re.compile(r"(?:^|&)(?:p|id|article|articleid|story|storyid|nid|aid|post)=\w+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Card:
    """A link to an article with what stands around it.

    Attributes:
        url: Canonical as far as the link tells.
        title: On one line.
        teaser: Text that is neither title nor label; empty when there is none.
        image: Address as written; empty when there is none.
        image_alt: What it shows.
        date: As written, in a <time> or where a class says so; empty when there is none.
        text: All of it, where it stands in an element of its own.
    """

    url: str
    title: str
    teaser: str = ""
    image: str = ""
    image_alt: str = ""
    date: str = ""
    text: str = ""


@dataclass(slots=True)
class _Link:
    """A link that may lead to an article."""

    element: etree._Element
    url: str
    title: str
    sure: bool


def find_cards(page: PageTree, own: str) -> tuple[Card, ...]:
    """The cards of a page, in its order, each article once.

    Args:
        page: The page.
        own: Its own canonical address, which no card leads to.
    """
    here = {normalise_url(each) for each in (own, canonical_url(page.url))}
    links = [each for each in islice(_links(page), MOST_LINKS) if normalise_url(each.url) not in here]
    order = dict.fromkeys(normalise_url(each.url) for each in links)
    best: dict[str, _Link] = {}
    for link in links:
        key = normalise_url(link.url)
        known = best.get(key)
        if link.title and (known is None or (link.sure and not known.sure)):
            best[key] = link
    targets = _Targets(links)
    cards = [_card(best[key], targets) for key in order if key in best]
    return tuple(cards[:MOST_CARDS])


def listed_cards(items: Iterable[ListItem], page: PageTree, own: str) -> tuple[Card, ...]:
    """The cards of what a page lists in its JSON-LD alone, as one that is made by scripts does."""
    found: dict[str, Card] = {}
    for item in items:
        url = canonical_url(item.url)
        key = normalise_url(url)
        elsewhere = site_of(url) != site_of(page.url) or key == normalise_url(own)
        if item.title and not elsewhere and leads_to_article(url, [], sure=True):
            found.setdefault(key, Card(url, item.title))
    return tuple(found.values())[:MOST_CARDS]


def _links(page: PageTree) -> Iterator[_Link]:
    above = [each for each in urlsplit(page.url).path.casefold().split("/") if each]
    outside: set[etree._Element] = set()
    for element in page.root.iter(etree.Element):
        parent = element.getparent()
        if parent in outside or _is_outside(element):
            outside.add(element)
            continue
        if element.tag != "a" or not element.get("href"):
            continue
        address = resolved(element.get("href", ""), page.base).partition("#")[0]
        if not address or site_of(address) != site_of(page.url):
            continue
        title, sure = _title(element)
        if leads_to_article(address, above, sure=sure):
            yield _Link(element, canonical_url(address), title, sure)


def _is_outside(element: etree._Element) -> bool:
    if (
        element.tag in _OUTSIDE
        or element.get("role", "").lower() in _OUTSIDE_ROLES
        or element.get("hidden") is not None
    ):
        return True
    # The header of the page, not of a card.
    if element.tag == "header" and not any(
        each.tag in {"article", "main", "li", "section"} for each in element.iterancestors()
    ):
        return next(element.iter("article"), None) is None
    return element.tag not in {"html", "body", "main", "article"} and any(
        MENU_CLASS.search(each) for each in tokens(element)
    )


def leads_to_article(address: str, above: list[str], *, sure: bool) -> bool:
    """Whether an address looks like an article's.

    Args:
        address: Absolute.
        above: The parts of the path of the page it was found on: what is above that is a section.
        sure: Whether the link stands in a heading or an article's element: then little is asked of the address.
    """
    parts = urlsplit(address)
    path = unquote(parts.path).casefold()
    segments = [each for each in path.split("/") if each]
    if (
        _FILE.search(path)
        or _PAGE_PATH.search(path)
        or (_MANY_PAGES.search(parts.query) and not _ID_QUERY.search(parts.query))
    ):
        return False
    if not segments:
        return bool(_ID_QUERY.search(parts.query))
    # '/tag/harbour' is a list, '/topics/2024/03/the-harbour-opens' may be an article; '/about' never is one.
    if (
        segments[-1] in NO_ARTICLE_PATH
        or (segments[0] in NO_ARTICLE_PATH and len(segments) <= 2)
        or segments[-2:-1] in (["tag"], ["author"], ["category"])
    ):
        return False
    if segments == above[: len(segments)]:
        return False
    last = segments[-1]
    telling = (
        date_in_path(address) is not None
        or last.count("-") + last.count("_") >= 2
        or re.search(r"\d{4,}|\.(?:html?|php|aspx?)$", last) is not None
        or _ID_QUERY.search(parts.query) is not None
        or len(last) >= 25
    )
    return telling or (sure and (len(last) >= 4 or len(segments) > 1))


def _title(link: etree._Element) -> tuple[str, bool]:
    """The title a link gives, and whether structure says that it is one; empty when it gives none."""
    inner = [each for each in link.iter(*_HEADINGS) if text_of(each)]
    around = [each for each in link.iterancestors() if each.tag in _HEADINGS]
    if inner or around:
        text = text_of(inner[0]) if inner else text_of(link)
        return (text, True) if _is_title(text, words=1) else ("", False)
    text = text_of(link)
    paragraph = next(link.iterancestors("p"), None)
    if paragraph is not None and text_of(paragraph) != text:
        return "", False  # a link within a text
    in_card = any(each.tag == "article" for each in link.iterancestors())
    marked = any(re.search(r"(?:^|[-_])(?:title|headline)(?:$|[-_])", each) for each in tokens(link))
    if marked and _is_title(text, words=2):
        return text, True
    # The teaser is often a link too: a title is no paragraph.
    return (text, False) if _is_title(text, words=4) and len(text) <= (160 if in_card else 200) else ("", False)


def _is_title(text: str, words: int) -> bool:
    return (
        len(text) <= LONGEST_TITLE
        and word_count(text) >= words
        and sum(map(str.isalpha, text)) >= 3
        and not is_furniture(text)
        and NO_TITLE.fullmatch(text) is None
    )


class _Targets:
    """Which articles the links within an element lead to."""

    def __init__(self, links: Iterable[_Link]) -> None:
        self._of: dict[etree._Element, set[str]] = {}
        for link in links:
            key = normalise_url(link.url)
            for element in (link.element, *link.element.iterancestors()):
                self._of.setdefault(element, set()).add(key)

    def around(self, link: etree._Element) -> etree._Element:
        """The largest element around a link that leads to no other article."""
        found = link
        for _, above in zip(range(_CLIMB), link.iterancestors(), strict=False):
            if len(self._of.get(above, ())) > 1 or above.tag in {"body", "html", "main"}:
                break
            found = above
            if above.tag in {"article", "li"}:
                break
        return found


def _card(link: _Link, targets: _Targets) -> Card:
    around = targets.around(link.element)
    teaser = ""
    for paragraph in around.iter("p", "div", "span"):
        if paragraph.tag != "p" and (len(paragraph) or not _is_teaser_class(paragraph)):
            continue
        text = text_of(paragraph)
        if (
            text != link.title
            and word_count(text) >= LEAST_TEASER_WORDS
            and not is_furniture(text)
            and not _is_date(paragraph)
        ):
            teaser = text
            break
    image = next((each for each in around.iter("img") if _source(each)), None)
    return Card(
        url=link.url,
        title=link.title,
        teaser=teaser,
        image=_source(image) if image is not None else "",
        image_alt=image.get("alt", "") if image is not None else "",
        date=_date(around),
        # Around a link in an article is that article.
        text="" if any(text_of(each) != link.title for each in around.iter("h1")) else text_of(around),
    )


def _is_teaser_class(element: etree._Element) -> bool:
    return any(TEASER_CLASS.search(each) for each in tokens(element))


def _source(image: etree._Element) -> str:
    for name in ("src", "data-src", "data-lazy-src", "data-original"):
        if (value := image.get(name, "").strip()) and not value.startswith("data:"):
            return str(value)
    return ""


def _is_date(element: etree._Element) -> bool:
    return next(element.iter("time"), None) is not None and word_count(text_of(element)) < 12


def _date(around: etree._Element) -> str:
    for time in around.iter("time"):
        if value := time.get("datetime") or text_of(time):
            return str(value)
    for element in around.iter("span", "div", "p", "small"):
        if not len(element) and any(DATE_CLASS.search(each) for each in tokens(element)):
            return text_of(element)[:80]
    return ""
