"""The form by which anybody may ask to subscribe: it answers the same, and as fast, for every address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from digest.core.address import address_key, normalise_address
from digest.web.callers import described, host_of, too_often
from digest.web.desk import shown
from digest.web.forms import form
from digest.web.limits import Limit, caller_of
from digest.web.readers import Request as Asked
from digest.web.readers import Seen, ask

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from digest.web.desk import Desk
    from digest.web.pages import Pages
    from digest.web.readers import Room

_SPAN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Form:
    """What there is to subscribe to.

    Attributes:
        newsletters: Keys of those that may be asked for.
        invite: Sends the message that asks for a confirmation: newsletter's key, subscriber's number. Returns at once.
    """

    newsletters: frozenset[str]
    invite: Callable[[str, int], None]


class Subscribing:
    """The endpoint `/subscribe/NEWSLETTER`; for the thread of the event loop.

    Args:
        desk: Does the work.
        pages: Makes the pages.
        clock: The present instant.
        offered: What there is to subscribe to.
    """

    def __init__(self, desk: Desk, pages: Pages, clock: Callable[[], datetime], offered: Form) -> None:
        self._desk = desk
        self._pages = pages
        self._clock = clock
        self._offered = offered
        self._callers = Limit(10, _SPAN)
        self._addresses = Limit(1, timedelta(minutes=15))
        self._all = Limit(120, _SPAN, callers=1)

    async def __call__(self, request: Request) -> Response:
        """Show the form, or take down what it holds."""
        key = request.path_params["newsletter"]
        if key not in self._offered.newsletters:
            return await shown(self._desk, self._pages, Seen("unknown"), key)
        if request.method != "POST":
            return await shown(self._desk, self._pages, Seen("ask"), key)
        fields = await form(request)
        now = self._clock()
        if not self._callers.allows(caller_of(host_of(request)), now):
            return too_often()
        try:
            address = normalise_address(fields.get("address", "")[:1000])
        except ValueError:
            return await shown(self._desk, self._pages, Seen("ask"), key, "no_address")
        # People do not see the field "website": what fills it in is a program, and is told what people are told.
        wanted = not fields.get("website")
        if wanted and not self._taken_down(Asked(key, "", now, described(request)), address):
            return too_often()
        return await shown(self._desk, self._pages, Seen("asked"), key)

    def _taken_down(self, asked: Asked, address: str) -> bool:
        """See that it is; False beyond what can be taken at once."""
        if not self._addresses.allows(f"{asked.newsletter} {address_key(address)}", asked.now):
            return True  # a message is on its way already
        return self._all.allows("", asked.now) and self._desk.later(partial(self._ask, asked, address))

    def _ask(self, asked: Asked, address: str, room: Room) -> None:
        number = ask(room, asked, address)
        if number is not None:
            self._offered.invite(asked.newsletter, number)
