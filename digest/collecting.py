"""The use case of collecting: look at a source, decide what is new, take it in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.core.errors import SourceError
from digest.core.identity import of_equals

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from digest.core.model import Problem
    from digest.core.ports import Progress, Reading, Source
    from digest.core.stored import Library, LibraryChanges


@dataclass(frozen=True, slots=True)
class Collection:
    """What collecting from one source came to.

    Attributes:
        source: Its name.
        seen: How many paths there are.
        unit: What one of them is.
        read: How many of them were new or changed.
        failed: Why the source as a whole could not be read; None when it could.
        trouble: Why nothing came of fetching it this time; that it is tried again is no failure. Empty when it worked.
        recovered: Whether it works again after the operator was told that it does not.
    """

    source: str
    seen: int = 0
    read: int = 0
    changes: LibraryChanges | None = None
    problems: tuple[Problem, ...] = ()
    failed: str | None = None
    trouble: str = ""
    recovered: bool = False
    unit: str = "file"


def collect(
    source: Source, library: Library, now: datetime, progress: Progress, outranks: Callable[[str], bool] = of_equals
) -> Collection:
    """Take into the library what is new or changed in a source; costs a file read for each such path only.

    A source that cannot be read as a whole changes nothing: its articles stay as they are.

    Args:
        source: The source.
        library: Where to.
        now: The instant it happens.
        progress: Shows how far it has come.
        outranks: Whether it takes over what another source, by name, has too.
    """
    try:
        look = source.look()
    except SourceError as error:
        return Collection(source.name, failed=str(error))
    known = library.fingerprints(source.name)
    changed = {path: mark for path, mark in look.fingerprints.items() if known.get(path) != mark}
    gone = [path for path in known if path not in look.fingerprints]
    readings = (
        source.read(path, now) for path in progress(changed, total=len(changed), label=f"Reading {source.name}")
    )
    changes = library.record(source.name, readings, changed, gone, now, outranks=outranks)
    return Collection(source.name, len(look.fingerprints), len(changed), changes, look.problems)


@dataclass(frozen=True, slots=True)
class Imported:
    """What importing one file came to.

    Attributes:
        articles: Keys of its articles, new or not, in order.
        changes: What of that changed the library.
        problems: Of the file and of the library.
        failed: True when it gave nothing.
    """

    articles: tuple[str, ...]
    changes: LibraryChanges
    problems: tuple[Problem, ...]
    failed: bool


def take_in(
    source: Source,
    path: str,
    library: Library,
    now: datetime,
    *,
    notes: tuple[Problem, ...] = (),
    outranks: Callable[[str], bool] = of_equals,
) -> Imported:
    """Take one path of a source into the library, whatever it was before; nothing else of the source changes.

    Args:
        source: The source.
        path: The path in it.
        library: Where to.
        now: The instant it happens.
        notes: What to report besides.
        outranks: As of `collect`.
    """
    reading = source.read(path, now)
    # No fingerprint is kept: who imports a file means it to be read.
    changes = library.record(source.name, [reading], {path: ""}, (), now, outranks=outranks)
    problems = (*notes, *reading.problems, *_of_articles(reading), *changes.problems)
    keys = library.keys_at(source.name, path)
    if reading.keeps:
        keys = _in_order(reading, keys, library, changes)
    return Imported(keys, changes, problems, failed=not reading.articles)


def _in_order(reading: Reading, keys: Sequence[str], library: Library, changes: LibraryChanges) -> tuple[str, ...]:
    """The keys of what was read, in its order: not what the path held earlier, but what is also in another source."""
    at = {article.path: article.key for article in library.articles(keys)} | dict(changes.also)
    return tuple(at[article.path] for article in reading.articles if article.path in at)


def _of_articles(reading: Reading) -> tuple[Problem, ...]:
    return tuple(problem for article in reading.articles for problem in article.problems)
