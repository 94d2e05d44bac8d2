"""All that is particular to PostgreSQL: how a connection is set up, how writers wait, what its errors mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import StaticPool, Text, create_engine, make_url, text
from sqlalchemy.ext.compiler import compiles

from digest.core.errors import StoreError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

WRITERS = 0x64696765
"""The advisory lock that one writer at a time holds, as SQLite has it by nature ("dige" in ASCII)."""

_CONNECT_TIMEOUT = 10

# By SQLSTATE, or its class; see the manual, appendix A.
_MEANINGS = {
    "28": "the server refuses this user; mend user and password in `store`",
    "3D": "there is no database of that name on the server; make it: createdb",
    "42501": "this user may not make or change tables; GRANT CREATE, USAGE ON SCHEMA public",
    "53100": "the server's disk is full; nothing was changed: make room, then run the command again",
    "53300": "the server has too many connections; end some, or raise max_connections",
    "57P": "the server is shutting down or starting; run the command again once it is up",
    "23": "refused a change that contradicts what it holds; nothing was changed",
    "25006": "the server takes no changes: it is a copy; name the main one in `store`",
}
_LOCKED = ("55P03", "40P01", "57014")


@compiles(Text, "postgresql")
def _text_type(_element: Text, _compiler: Any, **_given: Any) -> str:
    """Text sorts by its code points, as in SQLite, whatever the database's language."""
    return 'TEXT COLLATE "C"'


class Postgresql:
    """The `Backend` of PostgreSQL.

    Args:
        url: `postgresql://user:password@host/name`.
        timeout: Seconds to wait for another process that is writing.
    """

    errors = (psycopg.Error,)

    def __init__(self, url: str, timeout: float) -> None:
        self._url = make_url(url).set(drivername="postgresql+psycopg")
        self._timeout = timeout

    @property
    def place(self) -> str:
        """See `Backend`."""
        return self._url.set(drivername="postgresql").render_as_string(hide_password=True)

    def engine(self) -> Engine:
        """See `Backend`."""
        return create_engine(
            self._url,
            poolclass=StaticPool,
            pool_pre_ping=True,
            connect_args={"connect_timeout": _CONNECT_TIMEOUT, "application_name": "digest"},
        )

    def settle_in(self, engine: Engine) -> None:
        """See `Backend`: nothing to set."""

    def prepare(self, connection: Connection, *, writing: bool, synced: bool) -> None:
        """See `Backend`. Every commit is synced: the server may fall without its machine."""
        del synced
        connection.execution_options(isolation_level="READ COMMITTED" if writing else "REPEATABLE READ")

    def begun(self, connection: Connection, *, writing: bool, alone: bool) -> None:
        """See `Backend`."""
        if writing:
            connection.execute(text(f"SET LOCAL lock_timeout = '{int(self._timeout * 1000) or 1}ms'"))
            if alone:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({WRITERS})"))

    def explain(self, error: Exception) -> StoreError:
        """See `Backend`."""
        original = getattr(error, "orig", None) or error
        state = str(getattr(original, "sqlstate", None) or "")
        if state in _LOCKED:
            message = f"another process has been writing for more than {self._timeout:g} s; wait until it has finished"
            return StoreError(message, place=self.place)
        for start, meaning in _MEANINGS.items():
            if state.startswith(start):
                return StoreError(f"{meaning} ({_first_line(original)})", place=self.place)
        if isinstance(original, psycopg.OperationalError):
            said = f"cannot be reached ({_first_line(original)}); start the server, or mend `store` in config.yaml"
            return StoreError(said, place=self.place)
        return StoreError(f"cannot be read or written ({_first_line(original)})", place=self.place)


def _first_line(error: object) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
