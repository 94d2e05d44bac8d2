"""How each newsletter stands, and the daemons that work on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select, update

from digest.core.catchup import Pause
from digest.core.operation import FORGOTTEN, DaemonState, Failure
from digest.store.tables import daemons, pauses, standings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from digest.store.engine import Database


class SqlStandings:
    """The `Standings` port over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def since(self, newsletter: str) -> tuple[datetime, str] | None:
        """See `Standings`."""
        query = select(standings.c.since, standings.c.timetable).where(standings.c.newsletter == newsletter)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None or row.since is None else (row.since, row.timetable)

    def meet(self, newsletter: str, timetable: str, now: datetime) -> None:
        """See `Standings`."""
        with self._database.write() as connection:
            _put(connection, newsletter, {"since": now, "timetable": timetable})

    def pauses(self, newsletter: str, after: datetime | None = None) -> tuple[Pause, ...]:
        """See `Standings`."""
        query = select(pauses.c.start, pauses.c.end, pauses.c.reason).where(pauses.c.newsletter == newsletter)
        if after is not None:
            query = query.where(or_(pauses.c.end.is_(None), pauses.c.end > after))
        with self._database.read() as connection:
            return tuple(Pause(*row) for row in connection.execute(query.order_by(pauses.c.start)))

    def pause(self, newsletter: str, pause: Pause) -> None:
        """See `Standings`."""
        same = and_(pauses.c.newsletter == newsletter, pauses.c.start == pause.start)
        row = {"newsletter": newsletter, "start": pause.start, "end": pause.end, "reason": pause.reason}
        with self._database.write() as connection:
            connection.execute(pauses.delete().where(same))
            connection.execute(pauses.insert(), row)

    def resume(self, newsletter: str, now: datetime) -> int:
        """See `Standings`."""
        of_it = and_(pauses.c.newsletter == newsletter, or_(pauses.c.end.is_(None), pauses.c.end > now))
        with self._database.write() as connection:
            later = connection.execute(pauses.delete().where(of_it, pauses.c.start >= now)).rowcount
            ended = connection.execute(update(pauses).where(of_it).values(end=now)).rowcount
        return later + ended

    def failure(self, newsletter: str) -> Failure | None:
        """See `Standings`."""
        query = select(standings.c.failing_since, standings.c.failure).where(standings.c.newsletter == newsletter)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None or row.failing_since is None else Failure(*row)

    def fail(self, newsletter: str, text: str | None, now: datetime) -> None:
        """See `Standings`. Writes nothing where nothing changes."""
        failure = self.failure(newsletter)
        if text is None and failure is not None:
            changed: dict[str, Any] = {"failure": "", "failing_since": None}
        elif text is not None and (failure is None or failure.text != text):
            changed = {"failure": text, "failing_since": now if failure is None else failure.since}
        else:
            return
        with self._database.write() as connection:
            _put(connection, newsletter, changed)


def _put(connection: Connection, newsletter: str, values: dict[str, Any]) -> None:
    changed = connection.execute(update(standings).where(standings.c.newsletter == newsletter).values(values))
    if not changed.rowcount:
        new = {"newsletter": newsletter, "timetable": "", "since": None, "failure": "", "failing_since": None}
        connection.execute(standings.insert(), {**new, **values})


class SqlDaemons:
    """The daemons that work on a store, each as it last said of itself. Not shared between threads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, state: DaemonState) -> None:
        """Keep what a daemon says of itself; those that have said nothing for a week are forgotten."""
        values = {column.name: getattr(state, column.name) for column in daemons.c}
        with self._database.write() as connection:
            if not connection.execute(update(daemons).where(daemons.c.holder == state.holder).values(values)).rowcount:
                connection.execute(daemons.insert(), values)
                connection.execute(daemons.delete().where(daemons.c.ticked < state.ticked - FORGOTTEN))

    def all(self) -> Sequence[DaemonState]:
        """Every daemon known, those that ticked last first."""
        query = select(daemons).order_by(daemons.c.ticked.desc(), daemons.c.holder)
        with self._database.read() as connection:
            return [DaemonState(**row._mapping) for row in connection.execute(query)]  # noqa: SLF001 public, in spite of its name
