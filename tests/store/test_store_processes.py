"""Several processes at once, and processes that are killed: real ones, on real files."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, event

from digest.core.edition import DeliveryCounts
from digest.core.outbox import Recovered
from digest.store.opening import open_store

NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)
PREAMBLE = """
import os, signal, sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlalchemy import Engine, event
from digest.core.edition import Entry, FrozenEdition, Verdict, Window
from digest.core.model import Block, Body, FoundArticle
from digest.core.outbox import Plan, Settled
from digest.core.ports import Reading
from digest.store.opening import open_store

NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)
URL = sys.argv[1]

def readings(count, mark=""):
    for number in range(count):
        text = f"Text {number} {mark} " + "and so on " * 10
        body = Body(text, (Block("paragraph", text),))
        path = f"{number}.md"
        yield Reading(path, (FoundArticle(source="s", path=path, title=f"{number}", body=body, id=f"id-{number}"),))

def fingerprints(count, mark=""):
    return {f"{number}.md": f"1{mark}" for number in range(count)}

def edition(keys, title):
    entries = tuple(
        Entry(key=key, edition="e", position=position, section="", title=title, url="", summary="", html="",
              author="", categories=(), language="en", published=None, appeared=NOW)
        for position, key in enumerate(keys))
    return FrozenEdition(newsletter="weekly", id="e", slot=NOW, window=Window(NOW, NOW), title=title, subject="",
                         preheader="", hash="", entries=entries, files={f"{n}.html": b"x" for n in range(20)})

def freeze(store, title="t"):
    keys = sorted(candidate.key for candidate in store.library.candidates("weekly"))
    verdicts = [Verdict(key, "rule", True, "Why.") for key in keys]
    plan = Plan({"file": None}, tuple(f"{n}@e.org" for n in range(50)))
    return store.editions.freeze(edition(keys, title), verdicts, plan, NOW)

def kill_at(beginning, nth):
    # SQLite reports each statement, each row of a batch too, before it runs it.
    left = [nth]
    def traced(statement):
        if statement.startswith(beginning):
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
    event.listen(Engine, "connect", lambda connection, _: connection.set_trace_callback(traced))

def start_together(ready, go):
    Path(ready).touch()
    while not Path(go).exists():
        time.sleep(0.002)
"""


def run(program: str, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PREAMBLE + program, url, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def fill(url: str, newsrooms, count: int) -> None:
    with open_store(url) as store:
        newsroom = newsrooms(store, "s")
        for number in range(count):
            newsroom.put(f"{number}.md")
        assert len(newsroom.collect().added) == count


def together(program: str, url: str, folder, count: int) -> list[str]:
    """What each of several processes says that run the program at the same moment."""
    go = folder / "go"
    processes = []
    for number in range(count):
        start = f"start_together({str(folder / f'ready{number}')!r}, {str(go)!r})\n"
        command = [sys.executable, "-c", PREAMBLE + start + program, url]
        processes.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
    while not all((folder / f"ready{number}").exists() for number in range(count)):
        assert all(process.poll() is None for process in processes)
    go.touch()
    return [process.communicate(timeout=120)[0].strip() for process in processes]


def test_a_new_store_is_opened_by_many_at_once(tmp_path):
    url = f"sqlite:///{tmp_path}/digest.db"
    said = together("with open_store(URL) as store: print(store.editions.feed_id('x'))", url, tmp_path, 5)
    assert said == ["x"] * 5


def test_a_slot_frozen_by_many_at_once_has_one_edition(tmp_path, newsrooms):
    url = f"sqlite:///{tmp_path}/digest.db"
    fill(url, newsrooms, 50)
    program = "with open_store(URL) as store: print(freeze(store, str(os.getpid())))"
    assert sorted(together(program, url, tmp_path, 4)) == ["False"] * 3 + ["True"]
    with open_store(url) as store:
        (record,) = store.editions.records("weekly")
        assert len(record.articles) == 50
        assert store.ledger.counts("weekly", "e") == DeliveryCounts(planned=50, waiting=50)


def test_one_collection_recorded_by_many_at_once_is_added_once(tmp_path):
    url = f"sqlite:///{tmp_path}/digest.db"
    program = """
with open_store(URL) as store:
    print(len(store.library.record('s', readings(200), fingerprints(200), [], NOW).added))
