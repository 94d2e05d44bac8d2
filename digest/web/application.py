"""The pages for readers as an application [ASGI 3]: HTTP in, HTTP out; what is asked is done in `digest.web.readers`.

A link is opened by people, and by programs that look at mail before them: GET changes nothing. POST does what the
button says, and what a mail program asks with one click [RFC 8058]. There are no cookies: the token is all there is.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Route

from digest.web.callers import METHODS, described, host_of, not_pressed, too_often, with_options
from digest.web.desk import shown
from digest.web.forms import form
from digest.web.guard import Guard
from digest.web.limits import Limit, caller_of
from digest.web.readers import Request as Asked
from digest.web.readers import come_back, confirm, leave, look, look_at_confirmation
from digest.web.subscribing import Form, Subscribing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from digest.web.desk import Desk
    from digest.web.pages import Pages
    from digest.web.readers import Room, Seen


def application(
    *,
    desk: Desk,
    pages: Pages,
    clock: Callable[[], datetime],
    failed: Callable[[Exception], None],
    offered: Form | None = None,
    prefix: str = "",
    extra_routes: Sequence[BaseRoute] = (),
) -> Starlette:
    """The application.

    Args:
        desk: Does the work.
        pages: Makes the pages; used at the desk only.
        clock: The present instant.
        failed: Told of errors nobody expected.
        offered: What may be asked for by a form; None: there is no form.
        prefix: Path under which the pages are reachable from outside, "/lists"; they are found with it and without, so
            that a proxy may pass it on or not.
        extra_routes: More of what is answered, in the same guard. `digest.web.forms.body` reads what was sent, bounded.
    """
    links = _Links(desk, pages, clock)
    endpoints = {
        "/unsubscribe/{newsletter}/{token}": links.unsubscribe,
        "/confirm/{newsletter}/{token}": links.confirm,
    }
    if offered is not None:
        endpoints["/subscribe/{newsletter}"] = Subscribing(desk, pages, clock, offered).__call__
    routes: list[BaseRoute] = [
        Route(path, with_options(endpoint), methods=METHODS) for path, endpoint in endpoints.items()
    ]
    routes += extra_routes
    if prefix:
        routes.append(Mount(prefix, routes=list(routes)))
    app = Starlette(routes=routes, middleware=[Middleware(Guard, failed=failed)])
    # It would build an address of what the caller says is our name.
    app.router.redirect_slashes = False
    return app


class _Links:
    """The endpoints of links in messages; for the thread of the event loop."""

    def __init__(self, desk: Desk, pages: Pages, clock: Callable[[], datetime]) -> None:
        self._desk = desk
        self._pages = pages
        self._clock = clock
        # One guess in 2^64 is a token at all; this only keeps the noise down. Who has a good link is never limited, for
        # the clicks of a large mail provider's readers all come from a few addresses.
        self._wrong = Limit(20, timedelta(minutes=10))

    async def unsubscribe(self, request: Request) -> Response:
        """`/unsubscribe/NEWSLETTER/TOKEN`."""
        work = look
        if request.method == "POST":
            fields = await form(request)
            if fields.get("List-Unsubscribe", "").strip().lower() == "one-click" or "leave" in fields:
                work = leave
            elif "return" in fields:
                work = come_back
            else:
                return not_pressed()
        return await self._show(request, work)

    async def confirm(self, request: Request) -> Response:
        """`/confirm/NEWSLETTER/TOKEN`."""
        work = look_at_confirmation
        if request.method == "POST":
            if "confirm" not in await form(request):
                return not_pressed()
            work = confirm
        return await self._show(request, work)

    async def _show(self, request: Request, work: Callable[[Room, Asked], Seen]) -> Response:
        key, now = request.path_params["newsletter"], self._clock()
        asked = Asked(key, request.path_params["token"], now, described(request))
        seen = await self._desk.do(lambda room: work(room, asked))
        if seen.kind == "unknown" and not self._wrong.allows(caller_of(host_of(request)), now):
            return too_often()
        return await shown(self._desk, self._pages, seen, key)
