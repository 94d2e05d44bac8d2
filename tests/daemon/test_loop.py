"""The daemon's loop, tick by tick, in this process: what its own faults look like from outside."""

# ruff: noqa: SLF001 the loop is taken apart here: what it does between two instants is not to be seen from outside

from __future__ import annotations

from datetime import UTC, datetime
from threading import Event

import pytest

from digest.core.errors import StoreError
from digest.daemon.loop import Daemon
from digest.daemon.systemd import Notifier

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
CONFIG = """\
site: {title: T, url: https://news.example.org}
newsletters:
  weekly: {title: Weekly, timezone: UTC, schedule: '0 8 * * mon'}
daemon: {heartbeat: beat}
"""


@pytest.fixture
def daemon(tmp_path, log, monkeypatch):
    (tmp_path / "articles").mkdir()
    (tmp_path / "config.yaml").write_text(CONFIG)
    daemon = Daemon(tmp_path / "config.yaml", lambda: NOW, Notifier())
    daemon._open()
    daemon._alarm.start()
    yield daemon
    monkeypatch.undo()
    daemon._alarm.stop()
    daemon._close()
    daemon._newsroom.store.close()


def test_a_store_that_can_be_read_but_not_written_fails_once_and_the_heartbeat_says_so(
    daemon, log, tmp_path, monkeypatch
):
    daemon._tick()
    assert " ok " in (tmp_path / "beat").read_text()

    def full(_):
        raise StoreError("the disk is full", place="digest.db")

    monkeypatch.setattr(daemon._newsroom.store.daemons, "note", full)
    for _ in range(5):
        daemon._tick()
        assert " failing " in (tmp_path / "beat").read_text()
    assert len(log.events("failing")) == 1
    assert log.events("works_again") == []
    monkeypatch.undo()
    daemon._tick()
    assert len(log.events("works_again")) == 1
    assert " ok " in (tmp_path / "beat").read_text()


def test_a_signal_at_the_worst_moment_is_not_slept_through(daemon, monkeypatch):
    """It comes just as the daemon forgets that it was woken."""
    slept_through = []

    class Wake(Event):
        def clear(self):
            daemon._signals.stopping.set()
            self.set()
            super().clear()

        def wait(self, timeout=None):
            slept_through.append(daemon._signals.stopping.is_set() and not self.is_set())

    monkeypatch.setattr(daemon, "_wake", Wake())
    monkeypatch.setattr(daemon._signals, "start", lambda: None)
    monkeypatch.setattr(daemon, "_open", lambda: None)
    for method in ("start", "stop"):
        monkeypatch.setattr(daemon._alarm, method, lambda: None)
    assert daemon.run() == 0
    assert slept_through == [False]
