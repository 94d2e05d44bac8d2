"""The pages for readers, served by uvicorn in a thread of the daemon."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digest.core.errors import TemplateError
from digest.daemon.desk import StoreDesk
from digest.daemon.hooks import WebhookDesk
from digest.daemon.inviter import Inviter
from digest.daemon.logs import event
from digest.render.folders import builtin_folder
from digest.render.templates import Templates
from digest.web.application import application
from digest.web.pages import Pages
from digest.web.server import WebServer
from digest.web.subscribing import Form

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.applications import Starlette
    from starlette.types import Receive, Scope, Send

    from digest.config import Settings
    from digest.daemon.metrics import Metrics


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
        self._server = WebServer(self, settings.web.listen or ("", 0), "web.listen")
        self.listen = settings.web.listen
        self._desk = StoreDesk(settings.store)
        self._inviter = Inviter(settings, clock)
        self._hooks = WebhookDesk(settings, clock, metrics)
        self._app = self._built(settings)

    @property
    def address(self) -> tuple[str, int]:
        """Where it really listens; before `start`, where it is to."""
        return self._server.address

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
        self._server.start()
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
        self._server.stop()
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


def _failed(error: Exception) -> None:
    event("page_failed", level=logging.ERROR, error=error)
