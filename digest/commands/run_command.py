"""`digest run`: make editions."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from digest.commands.edition_json import edition_json
from digest.core.errors import DigestError
from digest.core.text import counted
from digest.terminal import Terminal, complete_newsletter, now_or, options, relative

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from digest.app import Newsroom
    from digest.collecting import Collection
    from digest.core.newsletter import Newsletter
    from digest.publishing import Run

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
@click.option("--dry-run", is_flag=True, help="Show what would be made; write nothing.")
@options()
def command(terminal: Terminal, *, newsletter: str | None, every: bool, at: str | None, dry_run: bool) -> int:
    """Make the edition of the latest slot at or before now, write its pages and feeds, deliver its messages.

    A slot has one edition: running again makes nothing new, and finishes what an interrupted run left.
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
        failed = _collect(terminal, newsroom, now)
        for target in targets:
            slot = target.schedule.previous(now)
            if slot is None:
                terminal.say(f"{target.newsletter.title}: no slot at or before {now:%Y-%m-%d %H:%M}Z, nothing is due")
                continue
            publisher = newsroom.publisher
            try:
                run = publisher.rehearse(target, slot, now) if dry_run else publisher.run(target, slot, now)
            except DigestError as error:  # the other newsletters go on
                terminal.failed(str(error))
                failed = True
                continue
            terminal.problems(run.problems)
            terminal.data_line(_json(run, dry_run=dry_run))
            _describe(terminal, target.newsletter, run, dry_run=dry_run)
            for edition, sink, count in run.left:
                waiting = f"{counted(count, 'message')} of {target.newsletter.key} {edition} still wait for the sink"
                terminal.failed(f"{waiting} '{sink}', which is not in {terminal.config}; name it there again")
                failed = True
    return 1 if failed else 0


def _collect(terminal: Terminal, newsroom: Newsroom, now: datetime) -> bool:
    """Read what is new in the sources and say so; True when a whole source failed."""
    collections = newsroom.collect(now, terminal.progress)
    for each in collections:
        terminal.problems(each.problems)
        if each.failed:
            terminal.failed(each.failed)
        else:
            terminal.say(f"{each.source}: {_changes(each)}")
    terminal.problems(newsroom.store.library.problems(), shown=6)
    return any(each.failed for each in collections)


def _changes(collection: Collection) -> str:
    said = [counted(collection.seen, "file"), f"{collection.read} read"]
    if collection.changes:
        for what, keys in (
            ("new", collection.changes.added),
            ("updated", collection.changes.updated),
            ("withdrawn", collection.changes.withdrawn),
        ):
            if keys:
                said.append(f"{counted(len(keys), 'article')} {what}")
    return ", ".join(said)


def _json(run: Run, *, dry_run: bool) -> dict[str, Any]:
    whole = {**edition_json(run.record, run.status, run.deliveries), "files": list(run.files)}
    return {**whole, "dry_run": True} if dry_run else whole


def _describe(terminal: Terminal, newsletter: Newsletter, run: Run, *, dry_run: bool) -> None:
    record = run.record
    slot, start = record.slot.astimezone(newsletter.zone), record.window.start.astimezone(newsletter.zone)
    terminal.say()
    terminal.say(
        f"{newsletter.title}: slot {slot:%a %Y-%m-%d %H:%M %Z}, window from {start:%a %Y-%m-%d %H:%M %Z}", bold=True
    )
    if run.status == "skipped":
        terminal.say(f"no edition: {record.reason}; `too_few` in the configuration says what happens then")
    elif run.status == "exists":
        state = f"{counted(run.changed, 'file')} written anew" if run.changed else "everything is in place"
        terminal.say(f"edition {record.id} was made before, and is never made twice; {state}")
    else:
        verb = "would be" if dry_run else "chosen and why"
        stories = "1 story" if len(record.articles) == 1 else f"{len(record.articles)} stories"
        terminal.say(f"edition {record.id}: {stories}, {verb}:")
        _list_chosen(terminal, run)
    if dry_run:
        terminal.say("nothing was written")
        return
    if run.status != "skipped":
        terminal.say(f"messages: {run.deliveries.accepted} of {run.deliveries.planned} delivered")
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
