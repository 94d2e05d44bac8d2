"""What the use cases are handed: the ports, each with the guarantees its adapters give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from digest.core.model import (
        Article,
        Body,
        Candidate,
        DeliveryCounts,
        Edition,
        EditionRecord,
        Entry,
        FoundArticle,
        FrozenEdition,
        Problem,
        Summary,
        Verdict,
    )
    from digest.core.newsletter import Newsletter
    from digest.core.operation import Claim

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Look:
    """What a source holds at one moment.

    Attributes:
        fingerprints: Path within the source to its fingerprint: equal means nothing to read anew.
        problems: What could not even be looked at.
    """

    fingerprints: Mapping[str, str]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading one path of a source; problems of an article stand with the article."""

    path: str
    articles: tuple[FoundArticle, ...] = ()
    problems: tuple[Problem, ...] = ()


class Source(Protocol):
    """Where articles come from. Not shared between threads."""

    @property
    def name(self) -> str:
        """Stable and unique among the sources of a newsroom, `folder:articles` say."""
        ...

    def look(self) -> Look:
        """List what is there; costs a directory entry a path, reads no file.

        Raises:
            SourceError: The source as a whole cannot be read; nothing may be concluded from it.
        """
        ...

    def read(self, path: str, now: datetime) -> Reading:
        """Read one path. Never raises for what stands in it: that comes back as problems."""
        ...

    def asset(self, path: str) -> bytes:
        """The bytes of an image that an article of this source refers to.

        Raises:
            SourceError: It is not there, is too large, or lies outside the source.
        """
        ...


@dataclass(frozen=True, slots=True)
class LibraryChanges:
    """What a collection changed in the library.

    Attributes:
        added, updated, withdrawn: Keys of the articles, in the order they were met.
        problems: What the library itself found wrong (two files with one id, say).
    """

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


class Library(Protocol):
    """Every article collected so far. One process may write at a time; others wait. Not shared between threads."""

    def fingerprints(self, source: str) -> dict[str, str]:
        """The fingerprint of each path of a source as it was last read."""
        ...

    def record(
        self,
        source: str,
        readings: Iterable[Reading],
        fingerprints: Mapping[str, str],
        gone: Iterable[str],
        now: datetime,
    ) -> LibraryChanges:
        """Take in what was read, in one transaction: all of it or nothing.

        An article is recognised by its id, its canonical URL, its path, or its content, in this order; see
        `digest.core.identity`. What was recorded of a path before is replaced. Articles of paths in `gone` are
        marked as withdrawn; they keep their key and come back as the same articles.

        Args:
            source: Name of the source.
            readings: One for each path that is new or changed, in a stable order.
            fingerprints: Of those paths.
            gone: Paths that are no longer there.
            now: Becomes `first_seen` of what is new, and of what was a draft until now.
        """
        ...

    def sources(self) -> list[str]:
        """The names of all sources that something was read from, those no longer configured too."""
        ...

    def problems(self) -> tuple[Problem, ...]:
        """All problems that stand in what was last read, by source and path."""
        ...

    def candidates(self, newsletter: str | None = None) -> list[Candidate]:
        """Every article that is in no edition of this newsletter yet, by key; without one, every article."""
        ...

    def articles(self, keys: Iterable[str] | None = None) -> Iterator[Article]:
        """Articles by key, or all of them by key order; a key that is unknown is left out."""
        ...

    def keys_at(self, source: str, path: str) -> tuple[str, ...]:
        """Keys of the articles of one path of a source, in the order they stand there."""
        ...

    def find(self, reference: str) -> tuple[str, ...]:
        """Keys that a person may mean: the exact key, else a path, else the keys that start so."""
        ...


