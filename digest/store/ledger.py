"""The ledger: what happened to every delivery."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, case, func, literal, null, or_, select, update

from digest.core.operation import Claim
from digest.core.outbox import PUT_BACK, WENT_DOWN, Claimed, Recovered, State, delivery_id, dispatch_of
from digest.store.claiming import claim, still_open
from digest.store.engine import skip_ids
from digest.store.hashing import secret
from digest.store.ledgerviews import SqlLedgerViews, of_dispatch
from digest.store.prepared import Prepared
from digest.store.tables import Instant, deliveries, delivery_batches, dispatches, holds, instant_text, meta

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import datetime, timedelta
    from typing import Literal

    from sqlalchemy import Connection

    from digest.core.outbox import Settled
    from digest.store.engine import Database

_MARKED = 64
"""Deliveries that are marked by one statement."""

_LAST_STEP = "last_step"

_TO_DO: tuple[State, ...] = ("waiting", "claimed", "sending", "deferred")


class SqlLedger(SqlLedgerViews):
    """The `Ledger` port over a database."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._after: dict[int, int] = {}  # of each batch of ours: up to where it has claimed

    def due(self, newsletter: str, sinks: Collection[str], now: datetime) -> bool:
        """See `Ledger`."""
        query = select(dispatches.c.id).where(
            dispatches.c.newsletter == newsletter,
            dispatches.c.sink.in_(sinks),
            dispatches.c.held == "",
            dispatches.c.next_at <= now,
            dispatches.c.newsletter.not_in(select(holds.c.newsletter)),
        )
        with self._database.read() as connection:
            return connection.execute(query.limit(1)).first() is not None

    def hold(self, dispatch: int, reason: str) -> None:
        """See `Ledger`."""
        with self._database.write() as connection:
            connection.execute(update(dispatches).where(dispatches.c.id == dispatch).values(held=reason))

    def prolong(self, dispatch: int, until: datetime) -> None:
        """See `Ledger`."""
        values = {"held": "", "expires_at": until}
        with self._database.write() as connection:
            connection.execute(update(dispatches).where(dispatches.c.id == dispatch).values(values))

    def left(self, dispatch: int) -> int:
        """See `Ledger`."""
        return self._count(dispatch, _TO_DO)

    def tried(self, dispatch: int) -> int:
        """See `Ledger`."""
        return self._count(dispatch, ("accepted", "refused"))

    def _count(self, dispatch: int, states: Sequence[State]) -> int:
        query = select(func.count()).where(of_dispatch(dispatch), deliveries.c.state.in_(states))
        with self._database.read() as connection:
            return connection.execute(query).scalar_one()

    def untried(self, dispatch: int) -> bool:
        """See `Ledger`."""
        query = select(deliveries.c.id).where(of_dispatch(dispatch), deliveries.c.state == "waiting")
        with self._database.read() as connection:
            return connection.execute(query.limit(1)).first() is not None

    def stop(self, newsletter: str, reason: str, now: datetime) -> None:
        """See `Ledger`."""
        this = select(holds.c.newsletter).where(holds.c.newsletter == newsletter)
        with self._database.write() as connection:
            if connection.execute(this).scalar() is None:
                connection.execute(holds.insert(), {"newsletter": newsletter, "since": now, "reason": reason})

    def stopped(self, newsletter: str) -> str:
        """See `Ledger`."""
        with self._database.read() as connection:
            return connection.execute(select(holds.c.reason).where(holds.c.newsletter == newsletter)).scalar() or ""

    def go_on(self, newsletter: str) -> bool:
        """See `Ledger`."""
        with self._database.write() as connection:
            return bool(connection.execute(holds.delete().where(holds.c.newsletter == newsletter)).rowcount)

    def begin(self, dispatch: int, holder: str, now: datetime, lease: timedelta) -> int:
        """See `Ledger`."""
        row = {"dispatch": dispatch, "holder": holder, "renewed": now, "until": now + lease}
        with self._database.write() as connection:
            key = connection.execute(delivery_batches.insert().values(row)).inserted_primary_key
            batch = int(key[0]) if key else 0
            _step(connection, batch)
        self._after[batch] = delivery_id(dispatch, 0) - 1
        return batch

    def claim(self, dispatch: int, batch: int, count: int, now: datetime) -> list[Claimed]:
        """See `Ledger`. Synced: after a power cut, what was claimed is known not to be simply waiting."""
        after = self._after.get(batch, delivery_id(dispatch, 0) - 1)
        with self._database.share() as connection:
            claimed, after = claim(connection, dispatch, batch, after=after, count=count, now=now)
        self._after[batch] = after
        return claimed

    def commit(
        self,
        batch: int,
        settled: Sequence[Settled],
        going: Sequence[int],
        now: datetime,
        lease: tuple[datetime, datetime] | None = None,
    ) -> Collection[int]:
        """See `Ledger`. It survives the end of this process, and a power cut once more is claimed."""
        # What was renewed is told elsewhere at once: a power cut must not take it back.
        with self._database.share(synced=lease is not None) as connection:
            if not still_open(connection, batch):
                return ()
            if lease is not None:
                _step(connection)
                renewed, until = lease
                this = update(delivery_batches).where(delivery_batches.c.id == batch)
                connection.execute(this.values(renewed=renewed, until=until))
            if settled:
                at = instant_text(now)
                _SETTLE.run(connection, [_settled_row(each, batch, at) for each in settled])
            marked = _mark(connection, batch, going, now) if going else ()
        if any(each.state == "waiting" for each in settled):
            self._after[batch] = delivery_id(dispatch_of(settled[0].delivery), 0) - 1
        return marked

    def end(self, batch: int, now: datetime, *, repeatable: bool = False) -> None:
        """See `Ledger`."""
        with self._database.write() as connection:
            _end(connection, batch, now, harmless=repeatable)
            _step(connection)
        self._after.pop(batch, None)

    def recover(
        self,
        now: datetime,
        gone: Callable[[str], bool],
        rebooted: Callable[[str], bool],
        repeatable: Collection[str] = (),
    ) -> Recovered:
        """See `Ledger`."""
        with self._database.read() as connection:
            if connection.execute(select(delivery_batches.c.id).limit(1)).first() is None:
                return Recovered()
        found = Recovered()
        with self._database.write() as connection:
            query = select(delivery_batches, dispatches.c.sink).join(
                dispatches, dispatches.c.id == delivery_batches.c.dispatch
            )
            for row in connection.execute(query.order_by(delivery_batches.c.id)).all():
                if Claim(str(row.dispatch), row.holder, row.id, row.renewed, row.until).free(now, gone):
                    harmless = row.sink in repeatable
                    ended = _end(connection, row.id, now, lost=rebooted(row.holder), harmless=harmless)
                    found = Recovered(found.waiting + ended.waiting, found.uncertain + ended.uncertain)
        return found

    def decide(
        self, delivery: int, state: Literal["accepted", "refused", "waiting"], reply: str, now: datetime
    ) -> bool:
        """See `Ledger`."""
        this = and_(deliveries.c.id == delivery, deliveries.c.state == "uncertain")
        values = {"state": state, "reply": reply, "settled_at": None if state == "waiting" else now}
        with self._database.write() as connection:
            if not connection.execute(update(deliveries).where(this).values(values)).rowcount:
                return False
            if state == "waiting":
                again = update(dispatches).where(dispatches.c.id == dispatch_of(delivery))
                connection.execute(again.values(next_at=now))
        return True

    def release(self, dispatch: int, now: datetime) -> int:
        """See `Ledger`."""
        these = and_(deliveries.c.dispatch == dispatch, deliveries.c.state == "deferred")
        with self._database.write() as connection:
            count = connection.execute(update(deliveries).where(these).values(due=now)).rowcount
            if count:
                connection.execute(update(dispatches).where(dispatches.c.id == dispatch).values(next_at=now))
        return count

    def mark(self) -> tuple[str, int, int]:
        """See `Ledger`."""
        store = secret(self._database, "store")[:8].hex()
        with self._database.read() as connection:
            step = connection.execute(select(meta.c.value).where(meta.c.key == _LAST_STEP)).scalar()
            dispatch = connection.execute(select(func.max(dispatches.c.id))).scalar()
        return store, int(step or 0), int(dispatch or 0)

    def restored(self, step: int, dispatch: int, until: datetime) -> int:
        """See `Ledger`."""
        planned = select(dispatches.c.id).where(dispatches.c.next_at.is_not(None), dispatches.c.planned_at <= until)
        with self._database.write() as connection:
            these = and_(deliveries.c.dispatch.in_(planned), deliveries.c.state.in_(_TO_DO))
            values = {"state": "uncertain", "reply": PUT_BACK, "batch": None, "due": None, "settled_at": until}
            count = connection.execute(update(deliveries).where(these).values(values)).rowcount
            for table, last in ((delivery_batches, step), (dispatches, dispatch)):
                skip_ids(connection, table, last)
            _step(connection, step)
        return count


