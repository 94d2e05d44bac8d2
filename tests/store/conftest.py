from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from digest.core.edition import FrozenEdition, Window
from digest.core.model import Block, Body, FoundArticle
from digest.core.outbox import Plan
from digest.core.ports import Reading
from digest.core.roster import Enrolment
from digest.store.opening import Store, open_store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from digest.core.outbox import Claimed, Dispatch
    from digest.core.stored import LibraryChanges

NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)
SOURCE = "folder:articles"
LEASE = timedelta(minutes=15)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a store in each kind of database: what is not there yet, or has only its tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/digest.db"
    fresh: str = request.getfixturevalue("postgresql")()
    return fresh


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


class Desk:
    """A newsletter's readers and editions, as short as tests of the ledger want them; the worker is "me"."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.ledger = store.ledger

    def subscribe(self, *addresses: str, newsletter: str = "weekly", state: str = "active") -> None:
        wanted = [Enrolment(address=address, state=state) for address in addresses]  # type: ignore[arg-type]
        self.store.roster.enrol(newsletter, wanted, NOW)

    def freeze(
        self,
        *named: str,
        edition: str = "e",
        sinks: Sequence[str] = ("smtp",),
        newsletter: str = "weekly",
        expires: datetime | None = None,
        now: datetime = NOW,
    ) -> Dispatch:
        """Plan an edition; the dispatch of its first sink."""
        slot = NOW + timedelta(hours=sum(edition.encode()))
        frozen = FrozenEdition(
            newsletter=newsletter,
            id=edition,
            slot=slot,
            window=Window(slot, slot),
            title="",
            subject="",
            preheader="",
            hash="",
            entries=(),
            files={},
        )
        assert self.store.editions.freeze(frozen, [], Plan(dict.fromkeys(sinks, expires), named), now)
        return self.dispatch(sinks[0], edition, newsletter)

    def dispatch(self, sink: str = "smtp", edition: str = "e", newsletter: str = "weekly") -> Dispatch:
        """A dispatch as it stands now."""
        (found,) = (each for each in self.ledger.dispatches(newsletter, edition) if each.sink == sink)
        return found

    def begin(self, dispatch: Dispatch, holder: str = "me", now: datetime = NOW) -> int:
        return self.ledger.begin(dispatch.id, holder, now, LEASE)

    def claim(self, dispatch: Dispatch, batch: int, count: int = 100, now: datetime = NOW) -> list[Claimed]:
        return self.ledger.claim(dispatch.id, batch, count, now)

    def take(self, dispatch: Dispatch, count: int = 100, now: datetime = NOW) -> tuple[int, list[int]]:
        """A batch of its own, and the numbers of what it has claimed."""
        batch = self.begin(dispatch, now=now)
        return batch, [each.delivery for each in self.claim(dispatch, batch, count, now)]

    def states(self, dispatch: Dispatch) -> list[str]:
        """Where each delivery stands, in order."""
        return [row[0] for row in self.rows("state", dispatch)]

    def rows(self, columns: str, dispatch: Dispatch) -> list[tuple[object, ...]]:
        """Columns of the deliveries of a dispatch, in order: what no port shows."""
        query = f"SELECT {columns} FROM deliveries WHERE dispatch = {dispatch.id} ORDER BY id"  # noqa: S608 a test's own words
        with self.store._database.read() as connection:  # noqa: SLF001 see above
            return [tuple(row) for row in connection.exec_driver_sql(query)]


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


@pytest.fixture
def desks() -> type[Desk]:
    return Desk
