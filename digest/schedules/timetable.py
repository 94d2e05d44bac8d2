"""The slots of a newsletter: its rules on the wall clock of its zone, on the days its calendar leaves open."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from digest.schedules import clock
from digest.schedules.calendar import Calendar
from digest.schedules.rule import HORIZON, parse_rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
# Days left over at either end of the years: an instant and its wall clock may lie on different days, and the search
# begins a day early.
_FIRST_DAY, _LAST_DAY = date.min + 3 * _DAY, date.max - 3 * _DAY
_FIRST = datetime.combine(_FIRST_DAY - _DAY, datetime.min.time(), UTC)
_LAST = datetime.combine(_LAST_DAY + _DAY, datetime.max.time(), UTC)
_MOST_DAYS = 1024
_ALWAYS = Calendar()


class Timetable:
    """The slots of one or more expressions or phrases in one time zone; those that meet make one slot.

    A slot belongs to the day it was meant for, its nominal day, on which the calendar decides about it; `digest.
    schedules.clock` says where clock changes put it. Some answers are kept, so that asking again is quick.

    Args:
        texts: Each a cron expression or a phrase.
        zone: The zone whose wall clock they mean.
        calendar: The days that may have slots.

    Raises:
        ValueError: A text is wrong, or never happens; the message says what is expected.
    """

    def __init__(self, texts: Sequence[str], zone: ZoneInfo, calendar: Calendar = _ALWAYS) -> None:
        self.texts = tuple(texts)
        self.zone = zone
        self.calendar = calendar
        self._rules = [
            (rule, rule.times, clock.each if rule.follows_clock else None) for rule in map(parse_rule, texts)
        ]
        starts = [rule.start or _FIRST_DAY for rule, _, _ in self._rules]
        self._low = max(min(starts, default=_FIRST_DAY), calendar.start or _FIRST_DAY, _FIRST_DAY)
        self._high = min(calendar.end or _LAST_DAY, _LAST_DAY)
        self._days: dict[date, tuple[datetime, ...]] = {}
        # What was answered last, and from which instant on, or up to which, it is the answer.
        self._next: tuple[datetime, datetime | None] | None = None
        self._previous: tuple[datetime | None, datetime] | None = None

    @property
    def fingerprint(self) -> str:
        """The same text for the same texts and zone, whatever their case, spaces and order; else another.

        Days without slots are left out of it: whoever enters a holiday has not changed the schedule.
        """
        texts = sorted({" ".join(text.lower().split()) for text in self.texts})
        return " | ".join((self.zone.key, *texts))

    @property
    def happens(self) -> bool:
        """Whether there is any slot; past ones count."""
        around = datetime.combine(max(self._low, date(2000, 1, 1)) - _DAY, datetime.min.time(), UTC)
        return self.next(around) is not None or self.previous(around) is not None

    def previous(self, at: datetime) -> datetime | None:
        """The latest slot at or before an instant, in UTC; None when none is found within fifty years of open days."""
        at = _within_years(at)
        known = self._previous
        if known is not None and (known[0] is None or known[0] <= at) and at <= known[1]:
            return known[0]
        found = max((slot for slots in self._near(at, forward=False) for slot in slots if slot <= at), default=None)
        self._previous = (found, at)
        return found

    def next(self, after: datetime) -> datetime | None:
        """The earliest slot after an instant, in UTC; None when none is found within fifty years of open days."""
        after = _within_years(after)
        known = self._next
        if known is not None and known[0] <= after and (known[1] is None or after < known[1]):
            return known[1]
        found = min((slot for slots in self._near(after, forward=True) for slot in slots if slot > after), default=None)
        self._next = (after, found)
        return found

    def note(self, slot: datetime) -> str:
        """What a clock change did to a slot, for an operator; empty when nothing, or when it is no slot."""
        slot = _within_years(slot)
        local = slot.astimezone(self.zone).date()
        notes: dict[str, None] = {}
        for day in (local - _DAY, local):
            for rule, times, follows in self._rules:
                if self.calendar.is_open(day) and rule.names(day):
                    for at in times:
                        if slot in (shown := clock.each(day, at, self.zone)):
                            if shown[1:] and (follows or slot == shown[0]):
                                which = "the first time" if slot == shown[0] else "the second time"
                                notes[f"{at:%H:%M} comes twice that day: {which}"] = None
                        elif not follows and not shown and clock.once(day, at, self.zone) == slot:
                            notes[f"{at:%H:%M} does not exist that day: the first instant after it"] = None
        return "; ".join(notes)

    def _near(self, at: datetime, *, forward: bool) -> Iterator[tuple[datetime, ...]]:
        """The slots of days on one side of an instant, up to a day beyond the first that has any on that side."""
        step = _DAY if forward else -_DAY
        # A slot may be shown on the day after its own, and a day may begin before the one before it has ended: so the
        # search begins a day early, and goes on for a day after the first find.
        day = at.astimezone(self.zone).date() - step
        day = max(day, self._low) if forward else min(day, self._high)
        for _ in range(HORIZON):
            if not self._low <= day <= self._high:
                return
            slots = self._of_day(day)
            if slots and (slots[-1] > at if forward else slots[0] <= at):
                yield slots
                if self._low <= day + step <= self._high:
                    yield self._of_day(day + step)
                return
            day = day + step if slots else self.calendar.beyond(day, forward=forward)

    def _of_day(self, day: date) -> tuple[datetime, ...]:
        """The slots that are meant for a day, in order."""
        known = self._days.get(day)
        if known is None:
            if len(self._days) >= _MOST_DAYS:
                self._days.clear()
            known = self._days[day] = self._placed(day)
        return known

    def _placed(self, day: date) -> tuple[datetime, ...]:
        found: set[datetime] = set()
        for rule, times, follows in self._rules:
            if rule.names(day) and self.calendar.is_open(day):
                for at in times:
                    if follows:
                        found.update(clock.each(day, at, self.zone))
                    elif (instant := clock.once(day, at, self.zone)) is not None:
                        found.add(instant)
        return tuple(sorted(found))


def _within_years(instant: datetime) -> datetime:
    """The instant in UTC, or the nearest whose local day can be told in every zone: no slot lies beyond it."""
    return min(max(instant, _FIRST), _LAST).astimezone(UTC)
