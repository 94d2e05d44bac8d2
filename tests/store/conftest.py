from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from digest.core.model import Block, Body, FoundArticle
from digest.core.ports import Reading
from digest.store.opening import Store, open_store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from digest.core.stored import LibraryChanges

NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)
SOURCE = "folder:articles"


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(params=["sqlite"])  # an adapter more is a name more here, and its URL below
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return {"sqlite": f"sqlite:///{tmp_path}/digest.db"}[request.param]


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url) as opened:
        yield opened


class Newsroom:
    """A folder as a source would give it, and its collections, an hour apart."""

    def __init__(self, store: Store, source: str = SOURCE) -> None:
        self.store = store
        self.source = source
        self.files: dict[str, tuple[FoundArticle, ...]] = {}
        self.now = NOW

    def article(self, path: str, text: str = "", **fields: object) -> FoundArticle:
        """An article whose text has enough words to be known by."""
        words = text if fields.pop("short", False) else f"{text or path} " + "and so on " * 10
        body = Body(f"<p>{words}</p>", (Block("heading", "Head", 2), Block("paragraph", words)))
        fields.setdefault("title", f"About {text or path}")
        return FoundArticle(source=self.source, path=path, body=body, **fields)  # type: ignore[arg-type]

    def put(self, path: str, text: str = "", **fields: object) -> None:
        self.files[path] = (self.article(path, text, **fields),)

    def collect(self) -> LibraryChanges:
        """What a use case does: read what is new or changed, and record it."""
        self.now += timedelta(hours=1)
        before = self.store.library.fingerprints(self.source)
        look = {path: fingerprint(articles) for path, articles in self.files.items()}
        changed = [path for path in sorted(look) if before.get(path) != look[path]]
        readings = [Reading(path, self.files[path]) for path in changed]
        return self.record(readings, look, [path for path in sorted(before) if path not in look])

    def record(self, readings: Sequence[Reading], look: Mapping[str, str], gone: Sequence[str] = ()) -> LibraryChanges:
        return self.store.library.record(self.source, readings, look, gone, self.now)

    def key(self, path: str) -> str:
        """The key of the one article that lives at a path."""
        (key,) = self.store.library.find(path)
        return key


def fingerprint(articles: Sequence[FoundArticle]) -> str:
    return repr(articles)


@pytest.fixture
def newsroom(store: Store) -> Newsroom:
    return Newsroom(store)


@pytest.fixture
def newsrooms() -> type[Newsroom]:
    return Newsroom
