"""Forgetting a person, and taking back what was about to go to one: the statements of one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, func, literal_column, null, or_, select, update

from digest.core.roster import Forgotten
from digest.store.prepared import Prepared
from digest.store.tables import (
    bounces,
    deliveries,
    dispatches,
    instant_text,
    subscribers,
    subscriptions,
    suppressions,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

OPEN = ("waiting", "claimed", "deferred")
"""States of deliveries that are not begun."""


def exclude(connection: Connection, subscriber: int, why: str, now: datetime, newsletter: str | None = None) -> None:
    """Settle deliveries to a reader that are not begun as excluded; those already claimed by a worker too.

    Args:
        connection: Of the transaction.
        subscriber: The reader's number.
        why: The reason to note.
        now: The instant.
        newsletter: Of this newsletter alone; None: of all.
    """
    exclude_all(connection, [(subscriber, why, newsletter)], now)


def exclude_all(connection: Connection, leaving: Sequence[tuple[int, str, str | None]], now: datetime) -> None:
    """The same for many readers: each by number, with the reason, and the newsletter or None."""
    if not leaving:
        return
    at = instant_text(now)
    unfinished = select(dispatches.c.id, dispatches.c.newsletter).where(dispatches.c.next_at.is_not(None))
    for dispatch, of in connection.execute(unfinished.order_by(dispatches.c.id)).all():
        rows = [(dispatch, who, why, at) for who, why, newsletter in leaving if newsletter in (None, of)]
        if rows:
            _EXCLUDE.run(connection, rows)


_EXCLUDE = Prepared(
    update(deliveries)
    .where(
        deliveries.c.dispatch == bindparam("of"),
        deliveries.c.subscriber == bindparam("who"),
        deliveries.c.state.in_([literal_column(f"'{state}'") for state in OPEN]),
    )
    .values(state="excluded", reply=bindparam("why"), settled_at=bindparam("at"), batch=null(), due=null()),
    *("of", "who", "why", "at"),
)


def erase(connection: Connection, key: str, now: datetime) -> Forgotten:
    """Erase a person; the hash of the address stays, as a suppression, and deliveries that name nobody.

    Args:
        connection: Of the transaction.
        key: The keyed hash of the address.
        now: Since when it is suppressed, unless it was forgotten before.
    """
    who = connection.execute(select(subscribers.c.id, subscribers.c.address).where(subscribers.c.hash == key)).first()
    veto = connection.execute(select(suppressions.c.reason).where(suppressions.c.hash == key)).scalar()
    values = {"address": "", "reason": "forgotten", "detail": "", "since": now}
    if veto is None:
        connection.execute(suppressions.insert(), {"hash": key, **values})
    elif veto != "forgotten":
        connection.execute(update(suppressions).where(suppressions.c.hash == key).values(values))
    known = (who is not None and bool(who.address)) or veto not in (None, "forgotten")
    if who is None:
        return Forgotten(known, 0, ())
    connection.execute(subscriptions.delete().where(subscriptions.c.subscriber == who.id))
    nameless = {"address": "", "name": "", "since": now}
    connection.execute(update(subscribers).where(subscribers.c.id == who.id).values(nameless))
    connection.execute(update(bounces).where(bounces.c.subscriber == who.id).values(detail=""))
    exclude(connection, who.id, "forgotten", now)
    return _erase_traces(connection, who.id, known=known)


def _erase_traces(connection: Connection, subscriber: int, *, known: bool) -> Forgotten:
    """Take out of the deliveries what may name the person: replies repeat addresses, files are named by them."""
    its = and_(deliveries.c.subscriber == subscriber, deliveries.c.dispatch.in_(select(dispatches.c.id)))
    named = select(deliveries.c.place).where(its, deliveries.c.place != "").order_by(deliveries.c.id)
    places = tuple(connection.execute(named).scalars())
    count = connection.execute(select(func.count()).where(its).select_from(deliveries)).scalar_one()
    # Of those excluded the reply is our own word, but for what a server said last of one that expired.
    settled = and_(its, or_(deliveries.c.state != "excluded", deliveries.c.reply.startswith("expired: ")))
    connection.execute(update(deliveries).where(settled).values(reply="", place=""))
    connection.execute(update(deliveries).where(its).values(place=""))
    return Forgotten(known, count, places)