class Editions(Protocol):
    """Every edition made, whole. One process may write at a time; others wait. Not shared between threads."""

    def get(self, newsletter: str, slot: datetime) -> EditionRecord | None:
        """What became of a slot; None when nothing did."""
        ...

    def find(self, newsletter: str, edition: str) -> EditionRecord | None:
        """The record of an edition by its id; None when there is none."""
        ...

    def newsletters(self) -> list[str]:
        """Keys of the newsletters that have records, sorted; those no longer configured too."""
        ...

    def records(self, newsletter: str) -> list[EditionRecord]:
        """All slots of a newsletter that were composed or skipped, newest first."""
        ...

    def last(self, newsletter: str, until: datetime) -> EditionRecord | None:
        """The record of the latest slot at or before `until`; None when there is none.

        What was skipped by a clock that was days ahead (`ASTRAY`) is left out: it must not keep a newsletter silent.
        """
        ...

    def knows(self, newsletter: str, first: datetime, last: datetime) -> bool:
        """Whether a slot from `first` to `last`, both included, was composed or skipped; as `last`, but cheap."""
        ...

    def following(self, newsletter: str, after: datetime, now: datetime | None = None) -> EditionRecord | None:
        """The record of the earliest slot after `after`; None when there is none.

        With `now`, by the clock, what was noted by a clock that was days ahead is left out.
        """
        ...

    def freeze(
        self,
        frozen: FrozenEdition,
        verdicts: Sequence[Verdict],
        deliveries: Mapping[str, Sequence[str]],
        now: datetime,
        *,
        merged: Sequence[EditionRecord] = (),
        claim: Claim | None = None,
    ) -> bool:
        """Keep an edition, its verdicts and its deliveries in one transaction.

        Args:
            frozen: The edition.
            verdicts: Those to keep, those chosen first.
            deliveries: Name of a sink to the recipients it is to deliver to; each starts as waiting.
            now: Kept as the time of composition; no output shows it.
            merged: Slots before it whose spans are part of it: recorded as skipped, unless they have an edition.
            claim: On the newsletter: still held, or nothing is changed.

        Returns:
            False when the slot has an edition already: then nothing was changed. A slot that was skipped may
            still be composed.

        Raises:
            StoreError: An article is in another edition of this newsletter already.
            ClaimError: The claim was taken over.
        """
        ...

    def skip(
        self,
        record: EditionRecord,
        verdicts: Sequence[Verdict],
        now: datetime,
        *,
        merged: Sequence[EditionRecord] = (),
        claim: Claim | None = None,
    ) -> bool:
        """Note that a slot passed without an edition, and why; False when the slot has an edition.

        Raises:
            ClaimError: The claim was taken over.
        """
        ...

    def unpublished(self, newsletter: str) -> list[str]:
        """Ids of the editions whose pages are not known to be in place, the oldest first."""
        ...

    def mark_published(self, newsletter: str, editions: Sequence[str], now: datetime) -> None:
        """Note that the pages of these editions are in place."""
        ...

    def verdicts(self, newsletter: str, edition: str) -> list[Verdict]:
        """The recorded verdicts of an edition: those chosen first, in order; then by key."""
        ...

    def included(self, newsletter: str) -> dict[str, str]:
        """Every article that is in an edition of this newsletter, and the id of that edition."""
        ...

    def paths(self, newsletter: str) -> dict[str, list[str]]:
        """The paths of the frozen files of each edition of a newsletter, by its id."""
        ...

    def files(self, newsletter: str, edition: str) -> dict[str, bytes]:
        """The frozen files of an edition."""
        ...

    def entries(self, newsletter: str, limit: int) -> list[Entry]:
        """The `limit` stories that appeared last: newest edition first, each edition's in its order."""
        ...

    def waiting(self, newsletter: str, edition: str, sink: str) -> list[str]:
        """Recipients whose delivery by this sink is not settled, in the order they were planned."""
        ...

    def accepted(self, newsletter: str, edition: str, sink: str) -> list[str]:
        """Recipients whose delivery by this sink was accepted, in the order they were planned."""
        ...

    def settle(self, newsletter: str, edition: str, sink: str, *, recipient: str, reply: str, now: datetime) -> None:
        """Note that a sink accepted a delivery; durable when this returns. Again: changes nothing."""
        ...

    def unfinished(self, newsletter: str, sinks: Collection[str]) -> bool:
        """Whether pages may be missing, or deliveries wait for one of these sinks: what a kill left undone. Cheap."""
        ...

    def unsettled(self, newsletter: str) -> list[tuple[str, str, int]]:
        """Where deliveries wait: an edition's id, a sink, and how many; the oldest edition first."""
        ...

    def counts(self, newsletter: str, edition: str) -> DeliveryCounts:
        """How the deliveries of an edition stand, over all sinks."""
        ...

    def feed_id(self, proposed: str) -> str:
        """What ids in feeds are made from: `proposed` the first time, that same value for ever after."""
        ...


