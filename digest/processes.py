"""Which process is which, among all that ever worked on a store: so that one known to be dead is not waited for."""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path

_PROC = Path("/proc")


@cache
def holder() -> str:
    """This process: host, process id, and on Linux what tells it from every other that had that id.

    `mail1/4711/3f2a9c01-4026531836-889213`: boot, process namespace (containers number their own), start time.
    """
    _, started = _looked_at(os.getpid()) or ("", "")
    return f"{socket.gethostname()}/{os.getpid()}/{_place()}-{started}"


def is_gone(holder: str) -> bool:
    """Whether a process is known not to live any more; False where that cannot be known from here."""
    _, _, rest = holder.partition("/")
    pid, _, mark = rest.partition("/")
    place, _, started = mark.rpartition("-")
    if not (pid.isdecimal() and place and started) or place != _place():
        return False
    found = _looked_at(int(pid))
    if found is None:  # there is none, or /proc hides those of other users
        return _vanished(int(pid))
    state, since = found
    return state in "ZX" or since != started


def rebooted(holder: str) -> bool:
    """Whether a holder's machine may have gone down since: True unless it is this machine and this boot."""
    _, _, rest = holder.partition("/")
    boot = rest.partition("/")[2].partition("-")[0]
    return not boot or boot != _place().partition("-")[0]


os.register_at_fork(after_in_child=holder.cache_clear)  # a child is another process


@cache
def _place() -> str:
    """The boot and the process namespace; empty where there are none to be read."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii")
        return f"{boot[:8]}-{(_PROC / 'self/ns/pid').stat().st_ino}"
    except OSError:
        return ""


def _vanished(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass  # somebody else's, and alive
    return False


def _looked_at(pid: int) -> tuple[str, str] | None:
    """A process's state and when it started, in clock ticks after the boot; None when it cannot be looked at."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The name, in parentheses, may hold anything; after it: state is field 3, start time field 22. See proc(5).
    fields = stat.rpartition(")")[2].split()
    return fields[0], fields[19]
