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
    return [Route(f"/webhooks/{provider}", _endpoint(provider, hooks), methods=["POST"]) for provider in providers]


def _endpoint(provider: str, hooks: Hooks) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return PlainTextResponse("too much was posted\n", 413, {"Connection": "close"})
        try:
            await hooks.take(provider, Post(dict(request.headers), body, request.query_params.get("token", "")))
        except ForgedError:
            return PlainTextResponse("this is not from whom it says\n", 403)
        except SourceError:
            return PlainTextResponse("this cannot be read\n", 400)
        except DigestError:
            return PlainTextResponse("this cannot be taken now; post it again later\n", 503, {"Retry-After": "60"})
        return PlainTextResponse("taken\n")

    return answer


async def _body(request: Request) -> bytes | None:
    """The body; None when it has more bytes than are read: no more than that were."""
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > LARGEST_BODY:
            return None
    return bytes(read)
