"""Waiting for several sockets at once."""

from __future__ import annotations

import select
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.delivery.smtp.connection import Connection

READ, WRITE = select.POLLIN, select.POLLOUT


class Poller:
    """The sockets that are watched. `poll` is on every system, and for some tens of sockets as quick as any."""

    __slots__ = ("_members", "_poll", "change")

    def __init__(self) -> None:
        self._poll = select.poll()
        self._members: dict[int, Connection] = {}
        self.change = self._poll.modify

    def watch(self, fd: int, connection: Connection, events: int) -> None:
        """Watch a socket from now on."""
        self._members[fd] = connection
        self._poll.register(fd, events)

    def forget(self, fd: int) -> None:
        """Do not watch it any more; before it is closed."""
        self._poll.unregister(fd)
        del self._members[fd]

    def wait(self, seconds: float) -> list[tuple[Connection, int]]:
        """Those to which something happened, within some time at most."""
        members = self._members
        return [(members[fd], events) for fd, events in self._poll.poll(seconds * 1000)]
