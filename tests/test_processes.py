"""Which process is which: real children, killed and not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from digest.processes import holder, is_gone

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/ns/pid").exists(), reason="elsewhere than on Linux no process is known to be gone"
)
NAMED = "from digest.processes import holder; print(holder(), flush=True); input()"


@pytest.fixture
def child():
    with subprocess.Popen(
        [sys.executable, "-c", NAMED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


def test_this_process_lives_and_is_named_the_same_every_time():
    host, pid, mark = holder().split("/")
    assert host
    assert pid == str(os.getpid())
    assert mark.count("-") == 2
    assert holder() == holder()
    assert not is_gone(holder())


def test_a_living_process_is_not_gone_and_a_killed_one_is_though_nobody_buried_it(child):
    name = child.stdout.readline().strip()
    assert name.split("/")[1] == str(child.pid)
    assert name != holder()
    assert not is_gone(name)
    child.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # dead, but not yet reaped
    assert Path(f"/proc/{child.pid}/stat").exists()
    assert is_gone(name)
    child.wait()
    assert not Path(f"/proc/{child.pid}").exists()
    assert is_gone(name)


def test_a_process_that_is_stopped_lives(child):
    name = child.stdout.readline().strip()
    child.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, child.pid, os.WSTOPPED | os.WNOWAIT)
    assert not is_gone(name)


def test_another_process_that_has_its_number_now_is_another():
    name, _, started = holder().rpartition("-")
    assert is_gone(f"{name}-{int(started) - 1}")
    assert is_gone(f"{name}-{int(started) + 1}")


@pytest.mark.parametrize("number", [0, 1])
def test_a_process_of_another_place_is_never_known_to_be_gone(number):
    """Another boot, or another process namespace."""
    host, pid, mark = holder().split("/")
    boot, space, started = mark.split("-")
    place = [boot, space]
    place[number] = "0" + place[number][1:] + "1"
    assert not is_gone(f"{host}/{pid}/{'-'.join(place)}-{int(started) + 1}")
    assert not is_gone(f"{host}/4194304/{'-'.join(place)}-{started}")  # more than the kernel gives


@pytest.mark.parametrize("name", ["", "host", "host/12", "host/x/a-b-1", "host/12/", "host/12/-", "//", "host/12/-5"])
def test_what_is_no_full_name_is_not_known_to_be_gone(name):
    assert not is_gone(name)


def test_a_name_without_a_mark_is_not_known_to_be_gone():
    place = holder().split("/")[2].rpartition("-")[0]
    assert not is_gone(f"host/4194304/{place}-")
    assert not is_gone(f"host/{os.getpid()}/{place}-")
    assert not is_gone(f"host/x/{place}-5")
    assert is_gone(f"host/4194304/{place}-5")


FORK = """
import os
from digest.processes import holder, is_gone
before = holder()
read, write = os.pipe()
pid = os.fork()
if not pid:
    os.write(write, f"{holder()} {is_gone(holder())} {is_gone(before)}".encode())
    os._exit(0)
os.waitpid(pid, 0)
print(pid, before, holder(), *os.read(read, 1000).decode().split())
"""


def test_a_fork_has_a_name_of_its_own():
    result = subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True, check=True, timeout=60)
    pid, before, after, child, child_gone, parent_gone = result.stdout.split()
    assert before == after != child
    assert child.split("/")[1] == pid
    assert (child_gone, parent_gone) == ("False", "False")
    assert is_gone(child)
    assert is_gone(before)