"""
    assert sorted(together(program, url, tmp_path, 3)) == ["0", "0", "200"]


def test_a_writer_waits_for_another(tmp_path, newsrooms):
    url = f"sqlite:///{tmp_path}/digest.db"
    open_store(url).close()
    asked, changes = threading.Event(), []

    def collect() -> None:
        with open_store(url) as store:
            newsroom = newsrooms(store)
            newsroom.put("a.md")
            changes.append(newsroom.collect())

    def begun(connection) -> None:
        if connection.get_execution_options().get("digest_writing"):
            asked.set()

    with closing(sqlite3.connect(tmp_path / "digest.db", isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        writer = threading.Thread(target=collect)
        event.listen(Engine, "begin", begun)  # runs before the store's own, which asks for the lock
        try:
            writer.start()
            assert asked.wait(60)
            assert not changes
            other.execute("ROLLBACK")
            writer.join(60)
        finally:
            event.remove(Engine, "begin", begun)
    assert len(changes[0].added) == 1


KILLS = [
    ("INSERT INTO articles", 1),
    ("INSERT INTO bodies", 150),
    ("INSERT INTO identities", 1),
    ("INSERT INTO files", 299),
    ("COMMIT", 1),
]


@pytest.mark.parametrize(("statement", "nth"), KILLS)
def test_a_collection_that_is_killed_leaves_nothing(tmp_path, newsrooms, statement, nth):
    url = f"sqlite:///{tmp_path}/digest.db"
    open_store(url).close()
    program = """
kill_at(sys.argv[2], int(sys.argv[3]))
store = open_store(URL)
store.library.record('s', readings(300), fingerprints(300), [], NOW)
"""
    nth += statement == "COMMIT"  # the first is the end of looking at the schema
    assert run(program, url, statement, str(nth)).returncode == -signal.SIGKILL
    with open_store(url) as store:
        assert store.library.candidates("weekly") == []
        assert store.library.fingerprints("s") == {}
    fill(url, newsrooms, 300)


@pytest.mark.parametrize(
    ("statement", "nth"), [("UPDATE articles", 1), ("UPDATE bodies", 60), ("DELETE FROM files", 1)]
)
def test_a_changed_collection_that_is_killed_leaves_what_was(tmp_path, newsrooms, statement, nth):
    url = f"sqlite:///{tmp_path}/digest.db"
    fill(url, newsrooms, 90)
    with open_store(url) as store:
        before = store.library.fingerprints("s")
    program = """
kill_at(sys.argv[2], int(sys.argv[3]))
open_store(URL).library.record('s', readings(90, 'new'), fingerprints(90, 'new'), [], NOW)
"""
    assert run(program, url, statement, str(nth)).returncode == -signal.SIGKILL
    with open_store(url) as store:
        assert not any("new" in article.body.html for article in store.library.articles())
        assert store.library.fingerprints("s") == before


@pytest.mark.parametrize(
    ("statement", "nth"),
    [
        ("INSERT INTO editions", 1),
        ("INSERT INTO edition_articles", 20),
        ("INSERT INTO edition_files", 20),
        ("INSERT INTO verdicts", 40),
        ("INSERT INTO subscribers", 30),
        ("INSERT INTO dispatches", 1),
        ("INSERT INTO deliveries", 50),
        ("UPDATE dispatches", 1),
    ],
)
def test_an_edition_whose_freezing_is_killed_is_not_there_and_can_be_made(tmp_path, newsrooms, statement, nth):
    url = f"sqlite:///{tmp_path}/digest.db"
    fill(url, newsrooms, 40)
    program = "kill_at(sys.argv[2], int(sys.argv[3])); freeze(open_store(URL))"
    assert run(program, url, statement, str(nth)).returncode == -signal.SIGKILL
    with open_store(url) as store:
        assert store.editions.records("weekly") == []
        assert store.editions.files("weekly", "e") == {}
        assert store.editions.verdicts("weekly", "e") == []
        assert store.ledger.counts("weekly", "e") == DeliveryCounts()
        assert len(store.library.candidates("weekly")) == 40
    assert run("with open_store(URL) as store: print(freeze(store))", url).stdout == "True\n"


def test_what_was_settled_before_a_kill_stays_settled(tmp_path):
    url = f"sqlite:///{tmp_path}/digest.db"
    program = """
store = open_store(URL)
store.library.record('s', readings(3), fingerprints(3), [], NOW)
freeze(store)
(dispatch,) = store.ledger.dispatches('weekly', 'e')
batch = store.ledger.begin(dispatch.id, 'me', NOW, timedelta(minutes=15))
claimed = [each.delivery for each in store.ledger.claim(dispatch.id, batch, 20, NOW)]
store.ledger.commit(batch, (), claimed[:10], NOW)
for each in claimed[:7]:
    store.ledger.commit(batch, [Settled(each, 'accepted')], (), NOW)
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert run(program, url).returncode == -signal.SIGKILL
    with open_store(url) as store:
        (dispatch,) = store.ledger.dispatches("weekly", "e")
        accepted = [each.address for each, _ in store.ledger.places(dispatch.id, "accepted")]
        assert accepted == [f"{number}@e.org" for number in range(7)]
        before = DeliveryCounts(planned=50, accepted=7, uncertain=3, waiting=40)
        assert store.ledger.counts("weekly", "e") == before
        # What was on its way stays in doubt, what was merely claimed goes again.
        assert store.ledger.recover(NOW, lambda _: True, lambda _: False) == Recovered(waiting=10, uncertain=3)
        assert store.ledger.counts("weekly", "e") == before