def _settled_row(each: Settled, batch: int, at: str) -> tuple[Any, ...]:
    """In the order of `_SETTLE`."""
    due = None if each.due is None else instant_text(each.due)
    settled_at = None if each.state == "waiting" else at
    return each.delivery, batch, each.state, each.reply, each.place, due, each.spent, settled_at


_THIS = and_(
    deliveries.c.id == bindparam("this"),
    deliveries.c.batch == bindparam("under"),
    # Not IN: SQLAlchemy cannot expand one for many rows at once.
    or_(deliveries.c.state == "claimed", deliveries.c.state == "sending"),
)
_SETTLE = Prepared(
    update(deliveries)
    .where(_THIS)
    .values(
        state=bindparam("state"),
        reply=bindparam("reply"),
        place=bindparam("place"),
        due=bindparam("due"),
        attempts=deliveries.c.attempts + bindparam("spent"),
        settled_at=bindparam("at"),
        batch=null(),
    ),
    *("this", "under", "state", "reply", "place", "due", "spent", "at"),
)


@lru_cache(maxsize=_MARKED)
def _marking(count: int) -> Prepared:
    """The statement that marks so many at once, and gives back those it has marked: by this call and no other."""
    numbers = [f"p{number}" for number in range(count)]
    these = and_(
        deliveries.c.id.in_([bindparam(name) for name in numbers]),
        deliveries.c.batch == bindparam("under"),
        deliveries.c.state == "claimed",
    )
    marking = update(deliveries).where(these).values(state="sending", settled_at=bindparam("at"))
    return Prepared(marking.returning(deliveries.c.id), "under", "at", *numbers)


