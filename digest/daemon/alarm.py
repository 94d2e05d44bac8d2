"""The alarm clock: APScheduler wakes the daemon at every tick, and at the next slot to the second.

It knows nothing of what is due: that stands in the store. So it may be late, ring twice, or lose its memory.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

if TYPE_CHECKING:
    from collections.abc import Callable

_TICK, _SLOT = "tick", "slot"


class Alarm:
    """Calls `ring` in a thread of its own, once a tick and at each slot it is set to.

    Args:
        ring: What to call; quick, and never raises.
        tick: How often.
    """

    def __init__(self, ring: Callable[[], object], tick: timedelta) -> None:
        self._ring = ring
        self._tick = tick
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(1)},
            # However late it is called, it rings, and once.
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )

    def start(self) -> None:
        """Begin to ring."""
        self._scheduler.add_job(self._ring, self._ticks(), id=_TICK)
        self._scheduler.start()

    def set(self, slot: datetime | None) -> None:
        """Ring at this instant too; None: at no instant but the ticks. What was set before is forgotten."""
        if slot is None:
            if self._scheduler.get_job(_SLOT) is not None:
                self._scheduler.remove_job(_SLOT)
            return
        self._scheduler.add_job(self._ring, DateTrigger(slot), id=_SLOT, replace_existing=True)

    def reset(self) -> None:
        """Count ticks anew from now: the clock jumped, and what was planned by the old one is void."""
        self._scheduler.reschedule_job(_TICK, trigger=self._ticks())

    def stop(self) -> None:
        """Ring no more."""
        self._scheduler.shutdown(wait=False)

    def _ticks(self) -> IntervalTrigger:
        return IntervalTrigger(seconds=self._tick.total_seconds(), timezone=UTC)
