"""Slots and windows: which instant an edition is for, and which span of time it covers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal, Protocol

from digest.core.edition import Window

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

FIRST_WINDOW = timedelta(days=7)
"""Length of the window of a slot that has no slot before it."""

FOR_EVER = datetime.max.replace(tzinfo=UTC)
"""The end of a span that has none."""

INSTANT = timedelta(microseconds=1)
"""The least there is between two instants."""

CAP = 1000
"""At most so many slots are looked at in one go, whatever the clock says."""

CatchUp = Literal["all", "latest", "merge", "none"]
"""What becomes of slots that passed while nobody worked; see `digest.core.catchup`."""


class Schedule(Protocol):
    """The slots of a newsletter, strictly increasing, in UTC, to the minute."""

    def previous(self, at: datetime) -> datetime | None:
        """The latest slot at or before `at`; None when there is none."""
        ...

    def next(self, after: datetime) -> datetime | None:
        """The earliest slot after `after`; None when there is none."""
        ...


class Changed:
    """The slots of a schedule until it was changed, and those of the new one from then on.

    Args:
        old: The schedule before.
        new: The schedule since.
        at: When it was changed, aware.
    """

    def __init__(self, old: Schedule, new: Schedule, at: datetime) -> None:
        self._old, self._new, self._at = old, new, at

    def previous(self, at: datetime) -> datetime | None:
        """See `Schedule`."""
        slot = self._new.previous(at)
        if slot is not None and slot >= self._at:
            return slot
        return self._old.previous(min(at, self._at - INSTANT))

    def next(self, after: datetime) -> datetime | None:
        """See `Schedule`."""
        slot = self._old.next(after)
        if slot is not None and slot < self._at:
            return slot
        return self._new.next(max(after, self._at - INSTANT))


def edition_id(slot: datetime) -> str:
    """The id of the edition of a slot: its instant in UTC, to the minute, fit for a file name.

    UTC, because a local time comes twice in the autumn hour.
    """
    return slot.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="minutes").replace(":", "") + "Z"


def window_of(slot: datetime, schedule: Schedule, *, length: timedelta | None, zone: ZoneInfo) -> Window:
    """The half-open window [start, slot) of a slot.

    Args:
        slot: The instant, aware.
        schedule: Gives the slot before.
        length: Fixed length of the window; None means since the previous slot.
        zone: The newsletter's zone.
    """
    if length is not None:
        return Window(earlier(slot, length, zone), slot)
    previous = schedule.previous(slot - INSTANT)
    return Window(previous or earlier(slot, FIRST_WINDOW, zone), slot)


def earlier(instant: datetime, length: timedelta, zone: ZoneInfo) -> datetime:
    """`length` before an instant, in UTC: whole days by the wall clock of `zone`, the rest by elapsed time.

    Seven days before Monday 08:00 is Monday 08:00 also when the clocks changed between them; a time that came twice
    that day is meant the first time.
    """
    days, rest = divmod(length, timedelta(days=1))
    if days:
        # Without whole days the instant must not pass through the wall clock: in the autumn hour it would lose which.
        instant = instant.astimezone(zone) - timedelta(days=days)
    return instant.astimezone(UTC) - rest


def slots_between(schedule: Schedule, start: datetime, end: datetime, cap: int = CAP) -> list[datetime]:
    """The slots in [start, end), in order; when there are more than `cap`, the first ones."""
    found: list[datetime] = []
    slot = schedule.next(start - INSTANT)
    while slot is not None and slot < end and len(found) < cap:
        found.append(slot)
        slot = schedule.next(slot)
    return found


def latest_slots(schedule: Schedule, after: datetime, until: datetime, cap: int = CAP) -> list[datetime]:
    """The slots in (after, until], in order; when there are more than `cap`, the last ones."""
    found: list[datetime] = []
    slot = schedule.previous(until)
    while slot is not None and slot > after and len(found) < cap:
        found.append(slot)
        slot = schedule.previous(slot - INSTANT)
    return found[::-1]
