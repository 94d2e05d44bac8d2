"""What is due: which slots get an edition now, and which pass without one.

The windows of a newsletter's slots join: each begins where the one recorded before it ended. A slot that passes without
an edition either takes its span with it (the operator chose to let it go) or has an empty window and leaves its span to
the next edition. Either way no instant is covered twice, and none is forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from digest.core.edition import EditionRecord, Window
from digest.core.schedule import INSTANT, edition_id, latest_slots, window_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from digest.core.schedule import CatchUp, Schedule

ON_TIME = timedelta(hours=1)
"""A slot is not missed before so long after it: work takes its time, and cron may call hourly."""

ASTRAY = timedelta(days=1)
"""What was noted further ahead than this was noted by a clock that was wrong; less is soon past anyway."""

Why = Literal["missed", "merged", "paused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """When a newsletter's editions are due, and what covers which span.

    Attributes:
        schedule: Its slots.
        zone: Its zone.
        length: Fixed length of its windows; None means since the slot before.
        catch_up: What becomes of missed slots.
        within: The catch-up window: a slot missed by more than this is not made up for.
    """

    schedule: Schedule
    zone: ZoneInfo
    length: timedelta | None = None
    catch_up: CatchUp = "merge"
    within: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Pause:
    """A span of time whose slots pass without an edition; `end` None: until further notice."""

    start: datetime
    end: datetime | None = None
    reason: str = ""

    def covers(self, instant: datetime) -> bool:
        """Whether an instant lies in [start, end)."""
        return self.start <= instant and (self.end is None or instant < self.end)


@dataclass(frozen=True, slots=True)
class Past:
    """What the store knows of a newsletter.

    Attributes:
        since: From when on its slots count: when digest first met it, or its schedule was last changed. None: not yet.
        last: The latest slot at or before now that was composed or skipped.
        pauses: Those that may concern slots after that.
    """

    since: datetime | None = None
    last: EditionRecord | None = None
    pauses: tuple[Pause, ...] = ()


@dataclass(frozen=True, slots=True)
class Skip:
    """A slot that passes without an edition, to be recorded."""

    slot: datetime
    window: Window
    why: Why
    reason: str

    def record(self, newsletter: str) -> EditionRecord:
        """The record to keep."""
        return EditionRecord(
            newsletter=newsletter,
            id=edition_id(self.slot),
            slot=self.slot,
            window=self.window,
            status="skipped",
            reason=self.reason,
        )


@dataclass(frozen=True, slots=True)
class Due:
    """A slot whose edition is to be made now.

    Attributes:
        slot: The slot.
        window: What the edition covers.
        merged: Slots before it whose spans are part of that; to be recorded together with the edition.
    """

    slot: datetime
    window: Window
    merged: tuple[Skip, ...] = ()


def plan(timing: Timing, past: Past, now: datetime, *, by_hand: bool = False) -> tuple[Skip | Due, ...]:
    """What to do for a newsletter now, in order.

    Args:
        timing: Its schedule and what it says of missed slots.
        past: What the store knows.
        now: The instant.
        by_hand: A person asked for the edition of the latest slot: it is made however long ago it was missed, and also
            when it lies before the newsletter was first met.

    Returns:
        Nothing when the latest slot, or a later one, is in the store already.
    """
    waiting = _waiting(timing, past, now, by_hand=by_hand)
    if not waiting:
        return ()
    chosen = _chosen(timing, past, waiting, now, by_hand=by_hand)
    steps: list[Skip | Due] = []
    merged: list[Skip] = []
    start = _start(timing, past, waiting)
    for slot in waiting:
        pause = next((each for each in past.pauses if each.covers(slot)), None)
        if slot in chosen:
            steps.append(_due(timing, slot, start, merged))
            merged = []
        elif pause is not None:
            steps.append(Skip(slot, _empty(timing, start, slot), "paused", _paused(pause, timing.zone)))
        elif timing.catch_up == "merge" and any(slot < later for later in chosen):
            merged.append(Skip(slot, _empty(timing, start, slot), "merged", ""))
        else:
            steps.append(_let_go(timing, slot, start, now))
        # The next begins where this one ended; what is yet to be merged has covered nothing.
        start = start if merged else steps[-1].window.end
    return tuple(steps)


def again(record: EditionRecord) -> Due | None:
    """A slot that was skipped, to be tried again by hand; None where its span went to another edition."""
    return Due(record.slot, record.window) if record.window.start < record.window.end else None


def filled(timing: Timing, slot: datetime, before: EditionRecord | None, after: EditionRecord | None) -> Due | Skip:
    """What to do by hand for a slot of the past of which nothing is recorded.

    Args:
        timing: The newsletter's schedule.
        slot: The slot.
        before: The record before it, if there is one: the edition takes what slots in between would have covered.
        after: The record after it, if there is one: where its window reaches back over the slot, nothing is left.
    """
    if timing.length is None and after is not None and after.window.start < slot:
        window = Window(after.window.start, after.window.start)
        return Skip(slot, window, "merged", f"what it would have covered is part of {after.id}")
    if before is None or timing.length is not None:
        return Due(slot, planned_window(timing, slot))
    # Nothing looks at the slots in between again: what they would have covered is part of this one.
    merging = replace(timing, catch_up="merge")
    return plan(merging, Past(last=before), slot, by_hand=True)[-1]


def _waiting(timing: Timing, past: Past, now: datetime, *, by_hand: bool) -> list[datetime]:
    """The slots nothing is known of yet, in order."""
    latest = timing.schedule.previous(now)
    if latest is None or (past.last is not None and latest <= past.last.slot):
        return []
    last = past.last.slot if past.last is not None else None
    # A slot at the very instant a newsletter was met still counts.
    since = None if past.since is None else past.since - INSTANT
    known = [instant for instant in (last, since) if instant is not None]
    if not known:
        return [latest] if by_hand else []
    slots = latest_slots(timing.schedule, max(known), now)
    return slots or ([latest] if by_hand else [])


def _chosen(timing: Timing, past: Past, waiting: Sequence[datetime], now: datetime, *, by_hand: bool) -> set[datetime]:
    within = ON_TIME if timing.catch_up == "none" else max(timing.within, ON_TIME)
    live = [slot for slot in waiting if slot >= now - within and not any(pause.covers(slot) for pause in past.pauses)]
    chosen = set(live) if timing.catch_up == "all" else set(live[-1:])
    return chosen | set(waiting[-1:]) if by_hand else chosen


def _start(timing: Timing, past: Past, waiting: Sequence[datetime]) -> datetime:
    """Where the window of the first slot begins: where the one recorded before it ended."""
    if past.last is not None:
        return past.last.window.end
    return planned_window(replace(timing, length=None), waiting[0]).start


def planned_window(timing: Timing, slot: datetime) -> Window:
    """The window of a slot by the schedule alone, whatever became of the slots before it."""
    return window_of(slot, timing.schedule, length=timing.length, zone=timing.zone)


def _empty(timing: Timing, start: datetime, slot: datetime) -> Window:
    return Window(slot, slot) if timing.length is not None else Window(start, start)


def _due(timing: Timing, slot: datetime, start: datetime, merged: Sequence[Skip]) -> Due:
    reason = f"missed; what it would have covered is part of {edition_id(slot)}"
    skipped = tuple(replace(skip, reason=reason) for skip in merged)
    if timing.length is None:
        return Due(slot, Window(start, slot), skipped)
    starts = [planned_window(timing, each).start for each in (*(skip.slot for skip in skipped), slot)]
    return Due(slot, Window(min(starts), slot), skipped)


def _let_go(timing: Timing, slot: datetime, start: datetime, now: datetime) -> Skip:
    """A missed slot that is not made up for. Only merging leaves its span to the edition after it."""
    missed = _missed(timing, slot, now)
    if timing.length is not None:
        return Skip(slot, planned_window(timing, slot), "missed", missed)
    if timing.catch_up == "merge":
        reason = f"{missed}; what it would have covered goes to the next edition"
        return Skip(slot, _empty(timing, start, slot), "missed", reason)
    return Skip(slot, Window(start, slot), "missed", missed)


def _missed(timing: Timing, slot: datetime, now: datetime) -> str:
    if timing.catch_up == "none":
        return "missed, and catch_up is 'none'"
    if timing.catch_up == "latest" and slot >= now - timing.within:
        return "missed, and catch_up is 'latest': only the latest missed slot is made up for"
    return f"missed by more than the catch-up window of {_days(timing.within)}"


def _days(length: timedelta) -> str:
    hours = round(length / timedelta(hours=1))
    return f"{hours // 24}d" if hours % 24 == 0 else f"{hours}h"


def _paused(pause: Pause, zone: ZoneInfo) -> str:
    since = f"paused since {pause.start.astimezone(zone):%Y-%m-%d %H:%M %Z}"
    return f"{since} ({pause.reason})" if pause.reason else since
