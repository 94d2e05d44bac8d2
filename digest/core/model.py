"""The nouns: article and what it is made of (edition: `edition.py`). Frozen, without behaviour that needs the world.

Every `datetime` in here is aware. Texts are clean: no control characters, no line breaks in one-line fields.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

Precision = Literal["day", "minute"]
ZoneKnown = Literal["stated", "source", "unknown"]
BlockKind = Literal["heading", "paragraph", "quote", "item", "code", "table"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with one article, file or config key; the rest went on.

    Attributes:
        place: Where, as a person would look for it: `articles/a.md:3`, `config.yaml:12 newsletters.weekly.schedule`.
        message: What is wrong and what to do.
        set_aside: True when the article (or key) could not be used at all.
    """

    place: str
    message: str
    set_aside: bool = False

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


@dataclass(frozen=True, slots=True)
class Published:
    """When an article says it was published.

    Attributes:
        instant: The instant, aware, in the zone it was written in (the source's where none was stated,
            UTC where the source has none either). A date without a time is midnight at its start.
        precision: "day" when no time of day was given.
        zone: "stated" when the text had a zone, "source" when the source's zone was taken,
            "unknown" when neither had one.
    """

    instant: datetime
    precision: Precision = "minute"
    zone: ZoneKnown = "stated"

    def __str__(self) -> str:
        """As much as is known: `2024-03-06`, `2023-06-12T23:47:00`, `2026-02-03T08:00:00+01:00`."""
        if self.precision == "day":
            return self.instant.date().isoformat()
        if self.zone == "unknown":
            return self.instant.replace(tzinfo=None).isoformat()
        return self.instant.isoformat()


@dataclass(frozen=True, slots=True)
class Block:
    """One block of an article's text, in reading order, without markup.

    Attributes:
        kind: What it is; "item" is one entry of a list, "table" one row of a table.
        text: The text, white space folded to single spaces (kept as written in "code").
        level: 1 to 6 for a heading, else 0.
    """

    kind: BlockKind
    text: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class Body:
    """An article's content: sanitised HTML, and the same as plain blocks."""

    html: str
    blocks: tuple[Block, ...]

    @property
    def headings(self) -> tuple[str, ...]:
        """The texts of all headings, in order."""
        return tuple(block.text for block in self.blocks if block.kind == "heading")

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The texts of all blocks that are no heading, in order."""
        return tuple(block.text for block in self.blocks if block.kind != "heading")


def is_remote(src: str) -> bool:
    """Whether a picture is named by its address on the web, rather than by its path within its source."""
    return src.startswith(("https://", "http://"))


@dataclass(frozen=True, slots=True)
class Image:
    """An article's picture.

    Attributes:
        src: An https URL, or a path relative to the source's folder, with `/` between its parts.
        alt: What it shows, for those who do not see it; empty when decorative.
        credit: Who made it, as it is to be printed; empty when unknown.
    """

    src: str
    alt: str = ""
    credit: str = ""

    @property
    def is_remote(self) -> bool:
        """Whether it is referenced by URL, never fetched while rendering."""
        return is_remote(self.src)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundArticle:
    """An article as its source gives it, before the library has given it a key.

    Attributes:
        source: Name of the source, `folder:articles` say.
        path: Where in the source: a file's path relative to it, with `#2` for the second article of a page.
        id: The id its author gave it; empty when none.
        url: Its canonical URL; empty when none.
        shared_url: True when its source gives other articles the same URL: then it identifies none of them.
        published: None when it has no date: it then counts as published when first seen.
        published_by: Where in a feed that date stood: "published", "created", "updated", "url" (the day in its
            address); of a web page: "json-ld", "meta", "microdata", "time", "html" (above the text), "url",
            "guess"; empty elsewhere.
        held: Why it must not go out yet although it is no draft (an unreadable date, say); empty when it may.
        summary: The author's own summary; empty when there is none.
        credit: The credit of its photo; empty when none.
    """

    source: str
    path: str
    title: str
    body: Body
    id: str = ""
    url: str = ""
    shared_url: bool = False
    published: Published | None = None
    published_by: str = ""
    updated: Published | None = None
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    author: str = ""
    summary: str = ""
    image: Image | None = None
    credit: str = ""
    language: str = ""
    draft: bool = False
    pinned: bool = False
    held: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def content_hash(self) -> str:
        """SHA-256 over title and text, lower-case hex: the last layer of identity."""
        blocks = [(block.kind, block.text) for block in self.body.blocks]
        return hashlib.sha256(json.dumps([self.title, blocks], ensure_ascii=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Article(FoundArticle):
    """An article of the library.

    Attributes:
        key: Stable for ever, unique in the store, fit for a URL and a file name.
        first_seen: When the library first saw it fit to be read (a draft's time as a draft does not count).
        withdrawn: True when its file is gone.
    """

    key: str
    first_seen: datetime
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """What selection needs to know of an article: no body, so that ten thousand are cheap to load."""

    key: str
    title: str
    published: datetime | None
    first_seen: datetime
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    author: str = ""
    source: str = ""
    draft: bool = False
    pinned: bool = False
    held: str = ""
    withdrawn: bool = False
