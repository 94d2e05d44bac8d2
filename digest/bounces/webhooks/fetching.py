"""Gets what stands under an address of SNS: its certificates, and the address that confirms a subscription.

Over TLS, from a host whose name is one of those allowed, without following anybody elsewhere, so much and no longer.
"""

from __future__ import annotations

import http.client
import re
import ssl
import time
from collections import OrderedDict
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digest.core.errors import DigestError, ForgedError
from digest.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

SNS = re.compile(r"sns\.[a-z0-9-]{3,30}\.amazonaws\.com(?:\.cn)?")
"""Hosts of SNS."""

_KEPT = 8
_CHUNK = 8192


class Fetcher:
    """Gets things, and keeps the last few that are certificates. For one thread.

    Args:
        hosts: The names of hosts that may be asked.
        context: How certificates are verified; None: by the system's authorities.
        most: Bytes that are read.
        seconds: For all of it.
        clock: Seconds, by a clock that does not jump.
    """

    def __init__(
        self,
        hosts: re.Pattern[str] = SNS,
        context: ssl.SSLContext | None = None,
        *,
        most: int = 64_000,
        seconds: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._hosts = hosts
        self._context = context
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._known: OrderedDict[str, bytes] = OrderedDict()

    def certificate(self, address: str) -> bytes:
        """As `get`, and kept: certificates change once a year or so."""
        if address not in self._known:
            self._known[address] = self.get(address)
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return self._known[address]

    def get(self, address: str) -> bytes:
        """What stands there.

        Raises:
            ForgedError: It is nowhere that may be asked.
            DigestError: It cannot be had now.
        """
        host, path = self._parts(address)
        until = self._clock() + self._seconds
        # This client follows nobody who sends it elsewhere, and asks no proxy.
        context = self._context or ssl.create_default_context()
        connection = http.client.HTTPSConnection(host, timeout=self._seconds, context=context)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            if answer.status != http.client.OK:
                raise DigestError(f"answers {answer.status}", place=host)
            return self._body(answer, until, host)
        except (OSError, http.client.HTTPException) as error:
            raise DigestError(f"cannot be asked: {str(error) or type(error).__name__}", place=host) from error
        finally:
            connection.close()

    def _parts(self, address: str) -> tuple[str, str]:
        """The host, and what to ask it for."""
        try:
            parts = urlsplit(address)
            allowed = parts.scheme == "https" and self._hosts.fullmatch(parts.netloc)
        except ValueError:
            parts, allowed = urlsplit(""), None
        if not allowed or not re.fullmatch(r"[!-~]+", address):
            raise ForgedError(f"does not lead to where it must: '{one_line(address)[:200]}'", place="webhook")
        return parts.netloc, f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"

    def _body(self, answer: http.client.HTTPResponse, until: float, host: str) -> bytes:
        found = bytearray()
        while chunk := answer.read1(_CHUNK):
            found += chunk
            if len(found) > self._most:
                raise DigestError(f"answers with more than {self._most} bytes", place=host)
            if self._clock() > until:
                raise DigestError(f"takes longer than {self._seconds:g} s", place=host)
        return bytes(found)
