"""The claims: who works on what, with a lease and a fence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, select, update

from digest.core.errors import ClaimError
from digest.core.operation import Claim
from digest.store.tables import claims

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from sqlalchemy import ColumnElement, Connection

    from digest.store.engine import Database


class SqlClaims:
    """The `Claims` port over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(
        self, name: str, holder: str, now: datetime, lease: timedelta, gone: Callable[[str], bool]
    ) -> Claim | None:
        """See `Claims`."""
        with self._database.write() as connection:
            row = _row(connection, name)
            if row is not None and row.holder not in ("", holder) and not row.free(now, gone):
                return None
            claim = Claim(name, holder, 1 if row is None else row.fence + 1, now, now + lease)
            values = {"holder": holder, "fence": claim.fence, "renewed": now, "until": claim.until}
            if row is None:
                connection.execute(claims.insert(), {"name": name, **values})
            else:
                connection.execute(update(claims).where(claims.c.name == name).values(values))
        return claim

    def renew(self, claim: Claim, now: datetime, lease: timedelta) -> Claim:
        """See `Claims`."""
        with self._database.write() as connection:
            check_claim(connection, claim)
            renewed = Claim(claim.name, claim.holder, claim.fence, now, now + lease)
            connection.execute(update(claims).where(_this(claim)).values(renewed=now, until=renewed.until))
        return renewed

    def release(self, claim: Claim) -> None:
        """See `Claims`."""
        with self._database.write() as connection:
            connection.execute(update(claims).where(_this(claim)).values(holder=""))

    def holder(self, name: str) -> Claim | None:
        """See `Claims`."""
        with self._database.read() as connection:
            row = _row(connection, name)
        return row if row is not None and row.holder else None


def check_claim(connection: Connection, claim: Claim | None) -> None:
    """Refuse to go on, within a transaction that writes, once a claim was taken over.

    A lease that ran out is no reason to refuse: nobody wanted it, and the work is still the only one of its kind.

    Raises:
        ClaimError: It was.
    """
    if claim is None:
        return
    row = _row(connection, claim.name)
    if row is None or (row.holder, row.fence) != (claim.holder, claim.fence):
        taker = f" by {row.holder}" if row is not None and row.holder else ""
        raise ClaimError(
            f"the claim on this work ran out and was taken over{taker}; nothing was changed here, the other goes on",
            place=claim.name.removeprefix("newsletter:"),
        )


def _row(connection: Connection, name: str) -> Claim | None:
    query = select(claims.c.name, claims.c.holder, claims.c.fence, claims.c.renewed, claims.c.until)
    row = connection.execute(query.where(claims.c.name == name)).one_or_none()
    return None if row is None else Claim(*row)


def _this(claim: Claim) -> ColumnElement[bool]:
    return and_(claims.c.name == claim.name, claims.c.holder == claim.holder, claims.c.fence == claim.fence)
