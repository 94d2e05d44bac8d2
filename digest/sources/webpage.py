"""A web page's bytes to articles: the one that it is, and those that it leads to. Pure: nothing is fetched.

What counts for each field, and why, stands in `digest.sources.webpage_claims`. Never raises for what stands in a page:
what is doubtful stands with the article, and a page that is no article comes with the reason and what to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from digest.core.identity import normalise_url
from digest.core.model import FoundArticle, Image, Problem
from digest.core.syndication import entry_path
from digest.core.text import letters, one_line, word_count
from digest.core.urls import canonical_url
from digest.sources.article_file import shortened
from digest.sources.feed_text import made_title, own_summary
from digest.sources.webpage_address import own_address
from digest.sources.webpage_body import KnownOfText, page_text, text_body
from digest.sources.webpage_cards import find_cards, listed_cards
from digest.sources.webpage_claims import Claims, claim, main_heading, markup_claims, meta_claims, time_claims
from digest.sources.webpage_dates import page_dates
from digest.sources.webpage_fields import authors, lead_image, names, stated_language
from digest.sources.webpage_guess import guesses
from digest.sources.webpage_jsonld import read_structured
from digest.sources.webpage_refusals import SHORT_WORDS, refusal
from digest.sources.webpage_stubs import stubs
from digest.sources.webpage_titles import headline
from digest.sources.webpage_tree import parse_page, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from digest.core.fetching import Fetched
    from digest.sources.webpage_body import PageText
    from digest.sources.webpage_cards import Card
    from digest.sources.webpage_jsonld import Structured
    from digest.sources.webpage_refusals import Refusal
    from digest.sources.webpage_tree import PageTree

Kind = Literal["article", "section", "nothing"]

MOST_TAGS = 50
LEAST_CARDS = 3
"""Of a list; a page with fewer links to articles is one with links."""

CARD_WORDS = 10
"""A page with no more words of its own for each card is a list with a few words about it."""


@dataclass(frozen=True, slots=True)
class PageOrigin:
    """What a page cannot say of itself.

    Attributes:
        source: Name of its source.
        zone: Of its dates that name none; None when the source has none.
    """

    source: str
    zone: ZoneInfo | None = None


@dataclass(frozen=True, slots=True)
class WebPage:
    """What a page holds.

    Attributes:
        kind: "article": it is one, and may lead to others. "section": it leads to others. "nothing": neither.
        article: The one that it is; None unless `kind` says so.
        stubs: Those it leads to, in its order: without a text, `path` and `url` of their canonical addresses.
        reason: Why it is no article, and what to do; goes on from its address. Empty when it is one.
        problems: Of the page as a whole; those of an article stand with it.
        title: Its own, else its site's name; empty when it has neither.
    """

    kind: Kind
    article: FoundArticle | None = None
    stubs: tuple[FoundArticle, ...] = ()
    reason: str = ""
    problems: tuple[Problem, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class _Read:
    """A page on its way: all that was found out of it before anything is decided."""

    page: PageTree
    url: str
    claims: Claims
    structured: Structured
    title: str
    image: Image | None
    text: PageText
    cards: tuple[Card, ...]
    notes: tuple[str, ...]


def read_webpage(fetched: Fetched, origin: PageOrigin, now: datetime) -> WebPage:
    """Read a page.

    Args:
        fetched: As it came.
        origin: Where its articles come from.
        now: Aware; dates far ahead of it are refused.
    """
    page = parse_page(fetched.content, fetched.charset, fetched.media_type, fetched.url)
    if isinstance(page, str):
        return WebPage("nothing", reason=page)
    read = _read(page, origin, now)
    problems = tuple(Problem(page.url, one_line(f"the page {note}")) for note in read.structured.notes)
    found = stubs(read.cards, page, origin.source, origin.zone, now)
    free = read.claims.first("free").casefold() not in {"false", "0", "no"}
    refused = refusal(page, read.title, read.text.words, free=free)
    kind = _kind(read, refused)
    title = one_line(read.title or read.claims.first("site"))
    if kind == "article":
        return WebPage("article", _article(read, origin, now), found, title=title)
    if kind == "section":
        why = "leads to articles and is none itself"
        return WebPage("section", stubs=found, reason=why, problems=problems, title=title)
    return WebPage("nothing", stubs=found, reason=refused.reason if refused else "has no article", problems=problems)


def _read(page: PageTree, origin: PageOrigin, now: datetime) -> _Read:
    metas = tuple(meta_claims(page.root))
    heading = main_heading(page.root)
    addresses = [page.url, *(each.values[0] for each in metas if each.field == "canonical")]
    structured = read_structured(page.root, page.base, addresses, text_of(heading) if heading is not None else "")
    markup = tuple(markup_claims(page.root))
    # A page's own link to its canonical address is the standard's way to say it: before all others [RFC 6596].
    links = tuple(each for each in metas if each.origin == "link")
    stated = (*links, *structured.claims, *(each for each in metas if each.origin != "link"), *markup)
    stated = (*stated, *time_claims(page.root))
    claims = Claims((*stated, *guesses(page, Claims(stated), now)))
    url, notes = own_address(page, claims)
    title = headline(claims, url)
    image = lead_image(claims, page)
    known = KnownOfText(url, title, _description(claims, title), image.src if image else "", origin.zone, now)
    text = _fuller(page_text(page, known), claims, url)
    cards = find_cards(page, url) or listed_cards(structured.items, page, url)
    return _Read(page, url, claims, structured, title, image, text, cards, notes)


def _fuller(text: PageText, claims: Claims, url: str) -> PageText:
    """The text in the page's JSON-LD, where that is much longer: the page makes its own by scripts.

    Never of a page that is not free to read: what it keeps from its readers is not to be passed on.
    """
    given = claims.first("text")
    if claims.first("free").casefold() == "false" or word_count(given) < max(SHORT_WORDS // 2, 1.5 * text.words):
        return text
    fuller = text_body(given, url)
    return fuller if fuller.words > 1.5 * text.words else text


def _kind(read: _Read, refused: Refusal | None) -> Kind:
    """Whether a page is an article, or leads to some.

    By what it says for programs, where it does; a list is believed before `og:type`, which some systems set on every
    page. Else by what it is most of: text of its own, or cards.
    """
    if refused and refused.whole:
        return "nothing"
    stated = read.structured
    if stated.is_article:
        return "nothing" if refused else "article"
    leads = len(read.cards) >= LEAST_CARDS
    home = not urlsplit(read.url).path.strip("/") and not urlsplit(read.url).query
    if leads and (stated.is_list or home or _mostly_cards(read)):
        return "section"
    if read.claims.first("kind").casefold() == "article":
        return "nothing" if refused else "article"
    if leads and (refused or read.text.words < CARD_WORDS * len(read.cards)):
        return "section"
    return "nothing" if refused else "article"


def _mostly_cards(read: _Read) -> bool:
    """Whether the text that was found stands in the cards: teasers, or the whole articles of a blog's first page."""
    cards = "".join(letters(card.text) for card in read.cards)
    blocks = [(word_count(block.text), letters(block.text)) for block in read.text.body.blocks]
    return sum(words for words, said in blocks if said in cards) * 2 > sum(words for words, _ in blocks)


