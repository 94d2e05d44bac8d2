"""`digest status` and the daemon's log: a source is told of once its trouble lasts, and once it is over."""

from __future__ import annotations

import io
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "fetch"))

from web_server import answer, serving

from digest.app import Newsroom
from digest.daemon import logs
from digest.daemon.gatherer import gather

START = datetime(2026, 3, 3, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)
GOOD = answer(
    b"<rss version='2.0'><channel><title>T</title><item><title>One</title><link>https://example.org/1</link>"
    b"<description>A text.</description></item></channel></rss>"
)
BAD = answer(status=500)


class Watch:
    """A newsroom with one feed, gathered from by a clock of its own."""

    def __init__(self, room, web) -> None:
        self.room, self.web, self.now = room, web, START
        config = room.root / "config.yaml"
        source = f"  - {{type: feed, url: '{web.url('/feed')}', name: Pumps, local: true}}\n"
        config.write_text(config.read_text().replace("newsletters:\n", f"{source}newsletters:\n"))
        self.log = io.StringIO()
        logs.configure(self.log, form="json")
        self.newsroom = Newsroom.open(config, clock=lambda: self.now)

    def tick(self, *answers: bytes) -> None:
        """An hour later; the feed answers so from now on."""
        for each in answers:
            self.web.on("/feed", each)
            self.now += HOUR
            gather(self.newsroom, self.now, lambda items, **_: iter(items))

    def events(self, name: str) -> list[dict]:
        return [each for each in map(json.loads, self.log.getvalue().splitlines()) if each["event"] == name]

    def problems(self) -> list[str]:
        """Those that were told of the feed."""
        told = [each["problem"] for each in self.events("problem")]
        return [each for each in told if each.startswith("feed:Pumps: ")]

    def wrong(self) -> tuple[int, list[str]]:
        """The exit code of `digest status`, and what it finds wrong with sources."""
        result = self.room.run("status", "--json")
        found = [each["message"] for each in result.json["wrong"] if each["what"] == "source"]
        assert {each["place"] for each in result.json["wrong"] if each["what"] == "source"} <= {"feed:Pumps"}
        return result.code, found


@pytest.fixture
def watch(room, monkeypatch):
    with serving() as web:
        found = Watch(room, web)
        monkeypatch.setattr("digest.terminal.system_clock", lambda: found.now)
        yield found
        found.newsroom.store.close()


def test_one_that_failed_once_is_not_spoken_of(watch):
    watch.tick(GOOD, BAD)
    assert watch.wrong() == (0, [])
    assert watch.problems() == []


def test_one_that_fails_for_a_day_is(watch):
    watch.tick(GOOD, *[BAD] * 30)
    code, found = watch.wrong()
    assert code == 1
    (message,) = found
    assert "nothing has come of it since " in message
    assert "answers 500" in message
    assert "feed:Pumps" in watch.room.run("status").err
    assert len(watch.problems()) == 1
    assert watch.events("source_recovered") == []


def test_its_recovery_is_told_once(watch):
    watch.tick(*[BAD] * 30)
    watch.tick(*[GOOD] * 20)
    assert watch.events("source_recovered")[0]["source"] == "feed:Pumps"
    assert len(watch.events("source_recovered")) == 1
    assert watch.wrong() == (0, [])


def test_one_that_is_gone_is_told_at_once(watch):
    watch.tick(GOOD, answer(status=410))
    code, (message,) = watch.wrong()
    assert code == 1
    assert "gone for good" in message


def test_one_that_is_no_longer_configured_or_has_another_address_is_not_spoken_of(watch):
    watch.tick(*[BAD] * 30)
    config = watch.room.root / "config.yaml"
    text = config.read_text()
    config.write_text(text.replace("/feed", "/other"))
    assert watch.wrong() == (0, [])
    config.write_text(text.replace("name: Pumps", "name: Others"))
    assert watch.wrong() == (0, [])
