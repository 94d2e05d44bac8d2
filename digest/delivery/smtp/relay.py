"""What has become known of a relay since the sink lives: what it bears, where it is, when to leave it alone."""

from __future__ import annotations

import logging
import socket
import ssl
from functools import cached_property
from typing import TYPE_CHECKING

from digest.delivery.smtp.pipelining import Ways

if TYPE_CHECKING:
    from random import Random

    from digest.delivery.smtp.settings import Deadlines, RelaySettings

Address = tuple[int, tuple[str, int] | tuple[str, int, int, int]]
"""A family and an address as sockets take them."""

ADDRESSES_KEPT = 60.0
"""Seconds for which a name is not looked up again."""

_LOG = logging.getLogger(__name__)


class Relay:
    """What is known of a relay. Instants are seconds of a clock that does not jump.

    Attributes:
        settings: What was configured.
        ways: What it bears.
        open: Connections to it, those being opened too.
        allowed: How many there may be, beside the other relays.
        closed_until: No new connection before that.
        quiet_until: No message before that.
        locked: Why it does not let us in; empty when it does.
    """

    def __init__(self, settings: RelaySettings) -> None:
        self.settings = settings
        self.name = settings.name
        self.ways = Ways(settings.name, settings.pipelining)
        self.open = 0
        self.allowed = settings.connections
        self.closed_until = 0.0
        self.quiet_until = 0.0
        self.locked = ""
        self._failures = 0
        self._trouble = ""
        self._addresses: tuple[float, list[Address]] = (0.0, [])

    @cached_property
    def tls(self) -> ssl.SSLContext:
        """How TLS is spoken with it.

        Raises:
            OSError: The file of certificates cannot be read, or holds none.
        """
        context = ssl.create_default_context(cafile=self.settings.ca)
        if not self.settings.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def rests(self, now: float) -> float:
        """Seconds until it may be used again; 0 when it may now."""
        return max(0.0, self.closed_until - now, self.quiet_until - now)

    def fails(self, now: float) -> str:
        """Why it is left alone, where that is its own fault; empty when it is not."""
        return self.locked or (self._trouble if now < self.closed_until else "")

    def is_free(self, now: float) -> bool:
        """Whether a connection may be opened to it, and a message sent."""
        return not self.locked and self.rests(now) == 0

    def addresses(self, now: float) -> list[Address]:
        """Its addresses, in the order to be tried. Waits for the name service.

        Raises:
            OSError: They cannot be found out.
        """
        until, known = self._addresses
        if not known or now >= until:
            found = socket.getaddrinfo(self.settings.host, self.settings.port, type=socket.SOCK_STREAM)
            known = [(int(family), (str(address[0]), int(address[1]), *address[2:])) for family, *_, address in found]
            self._addresses = (now + ADDRESSES_KEPT, known)
        return known

    def share(self, greatest: int) -> int:
        """How many connections it may have beside others, the greatest of whose weights is given."""
        settings = self.settings
        if greatest == 0:
            return settings.connections
        return -(-settings.connections * settings.weight // greatest)

    def failed(self, trouble: str, now: float, deadlines: Deadlines, chance: Random) -> None:
        """Leave it alone for a while. What fails while it is left alone was under way before, and does not count."""
        if now < self.closed_until:
            return
        pause = min(deadlines.pause * 2.0**self._failures, deadlines.longest_pause) * chance.uniform(0.8, 1.2)
        self._failures, self._trouble = min(self._failures + 1, 10), trouble
        self.closed_until = now + pause
        self._addresses = (0.0, [])
        _LOG.warning("%s: %s; tried again in %.0f s", self.name, trouble, pause)

    def worked(self) -> None:
        """It took a message."""
        self._failures = 0

    def lock(self, reason: str) -> None:
        """It does not let us in, and will not unless somebody does something."""
        if not self.locked:
            _LOG.error("%s: %s; not tried again in this run", self.name, reason)
        self.locked = reason
