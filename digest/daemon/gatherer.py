"""The daemon's gatherer: fetches feeds and web pages in a thread of its own, however slow other people's servers are.

It has a newsroom and a store of its own, as those belong to one thread. Before an edition is made it is asked to look
once more, and waited for, but not for long.
"""

from __future__ import annotations

import logging
from threading import Condition, Event, Thread
from time import monotonic
from typing import TYPE_CHECKING

from digest.app import Newsroom
from digest.core.errors import DigestError
from digest.daemon.logs import event
from digest.daemon.troubles import Troubles
from digest.settings.sources import RemoteSource
from digest.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from digest.collecting import Collection
    from digest.config import Settings
    from digest.core.ports import Item, Progress

LOOK = 60.0
"""Seconds between two looks at what is due; how often a source is asked is for it and for `every` to say."""

_STEP = 0.2
"""Seconds after which whoever waits looks whether to stop."""

_WHAT = "the gatherer"


class Gatherer:
    """Gathers until it is told to stop. Its methods may be called anywhere.

    Args:
        settings: What config.yaml says.
        clock: The present instant.
        after: Called after each round, whatever came of it; returns at once.
    """

    def __init__(
        self, settings: Settings, clock: Callable[[], datetime], after: Callable[[], object] = lambda: None
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._after = after
        self._stopping, self._wake = Event(), Event()
        self._rounds = Condition()
        self._begun = self._ended = 0
        self._troubles = Troubles()
        self._thread = Thread(target=self._run, name="gatherer", daemon=True)

    @property
    def trouble(self) -> str:
        """Why it cannot work; empty when it can. That a source fails is no trouble of its own."""
        return str(self._troubles)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def look(self, patience: float, stopping: Callable[[], bool]) -> bool:
        """Look at once, and wait for the end of that.

        Args:
            patience: Seconds to wait.
            stopping: Whether to wait no longer.

        Returns:
            False when it has not come to an end by then; it goes on.
        """
        end = monotonic() + patience
        with self._rounds:
            wanted = self._begun + 1
            self._wake.set()
            while self._ended < wanted:
                if stopping() or self._stopping.is_set() or monotonic() >= end:
                    return False
                self._rounds.wait(_STEP)
        return True

    def stop(self, patience: float) -> bool:
        """Stop: what came so far is kept, the rest is fetched another time; False when it has not ended by then."""
        self._stopping.set()
        self._wake.set()
        with self._rounds:
            self._rounds.notify_all()
        self._thread.join(patience)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            self._wake.clear()
            if self._stopping.is_set():  # after that: whoever stops it rings once more
                return
            with self._rounds:
                self._begun += 1
            try:
                self._gather()
            except _Stopped:
                return
            except DigestError as error:
                self._troubles.failed(_WHAT, str(error))
            except Exception as error:  # noqa: BLE001 a mistake of ours must not end the fetching for good
                self._troubles.failed(_WHAT, f"{type(error).__name__}: {error}", error)
            else:
                self._troubles.works(_WHAT)
            self._after()
            with self._rounds:
                self._ended = self._begun
                self._rounds.notify_all()
            self._wake.wait(LOOK)

    def _gather(self) -> None:
        with Newsroom(self._settings, open_store(self._settings.store), self._clock) as newsroom:
            newsroom.intake.heed = self._heed
            gather(newsroom, self._clock(), self._until_stopped)

    def _until_stopped(self, items: Iterable[Item], **_: object) -> Iterator[Item]:
        for item in items:
            self._heed()
            yield item

    def _heed(self) -> None:
        if self._stopping.is_set():
            raise _Stopped


def is_needed(settings: Settings) -> bool:
    """Whether there is anything to fetch."""
    return any(isinstance(each, RemoteSource) for each in settings.sources)


class _Stopped(Exception):  # noqa: N818 nothing is wrong
    """Told to stop in the middle of it."""


def gather(newsroom: Newsroom, now: datetime, progress: Progress) -> None:
    """Take in what is new in the sources that are fetched and are due, and tell the log."""
    for each in newsroom.intake.gather(now, progress):
        _tell(each)


def _tell(done: Collection) -> None:
    changes = done.changes
    if changes is not None and (changes.added or changes.updated):
        event("collected", source=done.source, added=len(changes.added), updated=len(changes.updated), withdrawn=0)
    if done.recovered:
        event("source_recovered", source=done.source)
    for problem in done.problems:
        event("problem", level=logging.WARNING, problem=str(problem))
