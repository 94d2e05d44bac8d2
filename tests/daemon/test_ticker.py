"""Ticks by a clock that a test sets: real newsroom, real store, no process of its own."""

from __future__ import annotations

import gc
import sqlite3
import tracemalloc
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from digest.app import Newsroom
from digest.core.errors import StoreError
from digest.core.modeluse import Spent
from digest.core.schedule import slots_between
from digest.daemon.metrics import Metrics
from digest.daemon.ticker import LAST_RETRY, Ticker

START = datetime(2026, 3, 20, 12, tzinfo=UTC)
CONFIG = """\
site: {{title: T, url: https://news.example.org}}
newsletters:
  daily: {{title: Daily, timezone: {zone}, schedule: '{schedule}', late: 1h, catch_up: {catch_up}}}
"""


class Life:
    """A daemon's ticks in a newsroom, and the clock."""

    def __init__(self, root, log) -> None:
        self.root = root
        self.now = START
        self.log = log
        for number in range(60):
            self.article(number)

    def configure(self, *, zone="Europe/Berlin", schedule="30 2 * * *", catch_up="merge") -> None:
        text = CONFIG.format(zone=zone, schedule=schedule, catch_up=catch_up)
        (self.root / "config.yaml").write_text(text, encoding="utf-8")

    def article(self, number: int) -> None:
        folder = self.root / "articles"
        folder.mkdir(exist_ok=True)
        date = START + timedelta(hours=12 * number)
        words = " ".join(f"word{number}x{n}" for n in range(25))
        (folder / f"{number}.md").write_text(f"---\ntitle: No {number}\ndate: {date.isoformat()}\n---\n{words}.\n")

    def start(self) -> Ticker:
        newsroom = Newsroom.open(self.root / "config.yaml", clock=lambda: self.now)
        return Ticker(newsroom, Metrics("0", START), lambda: self.now)


@pytest.fixture
def life(tmp_path, log) -> Life:
    life = Life(tmp_path, log)
    life.configure()
    return life


def records(ticker):
    return sorted(ticker.newsroom.store.editions.records("daily"), key=lambda record: record.slot)


def joined(found) -> bool:
    return all(one.window.end == other.window.start for one, other in pairwise(found))


@pytest.mark.unmeasured
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Beirut", "UTC"])
@pytest.mark.parametrize("schedule", ["30 2 * * *", "0 0 * * *"])
@pytest.mark.parametrize("change", [datetime(2026, 3, 7, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC)])
def test_around_both_clock_changes_each_day_has_one_edition(life, zone, schedule, change):
    life.configure(zone=zone, schedule=schedule)
    life.now = change
    ticker = life.start()
    while life.now < change + timedelta(days=24):
        ticker.tick()
        life.now += timedelta(hours=7)
    found = records(ticker)
    local = [record.slot.astimezone(ticker.newsroom.target("daily").newsletter.zone).date() for record in found]
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(local))
    assert len(found) in (23, 24, 25)
    assert joined(found)


def test_three_days_down_are_merged_into_one(life):
    ticker = life.start()
    for _ in range(8):
        ticker.tick()
        life.now += timedelta(hours=6)
    life.now += timedelta(days=3)
    ticker.tick()
    found = records(ticker)
    assert [record.status for record in found][-4:] == ["composed", "skipped", "skipped", "composed"]
    assert joined(found)
    assert len(found[-1].articles) == 6  # two a day, none left out
    assert {each["why"] for each in life.log.events("skipped")} <= {"too few"}  # merged ones are part of an edition


def test_a_schedule_that_was_only_written_otherwise_is_the_same_schedule(life):
    life.configure(schedule="every day at 8", zone="UTC")
    ticker = life.start()
    for _ in range(3):
        ticker.tick()
        life.now += timedelta(days=1)
    life.now += timedelta(days=3)  # nobody there, and somebody tidies config.yaml meanwhile
    life.configure(schedule="Every day  at 8", zone="UTC")
    ticker = life.start()
    ticker.tick()
    assert len(life.log.events("met")) == 1
    assert [record.slot.day for record in records(ticker)] == [21, 22, 23, 24, 25, 26]


