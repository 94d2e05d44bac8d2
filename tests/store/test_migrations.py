from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from digest.store import migrations
from digest.store.opening import open_store
from digest.store.tables import HEAD, METADATA, VERSION_TABLE

SCHEMA = f"SELECT name, sql FROM sqlite_master WHERE tbl_name <> '{VERSION_TABLE}' ORDER BY name"  # noqa: S608 a constant


def statements(path) -> list[tuple[str, list[str]]]:
    """What makes each table and index; the order of its clauses is of no account."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(SCHEMA).fetchall()
    parts = {name: [part.strip(" ()\t\n") for part in re.split(r",|\n", sql or "")] for name, sql in rows}
    return [(name, sorted(filter(None, clauses))) for name, clauses in parts.items()]


def test_the_migrations_make_what_tables_says(tmp_path):
    migrated, declared = tmp_path / "migrated.db", tmp_path / "declared.db"
    open_store(f"sqlite:///{migrated}").close()
    engine = create_engine(f"sqlite:///{declared}")
    METADATA.create_all(engine)
    engine.dispose()
    assert statements(migrated) == statements(declared)


def test_alembic_finds_nothing_left_to_do(tmp_path):
    open_store(f"sqlite:///{tmp_path}/a.db").close()
    engine = create_engine(f"sqlite:///{tmp_path}/a.db")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, METADATA) == []
        assert context.get_current_revision() == HEAD
    engine.dispose()


def test_head_is_the_last_revision():
    assert ScriptDirectory(migrations.__path__[0]).get_current_head() == HEAD


@pytest.mark.parametrize(("stores", "imported"), [("old", False), ("new", True)])
def test_alembic_is_imported_only_to_migrate(tmp_path, stores, imported):
    open_store(f"sqlite:///{tmp_path}/old.db").close()
    program = (
        "import json, sys; from digest.store.opening import open_store; open_store(sys.argv[1]).close();"
        "print(json.dumps('alembic' in sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, f"sqlite:///{tmp_path}/{stores}.db"], capture_output=True, check=True, text=True
    )
    assert json.loads(run.stdout) is imported
    assert run.stderr == ""


def test_a_migration_that_fails_leaves_the_store_as_it_was(tmp_path, monkeypatch):
    def fail(*_) -> None:
        raise RuntimeError("half way")

    with monkeypatch.context() as patch:
        patch.setattr("alembic.operations.Operations.create_index", fail)
        with pytest.raises(RuntimeError, match="half way"):
            open_store(f"sqlite:///{tmp_path}/a.db")
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []
    open_store(f"sqlite:///{tmp_path}/a.db").close()
