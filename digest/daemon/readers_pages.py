"""The pages for readers, served by uvicorn in a thread of the daemon."""

from __future__ import annotations

import logging
import socket
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

from digest.core.errors import TemplateError
from digest.daemon.desk import StoreDesk
from digest.daemon.endpoint import not_listening
from digest.daemon.hooks import WebhookDesk
from digest.daemon.inviter import Inviter
from digest.daemon.logs import event
from digest.render.folders import builtin_folder
from digest.render.templates import Templates
from digest.web.application import application
from digest.web.pages import Pages
from digest.web.subscribing import Form

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from datetime import datetime

    from starlette.applications import Starlette
    from starlette.types import Receive, Scope, Send

    from digest.config import Settings
    from digest.daemon.metrics import Metrics

CONNECTIONS = 256
"""At most so many at once; one more is closed unanswered."""
LONGEST = 30.0
"""Seconds a connection may last, however slowly something still trickles in."""
_HEADER = 16 * 1024
_STOPPING = 3
"""Seconds that answers under way may still take."""


class ReadersPages:
    """An HTTP server in a thread of its own. Its methods belong to one thread.

    Args:
        settings: What config.yaml says; `web.listen` is set.
        clock: The present instant.
        metrics: Counts what webhooks bring.
    """

    def __init__(self, settings: Settings, clock: Callable[[], datetime], metrics: Metrics) -> None:
        self._clock = clock
        self._metrics = metrics
        self._server: Server | None = None
        self._thread: Thread | None = None
        self._address = settings.web.listen or ("", 0)
        self.listen = settings.web.listen
        self._desk = StoreDesk(settings.store)
        self._inviter = Inviter(settings, clock)
        self._hooks = WebhookDesk(settings, clock, metrics)
        self._app = self._built(settings)

    @property
    def address(self) -> tuple[str, int]:
        """Where it really listens; before `start`, where it is to."""
        return self._address

    @property
    def trouble(self) -> str:
        """Why pages cannot do their work; empty when they can."""
        return "; ".join(filter(None, (self._desk.trouble, self._hooks.trouble)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as the configuration is at that moment [ASGI 3]."""
        await self._app(scope, receive, send)

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
            raise not_listening(self._address, error, "web.listen") from error
        self._address = host, bound.getsockname()[1]
        self._server = Server(
            Config(
                self,
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
                timeout_graceful_shutdown=_STOPPING,
            )
        )
        self._thread = Thread(target=self._server.run, args=([bound],), name="pages", daemon=True)
        self._thread.start()
        self._inviter.start()

    def take(self, settings: Settings) -> None:
        """From now on answer by another configuration, at the same place."""
        self._desk.use(settings.store)
        self._inviter.use(settings)
        before, self._hooks = self._hooks, WebhookDesk(settings, self._clock, self._metrics)
        self._app = self._built(settings)
        before.close()

    def stop(self) -> None:
        """Stop listening; answers under way are finished if they are quick."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(_STOPPING + 2)
            self._server = self._thread = None
        self._desk.close()
        self._hooks.close()
        self._inviter.stop()

    def _built(self, settings: Settings) -> Starlette:
        newsletters = {key: each.newsletter for key, each in settings.newsletters.items()}
        builtin = Templates([builtin_folder()])
        try:
            own = Templates([settings.root / "templates", builtin_folder()])
        except TemplateError as error:
            _failed(error)
            own = builtin
        return application(
            desk=self._desk,
            pages=Pages(own, builtin, settings.site, newsletters, _failed),
            clock=self._clock,
            failed=_failed,
            offered=Form(frozenset(newsletters), self._inviter.invite) if settings.web.subscribe else None,
            extra_routes=self._hooks.routes(),
            prefix=urlsplit(settings.site.readers_url).path.rstrip("/"),
        )


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


def _failed(error: Exception) -> None:
    event("page_failed", level=logging.ERROR, error=error)
