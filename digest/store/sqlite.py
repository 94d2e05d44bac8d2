"""All that is particular to SQLite: how a connection is set up, copied, and what its errors mean."""

from __future__ import annotations

import shutil
import sqlite3
import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import StaticPool, create_engine, event

from digest.core.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

WRITING = "digest_writing"
"""The execution option that says, to those who listen, whether a transaction changes anything."""

_IN_MEMORY = "the store in memory"

_RETRY_SECONDS = 0.01
_SOME_PAGES = 1 << 16

# By primary result code; see https://www.sqlite.org/rescode.html
_MEANINGS = {
    sqlite3.SQLITE_NOTADB: "is no database; name another file as the store, or move this one away",
    sqlite3.SQLITE_CORRUPT: "is a damaged database; put a copy of it from a backup in its place",
    sqlite3.SQLITE_READONLY: "cannot be written; make the file and its folder writable",
    sqlite3.SQLITE_PERM: "cannot be opened; make the file and its folder readable and writable",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened or made; make its folder writable, or name another file as the store",
    sqlite3.SQLITE_FULL: "the disk is full; nothing was changed: make room, then run the command again",
    sqlite3.SQLITE_IOERR: "cannot be read or written: its disk failed; look into the system's log, and check the disk",
    sqlite3.SQLITE_CONSTRAINT: "refused a change that contradicts what it holds; nothing was changed",
}
_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class Sqlite:
    """The `Backend` of SQLite.

    Args:
        path: The file; None for a database in memory, gone when closed.
        timeout: Seconds to wait for another process that is writing.
    """

    errors = (sqlite3.Error,)

    def __init__(self, path: Path | None, timeout: float = 0) -> None:
        self.path = path
        self._timeout = timeout
        self._synced = True

    @property
    def place(self) -> str:
        """See `Backend`."""
        return str(self.path) if self.path else _IN_MEMORY

    def engine(self) -> Engine:
        """See `Backend`."""
        engine = create_engine(
            "sqlite://",
            creator=lambda: sqlite3.connect(
                self.path or ":memory:",
                timeout=self._timeout,
                isolation_level=None,  # the driver begins no transactions of its own: `begun` does
            ),
            poolclass=StaticPool,
        )
        event.listen(engine, "connect", _set_up)
        return engine

    def settle_in(self, engine: Engine) -> None:
        """See `Backend`."""
        _use_write_ahead_log(engine, self._timeout)

    def prepare(self, connection: Connection, *, writing: bool, synced: bool) -> None:
        """See `Backend`."""
        if connection.get_execution_options().get(WRITING) != writing:
            connection.execution_options(**{WRITING: writing})
        if writing and synced != self._synced:
            driver(connection).execute(f"PRAGMA synchronous = {'FULL' if synced else 'NORMAL'}")
            self._synced = synced

    def begun(self, connection: Connection, *, writing: bool, alone: bool) -> None:
        """See `Backend`."""
        del alone  # all writers are
        # A writer takes its lock at once: one that first reads and then asks for the lock can be refused it.
        driver(connection).execute("BEGIN IMMEDIATE" if writing else "BEGIN")

    def explain(self, error: Exception) -> StoreError:
        """See `Backend`."""
        return _explain(error, self.place, self._timeout, full=self.path is not None and _is_full(self.path))

    def copy(self, source: Engine, target: Engine) -> None:
        """Make the target hold what the source holds, as of its last commit."""
        driver_connection(source).backup(driver_connection(target))


def _set_up(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    # NORMAL would let the last commits of a WAL vanish with the power: a message sent would be sent again.
    cursor.execute("PRAGMA synchronous = FULL")
    # What is deleted is overwritten: who was forgotten is not to be found in the file's free pages.
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()


def driver(connection: Connection) -> sqlite3.Connection:
    """A connection as the driver has it."""
    found: Any = connection.connection.driver_connection
    assert isinstance(found, sqlite3.Connection)  # noqa: S101 what `engine` made; tells mypy
    return found


def driver_connection(engine: Engine) -> sqlite3.Connection:
    """The engine's only connection, as the driver has it."""
    pooled = engine.raw_connection()
    try:
        found: Any = pooled.driver_connection
    finally:
        pooled.close()
    assert isinstance(found, sqlite3.Connection)  # noqa: S101 what `engine` made; tells mypy
    return found


def _use_write_ahead_log(engine: Engine, timeout: float) -> None:
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


def _is_full(path: Path) -> bool:
    """Whether a file's disk has no room for even some pages of a log."""
    try:
        return shutil.disk_usage(path.parent).free < _SOME_PAGES
    except OSError:
        return False


def _explain(error: Exception, place: str, timeout: float, *, full: bool) -> StoreError:
    """What an error of the driver means, and what to do."""
    original = getattr(error, "orig", None) or error
    code = _code(original)
    if code == sqlite3.SQLITE_IOERR and full:
        code = sqlite3.SQLITE_FULL  # what it says where it cannot make the files beside the database larger
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
