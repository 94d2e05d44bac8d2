"""One request and its answer, by httpx2 over guarded connections. Imported when something is fetched."""

from __future__ import annotations

import asyncio
import base64
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpcore2
import httpx2

from digest.fetch.errors import ContentError, FetchError, ReachError
from digest.fetch.guard import Guard
from digest.fetch.inflate import CODINGS, Content

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from digest.core.webaddress import WebAddress
    from digest.fetch.guard import Resolve

_ACCEPT = {
    "feed": "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, "
    "application/json;q=0.8, text/html;q=0.5, */*;q=0.1",
    "page": "text/html, application/xhtml+xml, */*;q=0.1",
    "image": "image/png, image/jpeg, image/webp, image/gif, image/svg+xml, image/*;q=0.5, */*;q=0.1",
    "robots": "text/plain, */*;q=0.1",
    "link": "*/*",
}
_WITH_CONTENT = (200, 203)


@dataclass(frozen=True, slots=True)
class Response:
    """What a server said to one request.

    Attributes:
        status: 200.
        headers: Names in lower case; several of one name joined by commas.
        content: Inflated; empty where nothing was read.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked.

    Attributes:
        address: Where; its login is sent along.
        kind: A `Kind`, or "robots".
        local: Whether its host may be in the own network.
        method: "GET" or "HEAD".
        validators: Headers that make it conditional.
        wire: The most octets as they come.
        inflated: The most octets inflated.
        rest_left: Whether the rest is left where it is more, and what came is taken.
    """

    address: WebAddress
    kind: str
    local: bool
    wire: int
    inflated: int
    method: str = "GET"
    validators: Mapping[str, str] = field(default_factory=dict)
    rest_left: bool = False


class _Transport(httpx2.AsyncBaseTransport):
    """Hands requests to a pool whose connections the guard makes; httpx2's own takes no such backend.

    It passes no cookie on: what one source sets is no other's to see.
    """

    def __init__(self, pool: httpcore2.AsyncConnectionPool) -> None:
        self._pool = pool

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url = httpcore2.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        asked = httpcore2.Request(
            request.method, url, headers=request.headers.raw, content=request.stream, extensions=request.extensions
        )
        answer = await self._pool.handle_async_request(asked)
        headers = [(name, value) for name, value in answer.headers if name.lower() != b"set-cookie"]
        return httpx2.Response(answer.status, headers=headers, stream=_Stream(answer), extensions=answer.extensions)

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Stream(httpx2.AsyncByteStream):
    def __init__(self, answer: httpcore2.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._answer.aiter_stream():
            yield part

    async def aclose(self) -> None:
        await self._answer.aclose()


class Wire:
    """Connections for one run: to the public, and apart from them those that may lead into the own network.

    They are kept apart because a connection that is there is used again, whoever asks.

    Args:
        agent: The header User-Agent.
        connect: Seconds for one dialling and one handshake.
        resolve: Finds the addresses of a name.
        network: Dials an address; the usual one when None.
        tls: Whom to trust; whom the system trusts when None.
    """

    def __init__(
        self,
        agent: str,
        connect: float,
        resolve: Resolve,
        network: httpcore2.AsyncNetworkBackend | None,
        tls: ssl.SSLContext | None,
    ) -> None:
        context = tls or httpx2.create_ssl_context()
        self._clients = {
            local: httpx2.AsyncClient(
                transport=_Transport(
                    httpcore2.AsyncConnectionPool(
                        ssl_context=context,
                        max_connections=None,  # how many there are at once is the run's to say
                        max_keepalive_connections=20,
                        keepalive_expiry=15.0,
                        http2=True,
                        network_backend=Guard(network or httpcore2.AnyIOBackend(), resolve, local=local),
                    )
                ),
                headers={"User-Agent": agent, "Accept-Encoding": CODINGS},
                timeout=httpx2.Timeout(None, connect=connect),
                trust_env=False,
            )
            for local in (False, True)
        }

    async def ask(self, request: Request) -> Response:
        """One request, no redirect followed.

        Raises:
            GuardError: The address is not dialled.
            ReachError: The server is not reached, or breaks off.
            ContentError: What comes is too much, or broken.
        """
        headers = {"Accept": _ACCEPT[request.kind], **request.validators}
        if request.address.login:
            headers["Authorization"] = f"Basic {base64.b64encode(request.address.login.encode()).decode()}"
        client = self._clients[request.local]
        try:
            async with client.stream(request.method, request.address.url, headers=headers) as answer:
                return await self._read(request, answer)
        except (FetchError, TimeoutError):
            raise
        except httpcore2.TimeoutException as error:
            raise ReachError("does not answer in time") from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError, OSError) as error:
            raise _broken(error) from error

    @staticmethod
    async def _read(request: Request, answer: httpx2.Response) -> Response:
        headers: dict[str, str] = {}
        for name, value in answer.headers.items():
            headers[name.lower()] = value
        if answer.status_code not in _WITH_CONTENT or request.kind == "link":
            return Response(answer.status_code, headers)  # what else it says is not read: the connection is closed
        content = Content(headers.get("content-encoding", ""), request.wire, request.inflated)
        try:
            if not request.rest_left:
                content.expect(headers.get("content-length", ""))
            async for part in answer.aiter_raw():
                content.take(part)
        except ContentError:
            if not request.rest_left:
                raise
            return Response(answer.status_code, headers, content.part())
        return Response(answer.status_code, headers, content.whole())

    async def close(self) -> None:
        """Close all connections."""
        await asyncio.gather(*(client.aclose() for client in self._clients.values()))


def _broken(error: Exception) -> ReachError:
    said = " ".join(str(error).split())[:200] or type(error).__name__
    # The pool drops what an error came from; it is still its argument.
    if isinstance(error, ssl.SSLError) or (error.args and isinstance(error.args[0], ssl.SSLError)):
        if "WRONG_VERSION_NUMBER" in said:
            return ReachError("speaks no TLS", "write http:// where that is meant")
        return ReachError(f"is not who it says, or speaks no TLS that is safe ({said})", "open it in a browser")
    return ReachError(f"breaks off ({said})")
