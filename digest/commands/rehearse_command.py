"""`digest rehearse`: what a span of the schedule would bring, without bringing it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from digest.commands.edition_json import run_json
from digest.commands.run_command import collect, tally
from digest.core.schedule import CAP, slots_between
from digest.core.text import counted, spoken, utc_text
from digest.terminal import Terminal, complete_newsletter, now_or, options, parse_when

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from digest.publishing import Run, Target

_WHEN = "2026-03-02 or 2026-03-02T08:00 in the newsletter's zone, or 2026-03-02T07:00:00Z."


@click.command(name="rehearse")
@click.argument("newsletter", shell_complete=complete_newsletter)
@click.option("--from", "start", metavar="WHEN", required=True, help=f"From when on: {_WHEN}")
@click.option("--to", "end", metavar="WHEN", required=True, help="Until when, that instant left out; written likewise.")
@options()
def command(terminal: Terminal, *, newsletter: str, start: str, end: str) -> int:
    """Play the slots of a span, past or to come, as though each were worked at its instant; nothing is written.

    What the sources hold now is taken as what there is. For each slot: what would be chosen (--verbose names the
    stories), how many messages there would be, or why it would be skipped; slots of which something is recorded
    are shown as they are.
    """
    from digest.app import Newsroom

    with Newsroom.open(terminal.config, scratch=True) as newsroom:
        target = newsroom.target(newsletter)
        zone = target.newsletter.zone
        first, last = parse_when(start, zone), parse_when(end, zone)
        if last <= first:
            raise click.UsageError(f"--to {end} does not lie after --from {start}; give a later one")
        failed = collect(terminal, newsroom, now_or(None))
        shown: list[dict[str, Any]] = []
        counts: Counter[str] = Counter()
        for run in newsroom.scheduling.rehearse(target, first, last):
            terminal.problems(run.problems)
            shown.append(run_json(run, dry_run=True))
            counts[show(terminal, target, run)] += 1
    if terminal.as_json:
        terminal.data(shown)
    show_total(terminal, counts)
    _mention_more(terminal, target, first, last)
    return 1 if failed else 0


def show_total(terminal: Terminal, counts: Counter[str]) -> None:
    """Print how many slots there were, and what would become of them.

    Args:
        terminal: Where to.
        counts: What `show` said of each.
    """
    total = f"{counted(counts.total(), 'slot')}: {tally(counts.elements())}" if counts else "no slots"
    terminal.say()
    terminal.say(f"{total}; nothing was written")


def _mention_more(terminal: Terminal, target: Target, start: datetime, end: datetime) -> None:
    """Say so when the span holds more slots than are played in one go."""
    slots = slots_between(target.schedule, start, end, CAP + 1)
    if len(slots) > CAP:
        terminal.note(f"there are more than {CAP} slots; for the rest, go on with --from {utc_text(slots[CAP])}")


def show(terminal: Terminal, target: Target, run: Run, *, named: bool = True) -> str:
    """Print what would become of a slot; --verbose names the stories.

    Args:
        terminal: Where to.
        target: The newsletter.
        run: Of a dry run.
        named: Whether a person has named the newsletter, and need not be told which it is.

    Returns:
        In a word or two, what it would become: "made before", "skipped before", "skipped" or "to be made".
    """
    record, zone = run.record, target.newsletter.zone
    heading = _heading(run, zone)
    terminal.say()
    terminal.say(heading if named else f"{target.key}: {heading}", bold=True)
    if run.status == "exists":
        sent = f"{run.deliveries.accepted} of {counted(run.deliveries.planned, 'message')} delivered"
        terminal.say(f"  made before: edition {record.id}, {_stories(record.titles)}; {sent}")
        _list_titles(terminal, run)
        return "made before"
    if run.status == "skipped":
        # Only of what it skips itself does a run say why in a word.
        terminal.say(f"  {'no edition' if run.why else 'skipped before'}: {record.reason}")
        return "skipped" if run.why else "skipped before"
    chosen = tally(verdict.rule for verdict in run.verdicts if verdict.chosen)
    left_out = tally(verdict.rule for verdict in run.verdicts if not verdict.chosen)
    messages = counted(run.deliveries.planned, "message")
    terminal.say(f"  edition {record.id} would have {_stories(record.titles)} ({chosen}) and go out as {messages}")
    _list_titles(terminal, run)
    if left_out:
        terminal.say(f"  left out: {left_out}")
    return "to be made"


def _heading(run: Run, zone: ZoneInfo) -> str:
    record = run.record
    return f"slot {spoken(record.slot, zone)}, window from {spoken(record.window.start, zone)}"


def _list_titles(terminal: Terminal, run: Run) -> None:
    if terminal.verbose:
        rules = {verdict.article: verdict.rule for verdict in run.verdicts}
        for article, title in zip(run.record.articles, run.record.titles, strict=True):
            terminal.say(f"    {rules[article]}: {title}")


def _stories(titles: Sequence[str]) -> str:
    return "1 story" if len(titles) == 1 else f"{len(titles)} stories"
