"""`digest backfill`: editions for slots of the past that have none."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import click

from digest.commands.edition_json import run_json
from digest.commands.pause_command import paused_text
from digest.commands.rehearse_command import show, show_total
from digest.commands.run_command import collect, report
from digest.core.errors import DigestError
from digest.core.schedule import CAP, FOR_EVER, slots_between
from digest.core.text import spoken, utc_text
from digest.scheduling import without_mail
from digest.terminal import Terminal, complete_newsletter, now_or, options, parse_when

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from digest.publishing import Run, Target


@click.command(name="backfill")
@click.argument("newsletter", required=False, shell_complete=complete_newsletter)
@click.option(
    "--from",
    "start",
    metavar="WHEN",
    required=True,
    help="From when on: 2026-03-02 or 2026-03-02T08:00 in the newsletter's zone, or 2026-03-02T07:00:00Z.",
)
@click.option("--to", "end", metavar="WHEN", help="Until when, that instant left out; up to now when left out.")
@click.option(
    "--dry-run", is_flag=True, help="Show in brief what would be made (--verbose names the stories); write nothing."
)
@click.option("--no-mail", is_flag=True, help="Pages and feeds only: nobody is written to, now or later.")
@options()
def command(
    terminal: Terminal, *, newsletter: str | None, start: str, end: str | None, dry_run: bool, no_mail: bool
) -> int:
    """Make the editions of past slots that have none, the oldest first, of a newsletter or of each; it asks nothing.

    Slots that have an edition stay as they are, those that were skipped for want of stories are tried again, and those
    whose span is part of another edition stay without. A newsletter that is paused is left alone.
    """
    now = now_or(None)
    failed = False
    counts: Counter[str] = Counter()
    from digest.app import Newsroom

    with Newsroom.open(terminal.config, scratch=dry_run) as newsroom:
        keys = [newsletter] if newsletter else list(newsroom.settings.newsletters)
        spans = [(target, *_span(target, start, end, now)) for target in map(newsroom.target, keys)]
        failed |= collect(terminal, newsroom, now)
        for target, first, last in spans:
            if pause := newsroom.scheduling.paused(target, now):
                terminal.note(
                    f"{target.key}: {paused_text(pause, target.newsletter.zone)}, nothing is made; "
                    f"end it with: {terminal.program} resume {target.key}"
                )
                continue
            try:
                to_fill = without_mail(target) if no_mail else target
                runs = newsroom.scheduling.backfill(to_fill, first, last, now, dry=dry_run)
                tell = partial(_report, terminal, target)
                if dry_run:
                    tell = partial(_show, terminal, target, counts, named=bool(newsletter))
                failed |= _fill(terminal, target, runs, (first, min(last, now)), tell)
            except DigestError as error:  # the other newsletters go on
                terminal.failed(str(error))
                failed = True
    if counts:
        show_total(terminal, counts)
    return 1 if failed else 0


def _span(target: Target, start: str, end: str | None, now: datetime) -> tuple[datetime, datetime]:
    zone = target.newsletter.zone
    first = parse_when(start, zone)
    last = parse_when(end, zone) if end else FOR_EVER
    if first > now:
        raise click.UsageError(f"--from {start} lies in the future; slots to come are made when they are due")
    if last <= first:
        raise click.UsageError(f"--to {end} does not lie after --from {start}; give a later one")
    return first, last


def _fill(
    terminal: Terminal,
    target: Target,
    runs: Iterable[Run],
    span: tuple[datetime, datetime],
    tell: Callable[[Run], bool],
) -> bool:
    """Work the slots of one newsletter, telling what becomes of each; True when something of it failed."""
    failed, slot = False, None
    for run in runs:
        failed |= tell(run)
        slot = run.record.slot
    if slot is None:
        terminal.say(f"{target.key}: no slot from {spoken(span[0], target.newsletter.zone)} on, nothing to make")
        return failed
    following = slots_between(target.schedule, slot, span[1], 2)[1:]
    if following:
        terminal.note(
            f"{target.key}: there are more than {CAP} slots; for the rest, go on with --from {utc_text(following[0])}"
        )
    return failed


def _report(terminal: Terminal, target: Target, run: Run) -> bool:
    """Print what became of a slot; True when something of it failed."""
    # What waits for a sink that is configured is no trouble: this run only leaves it to the next.
    sinks = {sink.name for sink in target.sinks}
    left = tuple(each for each in run.left if each[1] not in sinks)
    return report(terminal, target.newsletter, replace(run, left=left), dry_run=False)


def _show(terminal: Terminal, target: Target, counts: Counter[str], run: Run, *, named: bool) -> bool:
    """Print in brief what would become of a slot, and count it; False, as nothing of it can fail."""
    terminal.problems(run.problems)
    terminal.data_line(run_json(run, dry_run=True))
    counts[show(terminal, target, run, named=named)] += 1
    return False
