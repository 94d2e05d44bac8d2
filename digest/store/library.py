"""The library: every article collected so far. Who is who is decided in `digest.core.identity`; here it is kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, func, not_, or_, select

from digest.core.edition import AlsoIn
from digest.core.identity import of_equals, place, see
from digest.core.stored import LibraryChanges
from digest.store.engine import BATCH, batches
from digest.store.recording import Recording
from digest.store.rows import CANDIDATE_COLUMNS, read_article, read_candidate, read_problems
from digest.store.tables import articles, bodies, edition_articles, edition_joined, files, sightings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row

    from digest.core.model import Article, Candidate, Problem
    from digest.core.ports import Reading
    from digest.store.engine import Database


class SqlLibrary:
    """The `Library` port over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def fingerprints(self, source: str) -> dict[str, str]:
        """See `Library`."""
        query = select(files.c.path, files.c.fingerprint).where(files.c.source == source).order_by(files.c.path)
        with self._database.read() as connection:
            return dict(connection.execute(query).all())

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
        """See `Library`. All files are read before the database is locked."""
        read = {reading.path: reading for reading in readings}
        touched = list(dict.fromkeys([*read, *gone]))
        if not touched:
            return LibraryChanges()
        seen = [see(path, article) for path, reading in read.items() for article in reading.articles]
        with self._database.write() as connection:
            keeping = [path for path, reading in read.items() if reading.keeps]
            recording = Recording(connection, source, touched, seen, keeping, there=there, outranks=outranks)
            changes = recording.write_articles(now)
            recording.write_files(read, fingerprints)
        return changes

    def sources(self) -> list[str]:
        """See `Library`."""
        with self._database.read() as connection:
            return list(connection.execute(select(files.c.source).distinct().order_by(files.c.source)).scalars())

    def counts(self) -> dict[str, int]:
        """See `Library`."""
        query = select(articles.c.source, func.count()).where(not_(articles.c.withdrawn)).group_by(articles.c.source)
        with self._database.read() as connection:
            return dict(connection.execute(query.order_by(articles.c.source)).all())

    def problems(self, sources: Iterable[str] | None = None) -> tuple[Problem, ...]:
        """See `Library`."""
        query = select(files.c.problems).where(files.c.problems != "[]").order_by(files.c.source, files.c.path)
        if sources is not None:
            query = query.where(files.c.source.in_(list(sources)))
        with self._database.read() as connection:
            return tuple(
                problem for text in connection.execute(query).scalars() for problem in read_problems(json.loads(text))
            )

    def candidates(self, newsletter: str | None = None) -> list[Candidate]:
        """See `Library`."""
        query = select(*(articles.c[name] for name in CANDIDATE_COLUMNS)).order_by(articles.c.key)
        if newsletter is not None:
            for table in (edition_articles, edition_joined):
                included = exists().where(table.c.newsletter == newsletter, table.c.article_key == articles.c.key)
                query = query.where(not_(included))
        with self._database.read() as connection:
            return [read_candidate(row) for row in connection.execute(query)]

    def articles(self, keys: Iterable[str] | None = None) -> Iterator[Article]:
        """See `Library`. Those asked for by key come in the order asked; no transaction is open between two."""
        return self._all() if keys is None else self._some(list(keys))

    def _all(self) -> Iterator[Article]:
        last = ""
        while rows := self._whole(articles.c.key > last):
            yield from map(read_article, rows)
            last = rows[-1].key

    def _some(self, keys: Sequence[str]) -> Iterator[Article]:
        for batch in batches(keys):
            found = {row.key: row for row in self._whole(articles.c.key.in_(batch))}
            yield from (read_article(found[key]) for key in batch if key in found)

    def _whole(self, condition: ColumnElement[bool]) -> Sequence[Row[Any]]:
        query = select(articles, bodies.c.html, bodies.c.blocks).join_from(articles, bodies)
        with self._database.read() as connection:
            return connection.execute(query.where(condition).order_by(articles.c.key).limit(BATCH)).all()

    def also_in(self, keys: Iterable[str]) -> dict[str, tuple[AlsoIn, ...]]:
        """See `Library`."""
        found: dict[str, tuple[AlsoIn, ...]] = {}
        with self._database.read() as connection:
            for batch in batches(list(keys)):
                query = select(sightings).where(sightings.c.article_key.in_(batch))
                for row in connection.execute(query.order_by(sightings.c.source, sightings.c.path)):
                    also = AlsoIn(row.title, row.url, row.source)
                    found[row.article_key] = (*found.get(row.article_key, ()), also)
        return found

    def keys_at(self, source: str, path: str) -> tuple[str, ...]:
        """See `Library`."""
        # '#10' comes after '#9'.
        order = (func.length(articles.c.path), articles.c.path)
        here = and_(articles.c.source == source, articles.c.file == path, not_(articles.c.withdrawn))
        with self._database.read() as connection:
            return tuple(connection.execute(select(articles.c.key).where(here).order_by(*order)).scalars())

    def find(self, reference: str) -> tuple[str, ...]:
        """See `Library`. A path may be given as in the source, or with its folder; one that lives goes first."""
        if not reference:
            return ()
        by_key = select(articles.c.key).where(articles.c.key == reference)
        by_start = select(articles.c.key).where(
            func.lower(articles.c.key).startswith(reference.lower(), autoescape=True)
        )
        with self._database.read() as connection:
            if exact := tuple(connection.execute(by_key).scalars()):
                return exact
            if at_path := _at_path(connection, reference.removeprefix("./")):
                return at_path
            return tuple(connection.execute(by_start.order_by(articles.c.key)).scalars())


def _at_path(connection: Connection, reference: str) -> tuple[str, ...]:
    conditions = [or_(articles.c.path == reference, articles.c.file == reference)]
    for source in connection.execute(select(articles.c.source).distinct().order_by(articles.c.source)).scalars():
        path = reference.removeprefix(place(source, ""))
        if path != reference:
            conditions.append(and_(articles.c.source == source, or_(articles.c.path == path, articles.c.file == path)))
    query = select(articles.c.key, articles.c.withdrawn).where(or_(*conditions)).order_by(articles.c.key)
    rows = connection.execute(query).all()
    return tuple(key for key, withdrawn in rows if not withdrawn) or tuple(key for key, _ in rows)
