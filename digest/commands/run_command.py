"""`digest run`: make editions."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from digest.commands.delivery_views import tell_of_pauses, way_out
from digest.commands.edition_json import run_json
from digest.commands.pause_command import paused_text
from digest.core.errors import DigestError
from digest.core.finding import gathered, standing
from digest.core.text import counted
from digest.terminal import Terminal, complete_newsletter, now_or, options, relative

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from digest.app import Newsroom
    from digest.collecting import Collection
    from digest.core.newsletter import Newsletter
    from digest.publishing import Run, Target

TO_OPEN = {
    "/{newsletter}/{edition}/index.html": "the web copy",
    "/{newsletter}/{edition}/email.html": "the message's HTML",
    "/{newsletter}/{edition}/index.txt": "its plain text",
    "/{newsletter}/index.html": "the archive",
    "/{newsletter}/atom.xml": "a feed, one of three formats",
}


@click.command(name="run")
@click.argument("newsletter", required=False, shell_complete=complete_newsletter)
@click.option("--all", "every", is_flag=True, help="Every newsletter of the configuration.")
@click.option(
    "--at", metavar="INSTANT", help="As if it were this instant, 2026-03-02T12:00:00Z say; now when left out."
)
@click.option("--due", is_flag=True, help="Only what is due and was not made yet: for cron, every few minutes.")
@click.option("--dry-run", is_flag=True, help="Show what would be made; write nothing.")
@options()
def command(
    terminal: Terminal, *, newsletter: str | None, every: bool, at: str | None, due: bool, dry_run: bool
) -> int:
    """Make the edition of the latest slot at or before now, write its pages and feeds, deliver its messages.

    A slot has one edition: running again makes nothing new, and finishes what an interrupted run left. With --due
    slots count from when digest first met the newsletter, missed ones are made up for as `catch_up` says, and where
    nothing is due nothing is printed.
    """
    if every == bool(newsletter):
        raise click.UsageError(
            "name a newsletter or give --all, not both" if every else "name a newsletter, or give --all"
        )
    now = now_or(at)
    if now > now_or(None) and not dry_run:
        terminal.note(f"--at {at} lies in the future: what is made now is made for good; --dry-run only shows")
    from digest.app import Newsroom

    with Newsroom.open(terminal.config, scratch=dry_run) as newsroom:
        keys = list(newsroom.settings.newsletters) if every else [newsletter or ""]
        targets = [newsroom.target(key) for key in keys]
        for target in targets:
            # By hand, only one that nobody met before: to work for another instant changes nothing of the schedule.
            unmet = newsroom.store.standings.since(target.key) is None
            if (due or unmet) and newsroom.scheduling.meet(target, now) and due:
                _greet(terminal, target, now)
        if due:
            targets = [target for target in targets if newsroom.scheduling.waiting(target, now)]
        troubles = [bool(targets) and collect(terminal, newsroom, now)]
        for target in targets:

            def tell(run: Run, newsletter: Newsletter = target.newsletter) -> bool:
                troubles.append(report(terminal, newsletter, run, dry_run=dry_run))
                return True

            try:
                _run(terminal, newsroom, target, now, tell, due=due, dry_run=dry_run)
            except DigestError as error:  # the other newsletters go on
                terminal.failed(str(error))
                troubles.append(True)
        if not dry_run:
            # Of all editions, also where nothing is due: whoever is called by cron has no other way to hear of it.
            left = [each for key in keys for each in newsroom.store.ledger.open(key)]
            troubles.append(tell_of_pauses(terminal, newsroom, left))
            troubles.append(_notify(terminal, newsroom))
    return 1 if any(troubles) else 0


def _run(
    terminal: Terminal,
    newsroom: Newsroom,
    target: Target,
    now: datetime,
    tell: Callable[[Run], bool],
    *,
    due: bool,
    dry_run: bool,
) -> None:
    """Do what there is to do for a newsletter, and tell each slot as soon as it is done."""
    scheduling = newsroom.scheduling
    if due and not dry_run:
        if not scheduling.run_due(target, now, tell):
            terminal.detail(f"{target.newsletter.title}: nothing new, or another process is at it")
        return
    pause = None if due else scheduling.paused(target, now)
    if pause is not None:
        said = paused_text(pause, target.newsletter.zone)
        terminal.note(f"{target.key}: {said}, nothing is made; end it with: {terminal.program} resume {target.key}")
        return
    if due:
        runs = scheduling.rehearse_due(target, now)
    else:
        runs = scheduling.rehearse_latest(target, now) if dry_run else scheduling.run_latest(target, now)
    if not (runs or due):
        terminal.say(f"{target.newsletter.title}: no slot at or before {now:%Y-%m-%d %H:%M}Z, nothing is due")
    for run in runs:
        tell(run)


def _notify(terminal: Terminal, newsroom: Newsroom) -> bool:
    """Write to the operator what is news, if somebody is to be written to; True when a note did not go out."""
    if not newsroom.settings.notify:
        return False
    from digest.notifying import notify

    try:
        written = notify(newsroom)
    except DigestError as error:  # of the editions everything is said
        terminal.failed(f"nobody could be notified: {error}")
        return True
    for each in written:
        if each.error:
            terminal.failed(f"{each.address} was not notified: {each.error}")
        else:
            terminal.detail(f"{each.address} was notified")
    return any(each.error for each in written)


def _greet(terminal: Terminal, target: Target, now: datetime) -> None:
    """Say from when on a newsletter's slots count."""
    slot = target.schedule.next(now)
    first = "it has no slot to come"
    if slot is not None:
        first = f"the first is {slot.astimezone(target.newsletter.zone):%a %Y-%m-%d %H:%M %Z}"
    terminal.say(
        f"{target.key}: new, or its schedule was changed: its slots count from now on, {first}; "
        f"to make an edition now: {terminal.program} run {target.key}"
    )


