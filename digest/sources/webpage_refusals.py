"""Pages that answer as if all were well and hold no article: walls, errors, stubs; what each is, and what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lxml import etree

from digest.core.text import one_line
from digest.sources.addresses import resolved
from digest.sources.webpage_tree import text_of, tokens
from digest.sources.webpage_words import CONSENT, CONSENT_PLACE, ERROR, PAYWALL, PAYWALL_CLASS, ROBOT, SCRIPTS

if TYPE_CHECKING:
    from digest.sources.webpage_tree import PageTree

LEAST_WORDS = 40
SHORT_WORDS = 200
"""A wall or a stub has fewer; an article of more may speak of cookies and missing pages as it likes."""

_REFRESH = re.compile(r"\s*\d{1,3}(?:\.\d*)?\s*[;,]\s*url\s*=\s*[\"']?\s*([^\"'\s]+)", re.IGNORECASE)
_PROOF = "wants proof that no program asks, so digest cannot read it: ask the site for a feed"
_ASKED = "asks for consent in place of an article: ask the site for a feed"
_MOST_TEXT = 20_000
_UNSEEN = frozenset({"script", "style", "template"})


@dataclass(frozen=True, slots=True)
class _Suspect:
    """A page with little text.

    Attributes:
        page: The page.
        names: Its title and headings.
        text: All it says, to browsers without scripts too.
        words: In the text that was found.
        free: False when it says that it is not free to read.
    """

    page: PageTree
    names: tuple[str, ...]
    text: str
    words: int
    free: bool

    @property
    def bare(self) -> bool:
        """Whether it has next to no text."""
        return self.words < LEAST_WORDS


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a page is no article.

    Attributes:
        reason: With what to do; goes on from its address.
        whole: Whether nothing on it is what was asked for: the articles that an error page leads to are not either.
    """

    reason: str
    whole: bool


def refusal(page: PageTree, title: str, words: int, *, free: bool) -> Refusal | None:
    """Why a page is no article; None when nothing speaks against it.

    Args:
        page: The page.
        title: Its title.
        words: In the text that was found.
        free: False when it says that it is not free to read.
    """
    if words >= SHORT_WORDS:
        return None
    names = (title, *(text_of(each) for each in page.root.iter("title", "h1")))
    suspect = _Suspect(page, names, _all_text(page.root), words, free)
    for whole, checks in ((True, (_leads_on, _proof, _error, _consent)), (False, (_wall, _paywall, _empty))):
        for check in checks:
            if reason := check(suspect):
                return Refusal(reason, whole)
    return None


def _leads_on(suspect: _Suspect) -> str:
    """A <meta http-equiv=refresh> to another page."""
    for meta in suspect.page.root.iter("meta") if suspect.bare else ():
        if meta.get("http-equiv", "").strip().lower() == "refresh":
            match = _REFRESH.match(meta.get("content", ""))
            address = resolved(match[1], suspect.page.base) if match else ""
            if address and address != suspect.page.url:
                return f"only leads on to {address}: name that address"
    return ""


def _proof(suspect: _Suspect) -> str:
    return _PROOF if any(map(ROBOT.search, suspect.names)) else ""


def _error(suspect: _Suspect) -> str:
    said = next((name for name in suspect.names if ERROR.search(name)), "")
    if said:
        return f"is an error page, '{said[:80]}', though its server says all is well: look whether it has moved"
    return ""


def _consent(suspect: _Suspect) -> str:
    place = urlsplit(suspect.page.url)
    return _ASKED if CONSENT_PLACE.search(place.netloc) or CONSENT_PLACE.search(place.path) else ""


def _wall(suspect: _Suspect) -> str:
    """By its text alone: on a page of cards, the same words are those of a banner."""
    if suspect.bare and ROBOT.search(suspect.text):
        return _PROOF
    return _ASKED if suspect.bare and CONSENT.search(suspect.text) else ""


def _paywall(suspect: _Suspect) -> str:
    locked = any(PAYWALL_CLASS.search(token) for token in _all_tokens(suspect.page.root))
    if not suspect.free or locked or PAYWALL.search(suspect.text):
        return f"shows {suspect.words} words and keeps the rest for subscribers: take it from a feed that has its text"
    return ""


def _empty(suspect: _Suspect) -> str:
    if not suspect.bare:
        return ""
    if SCRIPTS.search(suspect.text):
        return "makes its text by scripts, which digest does not run: look for a feed of the site"
    return (
        f"has no more than {suspect.words} words of an article: if a browser shows more, its text is made by scripts, "
        "which digest does not run; look for a feed of the site"
    )


def _all_text(root: etree._Element) -> str:
    pieces: list[str] = []
    length = 0
    for element in root.iter(etree.Element):
        text = "" if element.tag in _UNSEEN else element.text or ""
        pieces += (text, element.tail or "")
        length += len(text) + len(element.tail or "")
        if length > _MOST_TEXT:
            break
    return one_line(" ".join(pieces))[:_MOST_TEXT]


def _all_tokens(root: etree._Element) -> set[str]:
    return {token for each in root.iter(etree.Element) for token in tokens(each)}
