"""Posts the messages that ask readers to confirm, in a thread of its own: nobody waits for a relay to leave a page.

What a relay defers is tried again for some hours, from memory alone: a reader who hears nothing asks again, so nothing
is lost that a table would have to keep.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from threading import Condition, Thread
from typing import TYPE_CHECKING

from digest.app import Newsroom
from digest.core.errors import DeferredError
from digest.core.retry import INSISTENCE, next_attempt
from digest.daemon.desk import PATIENCE
from digest.daemon.logs import event
from digest.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from digest.config import Settings

MOST = 1000
"""Messages that may wait at once, those to be tried again too."""
POSTING = 60.0
"""Seconds a relay may take for one message."""
LOOK = 60.0
"""Seconds between looks at what is due: the clock may be set meanwhile."""
_STOPPED = "the daemon was stopped before a relay took it; the reader may ask again"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A message that waits.

    Attributes:
        newsletter: Its key.
        subscriber: Number of the subscriber.
        since: When the reader asked.
        due: When it is tried next.
        attempts: How many tries there were.
    """

    newsletter: str
    subscriber: int
    since: datetime
    due: datetime
    attempts: int = 0


class Inviter:
    """Posts the messages that ask for a confirmation. What cannot be posted is told of; the reader may ask again.

    Its methods may be called anywhere.

    Args:
        settings: What config.yaml says.
        clock: The present instant.
    """

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._changed = Condition()
        self._waiting: dict[tuple[str, int], _Asked] = {}
        self._stopping = False

    def start(self) -> None:
        """Begin."""
        Thread(target=self._run, name="inviter", daemon=True).start()

    def use(self, settings: Settings) -> None:
        """From now on work by this configuration."""
        self._settings = settings

    def invite(self, newsletter: str, subscriber: int) -> None:
        """Post one soon; returns at once. Who asks again while one waits gets one message."""
        now = self._clock()
        with self._changed:
            full = len(self._waiting) >= MOST and (newsletter, subscriber) not in self._waiting
            if not full:
                self._waiting[newsletter, subscriber] = _Asked(newsletter, subscriber, now, now)
                self._changed.notify()
        if full:
            _failed(newsletter, "too many wait already")

    def stop(self) -> None:
        """Stop after the one that is under way; what waits is told of."""
        with self._changed:
            self._stopping = True
            left = list(self._waiting.values())
            self._waiting.clear()
            self._changed.notify()
        for each in left:
            _failed(each.newsletter, _STOPPED)

    def _run(self) -> None:
        while (asked := self._next()) is not None:
            try:
                if self._post(asked):
                    event("invited", newsletter=asked.newsletter)
            except DeferredError as error:
                self._again(asked, error)
            except Exception as error:  # noqa: BLE001 one that fails must not keep the next from its message
                _failed(asked.newsletter, error)

    def _next(self) -> _Asked | None:
        """The next that is due, waited for; None when there is to be no next."""
        with self._changed:
            while not self._stopping:
                now = self._clock()
                first = min(self._waiting.values(), key=lambda each: each.due, default=None)
                if first is not None and first.due <= now:
                    del self._waiting[first.newsletter, first.subscriber]
                    return first
                self._changed.wait(LOOK if first is None else min(LOOK, (first.due - now).total_seconds()))
        return None

    def _again(self, asked: _Asked, error: DeferredError) -> None:
        """Put one that was deferred back, or give it up."""
        attempts = asked.attempts + 1
        key = f"{asked.newsletter} {asked.subscriber}"
        due = next_attempt(attempts, self._clock(), key, asked.since + INSISTENCE)
        if due is None:
            _failed(asked.newsletter, f"{error}; given up after {attempts} attempts: the reader may ask again")
            return
        with self._changed:
            stopping = self._stopping
            if not stopping:
                # Who has asked again meanwhile waits already.
                again = replace(asked, attempts=attempts, due=due)
                self._waiting.setdefault((asked.newsletter, asked.subscriber), again)
        if stopping:
            _failed(asked.newsletter, _STOPPED)
            return
        event("invitation_deferred", level=logging.WARNING, newsletter=asked.newsletter, error=str(error), again=due)

    def _post(self, asked: _Asked) -> bool:
        """Post it, unless it is not wanted any more; whether it was posted."""
        until = time.monotonic() + POSTING
        with Newsroom(self._settings, open_store(self._settings.store, timeout=PATIENCE), self._clock) as newsroom:
            if asked.attempts and not _is_wanted(newsroom, asked):
                return False
            newsletter = newsroom.newsletter(asked.newsletter)
            newsroom.posting.post(
                newsroom.messages.confirmation(newsletter, asked.subscriber, self._clock()),
                lambda: self._stopping or time.monotonic() > until,
            )
        return True


def _is_wanted(newsroom: Newsroom, asked: _Asked) -> bool:
    """Whether nothing has happened since to an address that makes the message one too many."""
    person = newsroom.store.roster.subscriber(asked.subscriber)
    if person is None:
        return False
    known = newsroom.store.roster.person(person.address)
    active = any(each.newsletter == asked.newsletter and each.state == "active" for each in known.subscriptions)
    return known.suppression is None and not active


def _failed(newsletter: str, error: Exception | str) -> None:
    event("invitation_failed", level=logging.ERROR, newsletter=newsletter, error=error)
