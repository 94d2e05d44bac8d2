"""The store as the application is given it: opened by URL, with the library and the editions in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from digest.core.errors import StoreError
from digest.store import tables
from digest.store.answers import SqlAnswers
from digest.store.bounces import SqlBounces
from digest.store.claims import SqlClaims
from digest.store.editions import SqlEditions
from digest.store.engine import TIMEOUT, Database
from digest.store.hashing import secret
from digest.store.history import SqlHistory
from digest.store.ledger import SqlLedger
from digest.store.library import SqlLibrary
from digest.store.modeluse import SqlModelUse
from digest.store.notes import SqlNotes
from digest.store.operation import SqlDaemons, SqlStandings
from digest.store.relays import SqlRelays
from digest.store.roster import SqlRoster
from digest.store.schema import bring_up_to_date, is_empty
from digest.store.sqlite import Sqlite
from digest.store.tables import METADATA
from digest.store.visits import SqlVisits

if TYPE_CHECKING:
    from datetime import datetime
    from types import TracebackType

    from sqlalchemy import URL


POSTGRESQL = ("postgresql", "postgresql+psycopg")
"""How the URLs of stores in PostgreSQL begin."""

_OF_EDITIONS = (
    *(tables.editions, tables.edition_articles, tables.edition_joined, tables.edition_files, tables.verdicts),
    *(tables.dispatches, tables.deliveries, tables.delivery_batches, tables.holds),
)
_WRITE = "write sqlite:///digest.db, or postgresql://user@host/name"


class Store:
    """What survives, in one place. Not shared between threads; several processes may have the same one open.

    Attributes:
        library: The articles.
        editions: The editions, their verdicts and their deliveries.
        answers: What models answered.
        model_use: What models were used for, and which one does not answer.
        claims: Who works on what.
        standings: Since when each newsletter's schedule counts, its pauses, why work on it fails.
        bounces: What came back.
        ledger: What happened to every delivery.
        history: The same by person.
        notes: What the operator was written of.
        relays: What relays' limits must not forget.
        roster: Who subscribes to what, and who must not be written to.
        daemons: The daemons, each as it last said of itself.
        visits: What is remembered of addresses that are fetched.
        place: The file, or the URL without its password, as errors name it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.library = SqlLibrary(database)
        self.editions = SqlEditions(database)
        self.answers = SqlAnswers(database)
        self.model_use = SqlModelUse(database)
        self.claims = SqlClaims(database)
        self.standings = SqlStandings(database)
        self.bounces = SqlBounces(database)
        self.ledger = SqlLedger(database)
        self.history = SqlHistory(database)
        self.notes = SqlNotes(database)
        self.relays = SqlRelays(database)
        self.roster = SqlRoster(database)
        self.daemons = SqlDaemons(database)
        self.visits = SqlVisits(database)
        self.place = database.place

    @property
    def secret(self) -> bytes:
        """32 random bytes, made once: what tokens in messages are made with. Another key, and none is known again."""
        return secret(self._database, "token_key")

    def scratch(self) -> Store:
        """A copy in memory, for a dry run: nothing done to it reaches the file.

        Raises:
            StoreError: The store cannot be read.
        """
        return Store(self._database.scratch(METADATA.sorted_tables))

    def unmade(self, now: datetime) -> Store:
        """A copy in memory in which no edition was ever made, for a look at the one to come.

        Args:
            now: The instant it is looked at from: what was met later counts as met then.

        Raises:
            StoreError: The store cannot be read.
        """
        database = self._database.scratch(METADATA.sorted_tables)
        with database.write() as connection:
            for table in reversed(METADATA.sorted_tables):
                if table in _OF_EDITIONS:
                    connection.execute(table.delete())
            late = tables.articles.c.first_seen > now
            connection.execute(tables.articles.update().where(late).values(first_seen=now))
        return Store(database)

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
            `sqlite://` is one in memory; `postgresql://user:password@host/name` one in PostgreSQL.
        create: False for commands that only look: where there is no file they get an empty store in memory.
        timeout: Seconds to wait for another process that is writing.

    Raises:
        StoreError: It cannot be opened, is no store, or is one of a newer digest; names the file.
    """
    if _parsed(url).drivername in POSTGRESQL:
        database = _postgresql(url, create=create, timeout=timeout)
    else:
        database = Database(Sqlite(_path(url, create=create), timeout))
    try:
        bring_up_to_date(database)
    except BaseException:
        database.close()
        raise
    return Store(database)


def _postgresql(url: str, *, create: bool, timeout: float) -> Database:
    # Imported only here: the driver is one of the things not everybody has.
    try:
        from digest.store.postgresql import Postgresql  # noqa: PLC0415 see above
    except ImportError as error:
        raise StoreError(
            "PostgreSQL needs a package more: pip install 'digest[postgresql]'", place=shown_url(url)
        ) from error
    database = Database(Postgresql(url, timeout))
    if create or not is_empty(database):
        return database
    database.close()
    return Database(Sqlite(None))


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (SQLAlchemyError, ValueError) as error:  # the second: a port that is no number
        # The URL is not shown: there may be a password in it.
        raise StoreError(f"is no URL of a store; {_WRITE}", place="store") from error
    if parsed.drivername in POSTGRESQL:
        return parsed
    if parsed.drivername != "sqlite" or parsed.host or parsed.query:
        raise StoreError(f"names a store digest cannot use; {_WRITE}", place=shown_url(url))
    return parsed


def shown_url(url: str) -> str:
    """A store's URL as it may be shown: without its password."""
    return make_url(url).render_as_string(hide_password=True)


def _path(url: str, *, create: bool) -> Path | None:
    """The SQLite file to open; None for one in memory."""
    database = _parsed(url).database
    path = Path(database) if database and database != ":memory:" else None
    try:
        if path is not None:
            path.exists()
    except OSError as error:
        raise StoreError(f"cannot be looked at: {error.strerror}; name another file", place=str(path)) from error
    if path is not None and not path.exists():
        if not create:
            return None
        _check_folder(path)
    elif path is not None and path.is_dir():
        raise StoreError("is a folder; name a file in it as the store", place=str(path))
    return path


def _check_folder(path: Path) -> None:
    if not path.parent.is_dir():
        raise StoreError(
            f"cannot be made: there is no folder {path.parent}; make that first, or name another file as the store",
            place=str(path),
        )
