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
    """Reads the ledger by person. Not shared between threads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def deliveries(self, subscriber: int, count: int) -> list[Delivered]:
        """The last so many deliveries to a subscriber, latest edition first."""
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
        """What came back of a subscriber's mail, the last so many, latest first."""
        query = (
            select(*(bounces.c[name] for name in Bounced.__slots__))
            .where(bounces.c.subscriber == subscriber)
            .order_by(bounces.c.at.desc(), bounces.c.report)
        )
        with self._database.read() as connection:
            return [Bounced(**row) for row in connection.execute(query.limit(count)).mappings()]
