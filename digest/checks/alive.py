"""Whether links answer: politely (one request at a time, a pause for each host) and bounded in time."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Timer
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit

from digest.checks.catalogue import found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from digest.core.finding import Finding

AGENT = "digest-check (follows the links of a newsletter before it is sent)"
_GONE = (404, 410)
_NO_HEAD = (403, 405, 406, 429, 500, 501, 503)
"""Answers that servers give to HEAD where GET would do."""


def is_public(address: str) -> bool:
    """Whether an address is one that everybody reaches: no link is to make this machine ask its neighbours."""
    return ipaddress.ip_address(address).is_global


@dataclass(frozen=True, slots=True)
class Manners:
    """How links are followed.

    Attributes:
        timeout: Seconds for one answer.
        total: Seconds for all of them; those that are left then are reported as not followed.
        pause: Seconds between two requests to one host.
        hops: Redirects followed for a link.
        permitted: Whether an address may be asked.
        clock: Seconds that only grow.
        sleep: Waits so many.
    """

    timeout: float = 8.0
    total: float = 120.0
    pause: float = 1.0
    hops: int = 5
    permitted: Callable[[str], bool] = is_public
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def follow(linked: Iterable[tuple[str, str]], manners: Manners | None = None) -> Iterator[Finding]:
    """What is wrong with where links lead.

    Args:
        linked: Addresses, each with the place it stands at.
        manners: How to ask; the usual ones when left out.
    """
    walk = _Walk(manners or Manners())
    answers: dict[str, tuple[str, str]] = {}
    for address, place in linked:
        page = address.partition("#")[0]
        if page not in answers:
            answers[page] = walk.outcome(page)
        code, said = answers[page]
        if code:
            yield found(code, place, f"{address[:90]} {said}")


class _Walk:
    """The requests of one call."""

    def __init__(self, manners: Manners) -> None:
        self._manners = manners
        self._end = manners.clock() + manners.total
        self._next: dict[str, float] = {}

    def outcome(self, address: str) -> tuple[str, str]:
        """The code of what is wrong with an address and the words for it; empty when it answers."""
        for _ in range(self._manners.hops + 1):
            try:
                status, target = self._ask(address)
            except TimeoutError as error:
                return "LINK006", f"was not followed to its end: {str(error) or 'it took too long'}"
            except (OSError, http.client.HTTPException, ValueError) as error:
                return "LINK006", f"cannot be reached: {str(error) or type(error).__name__}"
            if status in _GONE:
                return "LINK005", f"answers {status} {http.client.responses[status]}"
            if not (300 <= status < 400 and target):
                return ("", "") if status < 400 else ("LINK006", f"answers {status}")
            address = urljoin(address, target)
        return "LINK006", f"is redirected more than {self._manners.hops} times"

    def _ask(self, address: str) -> tuple[int, str]:
        status, target = self._request("HEAD", address)
        return self._request("GET", address) if status in _NO_HEAD else (status, target)

    def _request(self, method: str, address: str) -> tuple[int, str]:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"it leads on to {address[:60]}")
        host, port = parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
        timeout = self._wait(host)
        connection = http.client.HTTPConnection(host, port, timeout=timeout)
        connection.sock = sock = self._dial(host, port, timeout, secure=parts.scheme == "https")
        # The socket's own time is for a single read: a server that drips would have it anew with each octet.
        ended = Event()
        timer = Timer(timeout, _end, (sock, ended))
        timer.daemon = True
        timer.start()
        try:
            if isinstance(sock, ssl.SSLSocket):
                sock.do_handshake()
            path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (f"?{parts.query}" if parts.query else "")
            named = host if port in (80, 443) else f"{host}:{port}"
            connection.request(method, path, headers={"Host": named, "User-Agent": AGENT, "Accept": "*/*"})
            with connection.getresponse() as response:
                answer = response.status, response.getheader("Location", "") or ""
        except (OSError, http.client.HTTPException) as error:
            if ended.is_set():
                raise TimeoutError("it took too long") from error
            raise
        else:
            if ended.is_set():  # a header that breaks off reads like one that is over
                raise TimeoutError("it took too long")
            return answer
        finally:
            timer.cancel()
            connection.close()

    def _wait(self, host: str) -> float:
        """Wait for a host's turn; the seconds that a request may take."""
        manners = self._manners
        now = manners.clock()
        start = max(now, self._next.get(host, now))
        if start >= self._end:
            raise TimeoutError(f"the {manners.total:g} seconds for all links were over")
        if start > now:
            manners.sleep(start - now)
        self._next[host] = start + manners.pause
        return min(manners.timeout, self._end - start)

    def _dial(self, host: str, port: int, timeout: float, *, secure: bool) -> socket.socket:
        """Connect to an address that may be asked: it is checked here, where it is known for good."""
        addresses = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        permitted = [each for each in addresses if self._manners.permitted(each)]
        if not permitted:
            raise OSError(f"{host} is {addresses[0]}, which others do not reach")
        connected = socket.create_connection((permitted[0], port), timeout=timeout)
        if not secure:
            return connected
        try:
            context = ssl.create_default_context()
            return context.wrap_socket(connected, server_hostname=host, do_handshake_on_connect=False)
        except (OSError, ValueError):
            connected.close()
            raise


def _end(sock: socket.socket, ended: Event) -> None:
    """Let nothing more come, from another thread than the one that reads."""
    ended.set()
    with suppress(OSError):  # it is closed already
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
