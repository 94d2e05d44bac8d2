"""The editions: every one made, whole, with why each article is in it and what became of each delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select, update

from digest.core.catchup import ASTRAY
from digest.core.edition import EditionRecord, Verdict, Window
from digest.store.claims import check_claim
from digest.store.engine import batches
from digest.store.freezing import clear, of_edition, refuse_repeats, write_edition, write_merged, write_skipped
from digest.store.hashing import Hasher
from digest.store.planning import write_plan
from digest.store.rows import read_entry
from digest.store.tables import edition_articles, edition_files, edition_joined, editions, meta, verdicts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row, Select

    from digest.core.edition import Entry, FrozenEdition
    from digest.core.operation import Claim
    from digest.core.outbox import Plan
    from digest.store.engine import Database

_FEED_ID = "feed_id"


class SqlEditions:
    """The `Editions` port over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._hasher = Hasher(database)

    def get(self, newsletter: str, slot: datetime) -> EditionRecord | None:
        """See `Editions`."""
        return next(iter(self._records(newsletter, editions.c.slot == slot)), None)

    def find(self, newsletter: str, edition: str) -> EditionRecord | None:
        """See `Editions`."""
        return next(iter(self._records(newsletter, editions.c.edition == edition)), None)

    def newsletters(self) -> list[str]:
        """See `Editions`."""
        query = select(editions.c.newsletter).distinct().order_by(editions.c.newsletter)
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def records(self, newsletter: str) -> list[EditionRecord]:
        """See `Editions`."""
        return self._records(newsletter)

    def last(self, newsletter: str, until: datetime) -> EditionRecord | None:
        """See `Editions`."""
        latest = select(func.max(editions.c.slot)).where(editions.c.slot <= until, _believed(until))
        return self._at(newsletter, latest)

    def knows(self, newsletter: str, first: datetime, last: datetime) -> bool:
        """See `Editions`."""
        query = select(editions.c.slot).where(
            editions.c.newsletter == newsletter, editions.c.slot.between(first, last), _believed(last)
        )
        with self._database.read() as connection:
            return connection.execute(query.limit(1)).first() is not None

    def following(self, newsletter: str, after: datetime, now: datetime | None = None) -> EditionRecord | None:
        """See `Editions`."""
        first = select(func.min(editions.c.slot)).where(editions.c.slot > after)
        return self._at(newsletter, first if now is None else first.where(editions.c.composed_at < now + ASTRAY))

    def _at(self, newsletter: str, slot: Select[tuple[datetime]]) -> EditionRecord | None:
        which = slot.where(editions.c.newsletter == newsletter).scalar_subquery()
        return next(iter(self._records(newsletter, editions.c.slot == which)), None)

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
        self,
        frozen: FrozenEdition,
        verdicts: Sequence[Verdict],
        plan: Plan,
        now: datetime,
        *,
        merged: Sequence[EditionRecord] = (),
        claim: Claim | None = None,
    ) -> bool:
        """See `Editions`. A recipient named twice gets one delivery by each sink."""
        for each in (*plan.named, *plan.otherwise):
            self._hasher(each)  # may need a transaction of its own, the first time
        with self._database.write() as connection:
            check_claim(connection, claim)
            if not clear(connection, frozen.newsletter, frozen.slot):
                return False
            refuse_repeats(connection, frozen, self._database.place)
            write_merged(connection, merged, now)
            write_edition(connection, frozen, verdicts, now)
            write_plan(connection, frozen, plan, self._hasher, now)
        return True

    def skip(
        self,
        record: EditionRecord,
        verdicts: Sequence[Verdict],
        now: datetime,
        *,
        merged: Sequence[EditionRecord] = (),
        claim: Claim | None = None,
    ) -> bool:
        """See `Editions`. A slot that was skipped already takes the new reason and verdicts."""
        with self._database.write() as connection:
            check_claim(connection, claim)
            if not clear(connection, record.newsletter, record.slot):
                return False
            write_merged(connection, merged, now)
            write_skipped(connection, record, verdicts, now)
        return True

    def unpublished(self, newsletter: str) -> list[str]:
        """See `Editions`."""
        query = select(editions.c.edition).where(
            editions.c.newsletter == newsletter, editions.c.status == "composed", editions.c.published_at.is_(None)
        )
        with self._database.read() as connection:
            return list(connection.execute(query.order_by(editions.c.slot)).scalars())

    def mark_published(self, newsletter: str, editions_: Sequence[str], now: datetime) -> None:
        """See `Editions`."""
        with self._database.write() as connection:
            for batch in batches(editions_):
                these = and_(editions.c.newsletter == newsletter, editions.c.edition.in_(batch))
                connection.execute(update(editions).where(these).values(published_at=now))

    def verdicts(self, newsletter: str, edition: str) -> list[Verdict]:
        """See `Editions`."""
        query = (
            select(verdicts.c.article_key, verdicts.c.rule, verdicts.c.chosen, verdicts.c.reason)
            .where(of_edition(verdicts, newsletter, edition))
            .order_by(verdicts.c.chosen.desc(), verdicts.c.position, verdicts.c.article_key)
        )
        with self._database.read() as connection:
            return [Verdict(*row) for row in connection.execute(query)]

    def included(self, newsletter: str) -> dict[str, str]:
        """See `Editions`."""
        with self._database.read() as connection:
            return {
                key: edition
                for table in (edition_joined, edition_articles)
                for key, edition in connection.execute(
                    select(table.c.article_key, table.c.edition).where(table.c.newsletter == newsletter)
                )
            }

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
        query = select(edition_files.c.path, edition_files.c.content).where(
            of_edition(edition_files, newsletter, edition)
        )
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

    def unfinished(self, newsletter: str) -> bool:
        """See `Editions`."""
        pages = select(editions.c.edition).where(
            editions.c.newsletter == newsletter, editions.c.status == "composed", editions.c.published_at.is_(None)
        )
        with self._database.read() as connection:
            return connection.execute(pages.limit(1)).first() is not None

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


def _believed(now: datetime) -> ColumnElement[bool]:
    """Leaves out slots that were skipped far ahead: by a clock that was wrong. What was composed then is real."""
    return or_(editions.c.status == "composed", editions.c.composed_at < now + ASTRAY)


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
