"""What of a web page's tree is no text of its article: taken out before trafilatura looks at it, or after."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from lxml import etree

from digest.core.feeddates import read_feed_date
from digest.core.text import letters, one_line
from digest.sources.page_furniture import is_furniture
from digest.sources.tidy import remove
from digest.sources.webpage_tree import text_of, tokens
from digest.sources.webpage_words import BOX_CLASS, LABEL, LIST_LABEL, STANDFIRST_CLASS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from zoneinfo import ZoneInfo

_NEVER = (
    "script", "style", "template", "svg", "math", "iframe", "object", "noscript", "canvas", "form", "button", "select",
    "input", "textarea", "dialog", "nav", "footer", "audio", "video", "embed",
)  # fmt: skip
_ROLES = frozenset({"navigation", "complementary", "contentinfo", "search", "dialog", "alertdialog", "toolbar"})
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_ABOVE = frozenset({"html", "body", "main", "article", "head"})
_LAZY = ("data-src", "data-lazy-src", "data-original", "data-orig-file", "data-image", "data-large-file", "data-url")


def prepare(root: etree._Element) -> None:
    """Take out what never is text, give lazy pictures their address, and let dates stand as the words they are."""
    for element in list(root.iter(*_NEVER)):
        # A form around half of the page is how some old systems build it.
        if element.tag != "form" or len(text_of(element)) < 400:
            _drop(element)
        else:
            element.tag = "div"
    whole = _length(root)
    for element in list(root.iter(etree.Element)):
        if (
            element.getparent() is not None
            and element.tag not in _ABOVE
            and _is_box(element)
            and _expendable(element, whole)
        ):
            _drop(element)
    for image in root.iter("img"):
        source = image.get("src", "").strip()
        if not source or source.startswith("data:"):
            lazy = next((image.get(name, "") for name in _LAZY if image.get(name)), "") or _widest(image)
            image.set("src", lazy.strip())
    # trafilatura drops <time> with its words.
    etree.strip_tags(root, "time", "wbr", "picture", "source")


def _drop(element: etree._Element) -> None:
    if element.getparent() is not None:
        remove(element)


def _is_box(element: etree._Element) -> bool:
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    if _HIDDEN.search(element.get("style", "")) or element.get("role", "").lower() in _ROLES:
        return True
    return any(BOX_CLASS.search(each) for each in tokens(element))


def _expendable(element: etree._Element, whole: int) -> bool:
    """Whether a box can go: not with the heading, or most of the page; names of classes are not to be trusted."""
    if next(element.iter("h1"), None) is not None or next(element.iter("article", "main"), None) is not None:
        return False
    return _length(element) * 2 <= whole or whole == 0


def _length(element: etree._Element) -> int:
    """Characters in its paragraphs."""
    return sum(len(text_of(each)) for each in element.iter("p"))


def _widest(image: etree._Element) -> str:
    """The last, widest address of a `srcset` [HTML, image candidate strings]."""
    given = image.get("srcset") or image.get("data-srcset") or image.get("data-lazy-srcset") or ""
    candidates: list[tuple[float, str]] = []
    for each in re.split(r",\s+", given.strip()):
        address, _, width = each.strip().partition(" ")
        match = re.fullmatch(r"\s*(\d{1,6}(?:\.\d+)?)[wx]\s*,?", width)
        candidates.append((float(match[1]) if match else 1.0, address.rstrip(",")))
    return max(candidates, key=lambda each: each[0])[1] if candidates else ""


def take_furniture(root: etree._Element) -> None:
    """Take labels out of a body, and the lists of links that stand under one ('Related articles')."""
    under_label = False
    for element in list(_blocks(root)):
        if element.getparent() is None:
            continue
        text = text_of(element)
        if element.tag in {"p", "h2", "h3", "h4", "h5", "h6"} and _is_label(element, text):
            under_label = LIST_LABEL.search(text) is not None
            remove(element)
        elif under_label and _all_links(element, text):
            remove(element)
        elif text:
            under_label = False


def take_dateline(root: etree._Element, zone: ZoneInfo | None, now: datetime) -> str:
    """Take out a date that stands alone above the text; returns it, empty when there is none."""
    for element in islice((each for each in _blocks(root) if text_of(each)), 2):
        text = text_of(element)
        if element.tag != "p" or len(text) > 60:
            continue
        try:
            read_feed_date(text, zone, now)
        except ValueError:
            continue
        remove(element)
        return text
    return ""


def take_standfirst(root: etree._Element, summary: str) -> None:
    """Take out a summary that the page shows above its text, where it is marked as such."""
    wanted = letters(summary)
    for element in list(root.iter("p", "h2", "h3", "div", "span")) if wanted else ():
        marked = any(STANDFIRST_CLASS.search(each) for each in tokens(element))
        if (marked or any(True for _ in element.iterancestors("header"))) and letters(text_of(element)) == wanted:
            _drop(element)


def _is_label(element: etree._Element, text: str) -> bool:
    if next(element.iter("img"), None) is not None:
        return False
    folded = one_line(text).strip(" :·|–-")
    if is_furniture(text):
        return True
    # A sentence may begin like a label; a heading does not, nor what is a link but for a few words.
    beside = len(text) - sum(len(text_of(link)) for link in element.iter("a"))
    return bool(LABEL.fullmatch(folded)) and (element.tag != "p" or len(folded) <= 30 or beside <= 30 < len(text))


def _all_links(element: etree._Element, text: str) -> bool:
    linked = sum(len(text_of(link)) for link in element.iter("a"))
    return bool(text) and linked >= 0.8 * len(text)


def _blocks(root: etree._Element) -> Iterator[etree._Element]:
    """The blocks of a body in its order; of lists and quotes the whole, after wrappers."""
    for child in root:
        if child.tag in {"div", "section", "article", "main", "aside", "header"}:
            yield from _blocks(child)
        else:
            yield child
