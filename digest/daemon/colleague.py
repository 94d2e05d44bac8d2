"""What the threads beside the daemon's main one have in common: work, rest, and work again until told to stop."""

from __future__ import annotations

from abc import ABC, abstractmethod
from threading import Event, Thread
from typing import TYPE_CHECKING

from digest.app import Newsroom
from digest.core.errors import DigestError
from digest.daemon.troubles import Troubles
from digest.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from digest.config import Settings


class Stopped(Exception):  # noqa: N818 nothing is wrong
    """Told to stop in the middle of it."""


class Colleague(ABC):
    """Works in a thread of its own, in a newsroom of its own: a store belongs to one thread.

    What goes wrong ends a round, is told when it begins, changes and ends, and is tried again in the next. `start` is
    called once, the other methods anywhere and at any time.

    Args:
        name: Of the thread.
        what: What it is in the log and in `trouble`.
        settings: What config.yaml says.
        clock: The present instant.
        rest: Seconds between two rounds that nobody asks for.
        longest_rest: Seconds; while rounds fail, each rest is twice the one before, up to this. None: all are equal.
        at_once: Whether the first round comes before the first rest.
    """

    def __init__(
        self,
        name: str,
        what: str,
        settings: Settings,
        clock: Callable[[], datetime],
        *,
        rest: float,
        longest_rest: float | None = None,
        at_once: bool = True,
    ) -> None:
        self._what = what
        self._settings = settings
        self._clock = clock
        self._rest = rest
        self._longest_rest = longest_rest or rest
        self._next_rest = 0.0 if at_once else rest
        self._stopping, self._wake = Event(), Event()
        self._troubles = Troubles()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    @property
    def trouble(self) -> str:
        """Why it cannot work; empty when it can."""
        return str(self._troubles)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def look(self) -> None:
        """Have it work soon; returns at once."""
        self._wake.set()

    def stop(self, patience: float) -> bool:
        """Stop: what is begun is finished or given up, the rest is left for another time.

        Args:
            patience: Seconds to wait for that.

        Returns:
            False when it has not come to an end by then.
        """
        self._stopping.set()
        self._wake.set()
        self._thread.join(patience)
        return not self._thread.is_alive()

    @abstractmethod
    def _work(self, newsroom: Newsroom) -> None:
        """One round. It may raise `Stopped` once it is to stop."""

    def _run(self) -> None:
        # Looked at before each rest: a ring that came while it worked may have been taken up by that.
        while not self._stopping.is_set():
            self._wake.wait(self._next_rest)
            self._wake.clear()
            if self._stopping.is_set():  # after that: whoever stops it rings once more
                return
            self._round()

    def _round(self) -> None:
        try:
            with Newsroom(self._settings, open_store(self._settings.store), self._clock) as newsroom:
                self._work(newsroom)
        except Stopped:
            return
        except DigestError as error:
            self._failed(str(error))
        except Exception as error:  # noqa: BLE001 a mistake of ours must not end the work for good
            self._failed(f"{type(error).__name__}: {error}", error)
        else:
            self._works()

    def _failed(self, text: str, error: BaseException | None = None) -> None:
        self._next_rest = min(max(self._next_rest, self._rest) * 2, self._longest_rest)
        self._troubles.failed(self._what, text, error)

    def _works(self) -> None:
        """Said by whoever works for long as soon as that is known; else at the end of a round."""
        self._next_rest = self._rest
        self._troubles.works(self._what)
