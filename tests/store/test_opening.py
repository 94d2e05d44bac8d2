"""Opening and failing: mostly of SQLite, as each database fails in its own way."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from digest.config import load
from digest.core.errors import StoreError
from digest.store.opening import open_store
from digest.store.tables import HEAD

pytestmark = pytest.mark.usefixtures("migrating")


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "digest.db"


def at(path: Path) -> str:
    return f"sqlite:///{path}"


@pytest.fixture
def pragma():
    """Run a pragma on every connection made from here on."""
    undo = []

    def install(text: str) -> None:
        def run(connection, _entry) -> None:
            connection.execute(text)

        event.listen(Engine, "connect", run)
        undo.append(run)

    yield install
    for run in undo:
        event.remove(Engine, "connect", run)


def test_a_store_survives_being_closed(path, newsrooms):
    with open_store(at(path)) as store:
        newsroom = newsrooms(store)
        newsroom.put("a.md")
        newsroom.collect()
    with open_store(at(path), create=False) as store:
        assert len(store.library.candidates("weekly")) == 1
        assert store.place == str(path)
    store.close()  # again changes nothing


def test_a_commit_survives_a_power_cut(path):
    def setting(connection, name):
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()

    with open_store(at(path)) as store, store._database.write() as connection:  # noqa: SLF001 no port shows it
        assert setting(connection, "journal_mode") == "wal"
        assert setting(connection, "synchronous") == 2  # FULL
        assert setting(connection, "foreign_keys") == 1
    with open_store(at(path)) as store:
        with store._database.share(synced=False) as connection:  # noqa: SLF001 the same
            assert setting(connection, "synchronous") == 1  # NORMAL: a mark, that a machine's fall makes uncertain
        with store._database.write() as connection:  # noqa: SLF001 the same
            assert setting(connection, "synchronous") == 2


def test_a_scratch_copy_reaches_nothing(path, newsrooms):
    with open_store(at(path)) as store:
        newsroom = newsrooms(store)
        newsroom.put("a.md")
        newsroom.collect()
        with store.scratch() as scratch:
            trial = newsrooms(scratch)
            trial.put("b.md")
            assert len(trial.collect().added) == 1
            scratch.editions.feed_id("x")
            assert len(scratch.library.candidates("weekly")) == 2
        assert len(store.library.candidates("weekly")) == 1
        assert store.editions.feed_id("y") == "y"


def test_without_create_nothing_is_made(path):
    with open_store(at(path), create=False) as store:
        assert store.library.candidates("weekly") == []
        assert store.editions.feed_id("x") == "x"
    assert not list(path.parent.iterdir())


def test_an_empty_file_becomes_a_store(path):
    path.touch()
    with open_store(at(path)) as store:
        assert store.library.problems() == ()


def test_a_file_that_is_no_database(path):
    path.write_text("title: not a database\n" * 100)
    with pytest.raises(StoreError, match="is no database; name another file") as caught:
        open_store(at(path))
    assert caught.value.place == str(path)
    assert path.read_text().startswith("title: not")


def test_a_database_of_something_else_is_not_touched(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE cookies (name)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"something else .*'cookies'") as caught:
        open_store(at(path))
    assert caught.value.place == str(path)
    assert path.read_bytes() == before


def test_a_store_of_a_newer_digest(path):
    open_store(at(path)).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE digest_schema SET version_num = '9999'")
        connection.commit()
    with pytest.raises(StoreError, match=f"newer digest .*9999.*{HEAD}.*update digest"):
        open_store(at(path))


def test_a_damaged_store(path, newsrooms):
    with open_store(at(path)) as store:
        newsroom = newsrooms(store)
        for number in range(200):
            newsroom.put(f"{number}.md")
        newsroom.collect()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(StoreError, match="damaged") as caught, open_store(at(path)) as store:
        store.library.candidates("weekly")
    assert caught.value.place == str(path)


def test_a_folder_that_is_not_there(path):
    with pytest.raises(StoreError, match="there is no folder"):
        open_store(at(path.parent / "missing" / "digest.db"))


def test_a_folder_in_place_of_a_file(path):
    with pytest.raises(StoreError, match="is a folder"):
        open_store(at(path.parent))


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder in which nobody may write, root included")
def test_a_folder_that_cannot_be_written():
    with pytest.raises(StoreError, match="cannot be opened or made; make its folder writable"):
        open_store("sqlite:////proc/digest.db")


def test_a_store_that_cannot_be_written(path, pragma, newsrooms):
    open_store(at(path)).close()
    pragma("PRAGMA query_only = ON")
    with open_store(at(path)) as store:
        newsroom = newsrooms(store)
        newsroom.put("a.md")
        with pytest.raises(StoreError, match="cannot be written; make the file and its folder writable"):
            newsroom.collect()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_store_in_a_read_only_folder(path):
    path.parent.chmod(0o500)
    try:
        with pytest.raises(StoreError, match="make its folder writable"):
            open_store(at(path))
    finally:
        path.parent.chmod(0o700)


def test_a_full_disk_changes_nothing(path, pragma, newsrooms):
    open_store(at(path)).close()
    pragma("PRAGMA max_page_count = 60")
    with open_store(at(path)) as store:
        newsroom = newsrooms(store)
        for number in range(2000):
            newsroom.put(f"{number}.md")
        with pytest.raises(StoreError, match="disk is full; nothing was changed"):
            newsroom.collect()
        assert store.library.candidates("weekly") == []
        assert store.library.fingerprints("folder:articles") == {}


def test_a_store_that_is_locked_for_too_long(path, newsrooms):
    with open_store(at(path), timeout=0.05) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        newsroom = newsrooms(store)
        newsroom.put("a.md")
        with pytest.raises(StoreError, match=r"another process has been writing for more than 0\.05 s") as caught:
            newsroom.collect()
        assert caught.value.place == str(path)
        assert store.library.candidates("weekly") == []  # readers need not wait
        other.execute("ROLLBACK")
        assert len(newsroom.collect().added) == 1


def test_a_new_store_waits_for_another_that_is_making_it(path, monkeypatch):
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr("time.sleep", lambda _: other.execute("ROLLBACK"))  # SQLite itself would not wait here
        with open_store(at(path)) as store:
            assert store.library.problems() == ()
        assert not other.in_transaction


def test_a_new_store_that_is_locked_for_too_long(path):
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another process has been writing"):
            open_store(at(path), timeout=0.05)


def test_a_new_store_that_a_newer_digest_makes_first(path):
    def overtake(connection) -> None:
        if connection.get_execution_options().get("digest_writing"):
            with closing(sqlite3.connect(path)) as other:
                other.execute("CREATE TABLE digest_schema (version_num)")
                other.execute("INSERT INTO digest_schema VALUES ('9999')")
                other.commit()

    event.listen(Engine, "begin", overtake)  # runs before the store's own, which takes the lock
    try:
        with pytest.raises(StoreError, match=r"newer digest .*9999"):
            open_store(at(path))
    finally:
        event.remove(Engine, "begin", overtake)


@pytest.mark.parametrize("url", ["digest.db", "", "mysql://h/db", "sqlite://host/x.db", "sqlite:///x.db?mode=ro"])
def test_a_url_that_names_no_store(url):
    with pytest.raises(StoreError, match=r"write sqlite:///digest\.db"):
        open_store(url)


def test_an_error_shows_no_password():
    with pytest.raises(StoreError) as caught:
        open_store("mysql://me:secret@h/db")
    assert "secret" not in str(caught.value)


def test_a_text_that_is_no_unicode_is_an_error_of_the_store(newsroom):
    newsroom.put("\udcff.md")
    with pytest.raises(StoreError, match="surrogates"):
        newsroom.collect()


@pytest.mark.parametrize("path", ["/", "%2F"])
def test_a_postgresql_is_reached_by_the_socket_that_the_url_names(tmp_path, postgresql, path):
    start, _, socket = postgresql().partition("?host=")
    assert socket.startswith("/"), "the server of the tests listens on a socket"
    url = f"{start}?host={socket.replace('/', path)}"
    (tmp_path / "config.yaml").write_text(
        f'newsletters: {{weekly: {{title: W, timezone: UTC, schedule: "0 8 * * mon"}}}}\nstore: {json.dumps(url)}\n'
    )
    settings = load(tmp_path / "config.yaml")
    with open_store(settings.store) as store:
        known = store.secret
    with open_store(f"{start}?host={socket}", create=False) as store:
        assert store.secret == known


@pytest.mark.parametrize("url", ["postgresql://me:secret@host:x/digest", "postgresql://me:secret@[::1/digest"])
def test_a_url_that_cannot_be_read_is_named_without_its_password(url):
    with pytest.raises(StoreError) as caught:
        open_store(url)
    assert str(caught.value).startswith("store: is no URL of a store; write ")
    assert "secret" not in str(caught.value)
