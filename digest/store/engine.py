"""Transactions over one database, and its errors in the words of digest: no class of SQLAlchemy's gets out."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from digest.core.errors import StoreError
from digest.store import sqlite

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Table

Item = TypeVar("Item")

TIMEOUT = 30.0
"""Seconds a writer waits for another."""

BATCH = 500
"""Values in one IN (...), rows in one batch of a stream."""

_IN_MEMORY = "the store in memory"


class Database:
    """One database, one connection to it. Not shared between threads; transactions do not nest.

    Args:
        path: The SQLite file; None for a database in memory, gone when closed.
        timeout: Seconds to wait for another process that is writing.
    """

    def __init__(self, path: Path | None, timeout: float = TIMEOUT) -> None:
        self.path = path
        self._timeout = timeout
        self._engine = sqlite.make_engine(path, timeout)

    @property
    def place(self) -> str:
        """What errors name."""
        return str(self.path) if self.path else _IN_MEMORY

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

        Raises:
            StoreError: The database cannot be written, or another process was writing for too long.
        """
        with self._transaction(writing=True) as connection:
            yield connection

    @contextmanager
    def _transaction(self, *, writing: bool) -> Iterator[Connection]:
        options = {sqlite.WRITING: writing}
        with self._errors(), self._engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    def settle_in(self) -> None:
        """Set what the database itself remembers; only for one that is known to be ours."""
        with self._errors():
            sqlite.use_write_ahead_log(self._engine, self._timeout)

    def scratch(self) -> Self:
        """A copy in memory: what is done to it reaches nothing."""
        copy = type(self)(None, self._timeout)
        with self._errors():
            sqlite.copy(self._engine, copy._engine)  # noqa: SLF001 of its own class
        return copy

    def close(self) -> None:
        """Let go of the file. Closing again changes nothing."""
        self._engine.dispose()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error, UnicodeEncodeError) as error:
            raise sqlite.explain(error, self.place, self._timeout) from error


def path_of(url: str) -> Path | None:
    """The file a store's URL names; None for one in memory.

    Raises:
        StoreError: It is no URL of a database, or of one digest does not speak to.
    """
    try:
        parsed = make_url(url)
    except SQLAlchemyError as error:
        raise StoreError("is no URL of a store; write sqlite:///digest.db", place=url) from error
    if parsed.drivername != "sqlite" or parsed.host or parsed.query:
        shown = parsed.render_as_string(hide_password=True)
        raise StoreError("names a store digest cannot use; write sqlite:///digest.db", place=shown)
    return Path(parsed.database) if parsed.database and parsed.database != ":memory:" else None


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows, if there are any."""
    if rows:
        connection.execute(table.insert(), rows)


def batches(values: Iterable[Item]) -> Iterator[list[Item]]:
    """The values in lists of at most `BATCH`, in order."""
    listed = list(values)
    for start in range(0, len(listed), BATCH):
        yield listed[start : start + BATCH]
