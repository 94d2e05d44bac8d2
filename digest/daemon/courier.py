"""The daemon's courier: hands mail to other machines in a thread of its own, however long that takes.

Making editions does not wait for it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from digest.daemon.colleague import Colleague
from digest.daemon.logs import event
from digest.line import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from digest.app import Newsroom
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


class Courier(Colleague):
    """Delivers by the sinks that are other machines. When it is told to stop, what is on the wire is finished.

    Args:
        settings: What config.yaml says.
        clock: The present instant.
        metrics: Counts what happens.
    """

    def __init__(self, settings: Settings, clock: Callable[[], datetime], metrics: Metrics) -> None:
        super().__init__("courier", "the courier", settings, clock, rest=LOOK, longest_rest=LONGEST_REST)
        self._metrics = metrics
        self._told: _Told | None = None
        self._held: set[tuple[str, str]] = set()

    def _work(self, newsroom: Newsroom) -> None:
        """Deliver what is due until it is told to stop."""
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
