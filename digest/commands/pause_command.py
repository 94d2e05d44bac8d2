"""`digest pause`: no editions for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digest.core.catchup import Pause
from digest.core.text import one_line, spoken
from digest.terminal import Terminal, complete_newsletter, now_or, options, parse_when

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from digest.app import Newsroom
    from digest.publishing import Target


@click.command(name="pause")
@click.argument("newsletter", required=False, shell_complete=complete_newsletter)
@click.option("--all", "every", is_flag=True, help="Every newsletter of the configuration.")
@click.option(
    "--until",
    metavar="WHEN",
    help="2026-03-02 or 2026-03-02T08:00 in the newsletter's zone, or 2026-03-02T07:00:00Z; "
    "until digest resume when left out.",
)
@click.option("--reason", metavar="TEXT", help="Why, for people: kept with each slot that passes.")
@options(data=False)
def command(terminal: Terminal, *, newsletter: str | None, every: bool, until: str | None, reason: str | None) -> int:
    """Make no editions of a newsletter from now on, neither by the daemon nor by digest run.

    Slots that pass meanwhile are recorded as skipped, with the reason, and what they would have covered goes to the
    next edition, unless the newsletter's `window` is a fixed span. Pausing what is paused already only changes what
    --until and --reason name.
    """
    from digest.app import Newsroom

    now = now_or(None)
    with Newsroom.open(terminal.config) as newsroom:
        targets = chosen_targets(newsroom, newsletter, every=every)
        # Each is read before any is kept: a mistake pauses nothing.
        ends = [_end(until, target.newsletter.zone, now) for target in targets]
        for target, end in zip(targets, ends, strict=True):
            known = newsroom.scheduling.paused(target, now)
            pause = Pause(
                known.start if known else now,
                end or (known.end if known else None),
                (known.reason if known else "") if reason is None else one_line(reason),
            )
            if pause != known:
                newsroom.store.standings.pause(target.key, pause)
            _say(terminal, target, pause, known)
    return 0


def chosen_targets(newsroom: Newsroom, newsletter: str | None, *, every: bool) -> list[Target]:
    """The newsletter that was named, or all of them.

    Raises:
        click.UsageError: Neither was asked for, or both were.
        UsageError: There is none of that name.
    """
    if every == bool(newsletter):
        raise click.UsageError(
            "name a newsletter or give --all, not both" if every else "name a newsletter, or give --all"
        )
    return [newsroom.target(key) for key in (newsroom.settings.newsletters if every else [newsletter or ""])]


def paused_text(pause: Pause, zone: ZoneInfo) -> str:
    """A pause for a person: `paused until Mon 2026-03-02 08:00 CET (the desk is away)`."""
    until = f"until {spoken(pause.end, zone)}" if pause.end is not None else "until further notice"
    return f"paused {until} ({pause.reason})" if pause.reason else f"paused {until}"


def _end(until: str | None, zone: ZoneInfo, now: datetime) -> datetime | None:
    end = parse_when(until, zone) if until else None
    if end is not None and end <= now:
        raise click.UsageError(f"--until {until} lies in the past: it is {spoken(now, zone)} now; give a later one")
    return end


def _say(terminal: Terminal, target: Target, pause: Pause, known: Pause | None) -> None:
    zone = target.newsletter.zone
    since = spoken(pause.start, zone)
    state = paused_text(pause, zone)
    if pause == known:
        terminal.say(f"{target.key}: was paused already, since {since}; nothing changed: {state}")
    else:
        terminal.say(f"{target.key}: {state}" + (f"; it was paused already, since {since}" if known else ""))
    passes = "what they would have covered goes to the next edition"
    if target.timing.length is not None:
        passes = "the next edition covers its fixed window, as ever"
    terminal.say(f"  slots that pass meanwhile are recorded as skipped; {passes}")
    terminal.say(f"  resume with: {terminal.program} resume {target.key}")
