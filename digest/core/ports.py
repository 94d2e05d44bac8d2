"""What the use cases are handed: the ports, each with the guarantees its adapters give; the store's: `stored.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from digest.core.wishes import NO_WISHES, Wishes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from digest.core.edition import Edition, EditionRecord, Entry, FrozenEdition, Summary
    from digest.core.envelope import Envelope
    from digest.core.fetching import Fetched, Wanted
    from digest.core.finding import Finding
    from digest.core.model import Article, FoundArticle, Problem
    from digest.core.newsletter import Newsletter
    from digest.core.outbox import Queue
    from digest.core.reader import Reader

Item = TypeVar("Item")

NEWSROOM = "newsroom"
"""Name of the source of what the configuration itself names: a logo. No source of articles is called so."""


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
    """What came of reading one path of a source; problems of an article stand with the article.

    Attributes:
        keeps: Whether articles that were in it earlier stay although they are not in it now: a feed shows its last
            entries only.
    """

    path: str
    articles: tuple[FoundArticle, ...] = ()
    problems: tuple[Problem, ...] = ()
    keeps: bool = False


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
class Offer:
    """What an answer holds.

    Attributes:
        articles: In the source's own order; `path` is what each is known by from one answer to the next.
        problems: Of the answer as a whole; those of an article stand with it.
        wishes: How often the source wants to be asked.
        useless: Why nothing can be made of it, and what to do; empty when something can.
        partial: Whether articles are completed by the pages their `url` leads to.
        whole: Paths of those that are not, of a partial offer: a page that is an article and leads to others.
        title, home: The source's own title, and the address of its web page; empty when it says none.
        feeds: Addresses of feeds that it names instead, the most likely first.
    """

    articles: tuple[FoundArticle, ...] = ()
    problems: tuple[Problem, ...] = ()
    wishes: Wishes = NO_WISHES
    useless: str = ""
    partial: bool = False
    whole: frozenset[str] = frozenset()
    title: str = ""
    home: str = ""
    feeds: tuple[str, ...] = ()


class RemoteReader(Protocol):
    """Reads what was fetched of one source. Pure."""

    def offer(self, fetched: Fetched, now: datetime) -> Offer:
        """What an answer holds. Never raises for what stands in it."""
        ...

    def complete(self, article: FoundArticle, page: Fetched, now: datetime) -> FoundArticle | str:
        """An article completed by its page; or why that cannot be, as a text."""
        ...


class Fetcher(Protocol):
    """Fetches, politely and guarded."""

    def fetch(self, wanted: Iterable[Wanted], now: datetime) -> Iterator[Fetched]:
        """Visit all of them side by side; each as it ends, in any order. Never raises for one of them."""
        ...


class Summarizer(Protocol):
    """Makes the summaries of an edition's stories."""

    def summarize_all(
        self, stories: Sequence[Sequence[Article]], newsletter: Newsletter, edition: str, keep: Callable[[], None]
    ) -> Sequence[Summary]:
        """The summary of each story, in order; an author's own goes before any other.

        Never raises for what stands in an article, nor for anything that is asked over a network.

        Args:
            stories: Each as the articles that tell it, the one that leads first.
            newsletter: Says how long a summary is at most, and the language of articles that say none.
            edition: Id of the edition they are for: what they cost is counted together, however often it is begun.
            keep: Called every few seconds by what takes long; what it raises stops the work.
        """
        ...


@dataclass(frozen=True, slots=True)
class SummaryTask:
    """What a model is told of a summary it is to write; nothing in it is the article's own.

    Attributes:
        words: The budget.
        language: Code of the article's language, `en`; empty when it is not known.
        mark: What stands before and after the article's text.
        points: Whether key points are wanted in place of a paragraph.
    """

    words: int
    language: str
    mark: str
    points: bool


class Mailing(Protocol):
    """An edition as messages."""

    def envelope(self, reader: Reader) -> Envelope:
        """The envelope for one reader; the same bytes each time.

        Raises:
            ValueError: No message can name the reader's address.
        """
        ...


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

    @property
    def repeatable(self) -> bool:
        """Whether it knows an envelope again, so that taking one twice changes nothing."""
        ...

    @property
    def remote(self) -> bool:
        """Whether it may take long, and wait for other machines: a daemon gives it a worker of its own."""
        ...

    def deliver(self, queue: Queue, stop: Callable[[], bool]) -> None:
        """Take envelopes from the queue until there are none, and report what became of each.

        Args:
            queue: Where they come from.
            stop: Asked often: whether to take no more, give back what was not tried, and return.

        Raises:
            OutputError: It can take nothing more; all that was taken from the queue was reported or given back.
            StoreError: The queue fails.
        """
        ...

    def rebuild(self, envelopes: Iterable[Envelope]) -> Iterator[tuple[str, bool]]:
        """Where each envelope is, and whether it had to be written; nothing unless `rebuilt`."""
        ...


class Renderer(Protocol):
    """Makes everything of an edition that is kept. Pure."""

    def pictures(self, edition: Edition, newsletter: Newsletter) -> Mapping[tuple[str, str], str]:
        """The pictures that are published with an edition, its logo too: source and path of each, and who names it.

        In order, those that lead a story before those within a text. In place of a path stands the web address of one
        that is to be copied. The source of what lies in the newsroom's own folder is `NEWSROOM`.
        """
        ...

    def freeze(
        self, edition: Edition, newsletter: Newsletter, assets: Mapping[tuple[str, str], bytes]
    ) -> FrozenEdition:
        """Render an edition.

        Args:
            edition: What was chosen, in order, with summaries.
            newsletter: Its newsletter.
            assets: The bytes of these pictures; one that is missing or broken is left out.

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


class Inspector(Protocol):
    """Looks at an edition before it is kept. Pure."""

    def __call__(
        self, newsletter: Newsletter, record: EditionRecord, files: Mapping[str, bytes], *, sends: bool
    ) -> Sequence[Finding]:
        """What is wrong with an edition; what the operator lives with is marked so.

        Args:
            newsletter: Its newsletter.
            record: The edition, as it will be recorded.
            files: Its frozen files.
            sends: Whether it goes out to mailbox providers, and not to files alone.

        Raises:
            ConfigError: A key to sign with cannot be read.
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
