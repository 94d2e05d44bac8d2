"""The guard: names are resolved here, addresses judged, and just those dialled. Imported when something is fetched.

Whatever a URL says, a connection is made to no address that was not looked at, at the moment it is made. A name that
answers differently the second time is of no use, for there is no second time.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import TYPE_CHECKING

import httpcore2

from digest.core.webaddress import permitted, port_trouble, reach
from digest.fetch.errors import GuardError, ReachError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence
    from concurrent.futures import Executor

    Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
    """The addresses of a host, the first to be dialled first."""

_MOST = 6
"""Addresses of one host that are tried."""


def system_resolver(executor: Executor) -> Resolve:
    """The system's own resolver, which blocks: so in threads."""

    def ask(host: str, port: int) -> list[str]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise ReachError(f"names {host}, which is not found ({error})", "check the name") from error
        return list(dict.fromkeys(str(each[4][0]) for each in found))

    async def resolve(host: str, port: int) -> Sequence[str]:
        return await asyncio.get_running_loop().run_in_executor(executor, ask, host, port)

    return resolve


class Guard(httpcore2.AsyncNetworkBackend):
    """Dials for the connection pool, which hands it each host before there is a connection.

    The pool keeps the host's name for TLS and for the Host header.

    Args:
        network: Dials an address.
        resolve: Finds the addresses of a name.
        local: Whether addresses in the own network may be dialled.
    """

    def __init__(self, network: httpcore2.AsyncNetworkBackend, resolve: Resolve, *, local: bool) -> None:
        self._network = network
        self._resolve = resolve
        self._local = local

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 the pool's own signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the first address of a host that may be dialled and answers.

        Raises:
            GuardError: None may be dialled.
            ReachError: The name is not found, or nobody listens.
        """
        if trouble := port_trouble(port):
            raise GuardError(trouble, "correct it")
        async with asyncio.timeout(timeout):
            try:
                found: Sequence[str] = [ipaddress.ip_address(host).compressed]
            except ValueError:
                found = await self._resolve(host, port)
        good = [each for each in found if permitted(each, local=self._local)][:_MOST]
        if not good:
            raise self._complaint(host, found)
        said: Exception | None = None
        for address in good:
            try:
                # Each has its share of the time, as the first may be one that swallows everything.
                share = timeout / len(good) if timeout else None
                return await self._network.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                said = error
        why = "it took too long" if isinstance(said, httpcore2.ConnectTimeout) else said
        raise ReachError(f"does not answer at {good[-1]} port {port} ({why})") from said

    def _complaint(self, host: str, found: Sequence[str]) -> GuardError:
        if not found:
            return GuardError(f"names {host}, which has no address", "check the name")
        kind, what = reach(found[0])
        where = f"leads to {found[0]} ({what})" if host == found[0] else f"leads to {host} at {found[0]} ({what})"
        if kind == "local":
            return GuardError(
                f"{where}, inside your own network",
                "if you mean it, say `local: true` of its source (digest sources add --local)",
            )
        return GuardError(f"{where}, where nobody publishes", "correct the address")
