"""The ledger as people are shown it: dispatches, counts, and deliveries by what became of them. Changes nothing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, select

from digest.core.edition import DeliveryCounts
from digest.core.errors import StoreError
from digest.core.outbox import NUMBERS, PUT_BACK, WENT_DOWN, Claimed, Dispatch, Uncertain, delivery_id
from digest.core.text import reply_kind
from digest.store.tables import deliveries, dispatches, subscribers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement, Connection, Row

    from digest.core.outbox import State
    from digest.store.engine import Database

_BATCH = 1000
"""Rows read at once where a dispatch is walked through."""


def of_dispatch(dispatch: int) -> ColumnElement[bool]:
    """The deliveries of one dispatch, which stand together."""
    return deliveries.c.id.between(delivery_id(dispatch, 0), delivery_id(dispatch, NUMBERS - 1))


class SqlLedgerViews:
    """What the `Ledger` port only reads, over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, newsletter: str | None = None) -> list[Dispatch]:
        """See `Ledger`."""
        where: ColumnElement[bool] = dispatches.c.next_at.is_not(None)
        if newsletter is not None:
            where = and_(where, dispatches.c.newsletter == newsletter)
        return self._dispatches(where)

    def dispatches(self, newsletter: str, edition: str) -> list[Dispatch]:
        """See `Ledger`."""
        return self._dispatches(and_(dispatches.c.newsletter == newsletter, dispatches.c.edition == edition))

    def dispatch(self, number: int) -> Dispatch:
        """See `Ledger`."""
        found = self._dispatches(dispatches.c.id == number)
        if not found:
            raise StoreError(f"has no dispatch {number}", place=self._database.place)
        return found[0]

    def _dispatches(self, where: ColumnElement[bool]) -> list[Dispatch]:
        order = (dispatches.c.planned_at, dispatches.c.edition, dispatches.c.sink)
        with self._database.read() as connection:
            rows = connection.execute(select(dispatches).where(where).order_by(*order)).mappings()
            return [Dispatch(**row) for row in rows]

    def counts(self, newsletter: str, edition: str) -> DeliveryCounts:
        """See `Ledger`."""
        found: Counter[str] = Counter()
        with self._database.read() as connection:
            for dispatch, planned in _dispatches_of(connection, newsletter, edition):
                found["planned"] += planned
                query = select(deliveries.c.state, func.count()).where(of_dispatch(dispatch))
                for state, count in connection.execute(query.group_by(deliveries.c.state)):
                    # What is being handed over at this moment is not known to have arrived.
                    found[{"claimed": "waiting", "sending": "uncertain"}.get(state, state)] += count
        return DeliveryCounts(**found)

    def tally(self, newsletter: str, edition: str) -> list[tuple[str, State, str, str, int]]:
        """See `Ledger`."""
        found: Counter[tuple[str, State, str, str]] = Counter()
        for dispatch in self.dispatches(newsletter, edition):
            for row in self._walk(dispatch.id):
                domain = row.address.rpartition("@")[2]
                found[dispatch.sink, row.state, domain, reply_kind(row.reply)] += 1
        return [(*what, count) for what, count in sorted(found.items(), key=lambda item: (-item[1], item[0]))]

    def places(self, dispatch: int, state: State) -> Iterator[tuple[Claimed, str]]:
        """See `Ledger`."""
        for row in self._walk(dispatch):
            if row.state == state:
                yield Claimed(row.id, row.subscriber, row.address, row.name, row.attempts), row.place

    def _walk(self, dispatch: int) -> Iterator[Row[Any]]:
        """Every delivery of a dispatch with its reader; a transaction for some at a time."""
        after = delivery_id(dispatch, 0) - 1
        last = delivery_id(dispatch, NUMBERS - 1)
        columns = (deliveries, subscribers.c.address, subscribers.c.name)
        query = select(*columns).join(subscribers, subscribers.c.id == deliveries.c.subscriber)
        while True:
            here = query.where(deliveries.c.id > after, deliveries.c.id <= last).order_by(deliveries.c.id)
            with self._database.read() as connection:
                rows = connection.execute(here.limit(_BATCH)).all()
            yield from rows
            if len(rows) < _BATCH:
                return
            after = rows[-1].id

    def doubts(self, newsletter: str) -> int:
        """See `Ledger`."""
        query = (
            select(func.count())
            .select_from(deliveries.join(dispatches, dispatches.c.id == deliveries.c.dispatch))
            .where(deliveries.c.state == "uncertain", dispatches.c.newsletter == newsletter)
        )
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def uncertain(self, newsletter: str | None = None, edition: str | None = None) -> list[Uncertain]:
        """See `Ledger`."""
        query = (
            select(deliveries, subscribers.c.address, dispatches.c.planned_at)
            .join(subscribers, subscribers.c.id == deliveries.c.subscriber)
            .join(dispatches, dispatches.c.id == deliveries.c.dispatch)
            .where(deliveries.c.state == "uncertain")
            .order_by(deliveries.c.id)
        )
        if newsletter is not None:
            query = query.where(dispatches.c.newsletter == newsletter)
        if edition is not None:
            query = query.where(dispatches.c.edition == edition)
        with self._database.read() as connection:
            return [_uncertain(row) for row in connection.execute(query)]

    def reader_of(self, delivery: int) -> tuple[str, str, int, str] | None:
        """See `Ledger`."""
        query = (
            select(dispatches.c.newsletter, dispatches.c.edition, deliveries.c.subscriber, subscribers.c.address)
            .join(dispatches, dispatches.c.id == deliveries.c.dispatch)
            .join(subscribers, subscribers.c.id == deliveries.c.subscriber)
            .where(deliveries.c.id == delivery)
        )
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else (row.newsletter, row.edition, row.subscriber, row.address)


def _uncertain(row: Row[Any]) -> Uncertain:
    until = row.settled_at or row.planned_at
    since = min(row.planned_at, until) if row.reply in (WENT_DOWN, PUT_BACK) else until
    return Uncertain(row.id, row.subscriber, row.address, row.reply, row.place, since, until)


def _dispatches_of(connection: Connection, newsletter: str, edition: str) -> list[tuple[int, int]]:
    query = select(dispatches.c.id, dispatches.c.planned).where(
        dispatches.c.newsletter == newsletter, dispatches.c.edition == edition
    )
    return [(row.id, row.planned) for row in connection.execute(query)]