def test_a_clock_ten_years_ahead_for_a_while(life):
    ticker = life.start()
    for _ in range(8):
        ticker.tick()
        life.now += timedelta(hours=6)
    before = records(ticker)
    right = life.now
    life.now = right.replace(year=2036)
    ticker.tick()
    astray = [record for record in records(ticker) if record not in before]
    assert len([record for record in astray if record.status == "composed"]) == 1
    assert len(astray) <= 1000  # however many slots ten years have
    assert joined(records(ticker))
    life.now = right
    for _ in range(8):
        ticker.tick()
        life.now += timedelta(hours=6)
    now_again = [record for record in records(ticker) if record.slot < life.now]
    assert len(now_again) == len(before) + 2
    assert joined(now_again)
    titles = [title for record in records(ticker) for title in record.titles]
    assert len(titles) == len(set(titles))


@pytest.mark.unmeasured
@pytest.mark.parametrize("catch_up", ["merge", "all", "latest", "none"])
def test_a_clock_ten_years_ahead_silences_nothing(life, catch_up):
    """Every week of those years has a row now; they were written by a clock that was wrong."""
    life.configure(schedule="0 8 * * mon", catch_up=catch_up)
    ticker = life.start()
    for _ in range(16):
        ticker.tick()
        life.now += timedelta(days=1)
    right = life.now
    life.now = right.replace(year=2036)
    ticker.tick()
    life.now = right
    for number in range(100, 130):
        life.article(number)
    # Nor by hand: the edition of those years does not hold what a person asks for.
    scheduling, target = ticker.newsroom.scheduling, ticker.newsroom.target("daily")
    life.now = right.replace(hour=6, minute=30) + timedelta(days=1)
    assert [run.record.slot for run in scheduling.run_latest(target, life.now)][-1] == target.schedule.previous(
        life.now
    )
    life.now = right.replace(hour=6, minute=30)  # each day half an hour after a slot may have been
    while life.now < START + timedelta(days=70):
        ticker.tick()
        life.now += timedelta(days=1)
    again = [record for record in records(ticker) if right < record.slot < life.now]
    assert len(again) == 8
    assert {record.status for record in again[-3:]} == {"composed"}
    assert joined(again)


@pytest.mark.parametrize("year", [1970, 2016, 2024])
def test_a_clock_behind_makes_nothing(life, year):
    ticker = life.start()
    for _ in range(8):
        ticker.tick()
        life.now += timedelta(hours=6)
    before, right = [record for record in records(ticker) if record.status == "composed"], life.now
    for hours in range(0, 72, 6):
        life.now = right.replace(year=year) + timedelta(hours=hours)
        assert ticker.tick() == (year > 2020)
    assert [record for record in records(ticker) if record.status == "composed"] == before
    life.now = right + timedelta(days=1)
    assert ticker.tick()
    found = [record for record in records(ticker) if record.slot >= before[0].slot]
    assert joined(found)
    assert found[-1].slot > before[-1].slot


def test_a_newsletter_met_before_the_machine_knew_the_time_gets_nothing_for_its_past(life):
    right, life.now = life.now, datetime(1970, 1, 1, tzinfo=UTC)
    ticker = life.start()
    assert not ticker.tick()
    assert "1970-01-01" in life.log.events("failing")[0]["error"]
    life.now = right
    assert ticker.tick()
    assert records(ticker) == []


def test_what_a_kill_left_undone_is_finished_and_told(life):
    ticker = life.start()
    ticker.tick()
    life.now += timedelta(days=1)
    ticker.tick()
    with closing(sqlite3.connect(life.root / "digest.db")) as connection, connection:
        connection.execute("UPDATE editions SET published_at = NULL")
    (life.root / "out/daily/index.html").unlink()
    ticker.tick()
    assert (life.root / "out/daily/index.html").exists()
    assert len(life.log.events("finished")) == 1


