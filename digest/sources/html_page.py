"""A saved web page: what its head says of the article, and the part of it that is the article."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lxml import etree

from digest.core.text import clean, one_line
from digest.sources.nesting import too_nested

if TYPE_CHECKING:
    from collections.abc import Mapping

_WHOLE_PAGE = re.compile(r"<(?:!doctype|html|head|body|title|meta|link)\b", re.IGNORECASE)
# Name or property of a <meta> to the front matter key it stands for, the most telling first.
_METAS = (
    ("article:published_time", "date"),
    ("article:modified_time", "updated"),
    ("article:section", "category"),
    ("author", "author"),
    ("description", "summary"),
    ("og:description", "summary"),
    ("keywords", "tags"),
    ("og:image", "image"),
    ("og:image:alt", "image_alt"),
    ("og:url", "url"),
)


@dataclass(frozen=True, slots=True)
class HtmlPage:
    """A page taken apart.

    Attributes:
        body: HTML of the article, not sanitised.
        title: Its <title>; empty when it has none.
        values: Front matter key to what the head says and its line in the given text.
    """

    body: str
    title: str = ""
    values: Mapping[str, tuple[str, int]] = field(default_factory=dict)


def read_page(html: str) -> HtmlPage:
    """Take a page apart; a fragment, or what is too nested to be parsed, comes back as its own body."""
    if not _WHOLE_PAGE.search(html) or too_nested(html):
        return HtmlPage(html)
    try:
        root = etree.fromstring(clean(html), etree.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True))
    except etree.ParserError:
        return HtmlPage(html)
    if root is None:
        return HtmlPage(html)
    article = _article(root)
    body = html if article is None else etree.tostring(article, encoding="unicode", method="html", with_tail=False)
    title = next((one_line("".join(map(str, element.itertext()))) for element in root.iter("title")), "")
    return HtmlPage(body, title, _head(root))


def _article(root: etree._Element) -> etree._Element | None:
    """The only <article>, else <main>, else <body>: several articles are teasers."""
    articles = list(root.iter("article"))
    if len(articles) == 1:
        return articles[0]
    return next((element for tag in ("main", "body") for element in root.iter(tag)), None)


def _head(root: etree._Element) -> dict[str, tuple[str, int]]:
    metas: dict[str, tuple[str, int]] = {}
    for meta in root.iter("meta"):
        name = (meta.get("property") or meta.get("name") or "").strip().lower()
        if content := meta.get("content", "").strip():
            metas.setdefault(name, (content, _line(meta)))
    found: dict[str, tuple[str, int]] = {}
    for link in root.iter("link"):
        if "canonical" in link.get("rel", "").lower().split() and link.get("href", "").strip():
            found.setdefault("url", (link.get("href", "").strip(), _line(link)))
    for name, key in _METAS:
        if name in metas:
            found.setdefault(key, metas[name])
    if root.tag == "html" and (language := root.get("lang", "").strip()):
        found["language"] = (language, _line(root))
    return found


def _line(element: Any) -> int:
    """The line an element stands on, from 1; the stubs do not know that it is a number."""
    return int(element.sourceline or 1)
