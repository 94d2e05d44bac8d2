"""`digest schedule`: the slots to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from digest.commands.slot_json import slot_json
from digest.core.catchup import planned_window
from digest.core.schedule import CAP, FOR_EVER, slots_between
from digest.core.text import spoken, utc_text
from digest.terminal import Terminal, complete_newsletter, now_or, options, parse_when

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from zoneinfo import ZoneInfo

    from digest.app import Newsroom
    from digest.core.edition import Window


@dataclass(frozen=True, slots=True)
class _Planned:
    """A slot to come, with what it would cover and what is remarkable about it."""

    newsletter: str
    zone: ZoneInfo
    slot: datetime
    window: Window
    note: str


@click.command(name="schedule")
@click.argument("newsletter", required=False, shell_complete=complete_newsletter)
@click.option(
    "--from",
    "start",
    metavar="WHEN",
    help="From when on: 2026-03-02 or 2026-03-02T08:00 in the newsletter's zone, or 2026-03-02T07:00:00Z; "
    "now when left out.",
)
@click.option(
    "--count", type=click.IntRange(1, CAP), default=10, show_default=True, help="How many of each newsletter."
)
@options()
def command(terminal: Terminal, *, newsletter: str | None, start: str | None, count: int) -> int:
    """List the coming slots of a newsletter, or of each; changes nothing.

    Windows are those of the schedule: an edition that makes up for missed slots, or follows a pause, covers more.
    """
    from digest.app import Newsroom

    now = now_or(None)
    with Newsroom.open(terminal.config, create=False) as newsroom:
        keys = [newsroom.newsletter(newsletter).key] if newsletter else list(newsroom.settings.newsletters)
        planned: list[_Planned] = []
        for key in keys:
            zone = newsroom.newsletter(key).zone
            begin = parse_when(start, zone) if start else now
            found = list(_coming(newsroom, key, begin, count))
            if len(found) < count:
                _explain_end(terminal, newsroom, key, begin, found)
            planned += found
    if terminal.as_json:
        terminal.data([slot_json(each.newsletter, each.slot, each.zone, each.window, each.note) for each in planned])
    else:
        _list(terminal, planned, named=bool(newsletter))
    return 0


def _list(terminal: Terminal, planned: Sequence[_Planned], *, named: bool) -> None:
    """Print the slots; without the newsletter where one was named."""
    first = 1 if named else 0
    columns = ("newsletter", "slot", "in UTC", "window from", "note")
    rows = (
        (
            each.newsletter,
            spoken(each.slot, each.zone),
            utc_text(each.slot),
            spoken(each.window.start, each.zone),
            each.note,
        )
        for each in planned
    )
    terminal.table(columns[first:], (row[first:] for row in rows))


def _coming(newsroom: Newsroom, key: str, start: datetime, count: int) -> Iterator[_Planned]:
    target, timetable = newsroom.target(key), newsroom.timetable(key)
    zone = target.newsletter.zone
    pauses = newsroom.store.standings.pauses(key, start)
    for slot in slots_between(target.schedule, start, FOR_EVER, count):
        window = planned_window(target.timing, slot)
        paused = "paused" if any(pause.covers(slot) for pause in pauses) else ""
        notes = (timetable.note(slot), _clock_change(window, zone), paused)
        yield _Planned(key, zone, slot, window, "; ".join(filter(None, notes)))


def _clock_change(window: Window, zone: ZoneInfo) -> str:
    """How the clocks change between a window's two ends; a change at its very end counts."""
    before, after = (each.astimezone(zone).utcoffset() or timedelta() for each in (window.start, window.end))
    if before == after:
        return ""
    minutes = abs(after - before) // timedelta(minutes=1)
    length = f"{minutes} min" if minutes % 60 else f"{minutes // 60} h"
    return f"the clocks go {'forward' if after > before else 'back'} {length} in its window"


def _explain_end(terminal: Terminal, newsroom: Newsroom, key: str, start: datetime, found: list[_Planned]) -> None:
    """Say why fewer slots come than were asked for."""
    end = newsroom.settings.newsletters[key].calendar.end
    why = f": `end` {end} is reached" if end is not None else ""
    zone = newsroom.newsletter(key).zone
    none = f"no more slots after {spoken(found[-1].slot, zone)}" if found else f"no slot from {spoken(start, zone)} on"
    terminal.note(f"{key}: {none}{why}")