def test_each_slot_is_told_when_it_is_done_and_none_begun_when_it_is_to_stop(life):
    life.configure(schedule="@hourly", zone="UTC", catch_up="all")
    ticker = life.start()
    ticker.tick()
    life.now += timedelta(hours=40)  # the articles are twelve hours apart: three or four editions
    ticker.stopping = lambda: bool(life.log.events("composed"))
    ticker.tick()
    assert [record.status for record in records(ticker)].count("composed") == 1
    ticker.stopping = lambda: False
    ticker.tick()
    assert len(life.log.events("composed")) == [record.status for record in records(ticker)].count("composed") > 2


def test_an_hour_back_and_forth_makes_each_slot_once(life):
    life.configure(schedule="@hourly", zone="UTC")
    ticker = life.start()
    for number in range(40):
        ticker.tick()
        life.now += timedelta(minutes=[50, 70, -60, 130, -60][number % 5])
    found = records(ticker)
    schedule = ticker.newsroom.target("daily").schedule
    # None left out between the first and the last, however often the clock passed them.
    expected = slots_between(schedule, found[0].slot, found[-1].slot + timedelta(hours=1))
    assert [record.slot for record in found] == expected
    assert len(found) >= 20
    assert joined(found)


def test_what_fails_is_tried_again_at_growing_intervals_and_told_once(life):
    life.configure(schedule="@hourly", zone="UTC")
    ticker = life.start()
    ticker.tick()
    template = life.root / "templates" / "story.html"
    template.parent.mkdir()
    template.write_text("{{ storey }}")
    life.now += timedelta(hours=1)
    for _ in range(120):  # half an hour of ticks
        assert not ticker.tick()
        life.now += timedelta(seconds=15)
    assert len(life.log.events("failing")) == 1
    assert "templates/story.html:1" in life.log.events("failing")[0]["error"]
    assert ticker.troubles.keys() == {"daily"}
    template.unlink()
    life.now += LAST_RETRY
    assert ticker.tick()
    assert life.log.events("works_again")[0]["failures"] < 15
    assert [record.status for record in records(ticker)].count("composed") == 1


def test_a_store_that_cannot_be_read_is_told_and_no_end(life, monkeypatch):
    ticker = life.start()
    ticker.tick()

    def broken(*args):
        raise StoreError("is a damaged database", place="digest.db")

    monkeypatch.setattr(ticker.newsroom.store.standings, "since", broken)
    assert not ticker.tick()
    assert ticker.troubles == {"the store": "digest.db: is a damaged database"}
    monkeypatch.undo()
    assert ticker.tick()


def test_it_begins_nothing_new_when_it_is_to_stop(life):
    ticker = life.start()
    ticker.tick()
    life.now += timedelta(days=1)
    ticker.stopping = lambda: True
    ticker.tick()
    assert records(ticker) == []


@pytest.mark.unmeasured
def test_memory_is_flat_over_a_year_of_ticks(life, caplog):
    """A sample of a year's ticks with its editions: what is held after the first months is held at the end."""
    life.configure(schedule="0 8 * * mon", zone="UTC")
    ticker = life.start()
    held = []
    for number in range(300):
        if number == 100:
            tracemalloc.start()
        ticker.tick()
        life.now += timedelta(days=365) / 300
        life.log.seek(0)
        life.log.truncate()
        caplog.clear()
        if number in (120, 299):
            gc.collect()
            held.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert len(records(ticker)) == 52
    # In bytes: less than a kilobyte for each tick between, with some thirty editions among them.
    assert held[1] < held[0] + 150_000, held


MODEL = "summaries: {method: model, model: fake, url: 'http://127.0.0.1:9/v1/'}\n"


def test_what_a_model_took_is_measured_where_one_is_to_be_asked(life):
    for more, shown in (("", False), (MODEL, True)):
        life.configure()
        config = life.root / "config.yaml"
        config.write_text(config.read_text(encoding="utf-8") + more, encoding="utf-8")
        ticker = life.start()
        ticker.newsroom.store.model_use.spend("daily", "e", Spent(2, 30, 4), 0.5, life.now)
        ticker.tick()
        assert (b'digest_model_calls_total{newsletter="daily"}' in ticker.metrics.render()) is shown
    assert b'digest_model_calls_total{newsletter="daily"} 4.0' in ticker.metrics.render()
