"""The daemon as a process of its own: started, watched, reloaded, stopped and killed as an operator would."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE = 60.0
HURRIED = """
from digest.daemon import ticker
from digest.entry import main
ticker.FIRST_RETRY /= 10
main()
"""
DAEMON = "daemon: {tick: 1s, grace: 20s, listen: '127.0.0.1:0', heartbeat: beat}\n"


class Daemon:
    """A running `digest serve`, and the lines it wrote."""

    def __init__(self, root: Path, *program: str, **environment: str) -> None:
        self.log = root / f"log{time.monotonic_ns()}"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, *(program or ("-m", "digest")), "serve"],
                cwd=root,
                stderr=log,
                env={**os.environ, **environment},
            )

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines(keepends=True) if line.endswith("\n")]

    def wait_for(self, name: str, count: int = 1, **fields: object) -> dict[str, Any]:
        """The event of this name (the `count`th) once it is told."""

        def found() -> list[dict[str, Any]]:
            return [each for each in self.events if each["event"] == name and fields.items() <= each.items()]

        until(lambda: len(found()) >= count, lambda: f"no {name} {fields} in {self.log.read_text()}")
        return found()[count - 1]

    def get(self, path: str) -> tuple[int, str]:
        address = self.wait_for("listening")["address"]
        try:
            with urllib.request.urlopen(f"http://{address}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def tell(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def ended(self) -> int:
        return self.process.wait(PATIENCE)


def until(holds: Callable[[], object], otherwise: Callable[[], str]) -> None:
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < PATIENCE, otherwise()
        time.sleep(0.05)


@pytest.fixture
def serve(room) -> Iterator[Callable[..., Daemon]]:
    """Start daemons; whatever is left of them is killed in the end."""
    started: list[Daemon] = []

    def start(*program: str, **environment: str) -> Daemon:
        started.append(Daemon(room.root, *program, **environment))
        return started[-1]

    yield start
    for daemon in started:
        if daemon.process.poll() is None:
            daemon.process.kill()
            daemon.process.wait()


@pytest.fixture
def missed(room):
    """A newsroom whose last edition is long ago: a slot is due as soon as somebody looks."""
    config = (room.root / "config.yaml").read_text().replace('schedule: "0 8 * * mon"', 'schedule: "@hourly"')
    room.write("config.yaml", config + "    too_few: top_up\n" + DAEMON)
    assert room.run("run", "weekly", "--at", "2026-03-02T12:00:00Z", "--json").json["status"] == "composed"
    room.article("two/new.md", "Fresh news", "2026-03-20", "Two", "It came while nobody was there to send it.")
    return room


@contextmanager
def locked(store: Path) -> Iterator[None]:
    """Another process that writes, and does not end."""
    with closing(sqlite3.connect(store, isolation_level=None, timeout=PATIENCE)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def editions(room) -> list[dict[str, Any]]:
    return [each for each in room.run("editions", "--json").json if each["status"] == "composed"]


def test_a_day_in_the_life(missed, serve):
    daemon = serve()
    composed = daemon.wait_for("composed")
    assert (composed["newsletter"], composed["stories"], composed["accepted"]) == ("weekly", 2, 1)
    assert daemon.wait_for("started")["newsletters"] == ["weekly"]

    made = editions(missed)
    assert len(made) == 2
    assert made[0]["window"]["start"] == made[1]["window"]["end"]
    assert made[0]["edition"] == composed["edition"]

    daemon.wait_for("listening")
    until((missed.root / "beat").exists, lambda: "no heartbeat")
    status, health = daemon.get("/healthz")
    assert (status, json.loads(health)["status"], json.loads(health)["failing"]) == (200, "ok", {})
    status, metrics = daemon.get("/metrics")
    assert status == 200
    assert 'digest_editions_total{newsletter="weekly",status="composed"} 1.0' in metrics
    assert daemon.get("/other")[0] == 404
    assert " ok " in (missed.root / "beat").read_text()

    seen = missed.run("status", "--json")
    assert (seen.code, seen.json["wrong"]) == (0, [])
    assert len(seen.json["daemons"]) == 1

    daemon.tell(signal.SIGTERM)
    assert daemon.ended() == 0
    assert [each["event"] for each in daemon.events][-2:] == ["stopping", "stopped"]
    assert missed.run("status", "--json").json["daemons"][0]["state"] == "stopped"
    assert editions(missed) == made


def test_a_changed_configuration_is_checked_and_taken(missed, serve):
    daemon = serve()
    daemon.wait_for("composed")
    config = (missed.root / "config.yaml").read_text()
    missed.write("config.yaml", config + "nonsense: true\n")
    refused = daemon.wait_for("config_refused")
    assert "nonsense" in refused["problems"][0]
    assert json.loads(daemon.get("/healthz")[1])["config"] != "ok"
    assert missed.run("status").code == 2  # it is wrong for every command
    missed.write("config.yaml", config.replace("  weekly:", "  daily:"))
    assert daemon.wait_for("config_taken")["newsletters"] == ["daily"]
    assert daemon.wait_for("met")["newsletter"] == "daily"
    daemon.tell(signal.SIGHUP)
    daemon.wait_for("config_taken", 2)
    assert daemon.process.poll() is None


def test_a_new_newsletter_gets_nothing_for_its_past(room, serve):
    hours_ago = datetime.now(ZoneInfo("Europe/Berlin")) - timedelta(hours=3)
    config = (room.root / "config.yaml").read_text().replace("0 8 * * mon", f"0 {hours_ago.hour} * * *")
    room.write("config.yaml", config + DAEMON)
    daemon = serve()
    assert daemon.wait_for("met")["newsletter"] == "weekly"
    until((room.root / "beat").exists, lambda: "no tick")
    assert room.run("editions", "--json").json == []


def test_work_is_drained_for_the_grace_period_and_no_longer(missed, serve):
    missed.write("config.yaml", (missed.root / "config.yaml").read_text().replace("grace: 20s", "grace: 1s"))
    with locked(missed.root / "digest.db"):
        daemon = serve()
        daemon.wait_for("started")
        time.sleep(0.5)  # it waits for the lock now, or will at once
        daemon.tell(signal.SIGTERM)
        assert daemon.ended() == 1
    assert [each["event"] for each in daemon.events][-2:] == ["stopping", "grace_expired"]
    assert len(editions(missed)) == 1
    again = serve()
    again.wait_for("composed")
    assert len(editions(missed)) == 2


def test_a_second_interrupt_stops_at_once(missed, serve):
    with locked(missed.root / "digest.db"):
        daemon = serve()
        daemon.wait_for("started")
        daemon.tell(signal.SIGINT)
        daemon.wait_for("stopping")
        daemon.tell(signal.SIGINT)
        assert daemon.ended() == 130
    assert [each["event"] for each in daemon.events][-1] == "stopped_at_once"


def test_of_two_daemons_one_works_and_the_other_takes_over(missed, serve):
    first, second = serve(), serve()
    for daemon in (first, second):
        daemon.wait_for("started")

    def composed_events() -> list[dict[str, Any]]:
        return [each for daemon in (first, second) for each in daemon.events if each["event"] == "composed"]

    # It is told once the messages are out, some time after the edition is in the store.
    until(composed_events, lambda: first.log.read_text() + second.log.read_text())
    assert len(editions(missed)) == 2
    for daemon in (first, second):
        daemon.get("/healthz")
    composed = composed_events()
    assert len(composed) == 1
    worker, other = (first, second) if composed[0] in first.events else (second, first)
    worker.tell(signal.SIGKILL)
    worker.ended()
    # An edition is left unfinished, as a kill leaves it: the one that lives finishes it.
    with closing(sqlite3.connect(missed.root / "digest.db", timeout=PATIENCE)) as connection, connection:
        connection.execute("UPDATE editions SET published_at = NULL")
        connection.execute("UPDATE deliveries SET state = 'waiting'")
        connection.execute("UPDATE dispatches SET next_at = planned_at")

    def waiting() -> int:
        with closing(sqlite3.connect(missed.root / "digest.db", timeout=PATIENCE)) as connection:
            return connection.execute("SELECT count(*) FROM deliveries WHERE state = 'waiting'").fetchone()[0]

    until(lambda: not waiting(), other.log.read_text)
    assert len(editions(missed)) == 2
    wrong = missed.run("status", "--json")
    assert wrong.code == 1
    assert len(wrong.json["wrong"]) == 1  # the one that was killed


def test_what_fails_is_told_once_and_works_again_once_mended(missed, serve):
    template = missed.write("templates/story.html", "{{ storey }}")
    daemon = serve()
    failing = daemon.wait_for("failing", what="weekly")
    assert "templates/story.html:1" in failing["error"]
    until(lambda: missed.run("status").code == 1, lambda: "status says all is well")
    assert "storey" in missed.run("status").out + missed.run("status").err
    assert " failing " in (missed.root / "beat").read_text()
    template.unlink()
    daemon.tell(signal.SIGHUP)  # else it tries again by itself after a while
    daemon.wait_for("composed")
    assert sum(each["event"] == "failing" for each in daemon.events) == 1
    until(lambda: missed.run("status").code == 0, lambda: missed.run("status").out)


def test_a_store_that_is_put_back_from_a_backup_is_opened_anew(missed, serve):
    daemon = serve()
    daemon.wait_for("composed")
    store = missed.root / "digest.db"
    backup = missed.root / "backup.db"
    with closing(sqlite3.connect(store)) as connection, closing(sqlite3.connect(backup)) as copy:
        connection.backup(copy)
    backup.replace(store)
    daemon.wait_for("store_replaced")
    daemon.wait_for("config_taken")
    assert missed.run("pause", "weekly").code == 0  # it heeds what is said to the new one
    assert missed.run("status").code == 0
    assert not [each for each in daemon.events if each["event"] == "failing"]


def test_a_log_that_nobody_reads_holds_up_neither_work_nor_end(missed):
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    while True:
        try:
            os.write(writer, b"x" * 4096)
        except BlockingIOError:
            break
    os.set_blocking(writer, True)
    command = [sys.executable, "-m", "digest", "serve"]
    with subprocess.Popen(command, cwd=missed.root, stderr=writer) as daemon:
        until(lambda: len(editions(missed)) == 2, lambda: "no edition")
        daemon.terminate()
        assert daemon.wait(PATIENCE) == 0
    os.close(reader)
    os.close(writer)


def test_a_source_that_was_away_is_told_and_read_again_soon(missed, serve):
    articles = missed.root / "articles"
    articles.rename(missed.root / "away")
    daemon = serve("-c", HURRIED)  # ten times as soon
    daemon.wait_for("failing", what="folder:articles")
    until(lambda: "no such folder" in missed.run("status").err, lambda: missed.run("status").err)
    (missed.root / "away").rename(articles)
    daemon.wait_for("works_again", what="folder:articles")  # after a quarter of a minute, not of an hour
    until(lambda: missed.run("status").code == 0, lambda: missed.run("status").err)


def test_a_signal_while_it_starts_is_heeded_once_it_has(missed, serve):
    daemon = serve()
    until(lambda: "blocked" in state(daemon.process.pid), lambda: "signals are not held back")
    daemon.tell(signal.SIGHUP)
    daemon.tell(signal.SIGTERM)
    assert daemon.ended() == 0


def state(pid: int) -> str:
    """Whether a process holds SIGHUP back [proc(5), SigBlk]."""
    with open(f"/proc/{pid}/status") as status:  # noqa: PTH123 no file of ours
        (mask,) = (line.split()[1] for line in status if line.startswith("SigBlk"))
    return "blocked" if int(mask, 16) & 1 << (signal.SIGHUP - 1) else "open"


def test_a_pause_holds_the_daemon_until_it_is_ended(missed, serve):
    assert missed.run("pause", "weekly", "--reason", "Holidays").code == 0
    daemon = serve()
    for _ in range(3):  # ticks
        until((missed.root / "beat").exists, lambda: "no tick")
        (missed.root / "beat").unlink()
    assert len(editions(missed)) == 1
    assert missed.run("resume", "weekly").code == 0
    assert daemon.wait_for("composed")["stories"] == 2


def test_the_service_manager_hears_of_it(missed, serve, tmp_path):
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path))
        manager.settimeout(PATIENCE)
        daemon = serve(NOTIFY_SOCKET=str(path), WATCHDOG_USEC="400000")
        heard = ""
        while "READY=1" not in heard or "WATCHDOG=1" not in heard:
            heard += manager.recv(4096).decode() + "\n"
        assert "next slot" in heard
        daemon.tell(signal.SIGHUP)
        while "RELOADING=1" not in heard:
            heard += manager.recv(4096).decode() + "\n"
        daemon.tell(signal.SIGTERM)
        while "STOPPING=1" not in heard:
            heard += manager.recv(4096).decode() + "\n"
        assert daemon.ended() == 0


def test_without_a_configuration_it_does_not_start(room, serve):
    (room.root / "config.yaml").unlink()
    daemon = serve()
    assert daemon.ended() == 2
    assert "digest init" in daemon.log.read_text()
