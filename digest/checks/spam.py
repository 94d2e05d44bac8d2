"""What makes honest mail look like spam: a list of principles of our own, not of any filter's rules."""

from __future__ import annotations

import re
from email.header import decode_header, make_header
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digest.checks.catalogue import found
from digest.checks.page import SPACE, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.checks.page import Page
    from digest.core.finding import Finding

LONGEST_SUBJECT = 150
_SHOUTS = re.compile(r"([!?])\s*(?:[!?]\s*)+|[$€£]{2,}")
_SHORTENERS = frozenset(
    ("bit.ly", "tinyurl.com", "goo.gl", "t.co", "ow.ly", "is.gd", "buff.ly", "rebrand.ly", "cutt.ly", "shorturl.at",
     "tiny.cc", "rb.gy", "t.ly", "lnkd.in", "bl.ink", "s.id", "v.gd")
)  # fmt: skip
_HOST = re.compile(r"(?:https?://)?((?:[a-z0-9-]+\.)+[a-z]{2,})(?:[/?#:].*)?", re.IGNORECASE)
_MARKS = re.compile(r"\{\{|\{%")


def subject(value: str, place: str) -> Iterator[Finding]:
    """What is wrong with a subject.

    Args:
        value: As it stands in the header.
        place: What findings name.
    """
    try:
        text = str(make_header(decode_header(value)))
    except (LookupError, ValueError):  # an encoded-word that cannot be read is another finding
        text = value
    letters = [each for each in text if each.isalpha() and each.upper() != each.lower()]
    if len(letters) >= 8 and all(each.isupper() for each in letters):
        yield found("SPAM001", place, f"the subject is all capitals: {text}")
    if _SHOUTS.search(text):
        yield found("SPAM002", place, f"the subject is: {text}")
    if not text.strip() or len(text) > LONGEST_SUBJECT:
        yield found("SPAM008", place, f"the subject has {len(text.strip())} characters")


def content(page: Page, plain: str) -> Iterator[Finding]:
    """What is wrong with what the parts say.

    Args:
        page: The HTML.
        plain: The plain text.
    """
    bodies = list(page.all("body"))
    words = len(text_of(bodies[0]).split()) if bodies else 0
    said = len(SPACE.sub(" ", plain).split())
    if said < min(20, words) or said * 4 < words:
        yield found("SPAM003", page.at(), f"the plain text has {said} words, the HTML {words}")
    shown = sum(1 for each in page.all("img") if (each.get("width"), each.get("height")) != ("1", "1"))
    if shown and words < 20 * min(shown, 5):
        yield found("SPAM004", page.at(), f"{shown} pictures and {words} words")
    for element in page.elements:
        parts = ["" if element.tag == "style" else element.text or "", element.tail or "", *map(str, element.values())]
        printed = next((part.strip() for part in parts if _MARKS.search(part)), "")
        if printed:
            yield found("TMPL002", page.at(element), f"prints {printed[:60]}")


def links(page: Page) -> Iterator[Finding]:
    """What is wrong with where links seem to lead."""
    for element in page.all("a"):
        address = (element.get("href") or "").strip()
        try:
            host = (urlsplit(address).hostname or "").lower().removeprefix("www.")
        except ValueError:
            continue  # no address at all: another finding
        if host in _SHORTENERS:
            yield found("SPAM006", page.at(element), f"leads through {host}")
        shown = _HOST.fullmatch(text_of(element))
        named = shown[1].lower().removeprefix("www.") if shown else host
        if host and named != host and not host.endswith(f".{named}") and not named.endswith(f".{host}"):
            yield found("SPAM005", page.at(element), f"says {named} and leads to {host}")
