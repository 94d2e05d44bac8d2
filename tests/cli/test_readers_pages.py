"""The pages for readers beside the daemon, as a process of its own, and what the command line sends them."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest

from digest.app import Newsroom
from digest.core.errors import DeferredError, OutputError
from digest.core.outbox import Returned
from digest.delivery.files import EmlFolder
from digest.delivery.tokens import unsubscribe_token

PATIENCE = 60.0
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WEB = "web: {{url: 'https://lists.example.org/', listen: '127.0.0.1:{}'}}\n"
DAEMON = "daemon: {tick: 1s, grace: 20s, listen: 'off'}\n"


@pytest.fixture
def configure(room):
    """Write config.yaml anew, with pages on a port; 0 takes any that is free."""
    config = (room.root / "config.yaml").read_text(encoding="utf-8")

    def write(port: int = 0, more: str = "") -> None:
        room.write("config.yaml", config + DAEMON + WEB.format(port) + more)

    write()
    return write


@pytest.fixture
def serve(room):
    """Start a daemon, with its log in a file; whatever is left of it is killed in the end."""
    started = []

    class Daemon:
        def __init__(self) -> None:
            self.log = room.root / f"log{len(started)}"
            with self.log.open("wb") as log:
                self.process = subprocess.Popen([sys.executable, "-m", "digest", "serve"], cwd=room.root, stderr=log)

        def wait_for(self, name: str, count: int = 1):
            until = time.monotonic() + PATIENCE
            while time.monotonic() < until:
                lines = [each for each in self.log.read_text().splitlines(keepends=True) if each.endswith("\n")]
                found = [event for event in map(json.loads, lines) if event["event"] == name]
                if len(found) >= count:
                    return found[count - 1]
                time.sleep(0.05)
            raise AssertionError(f"no {name} in {self.log.read_text()}")

        def stop(self) -> int:
            self.process.send_signal(signal.SIGTERM)
            return self.process.wait(PATIENCE)

    def start() -> Daemon:
        started.append(Daemon())
        return started[-1]

    yield start
    for daemon in started:
        if daemon.process.poll() is None:
            daemon.process.kill()
            daemon.process.wait()


def ask(address: str, path: str, method: str = "GET", body: str | None = None) -> int:
    host, _, port = address.rpartition(":")
    with closing(http.client.HTTPConnection(host, int(port), timeout=20)) as connection:
        connection.request(method, path, body, {"Content-Type": "application/x-www-form-urlencoded"} if body else {})
        answer = connection.getresponse()
        answer.read()
        return answer.status


def leaving(room, address: str) -> str:
    with Newsroom.open(room.root / "config.yaml") as newsroom:
        number = newsroom.store.roster.number(address)
        return f"/unsubscribe/weekly/{unsubscribe_token(newsroom.store.secret, 'weekly', number)}"


def state(room, address: str) -> str:
    return room.run("subscribers show", address, "--json").json["subscriptions"][0]["state"]


def test_the_daemon_begins_and_ends_them(room, configure, serve):
    room.run("subscribers add", "ann@example.org", "--newsletter", "weekly")
    path = leaving(room, "ann@example.org")
    daemon = serve()
    address = daemon.wait_for("pages_listening")["address"]
    assert ask(address, path) == 200
    assert ask(address, path, "POST", "List-Unsubscribe=One-Click") == 200
    assert state(room, "ann@example.org") == "unsubscribed"
    assert daemon.stop() == 0
    with pytest.raises(ConnectionRefusedError):
        ask(address, path)


def test_a_changed_configuration_is_taken_without_a_gap(room, configure, serve):
    daemon = serve()
    address = daemon.wait_for("pages_listening")["address"]
    assert ask(address, "/subscribe/weekly") == 404
    room.write("config.yaml", (room.root / "config.yaml").read_text().replace("web: {", "web: {subscribe: true, "))
    daemon.wait_for("config_taken")
    assert ask(address, "/subscribe/weekly") == 200
    room.write("config.yaml", (room.root / "config.yaml").read_text().replace("127.0.0.1:0", "off"))
    daemon.wait_for("config_taken", 2)
    with pytest.raises(ConnectionRefusedError):
        ask(address, "/subscribe/weekly")
    assert daemon.stop() == 0


def test_a_port_that_is_taken_is_told_once_and_tried_again(room, configure, serve):
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        configure(port)
        daemon = serve()
        problem = daemon.wait_for("pages_not_listening")["problem"]
        assert problem.startswith(f"web.listen: cannot listen on 127.0.0.1 port {port}")
    assert daemon.wait_for("pages_listening")["address"] == f"127.0.0.1:{port}"
    assert daemon.stop() == 0
    assert daemon.log.read_text().count("pages_not_listening") == 1


def test_without_a_url_nothing_listens(room, serve):
    room.write("config.yaml", (room.root / "config.yaml").read_text() + DAEMON + "web: {listen: '127.0.0.1:0'}\n")
    daemon = serve()
    daemon.wait_for("started")
    assert daemon.stop() == 0
    assert "pages_" not in daemon.log.read_text()


def test_who_is_added_as_pending_is_asked_to_confirm_by_the_first_sink(room, configure):
    def asked():
        found = sorted((room.root / "out/mail").glob("*.eml"))
        return [message_from_bytes(each.read_bytes(), policy=default) for each in found]

    add = ("subscribers add", "ann@example.org", "--newsletter", "weekly", "--pending")
    first = room.run(*add)
    assert (first.code, "is asked to confirm" in first.out) == (0, True)
    (message,) = asked()
    assert (message["To"], message["Subject"]) == ("ann@example.org", "Please confirm: The Test Weekly")
    text = next(message.iter_parts()).get_content()
    assert re.search(r"^https://lists\.example\.org/confirm/weekly/[0-9a-f]{42}\r?$", text, re.MULTILINE)
    assert state(room, "ann@example.org") == "pending"

    room.run("subscribers add", "ben@example.org", "--newsletter", "weekly")
    again = room.run("subscribers add", "ben@example.org", "--newsletter", "weekly", "--pending")
    assert "asked to confirm" not in again.out
    assert len(asked()) == 1


def test_without_pages_nobody_is_asked_and_that_is_said(room):
    done = room.run("subscribers add", "ann@example.org", "--newsletter", "weekly", "--pending")
    assert done.code == 0
    assert "no web.url" in done.err
    assert not (room.root / "out").exists()


def test_a_message_to_confirm_goes_by_a_sink_that_sends_where_there_is_one(room, configure, tmp_path):
    class Sending(EmlFolder):
        remote = True

    class Busy(Sending):
        def deliver(self, queue, stop):
            del stop
            queue.commit([Returned(each.delivery, None, "no relay takes anything") for each in queue.take(1)], [])

    room.run("subscribers add", "ann@example.org", "--newsletter", "weekly")
    with Newsroom.open(room.root / "config.yaml") as newsroom:
        message = newsroom.messages.confirmation(
            newsroom.newsletter("weekly"), newsroom.store.roster.number("ann@example.org"), NOON
        )
        posting = newsroom.posting
        posting.__dict__["sinks"] = (EmlFolder(tmp_path / "copies", "copies"), Sending(tmp_path / "sent", "smtp"))
        assert posting.post(message) == str(tmp_path / "sent" / f"{message.name}.eml")
        posting.__dict__["sinks"] = (Busy(tmp_path / "sent", "smtp"),)
        with pytest.raises(DeferredError, match="smtp: did not take the message: no relay takes anything"):
            posting.post(message)
        posting.__dict__["sinks"] = ()
        with pytest.raises(OutputError, match="no sink takes messages"):
            newsroom.posting.post(message)
    assert not (tmp_path / "copies").exists()
