"""Where the work behind the pages for readers is done: one thread that has a store, and one that posts messages.

The store belongs to one thread, and what a page asks of it takes a few milliseconds: so one does all of it, in order.
Handing a message to a relay may take long, and has a thread of its own: nobody waits for that to leave.
"""

from __future__ import annotations

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from queue import Full, Queue
from threading import BoundedSemaphore, Event, Thread
from typing import TYPE_CHECKING, TypeVar

from digest.app import Newsroom
from digest.core.errors import DigestError
from digest.daemon.logs import event
from digest.daemon.troubles import Troubles
from digest.store.opening import open_store
from digest.web.readers import Room

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from digest.config import Settings
    from digest.store.opening import Store

Result = TypeVar("Result")

MOST = 100
"""Pieces of work that may wait at once."""
PATIENCE = 10.0
"""Seconds to wait for another process that is writing to the store: a reader waits too."""
POSTING = 60.0
"""Seconds a relay may take for one message."""
_WHAT = "the pages for readers"


class StoreDesk:
    """Does what the pages ask, in a thread of its own; see `digest.web.desk.Desk`. Called from any thread.

    Args:
        url: Of the store, which is opened when it is first needed, and anew after it failed.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._store: Store | None = None
        self._room: Room | None = None
        self._free = BoundedSemaphore(MOST)
        self._troubles = Troubles()
        self._executor = ThreadPoolExecutor(1, "desk")

    @property
    def trouble(self) -> str:
        """Why the store cannot be used; empty when it can."""
        return str(self._troubles)

    async def do(self, work: Callable[[Room], Result]) -> Result:
        """Do it, and give what comes of it.

        Raises:
            DigestError: The store cannot be used, or too much waits already.
        """
        if not self._free.acquire(blocking=False):
            raise DigestError("too many readers at once", place=_WHAT)
        return await asyncio.wrap_future(self._executor.submit(self._done, work))

    def later(self, work: Callable[[Room], None]) -> bool:
        """Have it done; False when too much waits already."""
        if not self._free.acquire(blocking=False):
            return False
        self._executor.submit(self._told, work)
        return True

    def use(self, url: str) -> None:
        """From now on use this store, and open it anew though it be the same: it may have been put in its place."""
        self._url = url  # before the store is closed: whoever opens it next takes this one
        self._executor.submit(self._forget)

    def close(self) -> None:
        """Take no more; what waits is done, then the store is closed."""
        self._executor.submit(self._forget)
        self._executor.shutdown(wait=False)

    def _done(self, work: Callable[[Room], Result]) -> Result:
        try:
            result = work(self._opened())
        except DigestError as error:
            self._forget()
            self._troubles.failed(_WHAT, str(error))
            raise
        finally:
            self._free.release()
        self._troubles.works(_WHAT)
        return result

    def _told(self, work: Callable[[Room], None]) -> None:
        try:
            self._done(work)
        except DigestError:
            return  # told already
        except Exception as error:  # noqa: BLE001 nobody waits for it who could be given it
            event("page_failed", level=logging.ERROR, error=error)

    def _opened(self) -> Room:
        if self._store is None or self._room is None:
            self._store = open_store(self._url, timeout=PATIENCE)
            self._room = Room(self._store.secret, self._store.roster)
        return self._room

    def _forget(self) -> None:
        store, self._store, self._room = self._store, None, None
        if store is not None:
            store.close()


class Inviter:
    """Posts the messages that ask for a confirmation. What cannot be posted is told of; the reader may ask again.

    Args:
        settings: What config.yaml says.
        clock: The present instant.
    """

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._waiting: Queue[tuple[str, int] | None] = Queue(MOST)
        self._stopping = Event()

    def start(self) -> None:
        """Begin."""
        Thread(target=self._run, name="inviter", daemon=True).start()

    def use(self, settings: Settings) -> None:
        """From now on work by this configuration."""
        self._settings = settings

    def invite(self, newsletter: str, subscriber: int) -> None:
        """Post one soon; returns at once."""
        try:
            self._waiting.put_nowait((newsletter, subscriber))
        except Full:
            event("invitation_failed", level=logging.ERROR, newsletter=newsletter, error="too many wait already")

    def stop(self) -> None:
        """Stop after the one that is under way."""
        self._stopping.set()
        try:
            self._waiting.put_nowait(None)
        except Full:
            return  # it looks whether to stop after each

    def _run(self) -> None:
        while not self._stopping.is_set() and (asked := self._waiting.get()) is not None:
            newsletter, subscriber = asked
            try:
                self._post(newsletter, subscriber)
            except Exception as error:  # noqa: BLE001 one that fails must not keep the next from its message
                event("invitation_failed", level=logging.ERROR, newsletter=newsletter, error=error)
            else:
                event("invited", newsletter=newsletter)

    def _post(self, newsletter: str, subscriber: int) -> None:
        until = time.monotonic() + POSTING
        with Newsroom(self._settings, open_store(self._settings.store, timeout=PATIENCE), self._clock) as newsroom:
            newsroom.posting.post(
                newsroom.messages.confirmation(newsroom.newsletter(newsletter), subscriber, self._clock()),
                lambda: self._stopping.is_set() or time.monotonic() > until,
            )
