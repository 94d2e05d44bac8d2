"""The preview as an application [ASGI 3], for one person at one machine.

Only a caller who means this machine by name is answered, so that no page of the web reaches it under a name of its own
(DNS rebinding), and nothing is given to pages of other origins. What is shown runs no script: frames are sandboxed, and
the policy of each answer forbids it once more.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from digest.preview.frames import VARIANTS, framed
from digest.preview.views import page, view_of
from digest.render.pictures import MEDIA_TYPES
from digest.web.guard import Guard
from digest.web.listening import host_named, is_address, is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

    from digest.preview.proof import State

_PAGE = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_PICTURES = "img-src 'self' data: https:"
_FRAME = (
    "default-src 'none'; style-src 'unsafe-inline'; {pictures}; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
)
_OWN = {"Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin"}
_FILES = {"preview.css": "text/css", "preview.js": "text/javascript"}


def application(state: Callable[[], State], host: str, failed: Callable[[Exception], None]) -> Starlette:
    """The application.

    Args:
        state: How the preview stands at that moment.
        host: The address it listens at: what else than this machine a caller may mean.
        failed: Told of errors nobody expected.
    """
    shown = _Shown(state)
    routes = [
        Route("/version", shown.version),
        *(Route(f"/{name}", _own_file) for name in _FILES),
        Route("/frame/{variant}", shown.frame),
        Route("/site/{path:path}", shown.site),
        Route("/", shown.page),
        Route("/{view}", shown.page),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(Guard, failed=failed), Middleware(Near, host=host)])
    app.router.redirect_slashes = False
    return app


class Near:
    """A layer that answers only who means this machine, and is no page of another origin.

    Args:
        app: The application.
        host: The address it listens at. Where that is not of loopback, callers may mean it, or any address as a number:
            no page of the web can have one for its name.
    """

    def __init__(self, app: ASGIApp, host: str) -> None:
        self._app = app
        self._host = host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        answer: ASGIApp = self._app
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            if not self._means_us(headers.getlist("Host")):
                answer = PlainTextResponse("not for this host\n", 421)
            elif _from_elsewhere(headers):
                answer = PlainTextResponse("not for other pages\n", 403)
        await answer(scope, receive, send)

    def _means_us(self, hosts: list[str]) -> bool:
        if len(hosts) != 1:
            return False
        host = host_named(hosts[0])
        return is_loopback(host) or (not is_loopback(self._host) and (host == self._host.lower() or is_address(host)))


def _from_elsewhere(headers: Headers) -> bool:
    """Whether a page of another origin asks. A link that a person followed from one is no harm: nothing is changed."""
    if headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        return headers.get("Sec-Fetch-Mode") != "navigate" or headers.get("Sec-Fetch-Dest") != "document"
    return headers.get("Origin", f"http://{headers['Host']}") != f"http://{headers['Host']}"


class _Shown:
    """The endpoints; for the thread of the event loop."""

    def __init__(self, state: Callable[[], State]) -> None:
        self._state = state

    async def version(self, request: Request) -> Response:
        """`/version`: grows with each try."""
        del request
        return JSONResponse({"version": self._state().version}, headers=_OWN)

    async def page(self, request: Request) -> Response:
        """A view."""
        view = view_of(request.path_params.get("view", ""))
        if view is None:
            return _missing()
        html = page(view, self._state())
        return Response(html, media_type="text/html", headers={"Content-Security-Policy": _PAGE, **_OWN})

    async def frame(self, request: Request) -> Response:
        """`/frame/VARIANT`: the message's HTML."""
        proof = self._state().proof
        variant = next((each for each in VARIANTS if each == request.path_params["variant"]), None)
        if proof is None or variant is None:
            return _missing()
        pictures = "img-src 'none'" if variant == "bare" else _PICTURES
        return _framed(framed(proof.html, variant, proof.base), "text/html", pictures)

    async def site(self, request: Request) -> Response:
        """`/site/PATH`: what would lie in the newsletter's folder."""
        proof, path = self._state().proof, request.path_params["path"]
        name = f"{path}index.html" if path.endswith("/") or not path else path
        content = proof.site.get(name) if proof is not None else None
        if proof is None or content is None:
            return _missing()
        if name.endswith(".html"):
            return _framed(framed(content.decode(), "light", proof.base), "text/html")
        # Feeds are there to be read: as text, they are the same in each browser.
        return _framed(content, MEDIA_TYPES.get(PurePosixPath(name).suffix.lower(), "text/plain"))


def _framed(content: str | bytes, kind: str, pictures: str = _PICTURES) -> Response:
    headers = {"Content-Security-Policy": _FRAME.format(pictures=pictures), "X-Frame-Options": "SAMEORIGIN", **_OWN}
    return Response(content, media_type=kind, headers=headers)


async def _own_file(request: Request) -> Response:
    """The style sheet and the script of the preview's page."""
    name = request.url.path.removeprefix("/")
    return Response((Path(__file__).parent / name).read_bytes(), media_type=_FILES[name], headers=_OWN)


def _missing() -> Response:
    return PlainTextResponse("there is no such page here; only the edition of the preview is\n", 404, headers=_OWN)
