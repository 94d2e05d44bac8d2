"""Where the work behind the pages for readers is done: one thread that has a store.

The store belongs to one thread, and what a page asks of it takes a few milliseconds: so one does all of it, in order.
Handing a message to a relay may take long, and has a thread of its own, see `digest.daemon.inviter`.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, TypeVar

from digest.core.errors import DigestError
from digest.daemon.logs import event
from digest.daemon.troubles import Troubles
from digest.store.opening import open_store
from digest.web.readers import Room

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.store.opening import Store

Result = TypeVar("Result")

MOST = 100
"""Pieces of work that may wait at once."""
PATIENCE = 10.0
"""Seconds to wait for another process that is writing to the store: a reader waits too."""
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
