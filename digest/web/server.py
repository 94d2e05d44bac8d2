"""An application [ASGI 3] served by uvicorn in a thread of its own, within limits."""

from __future__ import annotations

import socket
from threading import Thread
from typing import TYPE_CHECKING

from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

from digest.web.listening import not_listening

if TYPE_CHECKING:
    import asyncio

    from starlette.types import ASGIApp

CONNECTIONS = 256
"""At most so many at once; one more is closed unanswered."""
LONGEST = 30.0
"""Seconds a connection may last, however slowly something still trickles in."""
STOPPING = 3
"""Seconds that answers under way may still take."""
_HEADER = 16 * 1024


class WebServer:
    """An HTTP server in a thread of its own. Its methods belong to one thread.

    Args:
        app: What answers.
        listen: Host and port; port 0 takes any that is free.
        place: The key in config.yaml or the option that names them, for errors.
    """

    def __init__(self, app: ASGIApp, listen: tuple[str, int], place: str) -> None:
        self._app = app
        self._address = listen
        self._place = place
        self._server: Server | None = None
        self._thread: Thread | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Where it really listens; before `start`, where it is to."""
        return self._address

    def start(self) -> None:
        """Listen.

        Raises:
            DigestError: It cannot listen there.
        """
        host, port = self._address
        try:
            six = ":" in host
            bound = socket.create_server((host, port), family=socket.AF_INET6 if six else socket.AF_INET)
        except (OSError, OverflowError) as error:
            raise not_listening(self._address, error, self._place) from error
        self._address = host, bound.getsockname()[1]
        self._server = Server(
            Config(
                self._app,
                loop="asyncio",
                http=_Bounded,
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                log_level="error",  # what strangers send is no event
                access_log=False,
                server_header=False,
                # Who else says for whom it asks is not believed.
                proxy_headers=True,
                forwarded_allow_ips=["127.0.0.0/8", "::1"],
                h11_max_incomplete_event_size=_HEADER,
                timeout_graceful_shutdown=STOPPING,
            )
        )
        self._thread = Thread(target=self._server.run, args=([bound],), name="pages", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening; answers under way are finished if they are quick. Stopping again changes nothing."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(STOPPING + 2)
            self._server = self._thread = None


class _Bounded(H11Protocol):
    """A connection that lasts no longer than it may, and is one of not too many."""

    _end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # so it is in uvicorn
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS:
            transport.abort()
            return
        self._end = self.loop.call_later(LONGEST, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._end is not None:
            self._end.cancel()
        super().connection_lost(exc)
