"""The daemon's courier: hands mail to other machines in a thread of its own, however long that takes.

Making editions does not wait for it. It has a store and a newsroom of its own, as those belong to one thread.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from digest.app import Newsroom
from digest.core.errors import DigestError
from digest.daemon.logs import event
from digest.line import Watch
from digest.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from digest.config import Settings
    from digest.core.outbox import Dispatch
    from digest.daemon.metrics import Metrics
    from digest.outbox import Delivered

LOOK = 5.0
"""Seconds between two looks at what waits."""

LONGEST_REST = 300.0
"""Seconds between two tries while it fails."""


@dataclass(slots=True)
class _Told:
    """Up to where progress was counted, by state, of one dispatch's pass."""

    dispatch: int
    states: dict[str, int]


class Courier:
    """Delivers by the sinks that are other machines, until it is told to stop. Its methods may be called anywhere.

    Args:
        settings: What config.yaml says.
        clock: The present instant.
        metrics: Counts what happens.
    """

    def __init__(self, settings: Settings, clock: Callable[[], datetime], metrics: Metrics) -> None:
        self._settings = settings
        self._clock = clock
        self._metrics = metrics
        self._stopping, self._wake = Event(), Event()
        self._lock = Lock()
        self._trouble = ""
        self._told: _Told | None = None
        self._held: set[tuple[str, str]] = set()
        self._thread = Thread(target=self._run, name="courier", daemon=True)

    @property
    def trouble(self) -> str:
        """Why it cannot work; empty when it can."""
        with self._lock:
            return self._trouble

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def look(self) -> None:
        """Look at once: there may be something to deliver."""
        self._wake.set()

    def stop(self, patience: float) -> bool:
        """Stop: what is on the wire is finished, the rest waits.

        Args:
            patience: Seconds to wait for that.

        Returns:
            False when it has not come to an end by then.
        """
        self._stopping.set()
        self._wake.set()
        self._thread.join(patience)
        return not self._thread.is_alive()

    def _run(self) -> None:
        rest = LOOK
        while not self._stopping.is_set():
            try:
                self._work()
            except DigestError as error:
                rest = min(rest * 2, LONGEST_REST)
                self._failing(str(error))
            except Exception as error:  # noqa: BLE001 a mistake of ours must not end the mail for good
                rest = min(rest * 2, LONGEST_REST)
                self._failing(f"{type(error).__name__}: {error}", error)
            else:
                rest = LOOK
                self._works()
            if self._stopping.is_set():
                # What woke it for that may have been taken up while it worked: nothing would wake it again.
                return
            self._wake.wait(rest)
            self._wake.clear()

    def _work(self) -> None:
        """Deliver what is due until nothing is."""
        with Newsroom(self._settings, open_store(self._settings.store), self._clock) as newsroom:
            sinks = [sink for sink in newsroom.posting.sinks if sink.remote]
            watch = Watch(stop=self._stopping.is_set, tell=self._tell)
            while not self._stopping.is_set():
                newsroom.posting.look_at_pauses()
                found = newsroom.posting.outbox.recover(sinks)
                if found.waiting or found.uncertain:
                    event("recovered", level=logging.WARNING, waiting=found.waiting, uncertain=found.uncertain)
                for each in newsroom.posting.outbox.deliver(sinks, self._clock(), watch=watch):
                    self._report(each)
                self._wake.wait(LOOK)
                self._wake.clear()
                self._works()

    def _report(self, done: Delivered) -> None:
        dispatch = done.dispatch
        about = partial(event, newsletter=dispatch.newsletter, edition=dispatch.edition, sink=dispatch.sink)
        self._told = None
        if done.states:
            about("delivered", states=dict(done.states))
        held = (dispatch.newsletter, dispatch.edition)
        if not done.held:
            self._held.discard(held)
        elif held not in self._held:
            self._held.add(held)
            about("held", level=logging.ERROR, reason=done.held)

    def _tell(self, dispatch: Dispatch, states: Mapping[str, int]) -> None:
        if self._told is None or self._told.dispatch != dispatch.id:
            self._told = _Told(dispatch.id, {})
        before = self._told.states
        for state, count in states.items():
            self._metrics.delivered(dispatch.newsletter, dispatch.sink, state, count - before.get(state, 0))
        self._told.states = dict(states)

    def _failing(self, text: str, error: BaseException | None = None) -> None:
        with self._lock:
            before, self._trouble = self._trouble, text
        if before != text:
            event("failing", level=logging.ERROR, what="the courier", error=error or text)

    def _works(self) -> None:
        with self._lock:
            before, self._trouble = self._trouble, ""
        if before:
            event("works_again", what="the courier")
