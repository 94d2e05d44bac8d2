"""Signals, taken by a thread of their own, so that none waits for the work that the main thread is in the middle of.

    SIGTERM, SIGINT   finish what is under way, for at most the grace period, then stop
    SIGINT again      stop at once
    SIGHUP            read the configuration again

Stopping at once is safe at any moment: what is done stands in the store, and nothing half.
"""

from __future__ import annotations

import os
import signal
from threading import Event, Thread, Timer
from typing import TYPE_CHECKING

from digest.daemon.logs import event

if TYPE_CHECKING:
    from collections.abc import Callable

_STOP = (signal.SIGTERM, signal.SIGINT)
_TAKEN = (*_STOP, signal.SIGHUP)

_LAST_WORD = 2.0  # seconds

STOPPED_AT_ONCE = 130
GRACE_EXPIRED = 1


class Signals:
    """What the process was told.

    Args:
        wake: Called after each signal; quick, and never raises.
        grace: Seconds that work under way may still take once it is told to stop.

    Attributes:
        stopping: Set once it is told to stop.
        reload: Set once it is told to read the configuration again; whoever does so clears it.
    """

    def __init__(self, wake: Callable[[], object], grace: Callable[[], float]) -> None:
        self.stopping = Event()
        self.reload = Event()
        self._wake = wake
        self._grace = grace

    def start(self) -> None:
        """Take signals from now on; to be called in the main thread, before other threads are started."""
        # A thread inherits the mask: so each signal waits for the one thread that asks for it.
        hold_back()
        Thread(target=self._run, name="signals", daemon=True).start()

    def _run(self) -> None:
        while True:
            self._take(signal.Signals(signal.sigwait(_TAKEN)))

    def _take(self, number: signal.Signals) -> None:
        if number is signal.SIGHUP:
            self.reload.set()
        elif number is signal.SIGINT and self.stopping.is_set():
            _leave(STOPPED_AT_ONCE, "stopped_at_once", signal=number.name)
        elif not self.stopping.is_set():
            grace = self._grace()
            self.stopping.set()
            last = Timer(grace, _give_up, (grace,))
            last.daemon = True
            last.start()
            event("stopping", signal=number.name, grace=grace)
        self._wake()


def hold_back() -> None:
    """Let signals wait until they are taken: called first of all, so that none ends a daemon that starts."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _TAKEN)


def _give_up(grace: float) -> None:
    meaning = "stopped in the middle of the work; it goes on at the next start"
    _leave(GRACE_EXPIRED, "grace_expired", grace=grace, meaning=meaning)


def _leave(code: int, name: str, **fields: object) -> None:
    """End now; a log that takes no lines holds it up for a moment only."""
    said = Thread(target=lambda: event(name, **fields), daemon=True)  # type: ignore[arg-type]
    said.start()
    said.join(_LAST_WORD)
    os._exit(code)