class Summarizer(Protocol):
    """Makes the summary of an article that has none from its author. Pure."""

    def summarize(self, title: str, body: Body, *, words: int, language: str) -> Summary:
        """At most about `words` words, in whole sentences of the article, in order.

        Args:
            title: The article's title.
            body: Its content.
            words: The budget; the first sentence is taken even when it is longer.
            language: BCP 47 tag of the article's language.
        """
        ...


@dataclass(frozen=True, slots=True)
class Envelope:
    """MAIL FROM, RCPT TO and the bytes [RFC 5321].

    Attributes:
        sender: Address of the envelope sender.
        recipient: Address it goes to.
        message_id: Its Message-ID, with angle brackets: the same for the same edition and recipient, always.
        name: Fit for a file name, unique among all envelopes, sorts by edition.
        message: The message, CRLF line ends.
    """

    sender: str
    recipient: str
    message_id: str
    name: str
    message: bytes


@dataclass(frozen=True, slots=True)
class Accepted:
    """A sink has taken an envelope: it is durable there, or was so already.

    Attributes:
        envelope: Which.
        reply: What the sink says of it: a path, a relay's reply.
        new: False when it was there already and nothing changed.
    """

    envelope: Envelope
    reply: str
    new: bool = True


class Sink(Protocol):
    """Where envelopes go."""

    @property
    def name(self) -> str:
        """Stable and unique among the sinks of a newsroom, `file:out/mail` say."""
        ...

    @property
    def rebuilt(self) -> bool:
        """Whether what it holds is made again when somebody removed it.

        True for a folder of .eml files, a copy of what the store has; False for a mailbox, which people empty and
        into which nothing is put twice.
        """
        ...

    def deliver(self, envelopes: Sequence[Envelope]) -> Iterator[Accepted]:
        """Take the envelopes, in order; each is yielded once it is durable. Taking one again changes nothing.

        Raises:
            OutputError: The sink cannot take it; those yielded before were taken.
        """
        ...


class Renderer(Protocol):
    """Makes everything of an edition that is kept. Pure."""

    def pictures(self, edition: Edition) -> Sequence[tuple[str, str]]:
        """The local pictures an edition names: source and path of each, in order, without repeats."""
        ...

    def freeze(
        self, edition: Edition, newsletter: Newsletter, assets: Mapping[tuple[str, str], bytes]
    ) -> FrozenEdition:
        """Render an edition.

        Args:
            edition: What was chosen, in order, with summaries.
            newsletter: Its newsletter.
            assets: The bytes of its local pictures; one that is missing is left out.

        Raises:
            TemplateError: A template is wrong.
        """
        ...

    def newsletter_files(
        self, newsletter: Newsletter, entries: Sequence[Entry], records: Sequence[EditionRecord]
    ) -> Mapping[str, bytes]:
        """The archive page and the feeds of a newsletter, by path within its folder.

        Args:
            newsletter: The newsletter.
            entries: The stories that appeared last, newest edition first.
            records: Its composed editions, newest first.

        Raises:
            TemplateError: A template is wrong.
        """
        ...


class Pages(Protocol):
    """A folder of finished web pages and feeds. Each is written whole or not at all."""

    @property
    def root(self) -> Path:
        """The folder."""
        ...

    def has(self, path: str) -> bool:
        """Whether a page is there."""
        ...

    def put(self, path: str, content: bytes) -> bool:
        """Write a page; False when it was there with these bytes.

        Raises:
            OutputError: It cannot be written; what was there before is as it was.
        """
        ...


class Progress(Protocol):
    """Shows how far long work has come; must never fail."""

    def __call__(self, items: Iterable[Item], *, total: int, label: str) -> Iterator[Item]:
        """Pass the items on, one by one."""
        ...
