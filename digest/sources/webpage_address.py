"""Which address is a page's own, and which addresses lie on the same site."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digest.core.identity import normalise_url
from digest.core.urls import canonical_url
from digest.sources.addresses import resolved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml import etree

    from digest.sources.webpage_claims import Claims
    from digest.sources.webpage_tree import PageTree

_FRONT = re.compile(r"^(?:www\d?|m|mobile|amp|print|touch|web)\.")
_SECOND_LEVEL = frozenset({"co", "com", "org", "net", "gov", "ac", "edu", "or", "ne", "go", "gob", "gv", "nom"})
_VARIANT = re.compile(
    r"^(?:amp|print|printable|print-?view|drucken|druck|imprimer|imprimir|stampa|all|full|single-?page|\d{1,2}|page|p\d{1,2}"
    r"|index\.\w{3,5}|default\.aspx?)$",
    re.IGNORECASE,
)
_VARIANT_QUERY = re.compile(
    r"(?:^|&)(?:print|printable|amp|outputtype|view|output|format|page)(?:=(?:1|true|yes|y|print|printer|pdf|amp|all)?)?"
    r"(?=&|$)",
    re.IGNORECASE,
)


def site_of(url: str) -> str:
    """What addresses of one site share: the host without `www.` and the like, down to the name that was registered.

    A guess without the list of public suffixes: `a.example.co.uk` is of `example.co.uk`, `b.github.io` of `github.io`;
    so two blogs of one service count as one site.
    """
    try:
        host = (urlsplit(url).hostname or "").removesuffix(".")
    except ValueError:
        return ""
    labels = _FRONT.sub("", host).split(".")
    if labels[-1].isdigit() or len(labels) < 3:
        return ".".join(labels)
    return ".".join(labels[-3:] if labels[-2] in _SECOND_LEVEL and len(labels[-1]) == 2 else labels[-2:])


def own_address(page: PageTree, claims: Claims) -> tuple[str, tuple[str, ...]]:
    """A page's address: the canonical one it names, if it can be believed; else where it was fetched.

    Returns:
        The address without tracking parameters, and why others it names are not taken.
    """
    fetched = canonical_url(page.url)
    notes: list[str] = []
    amp = {normalise_url(canonical_url(each)) for each in _amp(page)}
    for claim in claims.of("canonical"):
        address = resolved(claim.values[0], page.base)
        candidate = canonical_url(address) if address else ""
        if not candidate:
            continue
        why = _disbelief(candidate, fetched)
        if not why and normalise_url(candidate) in amp and normalise_url(candidate) != normalise_url(fetched):
            why = "it is the AMP form of this page"
        if not why:
            return _same_scheme(candidate, fetched), tuple(notes)
        note = f"names {candidate} as its own address, which is not taken: {why}"
        if note not in notes:
            notes.append(note)
    return _without_variant(fetched), tuple(notes)


def _disbelief(candidate: str, fetched: str) -> str:
    """Why a canonical address is not believed; empty when it is."""
    if normalise_url(candidate) == normalise_url(fetched):
        return ""
    ours, theirs = _segments(fetched), _segments(candidate)
    query = urlsplit(candidate).query
    if not theirs and not query and (ours or _query_names(fetched)):
        return "it is the home page"
    if site_of(candidate) != site_of(fetched):
        # The same text on another site of a house, or sent round by an agency: its address then ends the same.
        same = theirs and ours and theirs[-1] == ours[-1] and len(theirs[-1]) >= 12
        return "" if same else "it is on another site"
    rest = ours[len(theirs) :]
    if not query and ours[: len(theirs)] == theirs and rest and not all(map(_VARIANT.match, rest)):
        return "it is the page above this one"
    return ""


def _segments(url: str) -> list[str]:
    return [each for each in urlsplit(url).path.casefold().split("/") if each]


def _query_names(url: str) -> bool:
    """Whether a query says which page is meant: `?p=123`."""
    return bool(_VARIANT_QUERY.sub("", urlsplit(url).query).strip("&"))


def _without_variant(url: str) -> str:
    """An address without what asks for a form to print, or for AMP; where no canonical address was named."""
    head, mark, query = url.partition("?")
    query = _VARIANT_QUERY.sub("", query).strip("&") if mark else ""
    head = re.sub(r"(?<=[^/])/(?:amp|print|printable|drucken)(/?)$", r"\1", head, flags=re.IGNORECASE)
    return f"{head}?{query}" if query else head


def _same_scheme(candidate: str, fetched: str) -> str:
    """A canonical address left at http when its site moved to https is meant as the one that answered."""
    ours, theirs = urlsplit(fetched), urlsplit(candidate)
    if theirs.scheme == "http" and ours.scheme == "https" and ours.netloc == theirs.netloc:
        return f"https{candidate[4:]}"
    return candidate


def _amp(page: PageTree) -> list[str]:
    links: Sequence[etree._Element] = list(page.root.iter("link"))
    return [
        address
        for link in links
        if "amphtml" in link.get("rel", "").lower().split() and (address := resolved(link.get("href", ""), page.base))
    ]
