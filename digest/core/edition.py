"""The nouns: edition and what it is made of. Frozen, without behaviour that needs the world.

Every `datetime` in here is aware.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from digest.core.text import as_paragraph

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from digest.core.model import Article, Problem

SummaryMethod = Literal["author", "model", "extractive", "lead", "none"]


@dataclass(frozen=True, slots=True)
class Summary:
    """A summary and the method that made it.

    Attributes:
        sentences: Whole sentences, in order; the author's own summary is one entry, as written.
        method: "author", "model", "extractive", "lead" or "none" (there was no text to choose from).
        reason: Why it is no model's, where one was to be asked; empty otherwise. It is published.
        detail: The same for the operator, with what is not published: where the endpoint is, and what it says. Not
            kept; empty: as `reason`.
    """

    sentences: tuple[str, ...]
    method: SummaryMethod
    reason: str = ""
    detail: str = ""

    @property
    def text(self) -> str:
        """The sentences as one paragraph."""
        return as_paragraph(self.sentences)


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
