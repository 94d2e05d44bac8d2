"""The SMTP sink against servers that others wrote: aiosmtpd, and Postfix's smtp-sink where it is installed."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiosmtpd.controller import Controller
from memory_queue import MemoryQueue, envelope, outgoing
from sinks import deliver, relay

if TYPE_CHECKING:
    from collections.abc import Iterator

SMTP_SINK = Path("/usr/sbin/smtp-sink")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


class Keeper:
    """An aiosmtpd handler that keeps what it gets."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, list[str], bytes]] = []

    async def handle_DATA(self, _server, _session, each):  # noqa: N802 aiosmtpd's name for it
        self.kept.append((each.mail_from, each.rcpt_tos, each.content))
        return "250 OK"


@pytest.fixture
def keeper() -> Iterator[tuple[Keeper, int]]:
    handler = Keeper()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield handler, controller.port
    finally:
        controller.stop()


@pytest.mark.parametrize("mode", ["one-flight", "envelope", "off"])
def test_aiosmtpd_gets_every_message_as_it_was(keeper, mode):
    handler, port = keeper
    bodies = ["Hello.\n", ".\n..\n.a\n", "x" * 900 + "\n", "\n\n", "no end"]
    queue = MemoryQueue(5, make=lambda n: outgoing(n, body=bodies[n]))
    deliver(queue, relay(port, connections=2, pipelining=mode))
    assert queue.numbers("accepted") == [0, 1, 2, 3, 4]
    wanted = [envelope(n, body=body) for n, body in enumerate(bodies)]
    assert sorted(handler.kept) == sorted(
        (one.sender, [one.recipient], one.message + b"\r\n" * (not one.message.endswith(b"\r\n"))) for one in wanted
    )


@pytest.mark.skipif(not SMTP_SINK.exists(), reason="Postfix's smtp-sink is not installed")
@pytest.mark.parametrize("mode", ["one-flight", "envelope", "off"])
@pytest.mark.parametrize("options", [(), ("-p",), ("-q", "quit"), ("-f", "rset")], ids=" ".join)
def test_smtp_sink_of_postfix(tmp_path, mode, options):
    port = free_port()
    dump = tmp_path / "%M."
    user = () if os.getuid() else ("-u", "root")
    sink = subprocess.Popen([SMTP_SINK, *user, *options, "-D", dump, f"127.0.0.1:{port}", "64"], cwd=tmp_path)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        queue = MemoryQueue(30, make=lambda n: outgoing(n, body=f".a line {n}\n" * 100))
        deliver(queue, relay(port, connections=3, pipelining=mode))
        assert queue.numbers("accepted") == list(range(30))
    finally:
        sink.terminate()
        sink.wait(10)
    text = "".join(path.read_text() for path in tmp_path.iterdir())
    assert sorted(line for line in text.splitlines() if line.startswith("X-Rcpt-Args")) == sorted(
        f"X-Rcpt-Args: <reader{n}@example.org>" for n in range(30)
    )
    assert text.splitlines().count(".a line 7") == 100
