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
        signal.pthread_sigmask(signal.SIG_BLOCK, _TAKEN)
        Thread(target=self._run, name="signals", daemon=True).start()

    def _run(self) -> None:
        while True:
            self._take(signal.Signals(signal.sigwait(_TAKEN)))

    def _take(self, number: signal.Signals) -> None:
        if number is signal.SIGHUP:
            self.reload.set()
        elif number is signal.SIGINT and self.stopping.is_set():
            event("stopped_at_once", signal=number.name)
            os._exit(STOPPED_AT_ONCE)
        elif not self.stopping.is_set():
            grace = self._grace()
            event("stopping", signal=number.name, grace=grace)
            self.stopping.set()
            last = Timer(grace, _give_up, (grace,))
            last.daemon = True
            last.start()
        self._wake()


def _give_up(grace: float) -> None:
    event("grace_expired", grace=grace, meaning="stopped in the middle of the work; it goes on at the next start")
    os._exit(GRACE_EXPIRED)
