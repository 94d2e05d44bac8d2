"""The daemon writes to the operator: real threads, a real store, a relay of the test's own."""

# ruff: noqa: SLF001 the loop is taken apart here: what its threads do between two instants is not to be seen from outside

from __future__ import annotations

import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "delivery/smtp"))

from scripted import Server

from digest.app import Newsroom
from digest.config import load
from digest.core.fetching import Visit
from digest.daemon.courier import Courier
from digest.daemon.herald import Herald
from digest.daemon.loop import Daemon
from digest.daemon.metrics import Metrics
from digest.daemon.staff import Staff
from digest.daemon.systemd import Notifier
from digest.store.opening import open_store

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
URL = "http://127.0.0.1:9/feed"  # nobody is there: it is not asked, as it was gone a moment ago
GONE = Visit(URL, gone=True, failures=1, failing_since=NOW, last_error="gone", last_tried=NOW, reported=True)
PATIENCE = 60.0


@pytest.fixture
def relay():
    with Server() as relay:
        yield relay


@pytest.fixture
def config(tmp_path, relay):
    (tmp_path / "articles").mkdir()
    path = tmp_path / "config.yaml"
    path.write_text(f"""\
site: {{title: T, url: https://news.example.org}}
sources: [{{type: folder, path: articles}}, {{type: feed, url: "{URL}", name: Pumps, local: true}}]
newsletters:
  weekly: {{title: Weekly, timezone: UTC, schedule: "0 8 * * mon"}}
sinks: [{{type: smtp, host: 127.0.0.1, port: {relay.port}, security: none}}]
notify: ops@example.net
daemon: {{listen: 'off', grace: 5s}}
""")
    with open_store(load(path).store) as store:
        store.visits.keep("feed:Pumps", GONE)
    return path


@pytest.fixture
def herald(config, log):
    herald = Herald(load(config), lambda: NOW, 600)
    herald.start()
    yield herald
    assert herald.stop(30)


@pytest.fixture
def daemon(config, log):
    """One whose threads are started by hand."""
    daemon = Daemon(config, lambda: NOW, Notifier())
    yield daemon
    daemon._let_go()


@pytest.fixture
def staff(config, log):
    staff = Staff(lambda: NOW, Metrics("0", NOW))
    yield staff
    staff.leave(30, others=30)


def wait_for(log, name, count=1):
    began = time.monotonic()
    while len(found := log.events(name)) < count:
        assert time.monotonic() - began < PATIENCE, log.getvalue()
        time.sleep(0.02)
    return found[count - 1]


def test_it_writes_once_and_the_log_says_so(herald, relay, log):
    herald.look()
    said = wait_for(log, "notified")
    assert (said["address"], said["begun"], said["over"]) == ("ops@example.net", 1, 0)
    herald.look()
    assert herald.stop(30)
    assert relay.recipients == ["ops@example.net"]
    assert len(log.events("notified")) == 1


def test_a_relay_that_refuses_is_told_of_once_for_each_try_and_is_no_trouble_of_the_daemon(herald, relay, log):
    relay.on["RCPT"] = lambda *_: "550 5.1.1 no such user"
    herald.look()
    said = wait_for(log, "note_failed")
    assert "no such user" in said["error"]
    assert datetime.fromisoformat(said["again"]) == NOW + timedelta(minutes=5)
    herald.look()
    assert herald.stop(30)
    assert len(log.events("note_failed")) == 1
    assert not herald.trouble


def test_a_store_that_cannot_be_used_is_told_of_once_and_tried_again(config, relay, log):
    settings = load(config)
    herald = Herald(replace(settings, store=f"sqlite:///{config.parent}/elsewhere.db"), lambda: NOW, 0.05)
    (config.parent / "elsewhere.db").mkdir()
    herald.start()
    try:
        assert "elsewhere.db" in wait_for(log, "failing")["error"]
        assert herald.trouble.startswith("the notes to the operator: ")
        (config.parent / "elsewhere.db").rmdir()
        wait_for(log, "works_again")
        assert not herald.trouble
        assert len(log.events("failing")) == 1
    finally:
        assert herald.stop(30)


