"""Everybody who works beside the daemon's main thread: who they are, by one configuration after the other."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from digest.core.errors import DigestError
from digest.core.hosts import host_and_port
from digest.daemon.courier import Courier
from digest.daemon.logs import event
from digest.daemon.postmaster import Postmaster

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from digest.config import Settings
    from digest.daemon.gatherer import Gatherer
    from digest.daemon.herald import Herald
    from digest.daemon.metrics import Metrics
    from digest.daemon.readers_pages import ReadersPages

LAST_WORDS = 1.0
"""Seconds of the grace period that are kept for what comes after the courier has stopped."""
FRESH = 60.0
"""Seconds that an edition waits for sources that are being fetched."""


class Staff:
    """The courier, the gatherer, the herald, the postmaster and the pages for readers, each where there is need of it.

    Its methods belong to one thread.

    Args:
        clock: The present instant.
        metrics: Counts what happens.
    """

    def __init__(self, clock: Callable[[], datetime], metrics: Metrics) -> None:
        self._clock = clock
        self._metrics = metrics
        self._courier: Courier | None = None
        self._gatherer: Gatherer | None = None
        self._herald: Herald | None = None
        self._postmaster: Postmaster | None = None
        self._pages: ReadersPages | None = None
        self._pages_failed = False

    @property
    def trouble(self) -> str:
        """What keeps them from their work; empty when nothing does."""
        everybody = (self._courier, self._pages, self._herald, self._postmaster, self._gatherer)
        return "; ".join(each.trouble for each in everybody if each is not None and each.trouble)

    def work_by(self, settings: Settings) -> None:
        """Let all work by this configuration; who worked by another one finishes what it has on the wire."""
        self._send(settings)
        self._fetch(settings)
        self._tell_operator(settings)
        self._pages_failed = False
        if self._pages is not None and self._pages.listen == settings.web.listen:
            self._pages.take(settings)
        else:
            self._hide()
            self.show(settings)
        self._receive(settings)

    def look(self) -> None:
        """There may be something to deliver."""
        if self._courier is not None:
            self._courier.look()

    def gather(self, stopping: Callable[[], bool]) -> None:
        """Have what is due fetched before an edition is made; an edition does not wait for slow servers for long.

        Args:
            stopping: Whether to wait no longer.
        """
        if self._gatherer is None or self._gatherer.gather_now(FRESH, stopping):
            return
        if not stopping():
            event("gathering_goes_on", level=logging.WARNING, waited=FRESH)

    def show(self, settings: Settings) -> None:
        """Answer the pages for readers, if there are any and nobody does yet: the port may have been taken before."""
        if settings.web.listen is None or self._pages is not None:
            return
        # Here, for it takes a while to import, and most newsrooms have no such pages yet.
        from digest.daemon.readers_pages import ReadersPages  # noqa: PLC0415 see above

        pages = ReadersPages(settings, self._clock, self._metrics)
        try:
            pages.start()
        except DigestError as error:
            if not self._pages_failed:
                event("pages_not_listening", level=logging.WARNING, problem=str(error))
            self._pages_failed = True
            return
        self._pages, self._pages_failed = pages, False
        event("pages_listening", address=host_and_port(*pages.address))

    def leave(self, patience: float, *, others: float = LAST_WORDS) -> None:
        """Stop all; who has not ended in time is told of.

        Args:
            patience: Seconds for the courier.
            others: Seconds for each of those who fetch, or write to the operator.
        """
        _end("the courier", self._courier, patience)
        _end("the gatherer", self._gatherer, others)
        _end("the herald", self._herald, others)
        self._hide()
        _end("the postmaster", self._postmaster, LAST_WORDS)
        self._courier = self._gatherer = self._herald = self._postmaster = None

    def _send(self, settings: Settings) -> None:
        """Let a courier take over the mail. The one before is not waited for: what it has on the wire may take long."""
        if self._courier is not None:
            self._courier.stop(0)
            self._courier = None
        if settings.smtp:
            self._courier = Courier(settings, self._clock, self._metrics)
            self._courier.start()

    def _fetch(self, settings: Settings) -> None:
        _end("the gatherer", self._gatherer, LAST_WORDS)
        self._gatherer = None
        # Here, for most newsrooms have files alone.
        from digest.daemon.gatherer import Gatherer, is_needed  # noqa: PLC0415 see above

        if is_needed(settings):
            self._gatherer = Gatherer(settings, self._clock, self._look_round)
            self._gatherer.start()

    def _look_round(self) -> None:
        """Have it looked whether there is something to tell the operator. Any thread may ask."""
        if (herald := self._herald) is not None:
            herald.look()

    def _tell_operator(self, settings: Settings) -> None:
        _end("the herald", self._herald, LAST_WORDS)
        self._herald = None
        if settings.notify:
            from digest.daemon.herald import LONGEST_LOOK, LOOK, Herald  # noqa: PLC0415 as in `_fetch`

            self._herald = Herald(settings, self._clock, LOOK if self._gatherer is None else LONGEST_LOOK)
            self._herald.start()

    def _receive(self, settings: Settings) -> None:
        """Let a postmaster take what comes back; the one before finishes the message that it has."""
        if self._postmaster is not None:
            self._postmaster.stop(LAST_WORDS)  # so that its port is free; else the new one tries again
        self._postmaster = Postmaster(settings, self._clock, self._metrics)
        self._postmaster.start()

    def _hide(self) -> None:
        if self._pages is not None:
            self._pages.stop()
            self._pages = None


def _end(who: str, one: Courier | Gatherer | Herald | Postmaster | None, patience: float) -> None:
    if one is not None and not one.stop(patience):
        event("cut_short", level=logging.WARNING, what=who)
