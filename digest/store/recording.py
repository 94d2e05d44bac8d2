"""Taking a collection into the library: one object for one transaction.

Who is who is decided in `digest.core.identity`; here what that needs is loaded, and what follows from it is written,
each table in as few statements as there are kinds of change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, func, not_, select, update

from digest.core.identity import Known, free_key, key_base, normalise_url, of_equals, path_identity, recognise
from digest.core.stored import LibraryChanges
from digest.store.engine import batches, insert_rows
from digest.store.rows import article_row, body_row, to_json, write_problems
from digest.store.tables import articles, bodies, files, identities, sightings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row

    from digest.core.identity import Layer, Sighting
    from digest.core.model import Problem
    from digest.core.ports import Reading

_COLUMNS = (
    "key",
    "source",
    "file",
    "path",
    "id",
    "url",
    "title",
    "content",
    "draft",
    "held",
    "withdrawn",
    "version",
)
"""What must be known of a recorded article to recognise it and to see whether it has changed."""


class Recording:
    """One collection of one source, within a transaction that writes.

    Args:
        connection: The transaction.
        source: Name of the source.
        touched: The paths that were read or are gone, in the order they were met.
        sightings: The articles found in them, in order.
        keeping: Those of the paths whose earlier articles stay, found again or not.
        there: The paths that the source shows now, where articles stay at others too; None where they do not.
        outranks: Whether the source takes over what another one, by name, has too.
    """

    def __init__(
        self,
        connection: Connection,
        source: str,
        touched: Sequence[str],
        sightings: Sequence[Sighting],
        keeping: Collection[str] = (),
        *,
        there: Collection[str] | None = None,
        outranks: Callable[[str], bool] = of_equals,
    ) -> None:
        self._connection = connection
        self._source = source
        self._touched = touched
        self._keeping = frozenset(keeping)
        self._there = there if there is None else frozenset(there)
        self._sightings = sightings
        owners = self._owners()
        residents = self._residents()
        self._recorded = {row.key: row for row in residents}
        strangers = sorted(set(owners.values()) - self._recorded.keys())
        self._recorded |= {row.key: row for row in self._select(articles.c.key, strangers)}
        self._vacated = [row.key for row in residents]
        # What is kept may have moved within its path, or may be what was found: it is as free as the others.
        vacated = {*self._vacated, *(row.key for row in self._recorded.values() if self._is_kept(row))}
        known = {key: _read_known(row, vacated=key in vacated) for key, row in self._recorded.items()}
        self._remembered = {identity: known[key] for identity, key in owners.items()}
        self._recognition = recognise(sightings, self._remembered, outranks)

    def _owners(self) -> dict[tuple[Layer, str], str]:
        """Who had each identity of the sightings last."""
        values: dict[Layer, dict[str, None]] = {}
        for sighting in self._sightings:
            for layer, value in sighting.identities.items():
                values.setdefault(layer, {})[value] = None
        owners: dict[tuple[Layer, str], str] = {}
        for layer, wanted in values.items():
            for batch in batches(wanted):
                query = select(identities.c.value, identities.c.article_key)
                rows = self._connection.execute(query.where(identities.c.kind == layer, identities.c.value.in_(batch)))
                owners |= {(layer, value): key for value, key in rows}
        return owners

    def _residents(self) -> list[Row[Any]]:
        """The articles that lived in the touched files until now, in the order of the files."""
        order = {path: position for position, path in enumerate(self._touched) if path not in self._keeping}
        here = (articles.c.source == self._source) & not_(articles.c.withdrawn)
        rows = self._select(articles.c.file, order, here)
        return sorted(rows, key=lambda row: (order[row.file], row.path, row.key))

    def _is_kept(self, row: Row[Any]) -> bool:
        left = self._there is not None and row.file not in self._there
        return row.source == self._source and (left or row.file in self._keeping) and not row.withdrawn

    def _select(
        self, column: ColumnElement[str], values: Iterable[str], *conditions: ColumnElement[bool]
    ) -> list[Row[Any]]:
        query = select(*(articles.c[name] for name in _COLUMNS)).where(*conditions)
        rows: list[Row[Any]] = []
        for batch in batches(values):
            rows += self._connection.execute(query.where(column.in_(batch))).all()
        return rows

    def write_articles(self, now: datetime) -> LibraryChanges:
        """Write what is new, has changed or is withdrawn, and nothing else."""
        same = self._recognition.same
        new_keys = self._new_keys()
        added, added_bodies, updated, updated_bodies = [], [], [], []
        owners: dict[tuple[Layer, str], str] = {}
        for position, sighting in enumerate(self._sightings):
            if position in self._recognition.set_aside or position in self._recognition.also:
                continue
            key = same[position].key if position in same else new_keys[position]
            for identity in sighting.identities.items():
                owners.setdefault(identity, key)
            row, body = article_row(sighting), body_row(sighting.article.body)
            before = self._recorded[key] if position in same else None
            if before is None:
                added.append({"key": key, "first_seen": now, **row})
                added_bodies.append({"article_key": key, **body})
            elif before.withdrawn or before.version != row["version"]:
                appears = (before.draft or before.held) and not (row["draft"] or row["held"])
                updated.append({"which": key, "appeared": now if appears else None, **row})
                updated_bodies.append({"which": key, **body})
        insert_rows(self._connection, articles, added)
        insert_rows(self._connection, bodies, added_bodies)
        self._update(updated, updated_bodies)
        self._write_owners(owners)
        self._write_sightings()
        return LibraryChanges(
            added=tuple(row["key"] for row in added),
            updated=tuple(row["which"] for row in updated),
            withdrawn=self._withdraw(),
            problems=tuple(problem for _, problem in sorted(self._recognition.set_aside.items())),
            also=tuple(
                (self._sightings[at].article.path, known.key) for at, known in sorted(self._recognition.also.items())
            ),
        )

    def _new_keys(self) -> dict[int, str]:
        """A key for each sighting that is a new article."""
        known = self._recognition.same.keys() | self._recognition.set_aside.keys() | self._recognition.also.keys()
        bases = {
            position: key_base(sighting) for position, sighting in enumerate(self._sightings) if position not in known
        }
        taken = {row.key for row in self._select(articles.c.key, dict.fromkeys(bases.values()))}
        for base in sorted(taken):  # rare: then those numbered after it count too
            numbered = articles.c.key.startswith(f"{base}-", autoescape=True)
            taken.update(self._connection.execute(select(articles.c.key).where(numbered)).scalars())
        keys: dict[int, str] = {}
        for position, base in bases.items():
            keys[position] = free_key(base, taken)
            taken.add(keys[position])
        return keys

    def _update(self, updated: Sequence[Mapping[str, Any]], updated_bodies: Sequence[Mapping[str, Any]]) -> None:
        if not updated:
            return
        columns: dict[str, Any] = {name: bindparam(name) for name in updated[0] if name not in ("which", "appeared")}
        columns["first_seen"] = func.coalesce(
            bindparam("appeared", type_=articles.c.first_seen.type), articles.c.first_seen
        )
        changed = update(articles).where(articles.c.key == bindparam("which")).values(columns)
        self._connection.execute(changed, updated)
        content: dict[str, Any] = {"html": bindparam("html"), "blocks": bindparam("blocks")}
        changed = update(bodies).where(bodies.c.article_key == bindparam("which")).values(content)
        self._connection.execute(changed, updated_bodies)

    def _write_owners(self, owners: Mapping[tuple[Layer, str], str]) -> None:
        """Note whose the identities are now; those that an article no longer has stay remembered."""
        new, moved = [], []
        for (kind, value), key in owners.items():
            before = self._remembered.get((kind, value))
            if before is None:
                new.append({"kind": kind, "value": value, "article_key": key})
            elif before.key != key:
                moved.append({"which_kind": kind, "which_value": value, "owner": key})
        new.sort(key=lambda row: (row["kind"], row["value"]))  # in the order of the index: far fewer pages to turn
        insert_rows(self._connection, identities, new)
        if moved:
            which = and_(identities.c.kind == bindparam("which_kind"), identities.c.value == bindparam("which_value"))
            changed = update(identities).where(which).values(article_key=bindparam("owner"))
            self._connection.execute(changed, moved)

    def _write_sightings(self) -> None:
        """Note what is also in another source: in this one's touched files, and where it was until it took it over.

        What was noted of either before goes. A path it was taken over from is read anew when there is something new.
        """
        for batch in batches(self._touched):
            here = and_(sightings.c.source == self._source, sightings.c.file.in_(batch))
            self._connection.execute(sightings.delete().where(here))
        rows = []
        for position, known in sorted(self._recognition.also.items()):
            seen = self._sightings[position]
            article = seen.article
            which = {"source": self._source, "path": article.path, "file": seen.file, "article_key": known.key}
            rows.append({**which, "url": article.url, "title": article.title})
        for row in self._taken_over():
            of_path = {name: getattr(row, name) for name in ("source", "path", "file", "url", "title")}
            self._connection.execute(
                sightings.delete().where(sightings.c.source == row.source, sightings.c.path == row.path)
            )
            where = and_(files.c.source == row.source, files.c.path == row.file)
            self._connection.execute(update(files).where(where).values(fingerprint=""))
            rows.append({**of_path, "article_key": row.key})
        insert_rows(self._connection, sightings, rows)

    def _taken_over(self) -> list[Row[Any]]:
        """The articles that lived in another source until now, as they were."""
        found = (self._recorded[known.key] for known in self._recognition.same.values())
        return [row for row in found if row.source != self._source and not row.withdrawn]

    def _withdraw(self) -> tuple[str, ...]:
        """Mark those that were in the touched files and were found nowhere."""
        found = {known.key for known in self._recognition.same.values()}
        keys = [key for key in self._vacated if key not in found]
        for batch in batches(keys):
            self._connection.execute(update(articles).where(articles.c.key.in_(batch)).values(withdrawn=True))
        return tuple(keys)

    def write_files(self, read: Mapping[str, Reading], fingerprints: Mapping[str, str]) -> None:
        """Replace what was noted of the touched paths."""
        for batch in batches(self._touched):
            here = and_(files.c.source == self._source, files.c.path.in_(batch))
            self._connection.execute(files.delete().where(here))
        duplicates: dict[str, list[Problem]] = {}
        for position, problem in sorted(self._recognition.set_aside.items()):
            duplicates.setdefault(self._sightings[position].file, []).append(problem)
        again = set(duplicates)
        # So is what is also elsewhere; but not a feed's: whether that is read anew is for its server to say.
        again |= {self._sightings[position].file for position in self._recognition.also} - self._keeping
        rows = []
        for path, reading in read.items():
            of_articles = [problem for article in reading.articles for problem in article.problems]
            problems = write_problems([*reading.problems, *of_articles, *duplicates.get(path, ())])
            # A duplicate is read again each time, so that it comes in once the other file is gone.
            fingerprint = "" if path in again else fingerprints.get(path, "")
            rows.append(
                {"source": self._source, "path": path, "fingerprint": fingerprint, "problems": to_json(problems)}
            )
        insert_rows(self._connection, files, rows)


def _read_known(row: Row[Any], *, vacated: bool) -> Known:
    values: dict[Layer, str] = {
        "id": row.id,
        "url": normalise_url(row.url),
        "path": path_identity(row.source, row.path),
        "content": row.content,
    }
    return Known(
        key=row.key,
        source=row.source,
        path=row.path,
        identities={layer: value for layer, value in values.items() if value},
        withdrawn=row.withdrawn,
        vacated=vacated,
    )
