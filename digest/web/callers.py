"""Who calls, as far as it matters; and what callers of all pages are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, Response

from digest.core.text import one_line
from digest.web.limits import caller_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    Endpoint = Callable[[Request], Awaitable[Response]]

METHODS = ("GET", "POST", "OPTIONS")


def host_of(request: Request) -> str:
    """The address a request comes from; empty where there is none."""
    return request.client.host if request.client is not None else ""


def described(request: Request) -> str:
    """From where, as it is noted for a proof: the address, and what the browser calls itself; one line."""
    agent = one_line(request.headers.get("User-Agent", "").encode("latin-1").decode("ascii", "replace"))[:200]
    host = host_of(request)
    known = host if caller_of(host) != "unknown" else "an unknown address"
    return f"{known}, {agent}" if agent else known


def with_options(endpoint: Endpoint) -> Endpoint:
    """An endpoint that answers OPTIONS as well [RFC 9110 section 9.3.7]."""

    async def answer(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": "GET, HEAD, POST, OPTIONS"})
        return await endpoint(request)

    return answer


def not_pressed() -> Response:
    """What a POST without one of our fields is told."""
    return PlainTextResponse("nothing was changed: open the link in a browser and press the button there\n", 400)


def too_often() -> Response:
    """What is told beyond a limit."""
    return PlainTextResponse("that was too often; please try again later\n", 429, {"Retry-After": "600"})
