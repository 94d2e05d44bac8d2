"""The nouns: article, edition and what they are made of. Frozen, without behaviour that needs the world.

Every `datetime` in here is aware. Texts are clean: no control characters, no line breaks in one-line fields.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

Precision = Literal["day", "minute"]
ZoneKnown = Literal["stated", "source", "unknown"]
BlockKind = Literal["heading", "paragraph", "quote", "item", "code", "table"]
SummaryMethod = Literal["author", "model", "extractive", "lead", "none"]


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
        return self.src.startswith(("https://", "http://"))


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


@dataclass(frozen=True, slots=True)
class Summary:
    """A summary and the method that made it.

    Attributes:
        sentences: Whole sentences, in order; the author's own summary is one entry, as written.
        method: "author", "model", "extractive", "lead" or "none" (there was no text to choose from).
        reason: Why it is no model's, where one was to be asked; empty otherwise.
    """

    sentences: tuple[str, ...]
    method: SummaryMethod
    reason: str = ""

    @property
    def text(self) -> str:
        """The sentences as one paragraph."""
        return " ".join(self.sentences)


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open span of time, [start, end)."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class AlsoIn:
    """Where else a story is told.

    Attributes:
        source: Name of the source.
        key: Of the article that tells it; empty where it is the same article in another source.
    """

    title: str
    url: str
    source: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """One story of an edition: the article that leads it, its summary, and where else it is told."""

    article: Article
    summary: Summary
    also: tuple[AlsoIn, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionOfEdition:
    """A section as it stands in one edition: its title, and its stories in order."""

    title: str
    stories: tuple[Story, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One occurrence of a newsletter, as it was composed.

    Attributes:
        newsletter: The newsletter's key.
        id: Unique within the newsletter, fit for a file name, sorts by time: `2026-03-02T0700Z`.
        slot: The planned instant, UTC.
        window: The span it covers.
    """

    newsletter: str
    id: str
    slot: datetime
    window: Window
    sections: tuple[SectionOfEdition, ...] = field(default=())

    @property
    def stories(self) -> tuple[Story, ...]:
        """All stories, in order."""
        return tuple(story for section in self.sections for story in section.stories)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why an article is in an edition or is not.

    Attributes:
        article: The article's key.
        rule: The rule that decided, a word of `digest.core.selection.Rule`.
        chosen: Whether it is in the edition.
        reason: One sentence for a person, with the dates, names or limits that mattered.
    """

    article: str
    rule: str
    chosen: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One story as feeds and the archive show it; frozen with its edition.

    Attributes:
        key: The article's key; the ids in feeds are made from it.
        edition: Id of the edition it is in.
        position: Its place in the edition, from 0.
        section: Title of the section it stands in.
        url: Absolute: where to read it in full.
        summary: Plain text.
        html: The full content, sanitised, every URL absolute.
        published: The article's date; None when it has none.
        appeared: When it entered the newsletter: the edition's slot and a second more for each story before it, so
            that no two entries of a newsletter share one (a feed whose entries do is warned about).
        image_url: Absolute; empty when there is no picture.
        image_type: Its media type; empty when unknown, as for a remote one.
        image_bytes: Its size; 0 when unknown.
    """

    key: str
    edition: str
    position: int
    section: str
    title: str
    url: str
    summary: str
    html: str
    author: str
    categories: tuple[str, ...]
    language: str
    published: datetime | None
    appeared: datetime
    image_url: str = ""
    image_type: str = ""
    image_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenEdition:
    """An edition as it is kept: nothing of it is ever worked out again.

    Attributes:
        title: Title of the edition, as in the archive and the feeds of editions.
        subject: Subject of the message.
        hash: SHA-256 over the files, lower-case hex.
        entries: Its stories, in order.
        files: Path within the edition's folder to content: `index.html`, `email.html`, `images/x-1a2b3c4d.png`.
        joined: Key of each article that is told by another one's story, and that one's key.
        problems: Pictures that were left out, and why; not kept.
    """

    newsletter: str
    id: str
    slot: datetime
    window: Window
    title: str
    subject: str
    preheader: str
    hash: str
    entries: tuple[Entry, ...]
    files: Mapping[str, bytes]
    joined: tuple[tuple[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()


EditionStatus = Literal["composed", "skipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionRecord:
    """One row of the list of a newsletter's editions: no content.

    Attributes:
        status: "skipped" when the slot passed without an edition; `reason` then says why.
        articles: Keys of its articles, in order.
        titles: Their titles, in order.
        sections: The sections that have stories, in order.
        hash: As in `FrozenEdition`; empty when skipped.
        composed_at: When it was composed or skipped; None until it is kept.
    """

    newsletter: str
    id: str
    slot: datetime
    window: Window
    status: EditionStatus
    reason: str = ""
    title: str = ""
    subject: str = ""
    preheader: str = ""
    hash: str = ""
    articles: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    composed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeliveryCounts:
    """How the deliveries of an edition stand: planned is the sum of the others.

    Attributes:
        planned: As noted when the edition was frozen.
        accepted: Taken by the sink.
        deferred: To be tried again later.
        refused: Turned down for good.
        excluded: Those to readers who had left or were suppressed when their turn came, and those that expired.
        uncertain: Handed over, and nobody knows whether they arrived; those being handed over at this moment too.
        waiting: Still to be tried, or claimed by a worker.
    """

    planned: int = 0
    accepted: int = 0
    deferred: int = 0
    refused: int = 0
    excluded: int = 0
    uncertain: int = 0
    waiting: int = 0

    @property
    def balanced(self) -> bool:
        """Whether every delivery planned is in one of the states."""
        states = self.accepted + self.deferred + self.refused + self.excluded + self.uncertain + self.waiting
        return self.planned == states
