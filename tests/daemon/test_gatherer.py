"""The gatherer beside the daemon: real threads, a real store, a real web server."""

# ruff: noqa: SLF001 what happens between two instants is not to be seen from outside

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "fetch"))

from web_server import answer, serving

from digest.app import Newsroom
from digest.config import load
from digest.daemon.gatherer import Gatherer, is_needed
from digest.store.opening import open_store

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
FEED = b"""<rss version="2.0"><channel><title>T</title><item><title>One</title><guid>1</guid>
<description>Something happened there, and it was seen by many.</description></item></channel></rss>"""


@pytest.fixture
def server():
    with serving() as server:
        server.on("/feed", answer(FEED))
        yield server


@pytest.fixture
def settings(tmp_path, server):
    (tmp_path / "articles").mkdir()
    (tmp_path / "config.yaml").write_text(f"""\
sources: [{{type: folder, path: articles}}, {{type: feed, url: "{server.url("/feed")}", local: true}}]
newsletters:
  weekly: {{title: Weekly, timezone: UTC, schedule: "0 8 * * mon"}}
""")
    return load(tmp_path / "config.yaml")


@pytest.fixture
def gatherer(settings, log):
    gatherer = Gatherer(settings, lambda: NOW)
    yield gatherer
    assert gatherer.stop(10)


def titles(settings):
    with open_store(settings.store) as store:
        return [each.title for each in store.library.candidates()]


def test_it_gathers_and_whoever_asks_waits_for_it(gatherer, settings, log):
    gatherer.start()
    assert gatherer.gather_now(30, lambda: False)
    assert titles(settings) == ["One"]
    assert [each["added"] for each in log.events("collected")] == [1]
    assert not gatherer.trouble


def test_nobody_waits_longer_than_they_will(gatherer, server):
    reached, release = Event(), Event()

    async def slow(_, writer):
        reached.set()
        await asyncio.get_running_loop().run_in_executor(None, release.wait, 30)
        writer.close()

    server.on("/feed", slow)
    gatherer.start()
    assert reached.wait(30)
    assert not gatherer.gather_now(0.1, lambda: False)
    assert not gatherer.gather_now(60, lambda: True)
    release.set()


def test_it_stops_in_the_middle_of_a_fetch_and_lets_go_of_the_store(settings, server, log):
    """Not when the slow server has answered: another store may be put in its place meanwhile."""
    reached, release = Event(), Event()

    async def slow(_, writer):
        reached.set()
        await asyncio.get_running_loop().run_in_executor(None, release.wait, 60)
        writer.close()

    server.on("/feed", slow)
    gatherer = Gatherer(settings, lambda: NOW)
    gatherer.start()
    try:
        assert reached.wait(30)
        assert gatherer.stop(10)
    finally:
        release.set()
    with open_store(settings.store) as store:
        assert store.visits.all() == {}
    assert log.events("failing") == []


def test_a_stop_just_before_a_round_is_not_slept_through(settings, log):
    """It comes just as the gatherer forgets that it was woken."""
    gatherer = Gatherer(settings, lambda: NOW)

    class Wake(Event):
        def clear(self):
            gatherer._stopping.set()
            self.set()
            super().clear()

    gatherer._wake = Wake()
    gatherer.start()
    gatherer._thread.join(10)
    assert not gatherer._thread.is_alive()


def test_after_each_round_it_says_so_whatever_came_of_it(settings, server, log):
    said = Event()
    gatherer = Gatherer(settings, lambda: NOW, said.set)
    gatherer.start()
    try:
        assert said.wait(30)
        Path(settings.store.removeprefix("sqlite:///")).unlink()
        Path(settings.store.removeprefix("sqlite:///")).mkdir()
        said.clear()
        gatherer.gather_now(30, lambda: False)
        assert said.wait(30)
        assert "digest.db" in gatherer.trouble
    finally:
        assert gatherer.stop(10)


def test_a_source_that_is_taken_out_while_it_is_fetched_leaves_nothing_behind(settings, server, log, tmp_path):
    """By a daemon that has read the new configuration already, while another is in the middle of a round."""
    reached, release = Event(), Event()

    async def slow(_, writer):
        reached.set()
        await asyncio.get_running_loop().run_in_executor(None, release.wait, 30)
        writer.write(answer(FEED))

    server.on("/feed", slow)
    gatherer = Gatherer(settings, lambda: NOW)
    config = tmp_path / "config.yaml"
    config.write_text(config.read_text().replace(", {type: feed,", "]\n#"))
    after = load(config)
    assert not is_needed(after)
    gatherer.start()
    with Newsroom(after, open_store(after.store), lambda: NOW) as newsroom:

        def collect():
            newsroom.intake.collect(NOW, lambda items, **_: iter(items), fetch=False)

        assert reached.wait(30)
        collect()
        release.set()
        assert gatherer.gather_now(30, lambda: False)
        assert gatherer.stop(10)
        assert [each.withdrawn for each in newsroom.store.library.candidates()] == [False]
        collect()
        assert newsroom.store.visits.all() == {}
        assert [each.withdrawn for each in newsroom.store.library.candidates()] == [True]


def test_a_store_that_cannot_be_used_is_told_and_tried_again(settings, log):
    gatherer = Gatherer(settings, lambda: NOW)
    Path(settings.store.removeprefix("sqlite:///")).mkdir()
    gatherer.start()
    try:
        assert gatherer.gather_now(30, lambda: False)
        assert "digest.db" in gatherer.trouble
        assert gatherer.gather_now(30, lambda: False)
        assert len(log.events("failing")) == 1
        Path(settings.store.removeprefix("sqlite:///")).rmdir()
        assert gatherer.gather_now(30, lambda: False)
        assert not gatherer.trouble
        assert titles(settings) == ["One"]
    finally:
        assert gatherer.stop(10)


def test_it_is_only_there_where_something_is_fetched(settings, tmp_path):
    assert is_needed(settings)
    (tmp_path / "config.yaml").write_text("""\
newsletters:
  weekly: {title: Weekly, timezone: UTC, schedule: "0 8 * * mon"}
""")
    assert not is_needed(load(tmp_path / "config.yaml"))
