"""The daemon's herald: writes to the operator, in a thread of its own, so that nothing waits for a relay that hangs.

It has a newsroom and a store of its own, as those belong to one thread.
"""

from __future__ import annotations

import logging
from threading import Event, Thread
from typing import TYPE_CHECKING

from digest.app import Newsroom
from digest.core.errors import DigestError
from digest.daemon.logs import event
from digest.daemon.troubles import Troubles
from digest.notifying import notify
from digest.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from digest.config import Settings

LOOK = 60.0
"""Seconds between two looks at how things stand."""

LONGEST_LOOK = 900.0
"""The same where whoever gathers asks for a look after each round: in the middle of one, half of it would be told."""

_WHAT = "the notes to the operator"


class Herald:
    """Writes notes until it is told to stop. Its methods may be called anywhere.

    Args:
        settings: What config.yaml says.
        clock: The present instant.
        rest: Seconds between two looks that nobody asks for.
    """

    def __init__(self, settings: Settings, clock: Callable[[], datetime], rest: float) -> None:
        self._settings = settings
        self._clock = clock
        self._rest = rest
        self._stopping, self._wake = Event(), Event()
        self._troubles = Troubles()
        self._thread = Thread(target=self._run, name="herald", daemon=True)

    @property
    def trouble(self) -> str:
        """Why it cannot work; empty when it can. That a note was not taken stands in the store."""
        return str(self._troubles)

    def start(self) -> None:
        """Begin, with a look once it is asked for or has rested."""
        self._thread.start()

    def look(self) -> None:
        """Look soon; returns at once."""
        self._wake.set()

    def stop(self, patience: float) -> bool:
        """Stop: what no relay has taken is told another time; False when it has not ended in so many seconds."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(patience)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            # What a start finds to be late is often mended by the first tick.
            self._wake.wait(self._rest)
            self._wake.clear()
            if self._stopping.is_set():  # after that: whoever stops it rings once more
                return
            try:
                self._write()
            except DigestError as error:
                self._troubles.failed(_WHAT, str(error))
            except Exception as error:  # noqa: BLE001 a mistake of ours must not end the notes for good
                self._troubles.failed(_WHAT, f"{type(error).__name__}: {error}", error)
            else:
                self._troubles.works(_WHAT)

    def _write(self) -> None:
        with Newsroom(self._settings, open_store(self._settings.store), self._clock) as newsroom:
            for each in notify(newsroom, self._stopping.is_set):
                begun, over = len(each.news.begun), len(each.news.over)
                if not each.error:
                    event("notified", address=each.address, begun=begun, over=over)
                    continue
                event("note_failed", level=logging.ERROR, address=each.address, error=each.error, again=each.again)
