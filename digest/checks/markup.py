"""The structure of a message's HTML, and what it is for those who hear it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.checks.catalogue import found
from digest.checks.page import SPACE, text_of
from digest.core.fitting import MOST_OCTETS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from digest.checks.page import Page
    from digest.core.finding import Finding

_ACTIVE = ("script", "form", "input", "button", "textarea", "select", "object", "embed", "applet", "iframe", "frame")
_EMPTY_WORDS = re.compile(
    r"(?:click |tap )?(?:here|this|link|more|read more|learn more|details|hier|mehr|ici|aqui|aquí|qui)[.!»>→…]*",
    re.IGNORECASE,
)
_HIDDEN = {("display", "none"), ("max-height", "0"), ("max-height", "0px"), ("font-size", "1px"), ("font-size", "0")}


def size(page: Page, encoded: int) -> Iterator[Finding]:
    """Whether Gmail would cut it.

    Args:
        page: The HTML.
        encoded: Octets of its part as it stands in the message.
    """
    octets = len(page.source.encode())
    if octets >= MOST_OCTETS:
        yield found("SIZE001", page.at(), f"has {octets:,} octets, and {MOST_OCTETS:,} are too many")
    elif encoded >= MOST_OCTETS:
        yield found("SIZE002", page.at(), f"has {encoded:,} octets once it is encoded, from {octets:,} of text")


def structure(page: Page) -> Iterator[Finding]:
    """What is wrong with the document as a whole."""
    yield from _active(page)
    lacking = [name for name in ("lang", "dir") if not page.root.get(name)]
    if lacking:
        yield found("HTML002", page.at(page.root), f"<html> has no {' and no '.join(lacking)}")
    titles = [text_of(each) for each in page.all("title")]
    if len(titles) != 1 or not titles[0]:
        yield found("HTML003", page.at(), "the title is empty" if titles == [""] else f"has {len(titles)} titles")
    for table in page.all("table"):
        if table.get("role") is None and not any(each.tag == "th" for each in table.iter("th")):
            yield found("HTML004", page.at(table), "a table has neither role=presentation nor header cells")
    if not _preheader(page):
        yield found("HTML005", page.at(), "the body does not begin with a hidden line of text")
    seen: set[str] = set()
    for element in page.elements:
        name = element.get("id")
        if name and name in seen:
            yield found("HTML006", page.at(element), f"the id '{name}' is there twice")
        seen.add(name or "")
    metas = {(each.get("name") or "").lower() for each in page.all("meta")}
    for name in ("viewport", "color-scheme"):
        if name not in metas:
            yield found("HTML007", page.at(), f"has no <meta name={name}>")


def _active(page: Page) -> Iterator[Finding]:
    for element in page.elements:
        events = [name for name in map(str, element.keys()) if name.lower().startswith("on")]
        if element.tag in _ACTIVE:
            yield found("HTML001", page.at(element), f"has <{element.tag}>")
        elif events:
            yield found("HTML001", page.at(element), f"<{element.tag}> has {events[0]}")
        elif element.tag == "meta" and (element.get("http-equiv") or "").lower() == "refresh":
            yield found("HTML001", page.at(element), "has <meta http-equiv=refresh>")


def _preheader(page: Page) -> bool:
    """Whether the first words of the body are hidden ones."""
    for element in page.root.iter("body", "div", "span", "td", "p"):
        words = SPACE.sub("", element.text or "")
        if element.tag != "body" and words:
            return bool(_HIDDEN & {(name, value.lower()) for name, value in page.style(element)})
    return False


def accessible(page: Page) -> Iterator[Finding]:
    """What is wrong with it for those who hear it: alt texts, headings, links."""
    for element in page.all("img", "area"):
        if element.get("alt") is None:
            yield found("A11Y001", page.at(element), f"a picture has no alt: {(element.get('src') or '')[:80]}")
    yield from _headings(page)
    for element in page.all("a"):
        if element.get("href") is None:
            continue
        words = spoken(element)
        if not words:
            yield found("A11Y004", page.at(element), f"a link to {(element.get('href') or '')[:80]} has no words")
        elif _EMPTY_WORDS.fullmatch(words):
            yield found("A11Y005", page.at(element), f"a link says only '{words}'")


def _headings(page: Page) -> Iterator[Finding]:
    last = 0
    for element in page.all("h1", "h2", "h3", "h4", "h5", "h6"):
        level = int(str(element.tag)[1])
        words = text_of(element)[:60] or "an empty heading"
        if last == 0 and level != 1:
            yield found("A11Y002", page.at(element), f"the first heading is an h{level}: {words}")
        elif level == 1 and last:
            yield found("A11Y002", page.at(element), f"there is a second h1: {words}")
        elif level > last + 1:
            yield found("A11Y002", page.at(element), f"an h{level} follows an h{last}: {words}")
        last = level


def spoken(element: etree._Element) -> str:
    """What a screen reader says of a link: its label, else its words with the alt texts of its pictures."""
    label = SPACE.sub(" ", element.get("aria-label") or "").strip()
    alts = " ".join(each.get("alt") or "" for each in element.iter("img"))
    return label or f"{text_of(element)} {alts}".strip() or SPACE.sub(" ", element.get("title") or "").strip()
