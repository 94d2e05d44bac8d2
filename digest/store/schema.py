"""Whose database a file is, and bringing it up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from digest.core.errors import StoreError
from digest.store.tables import HEAD, VERSION_TABLE

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from digest.store.engine import Database


def bring_up_to_date(database: Database) -> None:
    """Make the tables in a new database, or change those of an older digest.

    Two processes may do this at once: whoever comes second finds it done.

    Raises:
        StoreError: It is the database of something else, or of a newer digest; it was not touched.
    """
    with database.read() as connection:
        version = _version(connection, database.place)
    database.settle_in()
    if version == HEAD:
        return
    with database.write() as connection:
        # Looked at once more: another process may have been quicker. At the head there is nothing left to run.
        _upgrade(connection, _version(connection, database.place), database.place)


def is_empty(database: Database) -> bool:
    """Whether a database has no tables at all."""
    with database.read() as connection:
        return not inspect(connection).get_table_names()


def _version(connection: Connection, place: str) -> str | None:
    """The revision a database is at; None when it is empty."""
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if VERSION_TABLE not in tables:
        raise StoreError(
            f"is the database of something else (it has a table '{tables[0]}'); name another file as the store",
            place=place,
        )
    version = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608 a constant
    return None if version is None else str(version)


def _upgrade(connection: Connection, version: str | None, place: str) -> None:
    # Imported only here: most commands find the tables as they should be, and Alembic takes a while to import.
    from alembic import command  # noqa: PLC0415 see above
    from alembic.config import Config  # noqa: PLC0415 see above
    from alembic.script import ScriptDirectory  # noqa: PLC0415 see above

    config = Config()
    config.set_main_option("script_location", "digest.store:migrations")
    config.attributes["connection"] = connection
    known = {revision.revision for revision in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        raise StoreError(
            f"was made by a newer digest (its tables are at {version}, this digest knows {HEAD}); update digest",
            place=place,
        )
    command.upgrade(config, HEAD)
