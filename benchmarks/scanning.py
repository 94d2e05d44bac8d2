"""Taking articles into the library: all of them, then again with nothing changed, then with one in a hundred."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import yaml
from markdown_it import MarkdownIt

from benchmarks.harness import Figure, Side, measure, rounds
from benchmarks.sample import NOW, Sample, passing
from digest.collecting import collect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from digest.store.opening import Store

ROUNDS = 3
REPEAT = 15
CHANGED = 100
"""One article in so many is changed."""


def scan(sample: Sample) -> Iterator[Figure]:
    """The first scan beside the least that reads the same; scans after it beside the first, and beside a bare walk."""
    with closing(_Scans(sample)) as scans:
        first = Side("the first scan", scans.everything, scans.new_store)
        bare = Side("front matter and Markdown alone", lambda: _read_all(sample.articles))
        again = Side("again", scans.nothing)
        some = Side("some", scans.some, scans.change)
        # Every file has been read once, so that no side pays for the disk.
        _read_all(sample.articles)
        times = rounds((first, bare, again, some), ROUNDS)
        name = f"scan of {sample.count:,} articles"
        yield Figure(f"{name}, first", bare.name, times[first.name], times[bare.name])
        yield Figure(f"{name}, nothing changed", first.name, times[again.name], times[first.name], target=0.1)
        yield Figure(f"{name}, 1 % changed", first.name, times[some.name], times[first.name])
        walk = Side("os.walk and os.stat", lambda: _walk(sample.articles))
        yield measure(f"{name}, nothing changed", again, walk, REPEAT)


@dataclass
class _Scans:
    """Scans of the sample into a store that is made anew for each first one."""

    sample: Sample
    _store: Store | None = None
    _before: dict[Path, bytes] = field(default_factory=dict)

    def close(self) -> None:
        """Leave the sample as it was."""
        if self._store is not None:
            self._store.close()
        for path, content in self._before.items():
            path.write_bytes(content)

    def new_store(self) -> None:
        if self._store is not None:
            self._store.close()
        self._store = self.sample.fresh_store()

    def change(self) -> None:
        for path in sorted(self.sample.articles.rglob("*.md"))[::CHANGED]:
            self._before.setdefault(path, path.read_bytes())
            with path.open("ab") as file:
                file.write(b"\nOne line more.\n")

    def everything(self) -> None:
        self._collect(self.sample.count)

    def nothing(self) -> None:
        self._collect(0)

    def some(self) -> None:
        self._collect(-(-self.sample.count // CHANGED))

    def _collect(self, expected: int) -> None:
        assert self._store is not None, "new_store comes first"
        collection = collect(self.sample.source, self._store.library, NOW, passing)
        # A scan that failed would be a quick one.
        assert collection.read == expected, f"{collection.read} files were read, {expected} had to be"
        assert not collection.problems, collection.problems


def _read_all(folder: Path) -> int:
    """Each file's front matter to values and its body to HTML, nothing kept: its size in characters is given."""
    markdown = MarkdownIt("commonmark")
    size = 0
    for path in folder.rglob("*.md"):
        _, front, body = path.read_text("utf-8").split("---\n", 2)
        yaml.load(front, yaml.CSafeLoader)
        size += len(markdown.render(body))
    return size


def _walk(folder: Path) -> int:
    return sum(
        os.stat(f"{parent}/{name}").st_size  # noqa: PTH116 the least there is: a Path each would slow the reference
        for parent, _, names in os.walk(folder)
        for name in names
    )