def report(terminal: Terminal, newsletter: Newsletter, run: Run, *, dry_run: bool) -> bool:
    """Print what became of a slot; True when something of it failed."""
    terminal.problems(run.problems)
    _tell_findings(terminal, newsletter, run)
    terminal.data_line(run_json(run, dry_run=dry_run))
    _describe(terminal, newsletter, run, dry_run=dry_run)
    for edition, sink, count in run.left:
        waiting = f"{counted(count, 'message')} of {newsletter.key} {edition} still wait for the sink"
        terminal.failed(f"{waiting} '{sink}', which is not in {terminal.config}; name it there again")
    for edition, sink, why in run.held:
        way = way_out(terminal, newsletter.key, edition, why)
        terminal.failed(f"{newsletter.key} {edition}: nothing goes out by {sink}: {why}; {way}")
    for edition, sink, why in run.waits:
        waiting = f"{newsletter.key} {edition}: messages wait for {sink}: {why}"
        terminal.failed(f"{waiting}; once that is mended: {terminal.program} deliver {newsletter.key}")
    # Of an edition made before, another may be sending at this moment: digest deliver says what is in doubt.
    doubts = run.deliveries.uncertain if run.status == "composed" and not dry_run else 0
    if doubts:
        which = f"{newsletter.key} {run.record.id}"
        terminal.failed(f"{which}: nobody knows whether {doubts} arrived: {terminal.program} reconcile")
    return bool(run.left or run.held or run.waits or doubts)


def _tell_findings(terminal: Terminal, newsletter: Newsletter, run: Run) -> None:
    """What the preflight found; an edition with errors got this far only because nobody is sent it."""
    told = gathered(run.findings)
    errors, warnings = standing(told, "error"), standing(told, "warning")
    for each in errors:
        terminal.note(f"{each}; it would stop a send")
    if warnings:
        terminal.detail(f"{counted(len(warnings), 'warning')}: {terminal.program} check {newsletter.key}")


def collect(terminal: Terminal, newsroom: Newsroom, now: datetime) -> bool:
    """Read what is new in the sources and say so; True when a whole source failed."""
    collections = newsroom.intake.collect(now, terminal.progress)
    for each in collections:
        terminal.problems(each.problems)
        if each.failed:
            terminal.failed(each.failed)
        elif each.trouble:
            # Of what has lasted, or is gone for good, its problem says all there is.
            if not any(each.trouble in problem.message for problem in each.problems):
                terminal.say(f"{each.source}: nothing came this time, and it is tried again")
                terminal.detail(each.trouble)
        else:
            terminal.say(f"{each.source}: {_changes(each)}")
        if each.recovered:
            terminal.note(f"{each.source}: works again")
    terminal.problems(newsroom.intake.problems(), shown=6)
    return any(each.failed for each in collections)


