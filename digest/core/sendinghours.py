"""The hours of the day in which mail may leave, on the clock of a zone."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Hours:
    """From one time of the day to another: [start, end); over midnight where the end comes first. Never the same.

    A time that the clock skips is the first instant after the gap, one that comes twice is meant the first time: so
    what has opened does not close and open again when the clocks are put back.

    Attributes:
        start: Without a zone.
        end: Without a zone; midnight is the end of the day.
        zone: Whose clock.
    """

    start: time
    end: time
    zone: ZoneInfo

    def span(self, now: datetime) -> tuple[datetime, datetime]:
        """The span in which mail may leave that `now` lies in, or else the next one; half-open, in UTC."""
        today = now.astimezone(self.zone).date()
        # The day before yesterday's may last until now where the zone left out a day; the next days' may be skipped.
        spans = (self._of(today + timedelta(days=days)) for days in range(-2, 4))
        return next(span for span in spans if span[0] < span[1] and now < span[1])

    def _of(self, day: date) -> tuple[datetime, datetime]:
        last = day if self.start < self.end else day + timedelta(days=1)
        return _instant(day, self.start, self.zone), _instant(last, self.end, self.zone)


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The first instant at which the clock shows this time of this day, or a later one; in UTC."""
    local = datetime.combine(day, at, zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(zone) == local:
        return instant
    # Skipped: by PEP 495 the gap lies between the instants that the offsets after it and before it give.
    start = local.replace(fold=1).astimezone(UTC)
    seconds = range(int((instant - start).total_seconds()))
    return start + timedelta(
        seconds=bisect_left(
            seconds, True, key=lambda count: (start + timedelta(seconds=count)).astimezone(zone) >= local
        )
    )
