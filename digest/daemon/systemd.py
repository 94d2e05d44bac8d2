"""What systemd hears of the daemon: ready, alive, reloading, stopping [sd_notify(3), sd_watchdog_enabled(3)]."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

_PATIENCE = 1.0
"""Seconds a message may wait for room in systemd's queue: the daemon's work is not held up for longer."""


@dataclass(frozen=True, slots=True)
class Notifier:
    """Sends states to the service manager; without one, every method does nothing. None raises.

    Each method returns whether the message was taken. Any thread may call any of them.

    Attributes:
        address: Of the manager's socket, an abstract one beginning with a NUL; empty means nobody listens.
        watchdog_interval: Seconds between two calls of `watchdog`, half of what the manager allows;
            None means that it does not wait for them.
    """

    address: str = ""
    watchdog_interval: float | None = None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Notifier:
        """The manager that the environment names: NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID.

        A socket of a kind that is not a path and not abstract (vsock, say) counts as none.
        """
        address = environ.get("NOTIFY_SOCKET", "")
        if not address.startswith(("/", "@")):
            return cls()
        if address.startswith("@"):
            address = f"\0{address[1:]}"
        limit = environ.get("WATCHDOG_USEC", "")
        # A variable inherited from a parent that is watched itself does not concern this process.
        ours = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        if not (ours and limit.isdecimal() and int(limit) > 0):
            return cls(address)
        return cls(address, min(int(limit), 3_600_000_000) / 1_000_000 / 2)

    def ready(self, status: str = "") -> bool:
        """It is up, or done with reloading."""
        return self._send("READY=1", status)

    def status(self, text: str) -> bool:
        """One line for `systemctl status`."""
        return self._send(f"STATUS={one_line(text)}")

    def watchdog(self) -> bool:
        """It is alive."""
        return self._send("WATCHDOG=1")

    def reloading(self) -> bool:
        """It reads its configuration anew; `ready` ends this."""
        return self._send(f"RELOADING=1\nMONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def stopping(self, status: str = "") -> bool:
        """It is on its way out."""
        return self._send("STOPPING=1", status)

    def _send(self, state: str, status: str = "") -> bool:
        if not self.address:
            return False
        message = f"{state}\nSTATUS={one_line(status)}" if status else state
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
                channel.settimeout(_PATIENCE)
                channel.sendto(message.encode(), self.address)
        except OSError:
            # The manager is gone or does not listen. If it minds, its watchdog says so; there is no one else to tell.
            return False
        return True