def _article(read: _Read, origin: PageOrigin, now: datetime) -> FoundArticle:
    claims, page = read.claims, read.page
    dates = page_dates(_with_dateline(claims, read.text.dateline), read.url, origin.zone, now)
    notes = [*page.notes, *read.structured.notes, *read.notes, *dates.notes, *read.text.notes]
    text = " ".join(block.text for block in read.text.body.blocks)
    title = read.title or made_title(text)
    if not read.title:
        notes.append(f"has no title; '{title}' is made of its text")
    return FoundArticle(
        source=origin.source,
        path=page_path(read.url),
        title=shortened(title),
        body=read.text.body,
        url=read.url,
        published=dates.published,
        published_by=dates.origin,
        updated=dates.updated,
        categories=names(claims, "category", 5),
        tags=names(claims, "tag", MOST_TAGS),
        author=authors(claims),
        # Where it is the beginning of the text, nobody wrote it as a summary.
        summary=own_summary(_description(claims, title), text),
        image=read.image,
        credit=read.image.credit if read.image else "",
        language=stated_language(claims),
        problems=_problems(page.url, notes),
    )


def _with_dateline(claims: Claims, dateline: str) -> Claims:
    """The claims with a date that stands above the text: before a guess, behind all that is marked as one."""
    stated = (each for each in claims.all if each.origin != "guess")
    guessed = (each for each in claims.all if each.origin == "guess")
    return Claims((*stated, *claim("published", "html", [dateline]), *guessed))


def page_path(url: str) -> str:
    """What an article is known by within its source: of its canonical address."""
    return entry_path(normalise_url(canonical_url(url)))


def _description(claims: Claims, title: str) -> str:
    """The first description that is not the title again."""
    said = (each.values[0] for each in claims.of("summary") if each.origin != "guess")
    return next((text for text in said if text.casefold() != title.casefold()), "")


def _problems(place: str, notes: Sequence[str]) -> tuple[Problem, ...]:
    return tuple(Problem(place, one_line(note)) for note in dict.fromkeys(notes))
