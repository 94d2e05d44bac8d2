"""What mail services post, verified and taken in a thread of its own that has a store."""

from __future__ import annotations

import asyncio
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from digest.bounces.ways import WebhookWay
from digest.bounces.webhooks.fetching import Fetcher
from digest.bounces.webhooks.posts import Reader
from digest.core.errors import DigestError, ForgedError, SourceError
from digest.daemon.logs import event
from digest.daemon.receiver import Receiver
from digest.daemon.troubles import Troubles
from digest.web.webhooks import webhook_routes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from starlette.routing import Route

    from digest.bounces.webhooks.posts import Post
    from digest.config import Settings
    from digest.daemon.metrics import Metrics

MOST = 50
"""Posts that may wait at once; each may have some megabytes."""


class WebhookDesk:
    """Takes what is posted; see `digest.web.webhooks.Hooks`. Called from any thread.

    Args:
        settings: What config.yaml says.
        clock: The present instant.
        metrics: Counts what is taken.
        environ: Where secrets are kept.
        fetcher: Gets what SNS asks to be fetched; None: from SNS.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime],
        metrics: Metrics,
        *,
        environ: Mapping[str, str] = os.environ,
        fetcher: Fetcher | None = None,
    ) -> None:
        self._clock = clock
        self._fetcher = fetcher or Fetcher()
        ways = [way for way in settings.bounces if isinstance(way, WebhookWay)]
        self._readers = {str(way.provider): Reader(way, environ, self._fetcher) for way in ways}
        self._receiver = Receiver(settings, clock, metrics)
        self._troubles = Troubles()
        self._refused: set[tuple[str, type[DigestError]]] = set()
        self._free = BoundedSemaphore(MOST)
        self._executor = ThreadPoolExecutor(1, "webhooks")

    @property
    def trouble(self) -> str:
        """Why events cannot be taken; empty when they can."""
        return str(self._troubles)

    def routes(self) -> list[Route]:
        """For the application of the pages for readers."""
        return webhook_routes(self._readers, self)

    async def take(self, provider: str, post: Post) -> None:
        """See `digest.web.webhooks.Hooks`."""
        if not self._free.acquire(blocking=False):
            raise DigestError("too many events at once", place=f"webhook {provider}")
        await asyncio.wrap_future(self._executor.submit(self._take, provider, post))

    def close(self) -> None:
        """Take no more; what waits is done, then the store is closed."""
        self._executor.submit(self._receiver.close)
        self._executor.shutdown(wait=False)

    def _take(self, provider: str, post: Post) -> None:
        try:
            self._read(self._readers[provider], provider, post)
        except (ForgedError, SourceError) as error:
            # Anybody may post anything: each kind of mistake is told once, until something good comes.
            if (provider, type(error)) not in self._refused:
                self._refused.add((provider, type(error)))
                event("webhook_refused", level=logging.WARNING, provider=provider, problem=str(error))
            raise
        except DigestError as error:
            self._troubles.failed(f"webhook {provider}", str(error))
            raise
        except Exception as error:
            self._troubles.failed(f"webhook {provider}", f"{type(error).__name__}: {error}", error)
            raise DigestError("a mistake of ours; see the log", place=f"webhook {provider}") from error
        else:
            self._troubles.works(f"webhook {provider}")
            self._refused -= {(provider, ForgedError), (provider, SourceError)}
        finally:
            self._free.release()

    def _read(self, reader: Reader, provider: str, post: Post) -> None:
        read = reader.read(post, self._clock())
        for report in read.reports:
            self._receiver.take_report(report)
        if read.visit:
            self._fetcher.get(read.visit)
            event("webhook_confirmed", provider=provider)
        reader.taken(read)
