"""All that is particular to SQLite: how a connection is set up, copied, and what its errors mean."""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import StaticPool, create_engine, event

from digest.core.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.exc import SQLAlchemyError
    from sqlalchemy.pool import ConnectionPoolEntry

WRITING = "digest_writing"
"""The execution option that marks a transaction as one that writes."""

_RETRY_SECONDS = 0.01

# By primary result code; see https://www.sqlite.org/rescode.html
_MEANINGS = {
    sqlite3.SQLITE_NOTADB: "is no database; name another file as the store, or move this one away",
    sqlite3.SQLITE_CORRUPT: "is a damaged database; put a copy of it from a backup in its place",
    sqlite3.SQLITE_READONLY: "cannot be written; make the file and its folder writable",
    sqlite3.SQLITE_PERM: "cannot be opened; make the file and its folder readable and writable",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened or made; make its folder writable, or name another file as the store",
    sqlite3.SQLITE_FULL: "the disk is full; nothing was changed: make room, then run the command again",
    sqlite3.SQLITE_CONSTRAINT: "refused a change that contradicts what it holds; nothing was changed",
}
_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def make_engine(path: Path | None, timeout: float) -> Engine:
    """An engine of one connection, as a store belongs to one thread.

    Args:
        path: The file; None for a database in memory.
        timeout: Seconds to wait for another process that is writing.
    """
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(
            path or ":memory:",
            timeout=timeout,
            isolation_level=None,  # the driver begins no transactions of its own: `_begin` does
        ),
        poolclass=StaticPool,
    )
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    # NORMAL would let the last commits of a WAL vanish with the power: a message sent would be sent again.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A writer takes its lock at once: one that first reads and then asks for the lock can be refused it.
    writing = connection.get_execution_options().get(WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def driver_connection(engine: Engine) -> sqlite3.Connection:
    """The engine's only connection, as the driver has it."""
    pooled = engine.raw_connection()
    try:
        driver: Any = pooled.driver_connection
    finally:
        pooled.close()
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101 what make_engine made; tells mypy
    return driver


def use_write_ahead_log(engine: Engine, timeout: float) -> None:
    """Let readers and a writer work side by side; the file remembers it.

    SQLite does not wait for its lock here when another process does the same to a new file, so that is done by hand.

    Args:
        engine: Of the database, once it is known to be ours.
        timeout: Seconds to go on trying.
    """
    connection = driver_connection(engine)
    give_up = time.monotonic() + timeout
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
        except sqlite3.OperationalError as error:
            if _code(error) not in _LOCKED or time.monotonic() > give_up:
                raise
            time.sleep(_RETRY_SECONDS)
        else:
            return


def copy(source: Engine, target: Engine) -> None:
    """Make the target hold what the source holds, as of its last commit."""
    driver_connection(source).backup(driver_connection(target))


def explain(error: SQLAlchemyError | sqlite3.Error | UnicodeError, place: str, timeout: float) -> StoreError:
    """What an error of the driver means, and what to do."""
    original = getattr(error, "orig", None) or error
    code = _code(original)
    if code in _LOCKED:
        message = f"another process has been writing for more than {timeout:g} s; wait until it has finished"
    elif code in _MEANINGS:
        message = _MEANINGS[code]
        if code == sqlite3.SQLITE_CONSTRAINT:
            message += f" ({original})"
    else:
        message = f"cannot be read or written ({original})"
    return StoreError(message, place=place)


def _code(error: object) -> int:
    """The primary result code, the low byte of an extended one; 0 when the error has none."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
