"""Planning deliveries: whom an edition goes to, written in the transaction that freezes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists, func, insert, literal, select, update

from digest.core.address import normalise_address, split_mailbox
from digest.core.outbox import delivery_id
from digest.store.engine import insert_rows
from digest.store.tables import deliveries, dispatches, subscribers, subscriptions, suppressions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Connection, Select

    from digest.core.edition import FrozenEdition
    from digest.core.outbox import Plan


def write_plan(
    connection: Connection, frozen: FrozenEdition, plan: Plan, hashed: Callable[[str], str], now: datetime
) -> None:
    """One dispatch for each sink; in it one delivery for each recipient and reader, each waiting, each person once.

    Args:
        connection: Of the transaction.
        frozen: The edition.
        plan: Whom it goes to beside the newsletter's subscriptions.
        hashed: The keyed hash of a recipient's address, that tells persons apart.
        now: When it is planned.
    """
    if not plan.sinks:
        return
    named = plan.named
    if not named and connection.execute(_readers(frozen.newsletter).limit(1)).first() is None:
        named = plan.otherwise
    people: dict[str, str] = {}
    for each in named:
        people.setdefault(hashed(each), each)  # named twice: the first place and spelling count
    ids = [_subscriber(connection, person, recipient, now) for person, recipient in people.items()]
    for sink in sorted(plan.sinks):
        row = {
            "newsletter": frozen.newsletter,
            "edition": frozen.id,
            "sink": sink,
            "planned": 0,
            "planned_at": now,
            "expires_at": plan.sinks[sink],
            "next_at": now,
            "held": "",
        }
        key = connection.execute(dispatches.insert().values(row)).inserted_primary_key
        dispatch = int(key[0]) if key else 0
        planned = _plan_all(connection, frozen.newsletter, dispatch, ids)
        values = {"planned": planned, "next_at": now if planned else None}
        connection.execute(update(dispatches).where(dispatches.c.id == dispatch).values(values))


def _plan_all(connection: Connection, newsletter: str, dispatch: int, named: Sequence[int]) -> int:
    """The deliveries of one dispatch; says how many."""
    rows = [
        {
            **_WAITING,
            "id": delivery_id(dispatch, number),
            "dispatch": dispatch,
            "subscriber": subscriber,
            "named": True,
        }
        for number, subscriber in enumerate(named)
    ]
    insert_rows(connection, deliveries, rows)
    # The database copies from one table to the other: a million readers never pass through here.
    number = func.row_number().over(order_by=subscriptions.c.subscriber) - 1 + delivery_id(dispatch, len(named))
    readers = _readers(newsletter)
    if named:
        here = exists().where(deliveries.c.dispatch == dispatch, deliveries.c.subscriber == subscriptions.c.subscriber)
        readers = readers.where(~here)
    columns = {
        "id": number,
        "dispatch": literal(dispatch),
        "subscriber": subscriptions.c.subscriber,
        "named": literal(value=False),
        **{name: literal(value) for name, value in _WAITING.items()},
    }
    copied = insert(deliveries).from_select(list(columns), readers.with_only_columns(*columns.values()))
    # Asked for, as SQLAlchemy does not keep the count of an INSERT on every database.
    return len(named) + connection.execute(copied.execution_options(preserve_rowcount=True)).rowcount


_WAITING: Mapping[str, Any] = {"state": "waiting", "attempts": 0, "reply": "", "place": ""}


def _readers(newsletter: str) -> Select[*tuple[Any, ...]]:
    """Active subscriptions whose address is not suppressed."""
    return (
        select(subscriptions.c.subscriber)
        .join(subscribers, subscribers.c.id == subscriptions.c.subscriber)
        .outerjoin(suppressions, suppressions.c.hash == subscribers.c.hash)
        .where(
            subscriptions.c.newsletter == newsletter,
            subscriptions.c.state == "active",
            suppressions.c.hash.is_(None),
        )
    )


def _subscriber(connection: Connection, person: str, recipient: str, now: datetime) -> int:
    """The number of a recipient that the configuration names; made a subscriber, of nothing, where there is none."""
    known = select(subscribers.c.id).where(subscribers.c.hash == person)
    found = connection.execute(known).scalar()
    if found is None:
        name, bare = split_mailbox(recipient)
        row = {"hash": person, "address": _normalised(bare), "name": name, "since": now}
        connection.execute(subscribers.insert(), row)
        found = connection.execute(known).scalar_one()
    return int(found)


def _normalised(bare: str) -> str:
    try:
        return normalise_address(bare)
    except ValueError:  # the configuration takes it as an address: it is what it is
        return bare
