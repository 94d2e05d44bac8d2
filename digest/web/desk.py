"""What the endpoints are handed: a desk at which the work is done, and the pages that come of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from starlette.responses import HTMLResponse, Response

from digest.web.pages import policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.web.pages import Pages
    from digest.web.readers import Kind, Room, Seen

Result = TypeVar("Result")

_STATUS: dict[Kind, int] = {"unknown": 404, "expired": 410, "refused": 409}


class Desk(Protocol):
    """Where work is done that needs the store or the templates: one piece after the other."""

    async def do(self, work: Callable[[Room], Result]) -> Result:
        """Do it, and give what comes of it.

        Raises:
            DigestError: The store cannot be used, or too much waits already.
        """
        ...

    def later(self, work: Callable[[Room], None]) -> bool:
        """Have it done after the answer; False when too much waits already. What fails is told of there."""
        ...


async def shown(desk: Desk, pages: Pages, seen: Seen, key: str, mistake: str = "") -> Response:
    """The answer that shows a page.

    Args:
        desk: Where it is made: templates are not for two threads. Apart from the deed, which is done whatever comes of
            this.
        pages: Makes it.
        seen: What it is about.
        key: The newsletter's.
        mistake: See `Pages.page`.
    """
    html = await desk.do(lambda _: pages.page(seen, key, mistake))
    status = 400 if mistake else _STATUS.get(seen.kind, 200)
    return HTMLResponse(html, status, {"Content-Security-Policy": policy(html)})