def test_a_daemon_that_is_stopped_while_a_relay_hangs_ends_and_the_next_one_writes(config, relay, log):
    reached, release = Event(), Event()

    def hang(*_):
        reached.set()
        release.wait(PATIENCE)

    relay.on["EHLO"] = hang
    herald = Herald(load(config), lambda: NOW, 600)
    herald.start()
    herald.look()
    assert reached.wait(PATIENCE)
    try:
        assert herald.stop(30)
    finally:
        release.set()
    assert wait_for(log, "note_failed")["again"]
    relay.on.clear()
    later = Herald(load(config), lambda: NOW + timedelta(minutes=5), 600)
    later.start()
    later.look()
    wait_for(log, "notified")
    assert later.stop(30)
    assert relay.recipients == ["ops@example.net"]


def test_the_gatherer_s_round_has_it_written_and_a_reload_tells_nothing_twice(staff, config, relay, log):
    staff.work_by(load(config))
    staff.gather(lambda: False)
    wait_for(log, "notified")
    staff.work_by(load(config))
    staff.gather(lambda: False)
    staff.leave(30, others=30)
    assert relay.recipients == ["ops@example.net"]


def test_a_store_from_a_backup_is_opened_once_all_have_let_go_of_the_other(daemon, config, relay, log):
    """Whoever closed the old one later would take the new one's journal away: SQLite finds it by its name."""
    reached, release = Event(), Event()

    def hang(*_):
        reached.set()
        release.wait(PATIENCE)

    relay.on["EHLO"] = hang
    before = {*threading.enumerate()}
    staff = daemon._staff
    staff.work_by(daemon._newsroom.settings)
    threads = [each for each in threading.enumerate() if each not in before]
    assert {"courier", "gatherer", "herald"} <= {each.name for each in threads}
    staff.gather(lambda: False)
    assert reached.wait(PATIENCE)
    try:
        store = Path(daemon._newsroom.store.place)
        backup = config.parent / "backup.db"
        with open_store(f"sqlite:///{backup}"):
            pass
        backup.replace(store)
        opened = []
        begin = Newsroom.open

        def noted(*args, **more):
            opened.append([each.name for each in threads if each.is_alive()])
            return begin(*args, **more)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("digest.daemon.loop.Newsroom.open", noted)
            patch.setattr(daemon, "_take", lambda newsroom: newsroom.store.close())
            daemon._notice_config()
    finally:
        release.set()
    assert opened == [[]]
    assert log.events("store_replaced")


def test_a_stop_just_before_a_look_is_not_slept_through(config, log):
    """It comes just as the herald forgets that it was woken."""
    herald = Herald(load(config), lambda: NOW, 600)

    class Wake(Event):
        def clear(self):
            herald._stopping.set()
            self.set()
            super().clear()

    herald._wake = Wake()
    herald.start()
    herald.look()
    herald._thread.join(10)
    assert not herald._thread.is_alive()


def test_a_courier_that_is_stopped_at_work_does_not_sleep_first(config, log, monkeypatch):
    working, release = Event(), Event()

    class Working(Courier):
        def _work(self, newsroom):
            working.set()
            release.wait(PATIENCE)
            self._wake.clear()  # as after each look

    monkeypatch.setattr("digest.daemon.courier.LOOK", 600.0)
    courier = Working(load(config), lambda: NOW, Metrics("0", NOW))
    courier.start()
    assert working.wait(PATIENCE)
    assert not courier.stop(0)
    release.set()
    assert courier.stop(10)


def test_where_nobody_is_named_there_is_no_herald(staff, config):
    config.write_text(config.read_text().replace("notify: ops@example.net\n", ""))
    staff.work_by(load(config))
    assert "herald" not in {each.name for each in threading.enumerate()}
