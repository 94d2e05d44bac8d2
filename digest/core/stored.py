"""What the store keeps of articles and editions: its ports; `operation.py` has those of running unattended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from digest.core.identity import of_equals

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from digest.core.edition import AlsoIn, EditionRecord, Entry, FrozenEdition, Verdict
    from digest.core.fetching import Visit
    from digest.core.model import Article, Candidate, Problem
    from digest.core.operation import Claim
    from digest.core.outbox import Plan
    from digest.core.ports import Reading


@dataclass(frozen=True, slots=True)
class LibraryChanges:
    """What a collection changed in the library.

    Attributes:
        added, updated, withdrawn: Keys of the articles, in the order they were met.
        problems: What the library itself found wrong (two files with one id, say).
        also: What stands in another source too, of which one is a feed: its path in this one, and the article's key.
    """

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    also: tuple[tuple[str, str], ...] = ()


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
        *,
        there: Collection[str] | None = None,
        outranks: Callable[[str], bool] = of_equals,
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
            there: Of a source whose articles stay when it no longer shows them: the paths it shows now. An article at
                another path may then be what was found; None: at each path it lives on.
            outranks: Whether the source goes before another one, by name: what both have becomes this one's article,
                with its key, and the other has it too.
        """
        ...

    def sources(self) -> list[str]:
        """The names of all sources that something was read from, those no longer configured too."""
        ...

    def counts(self) -> Mapping[str, int]:
        """How many articles of each source are there."""
        ...

    def problems(self, sources: Iterable[str] | None = None) -> tuple[Problem, ...]:
        """All problems that stand in what was last read, by source and path; of these sources, where any are named."""
        ...

    def candidates(self, newsletter: str | None = None) -> list[Candidate]:
        """Every article that is in no edition of this newsletter yet, by key; without one, every article."""
        ...

    def articles(self, keys: Iterable[str] | None = None) -> Iterator[Article]:
        """Articles by key, or all of them by key order; a key that is unknown is left out."""
        ...

    def also_in(self, keys: Iterable[str]) -> Mapping[str, tuple[AlsoIn, ...]]:
        """Where else these articles stand, by key; those that stand nowhere else are left out."""
        ...

    def keys_at(self, source: str, path: str) -> tuple[str, ...]:
        """Keys of the articles of one path of a source, in the order they stand there."""
        ...

    def find(self, reference: str) -> tuple[str, ...]:
        """Keys that a person may mean: the exact key, else a path, else the keys that start so."""
        ...


class Visits(Protocol):
    """What is remembered of addresses between two fetches. Not shared between threads."""

    def all(self) -> Mapping[tuple[str, str], Visit]:
        """Every visit, by source and address as configured."""
        ...

    def keep(self, source: str, visit: Visit, *, since: Visit | None = None) -> bool:
        """Remember a visit of a source, and none of its other addresses.

        Args:
            source: Its name.
            visit: What to remember.
            since: What was remembered when the visit began; None: whatever is remembered by now is replaced.

        Returns:
            False when another process has been there since: then nothing was changed.
        """
        ...

    def forget(self, source: str) -> None:
        """Remember nothing of a source: it is fetched as if for the first time."""
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
        plan: Plan,
        now: datetime,
        *,
        merged: Sequence[EditionRecord] = (),
        claim: Claim | None = None,
    ) -> bool:
        """Keep an edition, its verdicts and its deliveries in one transaction.

        Args:
            frozen: The edition.
            verdicts: Those to keep, those chosen first.
            plan: Whom it goes to, beside the newsletter's active subscriptions whose address is not suppressed: those
                are read in the same transaction. A person who is named too gets one delivery by each sink.
            now: Kept as the time of composition and of planning; no output shows it.
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

    def unfinished(self, newsletter: str) -> bool:
        """Whether pages may be missing: what a kill left undone. Cheap."""
        ...

    def feed_id(self, proposed: str) -> str:
        """What ids in feeds are made from: `proposed` the first time, that same value for ever after."""
        ...


class Answers(Protocol):
    """What models answered. Not shared between threads."""

    def find(self, keys: Sequence[str]) -> Mapping[str, str]:
        """The answers kept under these keys, by key; those that are not kept are left out."""
        ...

    def keep(self, key: str, answer: str) -> None:
        """Keep an answer; one that is kept already stays."""
        ...

    def forget(self, but: Sequence[str]) -> None:
        """Drop half of the answers where there are more than are worth their room, but those under these keys."""
        ...
