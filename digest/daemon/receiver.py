"""Takes what comes back for the daemon, and tells of it: one for each thread that has a way in."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from digest.app import Newsroom
from digest.core.errors import DigestError, StoreError
from digest.daemon.logs import event
from digest.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from digest.bouncing import Bouncing, Taken
    from digest.config import Settings
    from digest.core.bounce import Report
    from digest.daemon.metrics import Metrics

PATIENCE = 10.0
"""Seconds to wait for another process that is writing to the store: whoever brings a report waits too."""


class Receiver:
    """Has a store of its own, opened when it is first needed and anew after it failed. For one thread.

    Args:
        settings: What config.yaml says.
        clock: The present instant.
        metrics: Counts what is taken.
    """

    def __init__(self, settings: Settings, clock: Callable[[], datetime], metrics: Metrics) -> None:
        self._settings = settings
        self._clock = clock
        self._metrics = metrics
        self._newsroom: Newsroom | None = None

    def take(self, raw: bytes, recipient: str | None) -> None:
        """Take a message; durable when this returns. See `digest.bounces.incoming.Take`.

        Raises:
            DigestError: It cannot be taken now.
        """
        self._done(lambda bouncing: bouncing.take(raw, recipient, self._clock()))

    def take_report(self, report: Report) -> None:
        """The same for what a webhook reports.

        Raises:
            DigestError: It cannot be taken now.
        """
        self._done(lambda bouncing: bouncing.take_report(report, self._clock()))

    def accepts(self, address: str) -> bool:
        """Whether reports come to an address. While the store cannot say so, it is asked again with the message."""
        try:
            return self._open().incoming.takes_mail_for(address)
        except DigestError:
            self.close()
            return True

    def close(self) -> None:
        """Let go of the store."""
        newsroom, self._newsroom = self._newsroom, None
        if newsroom is not None:
            newsroom.store.close()

    def _open(self) -> Newsroom:
        if self._newsroom is None:
            store = open_store(self._settings.store, timeout=PATIENCE)
            self._newsroom = Newsroom(self._settings, store, self._clock)
        return self._newsroom

    def _done(self, work: Callable[[Bouncing], Taken]) -> None:
        try:
            taken = work(self._open().incoming.bouncing)
        except DigestError:
            self.close()
            raise
        except Exception as error:
            self.close()
            # A mistake of ours must not lose a message: whoever brought it keeps it.
            raise StoreError(f"{type(error).__name__}: {error}", place="what came back") from error
        if taken.newsletter and taken.new:
            self._metrics.came_back(taken.newsletter, taken.kind)
        # What came of a message that asked to confirm is of no newsletter.
        if taken.new and (taken.newsletter or taken.decision.effect == "suppress"):
            event(
                "came_back",
                newsletter=taken.newsletter,
                edition=taken.edition,
                kind=taken.kind,
                effect=taken.decision.effect,
                why=taken.decision.why,
            )
        if taken.stopped:
            event("mail_stopped", level=logging.ERROR, newsletter=taken.newsletter, reason=taken.stopped)
