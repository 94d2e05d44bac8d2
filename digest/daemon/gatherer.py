"""The daemon's gatherer: fetches feeds and web pages in a thread of its own, however slow other people's servers are.

Before an edition is made it is asked to look once more, and waited for, but not for long.
"""

from __future__ import annotations

import logging
from threading import Condition
from time import monotonic
from typing import TYPE_CHECKING

from digest.daemon.colleague import Colleague, Stopped
from digest.daemon.logs import event
from digest.settings.sources import RemoteSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from digest.app import Newsroom
    from digest.collecting import Collection
    from digest.config import Settings
    from digest.core.ports import Item, Progress

LOOK = 60.0
"""Seconds between two looks at what is due; how often a source is asked is for it and for `every` to say."""

_STEP = 0.2
"""Seconds after which whoever waits looks whether to stop."""


class Gatherer(Colleague):
    """Gathers. When it is told to stop, what came so far is kept. That a source fails is no trouble of its own.

    Args:
        settings: What config.yaml says.
        clock: The present instant.
        after: Called after each round, whatever came of it; returns at once.
    """

    def __init__(
        self, settings: Settings, clock: Callable[[], datetime], after: Callable[[], object] = lambda: None
    ) -> None:
        super().__init__("gatherer", "the gatherer", settings, clock, rest=LOOK)
        self._after = after
        self._rounds = Condition()
        self._begun = self._ended = 0

    def gather_now(self, patience: float, stopping: Callable[[], bool]) -> bool:
        """Begin a round at once, and wait for its end.

        Args:
            patience: Seconds to wait.
            stopping: Whether to wait no longer.

        Returns:
            False when it has not come to an end by then; it goes on.
        """
        end = monotonic() + patience
        with self._rounds:
            wanted = self._begun + 1
            self.look()
            while self._ended < wanted:
                if stopping() or self._stopping.is_set() or monotonic() >= end:
                    return False
                self._rounds.wait(_STEP)
        return True

    def _round(self) -> None:
        with self._rounds:
            self._begun += 1
        super()._round()
        if self._stopping.is_set():
            return
        self._after()
        with self._rounds:
            self._ended = self._begun
            self._rounds.notify_all()

    def _work(self, newsroom: Newsroom) -> None:
        newsroom.intake.heed = self._heed
        gather(newsroom, self._clock(), self._until_stopped)

    def _until_stopped(self, items: Iterable[Item], **_: object) -> Iterator[Item]:
        for item in items:
            self._heed()
            yield item

    def _heed(self) -> None:
        if self._stopping.is_set():
            raise Stopped


def is_needed(settings: Settings) -> bool:
    """Whether there is anything to fetch."""
    return any(isinstance(each, RemoteSource) for each in settings.sources)


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
