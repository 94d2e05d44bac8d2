"""Signs of life: a file on disk, and a URL on a real server."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Empty, Queue

import pytest

from digest.daemon.heartbeat import Heartbeat

NOW = datetime(2026, 3, 2, 7, 0, 3, tzinfo=UTC)


class Monitor(HTTPServer):
    """Keeps what it is sent; answers with `status`, once `may_answer` is set."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Calls)
        self.calls = Queue()
        self.status, self.location = 200, ""
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.url = f"http://127.0.0.1:{self.server_port}/ping/secret"


class Calls(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.calls.put((self.path, body))
        self.server.may_answer.wait(10)
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.end_headers()

    def do_GET(self):
        self.server.calls.put(("GET", self.path))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def monitor():
    server = Monitor()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.may_answer.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def reports():
    return Queue()


@pytest.fixture
def beating(reports):
    made = []

    def make(target, every=0.0):
        made.append(Heartbeat(target, reports.put, every=every))
        return made[-1]

    yield make
    for heartbeat in made:
        heartbeat.close()


def test_a_file_holds_the_last_beat_and_is_as_old_as_it(tmp_path, beating, reports):
    place = tmp_path / "alive"
    heartbeat = beating(place)
    heartbeat.beat(NOW, True, "2 newsletters")
    assert place.read_text() == "2026-03-02T07:00:03Z ok 2 newsletters\n"
    os.utime(place, (0, 0))
    heartbeat.beat(NOW, False, "")
    assert place.read_text() == "2026-03-02T07:00:03Z failing\n"
    assert place.stat().st_mtime > 0
    assert [path.name for path in tmp_path.iterdir()] == ["alive"]
    assert reports.empty()


def test_a_file_is_replaced_and_never_seen_half_written(tmp_path, beating):
    place = tmp_path / "alive"
    heartbeat = beating(place)
    heartbeat.beat(NOW, True, "first")
    with place.open() as reader:
        heartbeat.beat(NOW, True, "second")
        assert "first" in reader.read()


def test_a_file_that_cannot_be_written_is_told_of_once_and_so_is_its_return(tmp_path, beating, reports):
    heartbeat = beating(tmp_path / "run" / "alive")
    for _ in range(3):
        heartbeat.beat(NOW, True, "")
    (tmp_path / "run").mkdir()
    for _ in range(3):
        heartbeat.beat(NOW, True, "")
    problem, back = reports.get_nowait(), reports.get_nowait()
    assert str(tmp_path / "run" / "alive") in problem
    assert "No such file" in problem
    assert back is None
    assert reports.empty()


def test_a_link_in_place_of_the_temporary_is_not_followed(tmp_path, beating, reports):
    other = tmp_path / "other"
    other.write_text("precious")
    (tmp_path / ".digest-alive").symlink_to(other)
    beating(tmp_path / "alive").beat(NOW, True, "")
    assert other.read_text() == "precious"
    assert reports.get_nowait()


def test_nowhere_is_fine(beating, reports):
    heartbeat = beating(None)
    heartbeat.beat(NOW, True, "")
    heartbeat.close()
    assert reports.empty()


def test_a_url_is_told_of_success_and_of_failure(monitor, beating, reports):
    heartbeat = beating(monitor.url + "?rid=1")
    heartbeat.beat(NOW, True, "März")
    assert monitor.calls.get(timeout=10) == ("/ping/secret?rid=1", "März")
    heartbeat.beat(NOW, False, "weekly failed")
    assert monitor.calls.get(timeout=10) == ("/ping/secret/fail?rid=1", "weekly failed")
    assert reports.empty()


def test_beats_while_a_call_hangs_wait_for_nothing_and_start_no_thread(monitor, beating):
    monitor.may_answer.clear()
    heartbeat = beating(monitor.url)
    heartbeat.beat(NOW, True, "first")
    assert monitor.calls.get(timeout=10)[1] == "first"
    for number in range(50):
        heartbeat.beat(NOW, True, f"later {number}")
    assert sum(thread.name == "heartbeat" for thread in threading.enumerate()) == 1
    monitor.may_answer.set()
    # Only the latest state is worth a call.
    assert monitor.calls.get(timeout=10)[1] == "later 49"


def test_a_failure_that_waits_is_not_overtaken_by_a_success(monitor, beating):
    monitor.may_answer.clear()
    heartbeat = beating(monitor.url)
    heartbeat.beat(NOW, True, "first")
    monitor.calls.get(timeout=10)
    heartbeat.beat(NOW, False, "broke")
    heartbeat.beat(NOW, True, "well again")
    monitor.may_answer.set()
    assert monitor.calls.get(timeout=10) == ("/ping/secret/fail", "broke")


def test_between_two_calls_passes_the_time_that_must(monitor, beating):
    heartbeat = beating(monitor.url, every=3600)
    heartbeat.beat(NOW, True, "first")
    monitor.calls.get(timeout=10)
    heartbeat.beat(NOW, True, "second")
    with pytest.raises(Empty):
        monitor.calls.get(timeout=0.2)
    heartbeat.close()  # returns at once, though an hour has to pass
    assert monitor.calls.empty()
    assert not any(thread.name == "heartbeat" for thread in threading.enumerate())


def test_closing_does_not_wait_for_a_call_that_hangs(monitor, beating, reports):
    monitor.may_answer.clear()
    monitor.status = 500
    heartbeat = beating(monitor.url)
    heartbeat.beat(NOW, True, "first")
    monitor.calls.get(timeout=10)
    heartbeat.close()
    assert [thread for thread in threading.enumerate() if thread.name == "heartbeat"]  # left behind, and a daemon
    (left,) = (thread for thread in threading.enumerate() if thread.name == "heartbeat")
    assert left.daemon
    monitor.may_answer.set()
    left.join(10)
    assert reports.empty()
    heartbeat.beat(NOW, True, "after the end")
    assert monitor.calls.empty()


def test_failures_are_told_of_once_and_without_the_secret_path(monitor, beating, reports):
    heartbeat = beating(monitor.url)
    monitor.status = 503
    for _ in range(3):
        heartbeat.beat(NOW, True, "")
        monitor.calls.get(timeout=10)
    problem = reports.get(timeout=10)
    monitor.status = 200
    while reports.empty():  # a call that had begun may still meet the old status
        heartbeat.beat(NOW, True, "")
        monitor.calls.get(timeout=10)
    assert "127.0.0.1 answers 503" in problem
    assert "daemon.heartbeat" in problem
    assert "secret" not in problem
    assert reports.get(timeout=10) is None
    assert reports.empty()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:1/secret", "refused"),
        ("http://127.0.0.1:99999999/secret", "cannot be called"),
        ("http://[/secret", "cannot be called"),
        ("file:///etc/hostname", "not with http"),
    ],
)
def test_a_url_that_leads_nowhere_is_told_of(url, reason, beating, reports):
    beating(url).beat(NOW, True, "")
    problem = reports.get(timeout=10)
    assert reason in problem
    assert "secret" not in problem


@pytest.mark.parametrize("to", ["ftp://127.0.0.1/x", "https://127.0.0.1/x", "file:///etc/hostname"])
def test_no_redirect_to_another_scheme_is_followed(to, monitor, beating, reports):
    monitor.status, monitor.location = 302, to
    beating(monitor.url).beat(NOW, True, "")
    problem = reports.get(timeout=10)
    assert "answers 302" in problem


def test_a_redirect_of_the_same_scheme_is_followed(monitor, beating):
    monitor.status, monitor.location = 302, "/elsewhere"
    beating(monitor.url).beat(NOW, True, "x")
    assert monitor.calls.get(timeout=10)[1] == "x"
    assert monitor.calls.get(timeout=10) == ("GET", "/elsewhere")
