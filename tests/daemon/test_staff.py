"""Those who work beside the main thread: what is told of one who takes too long."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Event

import pytest

from digest.config import load
from digest.daemon.metrics import Metrics
from digest.daemon.staff import Staff

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
CONFIG = """\
sources: [{type: feed, url: "http://127.0.0.1:9/feed", local: true}]
newsletters: {weekly: {title: Weekly, timezone: UTC, schedule: "0 8 * * mon"}}
"""


@pytest.fixture
def staff(tmp_path, log, monkeypatch):
    """In the middle of a round of gathering, which goes on until the end of the test."""
    begun, release = Event(), Event()

    def gather(*_):
        begun.set()
        release.wait(60)

    monkeypatch.setattr("digest.daemon.gatherer.gather", gather)
    (tmp_path / "config.yaml").write_text(CONFIG)
    staff = Staff(lambda: NOW, Metrics("0", NOW))
    staff.work_by(load(tmp_path / "config.yaml"))
    assert begun.wait(60)
    yield staff
    release.set()
    staff.leave(30, others=30)


def test_an_edition_goes_on_without_what_is_still_fetched_and_that_is_told(staff, log, monkeypatch):
    monkeypatch.setattr("digest.daemon.staff.FRESH", 0.1)
    staff.gather(lambda: False)
    assert [each["waited"] for each in log.events("gathering_goes_on")] == [0.1]


def test_who_stops_while_waiting_is_told_nothing(staff, log):
    staff.gather(lambda: True)
    assert log.events("gathering_goes_on") == []


def test_who_has_not_ended_in_time_is_told_of(staff, log):
    staff.leave(0, others=0)
    assert [each["what"] for each in log.events("cut_short")] == ["the gatherer"]
    staff.leave(0, others=0)
    assert len(log.events("cut_short")) == 1
