"""Writing an edition, or that there is none: the statements of one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, select

from digest.core.errors import StoreError
from digest.store.engine import batches, insert_rows
from digest.store.rows import entry_row
from digest.store.tables import edition_articles, edition_files, edition_joined, editions, verdicts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Table

    from digest.core.edition import EditionRecord, FrozenEdition, Verdict


def of_edition(table: Table, newsletter: str, edition: str) -> ColumnElement[bool]:
    """The rows of one edition."""
    return and_(table.c.newsletter == newsletter, table.c.edition == edition)


def write_edition(connection: Connection, frozen: FrozenEdition, given: Sequence[Verdict], now: datetime) -> None:
    """The row of an edition, its stories, its files, and why each article is in it or is not."""
    values = {"status": "composed", "reason": "", "hash": frozen.hash}
    connection.execute(editions.insert(), {**_row(frozen, now), **values})
    which = {"newsletter": frozen.newsletter, "edition": frozen.id}
    stories = [{**which, "position": n, **entry_row(entry)} for n, entry in enumerate(frozen.entries)]
    insert_rows(connection, edition_articles, stories)
    joined = [{**which, "article_key": key, "lead": lead} for key, lead in frozen.joined]
    insert_rows(connection, edition_joined, joined)
    content = [{**which, "path": path, "content": frozen.files[path]} for path in sorted(frozen.files)]
    insert_rows(connection, edition_files, content)
    _write_verdicts(connection, which, given, [entry.key for entry in frozen.entries])


def write_skipped(connection: Connection, record: EditionRecord, given: Sequence[Verdict], now: datetime) -> None:
    """The row of a slot without an edition, and why each article was not enough."""
    values = {"status": "skipped", "reason": record.reason, "hash": ""}
    connection.execute(editions.insert(), {**_row(record, now), **values})
    _write_verdicts(connection, {"newsletter": record.newsletter, "edition": record.id}, given, [])


def write_merged(connection: Connection, merged: Sequence[EditionRecord], now: datetime) -> None:
    """The rows of slots whose spans are part of another edition; one that has an edition keeps it."""
    for record in merged:
        if clear(connection, record.newsletter, record.slot):
            write_skipped(connection, record, (), now)


def _row(source: FrozenEdition | EditionRecord, now: datetime) -> dict[str, Any]:
    return {
        "newsletter": source.newsletter,
        "slot": source.slot,
        "edition": source.id,
        "window_start": source.window.start,
        "window_end": source.window.end,
        "title": source.title,
        "subject": source.subject,
        "preheader": source.preheader,
        "composed_at": now,
    }


def clear(connection: Connection, newsletter: str, slot: datetime) -> bool:
    """Make room for a slot's row: forget that it was skipped. False when it has an edition."""
    at_slot = and_(editions.c.newsletter == newsletter, editions.c.slot == slot)
    row = connection.execute(select(editions.c.edition, editions.c.status).where(at_slot)).one_or_none()
    if row is None:
        return True
    if row.status == "composed":
        return False
    connection.execute(verdicts.delete().where(of_edition(verdicts, newsletter, row.edition)))
    connection.execute(editions.delete().where(at_slot))
    return True


def refuse_repeats(connection: Connection, frozen: FrozenEdition, place: str) -> None:
    """Say which story appeared where, which the unique pair that holds it could not."""
    for table, keys in _told(frozen):
        query = select(table.c.article_key, table.c.edition).where(
            table.c.newsletter == frozen.newsletter, table.c.article_key.in_(keys)
        )
        for article, edition in connection.execute(query.order_by(table.c.article_key)):
            raise StoreError(
                f"has the article {article} in edition {edition} of '{frozen.newsletter}' already, so that edition "
                f"{frozen.id} cannot have it too; compose the edition again",
                place=place,
            )


def _told(frozen: FrozenEdition) -> Iterator[tuple[Table, Sequence[str]]]:
    """What an edition tells, in batches, for each table in which it must not stand already."""
    keys = [*(entry.key for entry in frozen.entries), *(key for key, _ in frozen.joined)]
    for batch in batches(keys):
        yield edition_articles, batch
        yield edition_joined, batch


def _write_verdicts(
    connection: Connection, which: Mapping[str, str], given: Sequence[Verdict], order: Sequence[str]
) -> None:
    """Keep the verdicts; those chosen in the order of the edition's entries."""
    positions = {key: position for position, key in enumerate(order)}
    rows = [
        {
            **which,
            "article_key": verdict.article,
            "position": positions.get(verdict.article, len(order) + number) if verdict.chosen else None,
            "rule": verdict.rule,
            "chosen": verdict.chosen,
            "reason": verdict.reason,
        }
        for number, verdict in enumerate(given)
    ]
    insert_rows(connection, verdicts, rows)
