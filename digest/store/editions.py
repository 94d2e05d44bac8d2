"""The editions: every one made, whole, with why each article is in it and what became of each delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, select, update

from digest.core.errors import StoreError
from digest.core.model import DeliveryCounts, EditionRecord, Verdict, Window
from digest.store.engine import batches, insert_rows
from digest.store.rows import entry_row, read_entry
from digest.store.tables import deliveries, edition_articles, edition_files, editions, meta, verdicts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row, Table

    from digest.core.model import Entry, FrozenEdition
    from digest.store.engine import Database

_FEED_ID = "feed_id"
_WAITING, _ACCEPTED = "waiting", "accepted"


class SqlEditions:
    """The `Editions` port over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, newsletter: str, slot: datetime) -> EditionRecord | None:
        """See `Editions`."""
        return next(iter(self._records(newsletter, editions.c.slot == slot)), None)

    def find(self, newsletter: str, edition: str) -> EditionRecord | None:
        """See `Editions`."""
        return next(iter(self._records(newsletter, editions.c.edition == edition)), None)

    def records(self, newsletter: str) -> list[EditionRecord]:
        """See `Editions`."""
        return self._records(newsletter)

    def _records(self, newsletter: str, *conditions: ColumnElement[bool]) -> list[EditionRecord]:
        rows = select(editions).where(editions.c.newsletter == newsletter, *conditions)
        same = and_(
            editions.c.newsletter == edition_articles.c.newsletter, editions.c.edition == edition_articles.c.edition
        )
        stories = (
            select(
                edition_articles.c.edition,
                edition_articles.c.article_key,
                edition_articles.c.title,
                edition_articles.c.section,
            )
            .join_from(edition_articles, editions, same)
            .where(editions.c.newsletter == newsletter, *conditions)
            .order_by(edition_articles.c.edition, edition_articles.c.position)
        )
        with self._database.read() as connection:
            found = connection.execute(rows.order_by(editions.c.slot.desc())).all()
            stories_of: dict[str, list[Row[*tuple[Any, ...]]]] = {}
            for story in connection.execute(stories):
                stories_of.setdefault(story.edition, []).append(story)
        return [_read_record(row, stories_of.get(row.edition, ())) for row in found]

    def freeze(
        self, frozen: FrozenEdition, verdicts: Sequence[Verdict], deliveries: Mapping[str, Sequence[str]], now: datetime
    ) -> bool:
        """See `Editions`. A recipient named twice for one sink gets one delivery."""
        with self._database.write() as connection:
            if not _clear(connection, frozen.newsletter, frozen.slot):
                return False
            _refuse_repeats(connection, frozen, self._database.place)
            of_edition = {"newsletter": frozen.newsletter, "edition": frozen.id}
            connection.execute(
                editions.insert(),
                {
                    **of_edition,
                    "slot": frozen.slot,
                    "status": "composed",
                    "reason": "",
                    "window_start": frozen.window.start,
                    "window_end": frozen.window.end,
                    "title": frozen.title,
                    "subject": frozen.subject,
                    "preheader": frozen.preheader,
                    "hash": frozen.hash,
                    "composed_at": now,
                },
            )
            stories = [{**of_edition, "position": n, **entry_row(entry)} for n, entry in enumerate(frozen.entries)]
            insert_rows(connection, edition_articles, stories)
            content = [{**of_edition, "path": path, "content": frozen.files[path]} for path in sorted(frozen.files)]
            insert_rows(connection, edition_files, content)
            _write_verdicts(connection, of_edition, verdicts, [entry.key for entry in frozen.entries])
            _write_deliveries(connection, of_edition, deliveries)
        return True

    def skip(self, record: EditionRecord, verdicts: Sequence[Verdict], now: datetime) -> bool:
        """See `Editions`. A slot that was skipped already takes the new reason and verdicts."""
        with self._database.write() as connection:
            if not _clear(connection, record.newsletter, record.slot):
                return False
            of_edition = {"newsletter": record.newsletter, "edition": record.id}
            connection.execute(
                editions.insert(),
                {
                    **of_edition,
                    "slot": record.slot,
                    "status": "skipped",
                    "reason": record.reason,
                    "window_start": record.window.start,
                    "window_end": record.window.end,
                    "title": record.title,
                    "subject": record.subject,
                    "preheader": record.preheader,
                    "hash": "",
                    "composed_at": now,
                },
            )
            _write_verdicts(connection, of_edition, verdicts, [])
        return True

    def verdicts(self, newsletter: str, edition: str) -> list[Verdict]:
        """See `Editions`."""
        query = (
            select(verdicts.c.article_key, verdicts.c.rule, verdicts.c.chosen, verdicts.c.reason)
            .where(_of(verdicts, newsletter, edition))
            .order_by(verdicts.c.chosen.desc(), verdicts.c.position, verdicts.c.article_key)
        )
        with self._database.read() as connection:
            return [Verdict(*row) for row in connection.execute(query)]

    def included(self, newsletter: str) -> dict[str, str]:
        """See `Editions`."""
        query = select(edition_articles.c.article_key, edition_articles.c.edition).where(
            edition_articles.c.newsletter == newsletter
        )
        with self._database.read() as connection:
            return dict(connection.execute(query).all())

    def paths(self, newsletter: str) -> dict[str, list[str]]:
        """See `Editions`. Sorted."""
        query = select(edition_files.c.edition, edition_files.c.path).where(edition_files.c.newsletter == newsletter)
        found: dict[str, list[str]] = {}
        with self._database.read() as connection:
            for edition, path in connection.execute(query.order_by(edition_files.c.edition, edition_files.c.path)):
                found.setdefault(edition, []).append(path)
        return found

    def files(self, newsletter: str, edition: str) -> dict[str, bytes]:
        """See `Editions`. Sorted by path."""
        query = select(edition_files.c.path, edition_files.c.content).where(_of(edition_files, newsletter, edition))
        with self._database.read() as connection:
            return dict(connection.execute(query.order_by(edition_files.c.path)).all())

    def entries(self, newsletter: str, limit: int) -> list[Entry]:
        """See `Editions`."""
        same = and_(
            editions.c.newsletter == edition_articles.c.newsletter, editions.c.edition == edition_articles.c.edition
        )
        query = (
            select(edition_articles)
            .join_from(edition_articles, editions, same)
            .where(edition_articles.c.newsletter == newsletter)
            .order_by(editions.c.slot.desc(), edition_articles.c.position)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [read_entry(row) for row in connection.execute(query)]

    def waiting(self, newsletter: str, edition: str, sink: str) -> list[str]:
        """See `Editions`."""
        return self._recipients(newsletter, edition, sink, _WAITING)

    def accepted(self, newsletter: str, edition: str, sink: str) -> list[str]:
        """See `Editions`."""
        return self._recipients(newsletter, edition, sink, _ACCEPTED)

    def _recipients(self, newsletter: str, edition: str, sink: str, state: str) -> list[str]:
        query = (
            select(deliveries.c.recipient)
            .where(_of(deliveries, newsletter, edition), deliveries.c.sink == sink, deliveries.c.state == state)
            .order_by(deliveries.c.position)
        )
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def settle(self, newsletter: str, edition: str, sink: str, *, recipient: str, reply: str, now: datetime) -> None:
        """See `Editions`.

        Raises:
            StoreError: No such delivery was planned.
        """
        this = and_(
            _of(deliveries, newsletter, edition), deliveries.c.sink == sink, deliveries.c.recipient == recipient
        )
        settled = update(deliveries).where(this, deliveries.c.state == _WAITING)
        with self._database.write() as connection:
            changed = connection.execute(settled.values(state=_ACCEPTED, reply=reply, settled_at=now)).rowcount
            if not changed and connection.execute(select(deliveries.c.state).where(this)).scalar() is None:
                raise StoreError(
                    f"has no delivery of edition {edition} of '{newsletter}' to {recipient} by {sink}; "
                    "nothing was noted of it",
                    place=self._database.place,
                )

    def unsettled(self, newsletter: str) -> list[tuple[str, str, int]]:
        """See `Editions`."""
        query = (
            select(deliveries.c.edition, deliveries.c.sink, func.count())
            .where(deliveries.c.newsletter == newsletter, deliveries.c.state == "waiting")
            .group_by(deliveries.c.edition, deliveries.c.sink)
            .order_by(deliveries.c.edition, deliveries.c.sink)
        )
        with self._database.read() as connection:
            return [(edition, sink, count) for edition, sink, count in connection.execute(query)]

    def counts(self, newsletter: str, edition: str) -> DeliveryCounts:
        """See `Editions`."""
        accepted = func.count(case((deliveries.c.state == _ACCEPTED, 1)))
        waiting = func.count(case((deliveries.c.state == _WAITING, 1)))
        query = select(func.count(), accepted, waiting).where(_of(deliveries, newsletter, edition))
        with self._database.read() as connection:
            return DeliveryCounts(*connection.execute(query).one())

    def feed_id(self, proposed: str) -> str:
        """See `Editions`."""
        query = select(meta.c.value).where(meta.c.key == _FEED_ID)
        with self._database.read() as connection:
            kept: str | None = connection.execute(query).scalar()
        if kept:
            return kept
        with self._database.write() as connection:
            kept = connection.execute(query).scalar()  # another process may have been quicker
            if not kept:
                connection.execute(meta.insert(), {"key": _FEED_ID, "value": proposed})
        return kept or proposed


def _of(table: Table, newsletter: str, edition: str) -> ColumnElement[bool]:
    return and_(table.c.newsletter == newsletter, table.c.edition == edition)


def _clear(connection: Connection, newsletter: str, slot: datetime) -> bool:
    """Make room for a slot's row: forget that it was skipped. False when it has an edition."""
    at_slot = and_(editions.c.newsletter == newsletter, editions.c.slot == slot)
    row = connection.execute(select(editions.c.edition, editions.c.status).where(at_slot)).one_or_none()
    if row is None:
        return True
    if row.status == "composed":
        return False
    connection.execute(verdicts.delete().where(_of(verdicts, newsletter, row.edition)))
    connection.execute(editions.delete().where(at_slot))
    return True


def _refuse_repeats(connection: Connection, frozen: FrozenEdition, place: str) -> None:
    """Say which story appeared where, which the unique pair that holds it could not."""
    for keys in batches([entry.key for entry in frozen.entries]):
        query = select(edition_articles.c.article_key, edition_articles.c.edition).where(
            edition_articles.c.newsletter == frozen.newsletter, edition_articles.c.article_key.in_(keys)
        )
        for article, edition in connection.execute(query.order_by(edition_articles.c.article_key)):
            raise StoreError(
                f"has the article {article} in edition {edition} of '{frozen.newsletter}' already, so that edition "
                f"{frozen.id} cannot have it too; compose the edition again",
                place=place,
            )


def _write_verdicts(
    connection: Connection, of_edition: Mapping[str, str], given: Sequence[Verdict], order: Sequence[str]
) -> None:
    """Keep the verdicts; those chosen in the order of the edition's entries."""
    positions = {key: position for position, key in enumerate(order)}
    rows = [
        {
            **of_edition,
            "article_key": verdict.article,
            "position": positions.get(verdict.article, len(order) + number) if verdict.chosen else None,
            "rule": verdict.rule,
            "chosen": verdict.chosen,
            "reason": verdict.reason,
        }
        for number, verdict in enumerate(given)
    ]
    insert_rows(connection, verdicts, rows)


def _write_deliveries(
    connection: Connection, of_edition: Mapping[str, str], planned: Mapping[str, Sequence[str]]
) -> None:
    rows = [
        {
            **of_edition,
            "sink": sink,
            "recipient": recipient,
            "position": position,
            "state": _WAITING,
            "reply": "",
            "settled_at": None,
        }
        for sink, recipients in planned.items()
        for position, recipient in enumerate(dict.fromkeys(recipients))
    ]
    insert_rows(connection, deliveries, rows)


def _read_record(row: Row[Any], stories: Sequence[Row[Any]]) -> EditionRecord:
    return EditionRecord(
        newsletter=row.newsletter,
        id=row.edition,
        slot=row.slot,
        window=Window(row.window_start, row.window_end),
        status=row.status,
        reason=row.reason,
        title=row.title,
        subject=row.subject,
        preheader=row.preheader,
        hash=row.hash,
        articles=tuple(story.article_key for story in stories),
        titles=tuple(story.title for story in stories),
        sections=tuple(dict.fromkeys(story.section for story in stories)),
        composed_at=row.composed_at,
    )
