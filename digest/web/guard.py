"""What goes for every answer: headers that shut it in, and no failure that says more than that it is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse

from digest.core.errors import DigestError

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

CLOSED = "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
"""Content-Security-Policy of an answer without a style [CSP level 3]: nothing is loaded, nothing frames it."""

_HEADERS = {
    "Cache-Control": "no-store",  # the address of a page is somebody's token
    "Content-Security-Policy": CLOSED,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for browsers that do not know frame-ancestors
    "X-Robots-Tag": "noindex, nofollow",
}


class Guard:
    """A layer around an application [ASGI 3].

    Args:
        app: The application.
        failed: Told of what the application does not expect; not of a store that cannot be used, or a caller gone.
    """

    def __init__(self, app: ASGIApp, failed: Callable[[Exception], None]) -> None:
        self._app = app
        self._failed = failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, guarded)
        except ClientDisconnect:
            return
        except DigestError:
            later = PlainTextResponse("this did not work just now; please try again in a minute\n", 503)
            later.headers["Retry-After"] = "60"
            answer = later
        except Exception as error:  # noqa: BLE001 whatever it is, the caller must not see it and the operator must
            self._failed(error)
            answer = PlainTextResponse("this did not work; please try again later\n", 500)
        else:
            return
        if not begun:
            await answer(scope, receive, guarded)
