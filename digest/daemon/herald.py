"""The daemon's herald: writes to the operator, in a thread of its own, so that nothing waits for a relay that hangs."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from digest.daemon.colleague import Colleague
from digest.daemon.logs import event
from digest.notifying import notify

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from digest.app import Newsroom
    from digest.config import Settings

LOOK = 60.0
"""Seconds between two looks at how things stand."""

LONGEST_LOOK = 900.0
"""The same where whoever gathers asks for a look after each round: in the middle of one, half of it would be told."""


class Herald(Colleague):
    """Writes notes. That a note was not taken is no trouble of its own: it stands in the store.

    Args:
        settings: What config.yaml says.
        clock: The present instant.
        rest: Seconds between two looks that nobody asks for.
    """

    def __init__(self, settings: Settings, clock: Callable[[], datetime], rest: float) -> None:
        # What a start finds to be late is often mended by the first tick.
        super().__init__("herald", "the notes to the operator", settings, clock, rest=rest, at_once=False)

    def _work(self, newsroom: Newsroom) -> None:
        for each in notify(newsroom, self._stopping.is_set):
            begun, over = len(each.news.begun), len(each.news.over)
            if not each.error:
                event("notified", address=each.address, begun=begun, over=over)
                continue
            event("note_failed", level=logging.ERROR, address=each.address, error=each.error, again=each.again)