def _mark(connection: Connection, batch: int, going: Sequence[int], now: datetime) -> Collection[int]:
    """Mark deliveries as being handed over; those that are."""
    at = instant_text(now)
    marked: set[int] = set()
    for start in range(0, len(going), _MARKED):
        some = going[start : start + _MARKED]
        marked.update(row[0] for row in _marking(len(some)).fetch(connection, batch, at, *some))
    return marked


def _end(connection: Connection, batch: int, now: datetime, *, lost: bool = False, harmless: bool = False) -> Recovered:
    """End a batch: what it has claimed waits again, what it was sending is uncertain.

    Args:
        connection: Of the transaction.
        batch: Its number.
        now: The instant.
        lost: Whether its last marks may be: then what it has claimed is uncertain too.
        harmless: Whether its sink takes nothing twice: then all of it waits again.
    """
    # Locked before anything else is looked at: whoever claims or commits under it has finished, or finds it gone.
    this = select(delivery_batches.c.dispatch).where(delivery_batches.c.id == batch).with_for_update()
    dispatch = connection.execute(this).scalar()
    if dispatch is None:  # another process has recovered it
        return Recovered()
    its = and_(of_dispatch(dispatch), deliveries.c.batch == batch)
    doubtful = ("sending", "claimed") if lost else ("sending",)
    reply = WENT_DOWN if lost else "the sender ended while it was being sent"
    uncertain = update(deliveries).where(its, deliveries.c.state.in_(doubtful))
    # When it was about to go is what a relay's log is asked about: that stays. Of a lost mark all that is known is that
    # it was before now.
    at = case((deliveries.c.state == "claimed", literal(now, Instant)), else_=deliveries.c.settled_at)
    values = {"state": "uncertain", "reply": reply, "batch": None, "settled_at": at}
    doubts = 0 if harmless else connection.execute(uncertain.values(values)).rowcount
    waiting = update(deliveries).where(its, deliveries.c.state.in_(("claimed", "sending")))
    again = connection.execute(waiting.values(state="waiting", batch=None, settled_at=None)).rowcount
    connection.execute(delivery_batches.delete().where(delivery_batches.c.id == batch))
    _plan_next(connection, dispatch, now)
    return Recovered(again, doubts)


def _plan_next(connection: Connection, dispatch: int, now: datetime) -> None:
    """Note when there is something to do next for a dispatch."""
    query = select(deliveries.c.state, func.min(deliveries.c.due)).where(
        of_dispatch(dispatch), deliveries.c.state.in_(_TO_DO)
    )
    found: dict[str, datetime | None] = dict(connection.execute(query.group_by(deliveries.c.state)).all())
    this = dispatches.c.id == dispatch
    next_at = found.get("deferred")
    if set(found) - {"deferred"}:
        # What simply waits has done so since it was planned: whoever took the time a moment ago finds it due as well.
        next_at = min(now, connection.execute(select(dispatches.c.planned_at).where(this)).scalar_one())
    connection.execute(update(dispatches).where(this).values(next_at=next_at))


def _step(connection: Connection, least: int = 0) -> None:
    """Count a step, so that a copy of the store that was made before it can be told.

    Args:
        connection: Of the transaction.
        least: The count is not below that.
    """
    this = meta.c.key == _LAST_STEP
    known = connection.execute(select(meta.c.value).where(this).with_for_update()).scalar()
    value = str(max(int(known or 0) + 1, least))
    if known is None:
        connection.execute(meta.insert(), {"key": _LAST_STEP, "value": value})
    else:
        connection.execute(update(meta).where(this).values(value=value))
