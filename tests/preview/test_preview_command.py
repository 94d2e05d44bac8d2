"""`digest preview` as a process of its own."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import time

import pytest

PATIENCE = 60.0


def ask(port: int, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def _heeding() -> None:
    """Tests that run in the background inherit that Ctrl-C is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def start(room):
    started = []

    def command(*args: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "digest", "preview", *args],
            cwd=room.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=_heeding,  # noqa: PLW1509 it has no other threads
        )  # fmt: skip
        started.append(process)
        return process

    yield command
    for each in started:
        each.kill()
        each.communicate()


def test_it_prints_its_address_renews_itself_and_ends_with_ctrl_c(room, start):
    process = start("weekly", "--at", "2026-03-01T12:00:00Z", "--port", "0", "--no-open")
    address = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/\n", process.stdout.readline())
    assert address
    port = int(address[1])
    assert json.loads(ask(port, "/version")) == {"version": 1}
    room.article("third", "Third time lucky")
    until = time.monotonic() + PATIENCE
    while json.loads(ask(port, "/version")) == {"version": 1} and time.monotonic() < until:
        time.sleep(0.05)
    assert "Third time lucky" in ask(port, "/frame/light")
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, said) == (0, "Ctrl-C ends it; nothing is written\n")
    assert sorted(each.name for each in room.root.iterdir()) == ["articles", "config.yaml"]


def test_what_it_cannot_begin_with_is_said(start):
    unknown = start("weakly", "--no-open")
    said = unknown.communicate(timeout=PATIENCE)[1]
    assert unknown.returncode == 2
    assert "did you mean 'weekly'?" in said
    with socket.create_server(("127.0.0.1", 0)) as taken:
        second = start("weekly", "--port", str(taken.getsockname()[1]), "--no-open")
        said = second.communicate(timeout=PATIENCE)[1]
    assert second.returncode == 1
    assert "--port: cannot listen on 127.0.0.1" in said
