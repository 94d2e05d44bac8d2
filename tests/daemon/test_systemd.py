"""What systemd hears, over a real socket."""

from __future__ import annotations

import os
import socket
import time

import pytest

from digest.daemon.systemd import Notifier


@pytest.fixture(params=["path", "abstract"])
def manager(request, tmp_path):
    """A service manager's socket, and the variable that names it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        name = str(tmp_path / "notify") if request.param == "path" else f"@digest-test-{os.getpid()}"
        listening.bind(name.replace("@", "\0"))
        listening.settimeout(10)
        yield listening, {"NOTIFY_SOCKET": name}


def test_every_state_arrives_as_the_protocol_has_it(manager):
    listening, environ = manager
    notifier = Notifier.from_environ(environ)
    said = []
    for say in (
        lambda: notifier.ready("Next: weekly\nat 08:00"),
        notifier.ready,
        lambda: notifier.status("Wartet auf März"),
        notifier.watchdog,
        lambda: notifier.stopping("2 editions to finish"),
    ):
        assert say() is True
        said.append(listening.recv(4096).decode())
    assert said == [
        "READY=1\nSTATUS=Next: weekly at 08:00",
        "READY=1",
        "STATUS=Wartet auf März",
        "WATCHDOG=1",
        "STOPPING=1\nSTATUS=2 editions to finish",
    ]


def test_reloading_tells_since_when(manager):
    listening, environ = manager
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    assert Notifier.from_environ(environ).reloading()
    first, second = listening.recv(4096).decode().split("\n")
    after = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    assert first == "RELOADING=1"
    assert before <= int(second.removeprefix("MONOTONIC_USEC=")) <= after


@pytest.mark.parametrize(
    "name", ["", "vsock:2:1234", "relative", "/nowhere/at/all", "/" + "x" * 200, "@nobody-listens-here"]
)
def test_without_a_manager_that_listens_nothing_happens(name):
    notifier = Notifier.from_environ({"NOTIFY_SOCKET": name} if name else {})
    said = [notifier.ready("x"), notifier.status("x"), notifier.watchdog(), notifier.reloading(), notifier.stopping()]
    assert said == [False] * 5


def test_a_manager_whose_queue_is_full_does_not_stop_the_daemon(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        notifier = Notifier.from_environ({"NOTIFY_SOCKET": str(tmp_path / "notify")})
        taken = 0
        while notifier.watchdog():
            taken += 1
        assert taken > 0


@pytest.mark.parametrize(
    ("usec", "above", "interval"),
    [
        ("30000000", None, 15.0),
        ("30000000", 0, 15.0),
        ("30000000", 1, None),  # somebody else's
        ("", None, None),
        ("0", None, None),
        ("-1", None, None),
        ("soon", None, None),
        ("²", None, None),
    ],
)
def test_the_watchdog_is_fed_at_half_its_limit(usec, above, interval):
    environ = {"NOTIFY_SOCKET": "/run/notify", "WATCHDOG_USEC": usec}
    if above is not None:
        environ["WATCHDOG_PID"] = str(os.getpid() + above)
    assert Notifier.from_environ(environ).watchdog_interval == interval


def test_without_a_socket_there_is_no_watchdog_either():
    assert Notifier.from_environ({"WATCHDOG_USEC": "30000000"}).watchdog_interval is None
