from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from digest.core.edition import DeliveryCounts
from digest.core.roster import Enrolment
from digest.store import migrations
from digest.store.opening import open_store
from digest.store.tables import HEAD, METADATA, VERSION_TABLE

pytestmark = pytest.mark.usefixtures("migrating")
SCHEMA = f"SELECT name, sql FROM sqlite_master WHERE tbl_name <> '{VERSION_TABLE}' ORDER BY name"  # noqa: S608 a constant


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path) -> str:
    """The URL of a store that is not there yet, in each kind of database."""
    return f"sqlite:///{tmp_path}/a.db" if request.param == "sqlite" else request.getfixturevalue("new_postgresql")()


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


AT = "2026-03-02T07:00:00.000000Z"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FORGOTTEN = "0123456789abcdef" * 4
OLD = [
    # edition, sink, recipient, state, reply
    ("e", "file:a", "Zoe <zoe@example.org>", "accepted", "out/zoe.eml"),
    ("e", "file:a", "Ann@Example.org", "waiting", ""),
    ("e", "file:a", "ben@example.org", "excluded", "unsubscribed"),
    ("e", "file:a", "ann@example.org", "accepted", "out/ann.eml"),
    ("e", "file:a", f"forgotten:{FORGOTTEN}", "accepted", ""),
    ("e", "file:b", "ann@example.org", "waiting", ""),
    ("f", "file:b", "ann@example.org", "accepted", "out/ann-2.eml"),
]


def old_store(url: str, revision: str) -> None:
    """A store as an earlier digest had it, with two editions and what became of them."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", "digest.store:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        for edition in ("e", "f"):
            connection.execute(
                text(
                    "INSERT INTO editions (newsletter, slot, edition, status, reason, window_start, window_end, title, "
                    "subject, preheader, hash, composed_at) "
                    "VALUES ('weekly', :slot, :edition, 'composed', '', :at, :at, '', '', '', '', :at)"
                ),
                {"edition": edition, "slot": AT.replace("07", "08") if edition == "f" else AT, "at": AT},
            )
        for position, (edition, sink, recipient, state, reply) in enumerate(OLD):
            connection.execute(
                text(
                    "INSERT INTO deliveries (newsletter, edition, sink, recipient, position, state, reply, settled_at) "
                    "VALUES ('weekly', :edition, :sink, :recipient, :position, :state, :reply, :settled_at)"
                ),
                {
                    "edition": edition,
                    "sink": sink,
                    "recipient": recipient,
                    "position": position,
                    "state": state,
                    "reply": reply,
                    "settled_at": None if state == "waiting" else AT,
                },
            )
    engine.dispose()


@pytest.mark.parametrize("revision", ["0002", "0003"])
def test_what_became_of_old_deliveries_is_taken_over(url, revision):
    old_store(url, revision)
    with open_store(url) as store:
        ledger = store.ledger
        # Two spellings of one person are one, and she has her copy.
        assert ledger.counts("weekly", "e") == DeliveryCounts(planned=5, accepted=3, excluded=1, waiting=1)
        assert ledger.counts("weekly", "f") == DeliveryCounts(planned=1, accepted=1)
        first, second = ledger.dispatches("weekly", "e")
        assert [(each.sink, each.planned, each.next_at) for each in (first, second)] == [
            ("file:a", 4, None),
            ("file:b", 1, datetime.fromisoformat(AT)),
        ]
        found = [(who.address, who.name, place) for who, place in ledger.places(first.id, "accepted")]
        assert found == [
            ("zoe@example.org", "Zoe", "out/zoe.eml"),
            ("Ann@example.org", "", "out/ann.eml"),
            ("", "", ""),
        ]
        assert ("file:a", "excluded", "example.org", "unsubscribed", 1) in ledger.tally("weekly", "e")
        assert [each.id for each in ledger.open()] == [second.id]
        # It goes on from there: the same person, the same number, and new dispatches.
        ann = store.roster.number("ANN@example.org")
        batch = ledger.begin(second.id, "me", NOON, NOON - datetime.fromisoformat(AT))
        assert [each.subscriber for each in ledger.claim(second.id, batch, 9, NOON)] == [ann]
        store.roster.enrol("weekly", [Enrolment(address="ann@example.org", state="active")], NOON)
        assert store.roster.number("ann@example.org") == ann
        assert store.roster.forget("ann@example.org", NOON).deliveries == 3


def test_a_store_that_was_taken_over_plans_on(url, desks):
    old_store(url, "0003")
    with open_store(url) as store:
        desk = desks(store)
        dispatch = desk.freeze("new@example.org", edition="g")
        assert dispatch.id > max(each.id for each in store.ledger.dispatches("weekly", "f"))
        assert len(desk.take(dispatch)[1]) == 1
