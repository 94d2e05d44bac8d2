"""The roster: who subscribes to what, and who must not be written to."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from sqlalchemy import and_, exists, func, or_, select, update

from digest.core.roster import (
    Forgotten,
    Member,
    Person,
    State,
    Subscriber,
    Suppression,
)
from digest.store.engine import BATCH
from digest.store.enrolling import enrol
from digest.store.erasing import erase, exclude
from digest.store.hashing import Hasher
from digest.store.rows import read_subscription, read_suppression
from digest.store.tables import subscribers, subscriptions, suppressions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Connection, Select

    from digest.core.roster import Enrolment, Outcome, Reason
    from digest.store.engine import Database


class SqlRoster:
    """The `Roster` port over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._hasher = Hasher(database)

    def person(self, address: str) -> Person:
        """See `Roster`."""
        key = self._hasher(address)
        query = (
            select(subscriptions)
            .join(subscribers, subscribers.c.id == subscriptions.c.subscriber)
            .where(subscribers.c.hash == key)
            .order_by(subscriptions.c.newsletter)
        )
        with self._database.read() as connection:
            known = connection.execute(select(subscribers).where(subscribers.c.hash == key)).one_or_none()
            ties = tuple(read_subscription(row) for row in connection.execute(query))
            suppression = _suppression(connection, key)
        # Of who was forgotten a number is left, and nobody.
        subscriber = Subscriber(known.address, known.since, known.name) if known is not None and known.address else None
        return Person(subscriber, ties, suppression)

    def enrol(
        self, newsletter: str, wanted: Sequence[Enrolment], now: datetime, *, again: bool = False
    ) -> list[Outcome]:
        """See `Roster`."""
        hashes = [self._hasher.of_normalised(each.address) for each in wanted]
        with self._database.write() as connection:
            return enrol(connection, newsletter, list(zip(hashes, wanted, strict=True)), now, again=again)

    def leave(self, address: str, newsletter: str | None, now: datetime) -> list[str]:
        """See `Roster`."""
        key = self._hasher(address)
        with self._database.write() as connection:
            who = _number(connection, key)
            if who is None:
                return []
            these = and_(subscriptions.c.subscriber == who, subscriptions.c.state != "unsubscribed")
            if newsletter is not None:
                these = and_(these, subscriptions.c.newsletter == newsletter)
            query = select(subscriptions.c.newsletter).where(these).order_by(subscriptions.c.newsletter)
            left = list(connection.execute(query).scalars())
            connection.execute(update(subscriptions).where(these).values(state="unsubscribed", changed_at=now))
            for each in left:
                exclude(connection, who, "unsubscribed", now, each)
        return left

    def leave_as(self, subscriber: int, newsletter: str, now: datetime, source: str) -> bool:
        """See `Roster`."""
        this = and_(subscriptions.c.subscriber == subscriber, subscriptions.c.newsletter == newsletter)
        values = {"state": "unsubscribed", "changed_at": now}
        with self._database.write() as connection:
            # Of who was forgotten a number is left: it must not gather anything new.
            if not connection.execute(select(subscribers.c.address).where(subscribers.c.id == subscriber)).scalar():
                return False
            if connection.execute(select(subscriptions.c.state).where(this)).scalar() is None:
                row = {"newsletter": newsletter, "subscriber": subscriber, "source": source, "proof": "", **values}
                connection.execute(subscriptions.insert(), row)
            else:
                fresh = and_(this, subscriptions.c.state != "unsubscribed")
                connection.execute(update(subscriptions).where(fresh).values(values))
            exclude(connection, subscriber, "unsubscribed", now, newsletter)
        return True

    def subscriber(self, number: int) -> Subscriber | None:
        """See `Roster`."""
        with self._database.read() as connection:
            row = connection.execute(select(subscribers).where(subscribers.c.id == number)).one_or_none()
        return Subscriber(row.address, row.since, row.name) if row is not None and row.address else None

    def number(self, address: str) -> int | None:
        """See `Roster`."""
        key = self._hasher(address)
        with self._database.read() as connection:
            return _number(connection, key)

    def suppress(self, address: str, reason: Reason, detail: str, now: datetime) -> bool:
        """See `Roster`."""
        key = self._hasher(address)
        row = {"hash": key, "address": address, "reason": reason, "detail": detail, "since": now}
        with self._database.write() as connection:
            if _suppression(connection, key) is not None:
                return False
            connection.execute(suppressions.insert(), row)
            who = _number(connection, key)
            if who is not None:
                exclude(connection, who, f"suppressed: {reason}", now)
        return True

    def lift(self, address: str) -> Suppression | None:
        """See `Roster`."""
        key = self._hasher(address)
        with self._database.write() as connection:
            known = _suppression(connection, key)
            connection.execute(suppressions.delete().where(suppressions.c.hash == key))
        return known

    def forget(self, address: str, now: datetime) -> Forgotten:
        """See `Roster`."""
        key = self._hasher(address)
        with self._database.write() as connection:
            return erase(connection, key, now)

    def members(self, newsletter: str | None = None, state: State | None = None) -> Iterator[Member]:
        """See `Roster`."""
        query = _members()
        if newsletter is not None:
            query = query.where(subscriptions.c.newsletter == newsletter)
        if state is not None:
            query = query.where(subscriptions.c.state == state)
        after: tuple[int, str] = (0, "")
        while True:
            # A transaction for each batch: whoever reads on slowly keeps nobody from writing.
            beyond = or_(
                subscriptions.c.subscriber > after[0],
                and_(subscriptions.c.subscriber == after[0], subscriptions.c.newsletter > after[1]),
            )
            with self._database.read() as connection:
                rows = connection.execute(query.where(beyond).limit(BATCH)).all()
            for row in rows:
                veto = Suppression(row.reason, row.suppressed_at, row.detail) if row.reason else None
                yield Member(Subscriber(row.address, row.since, row.name), read_subscription(row), veto)
            if len(rows) < BATCH:
                return
            after = (rows[-1].subscriber, rows[-1].newsletter)

    def suppressed(self, *, alone: bool = False) -> Iterator[tuple[str, Suppression]]:
        """See `Roster`."""
        order = (suppressions.c.since, suppressions.c.address)
        query = select(suppressions).where(suppressions.c.address != "").order_by(*order)
        if alone:
            tied = subscribers.join(subscriptions, subscriptions.c.subscriber == subscribers.c.id)
            query = query.where(~exists().select_from(tied).where(subscribers.c.hash == suppressions.c.hash))
        beyond = query
        while True:
            with self._database.read() as connection:
                rows = connection.execute(beyond.limit(BATCH)).all()
            for row in rows:
                yield row.address, read_suppression(row)
            if len(rows) < BATCH:
                return
            last = rows[-1]
            later = suppressions.c.since > last.since
            beyond = query.where(or_(later, and_(suppressions.c.since == last.since, order[1] > last.address)))

    def forgotten(self) -> int:
        """See `Roster`."""
        query = select(func.count()).where(suppressions.c.reason == "forgotten").select_from(suppressions)
        with self._database.read() as connection:
            return connection.execute(query).scalar_one()

    def counts(self, newsletter: str) -> Mapping[State, int]:
        """See `Roster`."""
        query = select(subscriptions.c.state, func.count()).where(subscriptions.c.newsletter == newsletter)
        with self._database.read() as connection:
            found: dict[State, int] = dict(connection.execute(query.group_by(subscriptions.c.state)).all())
        return {state: found.get(state, 0) for state in get_args(State)}


def _suppression(connection: Connection, key: str) -> Suppression | None:
    row = connection.execute(select(suppressions).where(suppressions.c.hash == key)).one_or_none()
    return None if row is None else read_suppression(row)


def _number(connection: Connection, key: str) -> int | None:
    return connection.execute(select(subscribers.c.id).where(subscribers.c.hash == key)).scalar()


def _members() -> Select[*tuple[Any, ...]]:
    return (
        select(
            subscriptions,
            subscribers.c.address,
            subscribers.c.since,
            subscribers.c.name,
            suppressions.c.reason,
            suppressions.c.since.label("suppressed_at"),
            suppressions.c.detail,
        )
        .join(subscribers, subscribers.c.id == subscriptions.c.subscriber)
        .outerjoin(suppressions, suppressions.c.hash == subscribers.c.hash)
        .order_by(subscriptions.c.subscriber, subscriptions.c.newsletter)
    )
