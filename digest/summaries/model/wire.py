"""The HTTP below the protocol's client: only what belongs to a call goes out, and only so much comes in.

The client would follow redirects, send what other programs of OpenAI's have in the environment (an organisation,
headers), and read an answer without end. Imported where a model is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx2

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

MOST_OCTETS = 1_000_000
"""Of an answer: fifty times a long one."""
_SENT = frozenset({"host", "accept", "content-type", "content-length", "user-agent", "connection"})


class BodyError(httpx2.ReadError):
    """An answer's body is not read: it is packed, or without end."""


def http_client(key: str, parallel: int) -> httpx2.AsyncClient:
    """A client for one endpoint, which follows no redirect.

    Args:
        key: Sent with each request; empty for none.
        parallel: How many connections it may need.
    """
    limits = httpx2.Limits(max_connections=parallel, max_keepalive_connections=parallel)
    # Proxies and certificates of the environment count, as they do for every program of the machine.
    return _Client(key, follow_redirects=False, limits=limits)


class _Client(httpx2.AsyncClient):
    """Sends what belongs to a call, and gives up an answer that is too much."""

    def __init__(self, key: str, *, follow_redirects: bool, limits: httpx2.Limits) -> None:
        super().__init__(
            follow_redirects=follow_redirects,
            limits=limits,
            event_hooks={"request": [self._outgoing], "response": [self._incoming]},
        )
        self._key = key

    async def _outgoing(self, request: httpx2.Request) -> None:
        for name in list(request.headers):
            if name.lower() not in _SENT:
                del request.headers[name]
        request.headers["accept-encoding"] = "identity"
        if self._key:
            request.headers["authorization"] = f"Bearer {self._key}"

    async def _incoming(self, response: httpx2.Response) -> None:
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise BodyError("the endpoint's answer is packed, though it was not to be")
        if isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = _Bounded(response.stream)


class _Bounded(httpx2.AsyncByteStream):
    """A body up to its bound."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for part in self._stream:
            read += len(part)
            if read > MOST_OCTETS:
                raise BodyError(f"the endpoint's answer is larger than {MOST_OCTETS} octets")
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()
