"""Headlines without the names of their sites, and names of authors without what stands around them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.core.text import letters
from digest.sources.webpage_address import site_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digest.sources.webpage_claims import Claims

_APART = re.compile(r"\s+[|–—·•»:~/-]+\s+|\s*\|\s*|:\s+")
_CUT = re.compile(r"\s*(?:…|\.\.\.)$")
_BY = re.compile(r"^(?:by|von|par|por|di|av|door|written by|text|от|بقلم)[:\s]\s*", re.IGNORECASE)
_NO_NAME = re.compile(
    r"https?://|www\.|@|^\d|^(?:admin|administrator|editor|root|user|staff|redaktion|n/?a|none|unknown)$", re.IGNORECASE
)


def headline(claims: Claims, url: str) -> str:
    """The title of a page: the first that it claims, whole, without the site's name; empty when it has none."""
    names = {letters(value) for claim in claims.of("site") for value in claim.values}
    names |= {letters(site_of(url)), letters(site_of(url).partition(".")[0])}
    said = [each.values[0] for each in claims.of("title")]
    headings = {letters(each.values[0]) for each in claims.of("title") if each.origin in {"html", "json-ld"}}
    titles = [text for each in said if (text := without_site(each, names, headings))]
    if not titles:
        return ""
    # Google once took 110 characters of a headline, so programs cut them; another claim may have the whole.
    beginning = letters(_CUT.sub("", titles[0]))
    if _CUT.search(titles[0]) and beginning:
        return next(
            (each for each in titles[1:] if letters(each).startswith(beginning) and not _CUT.search(each)), titles[0]
        )
    return titles[0]


def without_site(title: str, names: Iterable[str], headings: Iterable[str]) -> str:
    """A title less the site's name before or behind it.

    Args:
        title: One line.
        names: Those of the site, as `letters` gives them.
        headings: What the page shows as a title, folded too: what stands apart from such a one goes, whatever it says.
    """
    names, headings = set(names) - {""}, set(headings) - {""}
    if letters(title) in names:
        return ""
    changed = True
    while changed:
        changed = False
        gaps = list(_APART.finditer(title))
        for gap in reversed(gaps):
            head, tail = title[: gap.start()], title[gap.end() :]
            heading = letters(head) in headings and letters(title) not in headings and "|" in gap[0]
            if head and (letters(tail) in names or heading):
                title, changed = head, True
                break
        for gap in gaps if not changed else ():
            tail = title[gap.end() :]
            if tail and letters(title[: gap.start()]) in names:
                title, changed = tail, True
                break
    return title


def names_of(values: Iterable[str]) -> str:
    """Names of authors, each once, parted by commas; what is no name is left out."""
    found: dict[str, str] = {}
    for value in values:
        name = _BY.sub("", value).strip(" ,;|·")
        if name and len(name) <= 100 and not _NO_NAME.search(name):
            found.setdefault(name.casefold(), name)
    return ", ".join(found.values())
