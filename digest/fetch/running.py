"""A run: an event loop in a thread of its own, and its answers handed over to the caller's. Imported when needed."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from digest.fetch.exchange import Exchanges
from digest.fetch.guard import system_resolver
from digest.fetch.limits import Clock
from digest.fetch.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from digest.core.fetching import Fetched, Wanted
    from digest.fetch.fetcher import Fetcher

_LOOKING_UP = 16
"""Threads that ask the system's resolver, which blocks."""

_HEED = 0.2
"""Seconds between two calls of `heed`."""


def results(fetcher: Fetcher, wanted: Sequence[Wanted], now: datetime) -> Iterator[Fetched]:
    """Fetch addresses that are due; each answer as it comes.

    The loop has a thread of its own because it must go on while the caller works on an answer: in the caller's, that
    would count as the servers' time.
    """
    run = Run(fetcher, wanted, now)
    run.start()
    try:
        while (found := run.next()) is not None:
            if isinstance(found, BaseException):
                raise found
            run.taken()
            yield found
    finally:
        run.stop()


class Run:
    """One run; see `results`."""

    def __init__(self, fetcher: Fetcher, wanted: Sequence[Wanted], now: datetime) -> None:
        self.answers: SimpleQueue[Fetched | BaseException | None] = SimpleQueue()
        self._fetcher = fetcher
        self._wanted = wanted
        self._now = now
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._work, name="digest-fetch", daemon=True)
        self._task: asyncio.Task[None] | None = None
        self._room = asyncio.Event()
        self._stopped = False
        self._unread = 0

    def next(self) -> Fetched | BaseException | None:
        """The next answer, waited for; None after the last."""
        heed = self._fetcher.heed
        while heed is not None:
            heed()
            with suppress(Empty):
                return self.answers.get(timeout=_HEED)
        return self.answers.get()

    def start(self) -> None:
        """Begin, in another thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the run, whatever is still open."""
        with suppress(RuntimeError):  # it is over, and the loop closed
            self.loop.call_soon_threadsafe(self.cancel)
        self._thread.join()

    def taken(self) -> None:
        """The caller has taken an answer: there is room for one more."""
        with suppress(RuntimeError):  # as above
            self.loop.call_soon_threadsafe(self._count, -1)

    def cancel(self) -> None:
        """End the run, from within the loop."""
        self._stopped = True
        if self._task is not None:
            self._task.cancel()

    def _count(self, more: int) -> None:
        self._unread += more
        if self._unread < self._fetcher.limits.parallel:
            self._room.set()
        else:
            self._room.clear()

    def _work(self) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: self.loop) as runner:
                runner.run(self._all())
        except BaseException as error:  # noqa: BLE001 it is raised where the answers are taken
            self.answers.put(error)
        else:
            self.answers.put(None)

    async def _all(self) -> None:
        self._task = asyncio.current_task()
        if self._stopped:  # before it began
            return
        self._count(0)
        fetcher = self._fetcher
        clock = fetcher.clock or Clock(self.loop.time, asyncio.sleep)
        executor = ThreadPoolExecutor(_LOOKING_UP)
        resolve = fetcher.resolve or system_resolver(executor)
        wire = Wire(fetcher.agent, fetcher.limits.connect, resolve, fetcher.network, fetcher.tls)
        exchanges = Exchanges(wire, fetcher.limits, clock, self._now, self._room.wait, environ=fetcher.environ)

        async def one(each: Wanted) -> None:
            found = await exchanges.fetch(each)
            self._count(1)
            self.answers.put(found)

        try:
            async with asyncio.TaskGroup() as group:
                for each in self._wanted:
                    group.create_task(one(each))
        finally:
            await wire.close()
            executor.shutdown(wait=False, cancel_futures=True)
