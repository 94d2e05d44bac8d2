"""The store as the application is given it: opened by URL, with the library and the editions in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from digest.core.errors import StoreError
from digest.store.claims import SqlClaims
from digest.store.editions import SqlEditions
from digest.store.engine import TIMEOUT, Database, path_of
from digest.store.library import SqlLibrary
from digest.store.operation import SqlDaemons, SqlStandings
from digest.store.schema import bring_up_to_date

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType


class Store:
    """What survives, in one place. Not shared between threads; several processes may have the same one open.

    Attributes:
        library: The articles.
        editions: The editions, their verdicts and their deliveries.
        claims: Who works on what.
        standings: Since when each newsletter's schedule counts, its pauses, why work on it fails.
        daemons: The daemons, each as it last said of itself.
        place: The file, as errors name it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.library = SqlLibrary(database)
        self.editions = SqlEditions(database)
        self.claims = SqlClaims(database)
        self.standings = SqlStandings(database)
        self.daemons = SqlDaemons(database)
        self.place = database.place

    def scratch(self) -> Store:
        """A copy in memory, for a dry run: nothing done to it reaches the file.

        Raises:
            StoreError: The store cannot be read.
        """
        return Store(self._database.scratch())

    def close(self) -> None:
        """Let go of the file. Closing again changes nothing."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def open_store(url: str, *, create: bool = True, timeout: float = TIMEOUT) -> Store:
    """Open a store; make it, or bring its tables up to date, where that is needed.

    Args:
        url: `sqlite:///digest.db`, relative to the working directory, or `sqlite:////var/lib/digest.db`;
            `sqlite://` is one in memory.
        create: False for commands that only look: where there is no file they get an empty store in memory.
        timeout: Seconds to wait for another process that is writing.

    Raises:
        StoreError: It cannot be opened, is no store, or is one of a newer digest; names the file.
    """
    path = path_of(url)
    try:
        if path is not None:
            path.exists()
    except OSError as error:
        raise StoreError(f"cannot be looked at: {error.strerror}; name another file", place=str(path)) from error
    if path is not None and not path.exists():
        if create:
            _check_folder(path)
        else:
            path = None
    elif path is not None and path.is_dir():
        raise StoreError("is a folder; name a file in it as the store", place=str(path))
    database = Database(path, timeout)
    try:
        bring_up_to_date(database)
    except BaseException:
        database.close()
        raise
    return Store(database)


def _check_folder(path: Path) -> None:
    if not path.parent.is_dir():
        raise StoreError(
            f"cannot be made: there is no folder {path.parent}; make that first, or name another file as the store",
            place=str(path),
        )
