"""`digest run`: make editions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from digest.terminal import Terminal, now_or, options, relative

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from digest.app import Newsroom
    from digest.collecting import Collection
    from digest.core.newsletter import Newsletter
    from digest.publishing import Run

TO_OPEN = {
    "index.html": "the web copy",
    "email.html": "the message's HTML",
    "index.txt": "its plain text",
}


@click.command(name="run")
@click.argument("newsletter", required=False)
@click.option("--all", "every", is_flag=True, help="Every newsletter of the configuration.")
@click.option(
    "--at", metavar="INSTANT", help="As if it were this instant, 2026-03-02T12:00:00Z say; now when left out."
)
@click.option("--dry-run", is_flag=True, help="Show what would be chosen; write nothing.")
@options()
def command(terminal: Terminal, *, newsletter: str | None, every: bool, at: str | None, dry_run: bool) -> int:
    """Make the edition of the latest slot at or before now, write its pages and feeds, deliver its messages.

    A slot has one edition: running again makes nothing new, and finishes what an interrupted run left.
    """
    if every == bool(newsletter):
        raise click.UsageError("name a newsletter, or give --all")
    now = now_or(at)
    from digest.app import Newsroom

    with Newsroom.open(terminal.config, scratch=dry_run) as newsroom:
        keys = list(newsroom.settings.newsletters) if every else [newsletter or ""]
        targets = [newsroom.target(key) for key in keys]
        collections = newsroom.collect(now, terminal.progress)
        failed = _report(terminal, newsroom, collections)
        for target in targets:
            slot = target.schedule.previous(now)
            if slot is None:
                terminal.say(f"{target.newsletter.title}: no slot at or before {now:%Y-%m-%d %H:%M}Z, nothing is due")
                continue
            if dry_run:
                terminal.data_line(_dry_run(terminal, newsroom, target.newsletter.key, slot, now))
                continue
            run = newsroom.publisher.run(target, slot, now)
            terminal.problems(run.problems)
            terminal.data_line(as_json(run))
            _describe(terminal, target.newsletter, run)
    return 1 if failed else 0


def _report(terminal: Terminal, newsroom: Newsroom, collections: Iterable[Collection]) -> bool:
    """Say what was read and what was wrong; True when a whole source failed."""
    failed = False
    for each in collections:
        if each.failed:
            failed = True
            click.secho(f"error: {each.failed}", err=True, fg="red")
        terminal.problems(each.problems)
        new = len(each.changes.added) if each.changes else 0
        updated = len(each.changes.updated) if each.changes else 0
        terminal.say(f"{each.source}: {each.seen} files, {each.read} read, {new} articles new, {updated} updated")
    terminal.problems(newsroom.store.library.problems(), shown=6)
    return failed


def as_json(run: Run) -> dict[str, Any]:
    """A run in its fixed form."""
    record = run.record
    result: dict[str, Any] = {
        "newsletter": record.newsletter,
        "edition": record.id,
        "slot": f"{record.slot:%Y-%m-%dT%H:%M:%SZ}",
        "window": {
            "start": f"{record.window.start:%Y-%m-%dT%H:%M:%SZ}",
            "end": f"{record.window.end:%Y-%m-%dT%H:%M:%SZ}",
        },
        "status": run.status,
        "articles": list(record.articles),
        "files": list(run.files),
        "deliveries": {
            "planned": run.deliveries.planned,
            "accepted": run.deliveries.accepted,
            "waiting": run.deliveries.waiting,
        },
    }
    if record.reason:
        result["reason"] = record.reason
    return result


def _heading(newsletter: Newsletter, slot: datetime, start: datetime) -> str:
    zone = newsletter.zone
    return (
        f"{newsletter.title}: slot {slot.astimezone(zone):%a %Y-%m-%d %H:%M %Z}, "
        f"window from {start.astimezone(zone):%a %Y-%m-%d %H:%M %Z}"
    )


def _describe(terminal: Terminal, newsletter: Newsletter, run: Run) -> None:
    record = run.record
    terminal.say()
    terminal.say(_heading(newsletter, record.slot, record.window.start), bold=True)
    if run.status == "skipped":
        terminal.say(f"no edition: {record.reason}; `too_few` in the configuration says what happens then")
        terminal.say(f"why: digest explain {newsletter.key} --edition {record.id}")
        return
    if run.status == "exists":
        state = "everything is in place" if not run.changed else f"{run.changed} files written anew"
        terminal.say(f"edition {record.id} was made before, and is never made twice; {state}")
    else:
        terminal.say(f"edition {record.id}: {_stories(len(record.articles))}, chosen and why:")
        titles = dict(zip(record.articles, record.titles, strict=True))
        width = max(len(verdict.rule) for verdict in run.verdicts if verdict.chosen)
        for verdict in run.verdicts:
            if verdict.chosen:
                terminal.say(f"  {verdict.rule:<{width}}  {titles[verdict.article]}")
        left_out = _tally(verdict.rule for verdict in run.verdicts if not verdict.chosen)
        if left_out:
            terminal.say(f"  left out: {left_out}")
    accepted, planned = run.deliveries.accepted, run.deliveries.planned
    terminal.say(f"messages: {accepted} of {planned} delivered")
    terminal.say("open:")
    for path, meaning in _to_open(run):
        terminal.say(f"  {relative(path)}  {meaning}")
    terminal.say(f"every article's verdict: digest explain {newsletter.key} --edition {record.id}")


def _to_open(run: Run) -> Iterable[tuple[str, str]]:
    folder = f"/{run.record.newsletter}/{run.record.id}/"
    shared = f"/{run.record.newsletter}/"
    for name, meaning in TO_OPEN.items():
        yield from ((path, meaning) for path in run.files if path.endswith(folder + name))
    yield from ((path, "the archive") for path in run.files if path.endswith(shared + "index.html"))
    yield from ((path, "a feed, one of three formats") for path in run.files if path.endswith(shared + "atom.xml"))
    messages = [path for path in run.files if path.endswith(".eml")]
    yield from ((path, "the message, for a mail program") for path in messages[:1])


def _dry_run(terminal: Terminal, newsroom: Newsroom, key: str, slot: datetime, now: datetime) -> dict[str, Any]:
    """What a run would choose, from a copy of the store."""
    from digest.core.schedule import edition_id

    target = newsroom.target(key)
    record = newsroom.store.editions.get(key, slot)
    window, selection = newsroom.publisher.choose(target, slot, now)
    exists = record is not None and record.status == "composed"
    status = "exists" if exists else "skipped" if selection.too_few else "composed"
    terminal.say()
    terminal.say(_heading(target.newsletter, slot, window.start), bold=True)
    keys: Sequence[str] = record.articles if exists and record else selection.articles
    if exists:
        terminal.say(f"edition {edition_id(slot)} was made before; a run would change nothing")
    elif selection.too_few:
        terminal.say(f"there would be no edition: {selection.too_few}")
    else:
        terminal.say(f"would choose {_stories(len(keys))} (nothing was written):")
        titles = {article.key: article.title for article in newsroom.store.library.articles(keys)}
        for verdict in selection.verdicts:
            if verdict.chosen:
                terminal.say(f"  {verdict.rule:<10}  {titles[verdict.article]}")
    return {
        "newsletter": key,
        "edition": edition_id(slot),
        "slot": f"{slot:%Y-%m-%dT%H:%M:%SZ}",
        "window": {"start": f"{window.start:%Y-%m-%dT%H:%M:%SZ}", "end": f"{window.end:%Y-%m-%dT%H:%M:%SZ}"},
        "status": status,
        "articles": list(keys),
        "files": [],
        "deliveries": {"planned": 0, "accepted": 0, "waiting": 0},
        "dry_run": True,
    }


def _stories(count: int) -> str:
    return "1 story" if count == 1 else f"{count} stories"


def _tally(rules: Iterable[str]) -> str:
    from collections import Counter

    return ", ".join(f"{count} {rule}" for rule, count in sorted(Counter(rules).items()))
