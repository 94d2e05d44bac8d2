"""What came back: each report once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from digest.core.ledger import Bounced
from digest.store.tables import bounces, subscribers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from digest.store.engine import Database


class SqlBounces:
    """The `Bounces` port over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, bounce: Bounced) -> bool:
        """See `Bounces`."""
        this = select(bounces.c.report).where(bounces.c.report == bounce.report)
        with self._database.write() as connection:
            if connection.execute(this).scalar() is not None:
                return False
            row = {name: getattr(bounce, name) for name in Bounced.__slots__}
            connection.execute(bounces.insert(), row)
        return True

    def soft(self, subscriber: int, besides: str = "") -> list[datetime]:
        """See `Bounces`."""
        query = select(bounces.c.at).where(
            bounces.c.subscriber == subscriber, bounces.c.kind == "soft", bounces.c.report != besides
        )
        with self._database.read() as connection:
            return list(connection.execute(query.order_by(bounces.c.at)).scalars())

    def kept(self, newsletter: str | None = None, most: int | None = None) -> Iterator[tuple[Bounced, str]]:
        """See `Bounces`."""
        query = (
            select(bounces, subscribers.c.address)
            .join(subscribers, subscribers.c.id == bounces.c.subscriber)
            .order_by(bounces.c.at.desc(), bounces.c.report)
            .limit(most)
        )
        if newsletter is not None:
            query = query.where(bounces.c.newsletter == newsletter)
        with self._database.read() as connection:
            for row in connection.execute(query):
                yield Bounced(**{name: getattr(row, name) for name in Bounced.__slots__}), row.address or ""

    def counts(self, newsletter: str, edition: str) -> Mapping[str, int]:
        """See `Bounces`."""
        query = select(bounces.c.kind, func.count(bounces.c.subscriber.distinct())).where(
            bounces.c.newsletter == newsletter, bounces.c.edition == edition
        )
        with self._database.read() as connection:
            found: dict[str, int] = dict(connection.execute(query.group_by(bounces.c.kind)).all())
        return found
