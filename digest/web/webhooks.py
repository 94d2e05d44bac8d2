"""The addresses that mail services post events to, as routes: HTTP in, HTTP out; `Hooks` does what is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from digest.bounces.webhooks.event import LARGEST_BODY
from digest.bounces.webhooks.posts import Post
from digest.core.errors import DigestError, ForgedError, SourceError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from starlette.requests import Request


MOST_HELD = 64_000_000
"""Bytes of posts in memory at once, of all callers: who they are is known only when all of a post is there."""


class Hooks(Protocol):
    """Who takes what is posted."""

    async def take(self, provider: str, post: Post) -> None:
        """Verify and take an event; durable when this returns.

        Raises:
            ForgedError: It is not from whom it says: nothing was changed.
            SourceError: It cannot be read, and will not be when it is posted again.
            DigestError: It cannot be taken now.
        """
        ...


def webhook_routes(providers: Iterable[str], hooks: Hooks) -> list[Route]:
    """A route for each service: POST /webhooks/PROVIDER.

    The answer says whether the service is to post the event again. 200: it is taken; 400: it cannot be read, 403: it is
    forged, 413: it is too large, so there is no use in that; 503: later.

    Args:
        providers: The services.
        hooks: Takes what they post.
    """
    held = _Held()
    return [
        Route(f"/webhooks/{provider}", _endpoint(provider, hooks, held), methods=["POST"]) for provider in providers
    ]


class _Held:
    """How much of posts is in memory; for the thread of the event loop."""

    __slots__ = ("octets",)

    def __init__(self) -> None:
        self.octets = 0


def _endpoint(provider: str, hooks: Hooks, held: _Held) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        body = bytearray()
        try:
            return await _answered(request, body)
        finally:
            held.octets -= len(body)

    async def _answered(request: Request, body: bytearray) -> Response:
        try:
            if not await _read(request, body, held):
                return PlainTextResponse("too much was posted\n", 413, {"Connection": "close"})
            await hooks.take(provider, Post(dict(request.headers), bytes(body), request.query_params.get("token", "")))
        except ForgedError:
            return PlainTextResponse("this is not from whom it says\n", 403)
        except SourceError:
            return PlainTextResponse("this cannot be read\n", 400)
        except DigestError:
            return PlainTextResponse("this cannot be taken now; post it again later\n", 503, {"Retry-After": "60"})
        return PlainTextResponse("taken\n")

    return answer


async def _read(request: Request, body: bytearray, held: _Held) -> bool:
    """Read the body; False when it has more bytes than are read: no more than that were.

    Raises:
        DigestError: There are too many posts at once to hold them all.
    """
    async for chunk in request.stream():
        body += chunk
        held.octets += len(chunk)
        if len(body) > LARGEST_BODY:
            return False
        if held.octets > MOST_HELD:
            raise DigestError("too much is posted at once", place="webhook")
    return True
