"""What a feed says, whatever its format: texts as written, dates unread, addresses unresolved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from digest.core.wishes import NO_WISHES, Wishes

Rung = Literal["published", "created", "updated"]
"""Which date of an entry it is, in the order in which they are believed; 'updated' has dc:date too."""


@dataclass(frozen=True, slots=True)
class RawText:
    """A text of a feed.

    Attributes:
        value: As written.
        html: Whether it is HTML; else plain text.
        base: What its relative addresses are relative to (xml:base); empty when unsaid, may itself be relative.
        language: Its language tag, empty when unsaid.
    """

    value: str = ""
    html: bool = True
    base: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class RawImage:
    """A picture that an entry names."""

    url: str
    credit: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEntry:
    """One entry of a feed.

    Attributes:
        guid: Its id, guid or rdf:about.
        link: Where it is to be read; empty when there is none.
        original: Where a proxy's link leads (feedburner:origLink).
        permalink: Whether the guid may be taken for a link.
        texts: Content and summaries, without repeats.
        summary: What is offered as its summary.
        dates: In the order in which they are believed.
        images: In the order in which they are wanted.
        cut: Whether the feed breaks off within it.
    """

    title: RawText = RawText()
    guid: str = ""
    link: str = ""
    original: str = ""
    permalink: bool = False
    texts: tuple[RawText, ...] = ()
    summary: RawText = RawText()
    dates: tuple[tuple[Rung, str], ...] = ()
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    images: tuple[RawImage, ...] = ()
    language: str = ""
    cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFeed:
    """A feed.

    Attributes:
        format: Its kind, `rss20` or `atom10` say; empty when it is none that is known.
        link: Its site.
        authors: Whoever wrote entries that name nobody.
        wishes: How often it wants to be asked.
        notes: What had to be mended, each a sentence that goes on from the feed's address.
    """

    format: str
    title: str = ""
    link: str = ""
    language: str = ""
    authors: tuple[str, ...] = ()
    entries: tuple[RawEntry, ...] = ()
    wishes: Wishes = NO_WISHES
    notes: tuple[str, ...] = ()
