"""Transactions over one database, and its errors in the words of digest: no class of SQLAlchemy's gets out."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from digest.store.sqlite import Sqlite

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Engine, Table

    from digest.core.errors import StoreError

Item = TypeVar("Item")

TIMEOUT = 30.0
"""Seconds a writer waits for another."""

BATCH = 500
"""Values in one IN (...), rows in one batch of a stream."""


class Backend(Protocol):
    """What differs from one kind of database to the other."""

    @property
    def place(self) -> str:
        """What errors name: a file, or a URL without its password."""
        ...

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What its driver raises past SQLAlchemy."""
        ...

    def engine(self) -> Engine:
        """An engine of one connection, as a store belongs to one thread."""
        ...

    def settle_in(self, engine: Engine) -> None:
        """Set what the database itself remembers; only for one that is known to be ours."""
        ...

    def prepare(self, connection: Connection, *, writing: bool, synced: bool) -> None:
        """Called before a transaction begins.

        Args:
            connection: The connection.
            writing: Whether it changes anything.
            synced: False: it need only survive this process, not a power cut.
        """
        ...

    def begun(self, connection: Connection, *, writing: bool, alone: bool) -> None:
        """Called when a transaction has begun.

        Args:
            connection: The connection.
            writing: Whether it changes anything.
            alone: Whether no other that asks so may run beside it.
        """
        ...

    def explain(self, error: Exception) -> StoreError:
        """What an error of the driver means, and what to do."""
        ...


class Database:
    """One database, one connection to it. Not shared between threads; transactions do not nest.

    Args:
        backend: What kind it is, and where.
    """

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self._engine = backend.engine()
        self._connection: Connection | None = None

    @property
    def place(self) -> str:
        """What errors name."""
        return self.backend.place

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database throughout.

        Raises:
            StoreError: The database cannot be read.
        """
        with self._transaction(writing=False) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that changes the database: durable when this ends, undone when it raises.

        No other of its kind runs at the same time, here or in another process.

        Raises:
            StoreError: The database cannot be written, or another process was writing for too long.
        """
        with self._transaction(writing=True) as connection:
            yield connection

    @contextmanager
    def share(self, *, synced: bool = True) -> Iterator[Connection]:
        """A transaction that changes single rows, beside others where the database can: statements guard themselves.

        Args:
            synced: False: when this ends it survives the end of this process, and not yet a power cut.

        Raises:
            StoreError: As `write`.
        """
        with self._transaction(writing=True, alone=False, synced=synced) as connection:
            yield connection

    @contextmanager
    def _transaction(self, *, writing: bool, alone: bool = True, synced: bool = True) -> Iterator[Connection]:
        with self._errors():
            # One object for all transactions: there are thousands a second while mail goes out.
            connection = self._connection = self._connection or self._engine.connect()
            self.backend.prepare(connection, writing=writing, synced=synced)
            with connection.begin():
                self.backend.begun(connection, writing=writing, alone=alone)
                yield connection

    def settle_in(self) -> None:
        """Set what the database itself remembers; only for one that is known to be ours."""
        with self._errors():
            self.backend.settle_in(self._engine)

    def scratch(self, tables: Sequence[Table]) -> Self:
        """A copy in memory: what is done to it reaches nothing.

        Args:
            tables: What to copy, those that others refer to first; where the database can copy itself, all of it.
        """
        target = Sqlite(None)
        copy = type(self)(target)
        with self._errors():
            if isinstance(self.backend, Sqlite):
                target.copy(self._engine, copy._engine)  # noqa: SLF001 of its own class
                return copy
        return self._copied(copy, tables)

    def _copied(self, copy: Self, tables: Sequence[Table]) -> Self:
        with self.read() as source, copy.write() as connection:
            for table in tables:
                table.create(connection)
                rows = source.execute(table.select()).mappings()
                while some := rows.fetchmany(BATCH):
                    connection.execute(table.insert(), [dict(row) for row in some])
        return copy

    def close(self) -> None:
        """Let go of the database. Closing again changes nothing."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._engine.dispose()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, UnicodeEncodeError) as error:
            raise self.backend.explain(error) from error
        except self.backend.errors as error:
            raise self.backend.explain(error) from error


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows, if there are any."""
    if rows:
        connection.execute(table.insert(), rows)


def batches(values: Iterable[Item]) -> Iterator[list[Item]]:
    """The values in lists of at most `BATCH`, in order."""
    listed = list(values)
    for start in range(0, len(listed), BATCH):
        yield listed[start : start + BATCH]


def new_ids(connection: Connection, table: Table, count: int) -> Sequence[int]:
    """Numbers for new rows of a table that gives itself its `id`, in order. Only within `Database.write`."""
    if connection.dialect.name == "postgresql":
        taken = select(func.nextval(func.pg_get_serial_sequence(table.name, "id")))
        numbers = taken.select_from(func.generate_series(1, count))
        return sorted(connection.execute(numbers).scalars())
    last = connection.execute(select(func.max(table.c.id))).scalar() or 0
    return range(last + 1, last + 1 + count)


def skip_ids(connection: Connection, table: Table, last: int) -> None:
    """Let the numbers that a table gives itself go on after `last`, if they are not beyond it already."""
    if connection.dialect.name == "postgresql":
        sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
        connection.execute(text(f"SELECT setval({sequence}, GREATEST(:last, nextval({sequence})))"), {"last": last})
        return
    now = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
    known = connection.execute(now, {"name": table.name}).scalar()
    if known is None:
        connection.execute(
            text("INSERT INTO sqlite_sequence VALUES (:name, :last)"), {"name": table.name, "last": last}
        )
    elif known < last:
        moved = text("UPDATE sqlite_sequence SET seq = :last WHERE name = :name")
        connection.execute(moved, {"name": table.name, "last": last})