def _changes(collection: Collection) -> str:
    if collection.unit == "article" and not (collection.seen or collection.changes):
        return "nothing new"
    said = [counted(collection.seen, collection.unit), f"{collection.read} read"]
    if collection.changes:
        for what, keys in (
            ("new", collection.changes.added),
            ("updated", collection.changes.updated),
            ("withdrawn", collection.changes.withdrawn),
        ):
            if keys:
                said.append(f"{counted(len(keys), 'article')} {what}")
    return ", ".join(said)


def _describe(terminal: Terminal, newsletter: Newsletter, run: Run, *, dry_run: bool) -> None:
    record = run.record
    slot, start = record.slot.astimezone(newsletter.zone), record.window.start.astimezone(newsletter.zone)
    terminal.say()
    terminal.say(
        f"{newsletter.title}: slot {slot:%a %Y-%m-%d %H:%M %Z}, window from {start:%a %Y-%m-%d %H:%M %Z}", bold=True
    )
    if run.status == "skipped":
        hint = "; `too_few` in the configuration says what happens then" if run.why == "too few" else ""
        terminal.say(f"no edition: {record.reason}{hint}")
    elif run.status == "exists":
        state = f"{counted(run.changed, 'file')} written anew" if run.changed else "everything is in place"
        terminal.say(f"edition {record.id} was made before, and is never made twice; {state}")
        terminal.say(f"what came since is for the next one, which {terminal.program} preview {newsletter.key} shows")
    else:
        verb = "would be" if dry_run else "chosen and why"
        stories = "1 story" if len(record.articles) == 1 else f"{len(record.articles)} stories"
        terminal.say(f"edition {record.id}: {stories}, {verb}:")
        _list_chosen(terminal, run)
    if dry_run:
        terminal.say("nothing was written")
        return
    if run.status != "skipped":
        counts = run.deliveries
        others = ("deferred", "refused", "excluded", "uncertain", "waiting")
        rest = "".join(f", {getattr(counts, state)} {state}" for state in others if getattr(counts, state))
        terminal.say(f"messages: {counts.accepted} of {counts.planned} delivered{rest}")
        if counts.deferred:
            again = f"{terminal.program} deliver {newsletter.key}"
            terminal.say(f"what is deferred is tried again by the daemon, or by: {again}")
        terminal.say("open:")
        for path, meaning in _to_open(run):
            terminal.say(f"  {relative(path)}  {meaning}")
    terminal.say(f"every article's verdict: {terminal.program} explain {newsletter.key} --edition {record.id}")


def _list_chosen(terminal: Terminal, run: Run) -> None:
    titles = dict(zip(run.record.articles, run.record.titles, strict=True))
    chosen = [verdict for verdict in run.verdicts if verdict.chosen]
    width = max(len(verdict.rule) for verdict in chosen)
    for verdict in chosen:
        terminal.say(f"  {verdict.rule:<{width}}  {titles[verdict.article]}")
    left_out = tally(verdict.rule for verdict in run.verdicts if not verdict.chosen)
    if left_out:
        terminal.say(f"  left out: {left_out}")


def _to_open(run: Run) -> Iterator[tuple[str, str]]:
    for pattern, meaning in TO_OPEN.items():
        ending = pattern.format(newsletter=run.record.newsletter, edition=run.record.id)
        yield from ((path, meaning) for path in run.files if path.endswith(ending))
    messages = [path for path in run.files if path.endswith(".eml")]
    yield from ((path, "the message, for a mail program") for path in messages[:1])


def tally(rules: Iterable[str]) -> str:
    """`1 draft, 2 too old`."""
    return ", ".join(f"{count} {rule}" for rule, count in sorted(Counter(str(rule) for rule in rules).items()))
