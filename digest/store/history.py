"""What became of the mail to one person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from digest.core.history import Delivered
from digest.core.ledger import Bounced
from digest.store.tables import bounces, deliveries, dispatches

if TYPE_CHECKING:
    from digest.store.engine import Database


class SqlHistory:
    """The `History` port over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def deliveries(self, subscriber: int, count: int) -> list[Delivered]:
        """See `History`."""
        query = (
            select(
                *(dispatches.c[name] for name in ("newsletter", "edition", "sink")),
                *(deliveries.c[name] for name in ("state", "attempts", "reply", "settled_at")),
            )
            .join(deliveries, deliveries.c.dispatch == dispatches.c.id)
            .where(deliveries.c.subscriber == subscriber)
            .order_by(dispatches.c.id.desc())
        )
        with self._database.read() as connection:
            return [Delivered(**row) for row in connection.execute(query.limit(count)).mappings()]

    def bounces(self, subscriber: int, count: int) -> list[Bounced]:
        """See `History`."""
        query = (
            select(*(bounces.c[name] for name in Bounced.__slots__))
            .where(bounces.c.subscriber == subscriber)
            .order_by(bounces.c.at.desc(), bounces.c.report)
        )
        with self._database.read() as connection:
            return [Bounced(**row) for row in connection.execute(query.limit(count)).mappings()]
