"""Claiming deliveries: the statements of one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, String, and_, bindparam, literal_column, null, select, update

from digest.core.outbox import NUMBERS, Claimed, delivery_id
from digest.core.roster import veto
from digest.store.prepared import Prepared
from digest.store.tables import (
    deliveries,
    delivery_batches,
    dispatches,
    instant_text,
    subscribers,
    subscriptions,
    suppressions,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Select

    from digest.store.prepared import Row


def still_open(connection: Connection, batch: int) -> bool:
    """Whether a batch has not been ended; if so, nobody ends it before this transaction does."""
    return bool(_OPEN.fetch(connection, batch))


def claim(
    connection: Connection, dispatch: int, batch: int, *, after: int, count: int, now: datetime
) -> tuple[list[Claimed], int]:
    """Claim deliveries that wait or are due again; those who may not be written to are settled as excluded.

    Args:
        connection: Of the transaction.
        dispatch: Whose deliveries.
        batch: Under which they are claimed.
        after: Those up to this one were looked at under this batch before.
        count: How many at most.
        now: The instant.

    Returns:
        Those claimed, and up to which one all were looked at.
    """
    if not still_open(connection, batch):  # recovered by another: what it claimed now would be nobody's
        return [], after
    newsletter, expires_at = connection.execute(
        select(dispatches.c.newsletter, dispatches.c.expires_at).where(dispatches.c.id == dispatch)
    ).one()
    expired = expires_at is not None and expires_at <= now
    last, instant = delivery_id(dispatch, NUMBERS - 1), instant_text(now)
    claimed: list[Claimed] = []
    while len(claimed) < count:
        room = count - len(claimed)
        rows = _DEFERRED.fetch(connection, newsletter, dispatch, instant, room)
        if rows:
            claimed += _take(connection, rows, batch, instant, expired=expired)
            continue
        rows = _WAITING.fetch(connection, newsletter, after, last, room)
        if not rows:
            break
        claimed += _take(connection, rows, batch, instant, expired=False)
        after = rows[-1][0]
    return claimed, after


def _take(connection: Connection, rows: Sequence[Row], batch: int, instant: str, *, expired: bool) -> list[Claimed]:
    """Claim those of the rows whose readers may be written to; the deliveries to the others are excluded."""
    claimed: list[Claimed] = []
    excluded: list[Row] = []
    for delivery, subscriber, named, attempts, reply, address, name, subscription, suppressed in rows:
        why = ""
        if subscription != "active" or suppressed is not None:
            why = veto(subscription, suppressed, fixed=bool(named))
        if not why and expired:
            why = f"expired: {reply}"
        if why:
            excluded.append((delivery, why, instant))
        else:
            claimed.append(Claimed(delivery, subscriber, address, name, attempts))
    if excluded:
        _EXCLUDE.run(connection, excluded)
    _CLAIM.run(connection, [(each.delivery, batch) for each in claimed])
    return claimed


def _readers() -> Select[*tuple[Any, ...]]:
    """Deliveries with all that says whether their reader may be written to."""
    tie = and_(
        subscriptions.c.newsletter == bindparam("newsletter"), subscriptions.c.subscriber == deliveries.c.subscriber
    )
    return (
        select(
            deliveries.c.id,
            deliveries.c.subscriber,
            deliveries.c.named,
            deliveries.c.attempts,
            deliveries.c.reply,
            subscribers.c.address,
            subscribers.c.name,
            subscriptions.c.state.label("subscription"),
            suppressions.c.reason,
        )
        .join(subscribers, subscribers.c.id == deliveries.c.subscriber)
        .outerjoin(subscriptions, tie)
        .outerjoin(suppressions, suppressions.c.hash == subscribers.c.hash)
        .limit(bindparam("room", type_=Integer))
        # Another worker's rows are passed over, where the database lets two work at once.
        .with_for_update(of=deliveries, skip_locked=True)
    )


_OPEN = Prepared(
    select(delivery_batches.c.id)
    .where(delivery_batches.c.id == bindparam("batch"))
    .with_for_update(read=True, key_share=True),
    "batch",
)
_DEFERRED = Prepared(
    _readers()
    .where(
        deliveries.c.dispatch == bindparam("dispatch"),
        deliveries.c.state == literal_column("'deferred'"),  # as the index has it
        deliveries.c.due <= bindparam("now", type_=String),
    )
    .order_by(deliveries.c.due, deliveries.c.id),
    *("newsletter", "dispatch", "now", "room"),
)
_WAITING = Prepared(
    _readers()
    .where(
        deliveries.c.id > bindparam("after"),
        deliveries.c.id <= bindparam("last"),
        deliveries.c.state == "waiting",
    )
    .order_by(deliveries.c.id),
    *("newsletter", "after", "last", "room"),
)
_THIS = deliveries.c.id == bindparam("this")
_CLAIM = Prepared(
    update(deliveries).where(_THIS).values(state="claimed", batch=bindparam("under"), due=null()), "this", "under"
)
_EXCLUDE = Prepared(
    update(deliveries)
    .where(_THIS)
    .values(state="excluded", reply=bindparam("why"), settled_at=bindparam("at"), due=null()),
    *("this", "why", "at"),
)
