"""`digest editions`: what was made."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

import click

from digest.commands.delivery_views import in_words
from digest.commands.edition_json import edition_json
from digest.core.errors import UsageError
from digest.core.text import spoken
from digest.terminal import CommandGroup, Terminal, complete_newsletter, options

if TYPE_CHECKING:
    from digest.core.edition import EditionRecord
    from digest.core.ledger import Ledger


class _ListFirst(CommandGroup):
    """A group that lists where no other command of it is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """See `click.Group`."""
        named = bool(args) and (args[0] in self.commands or args[0] in ("--help", "-h"))
        return super().parse_args(ctx, args if named else ["list", *args])


@click.group(name="editions", cls=_ListFirst)
def command() -> None:
    """List the editions made, and show what became of one's deliveries.

    `digest editions [NEWSLETTER]` lists them; `digest editions show EDITION` shows one.
    """


@command.command(name="list")
@click.argument("newsletter", required=False, shell_complete=complete_newsletter)
@options()
def list_command(terminal: Terminal, *, newsletter: str | None) -> int:
    """List the editions made and the slots skipped, newest first.

    Those of a newsletter that config.yaml no longer has are listed when it is named.
    """
    from digest.app import Newsroom

    with Newsroom.open(terminal.config, create=False) as newsroom:
        editions, known = newsroom.store.editions, newsroom.settings.newsletters
        keys = [newsletter] if newsletter else list(known)
        if newsletter and newsletter not in editions.newsletters():
            newsroom.newsletter(newsletter)  # says so when nobody ever heard of it
        zones = {key: known[key].newsletter.zone if key in known else UTC for key in keys}
        records = [record for key in keys for record in editions.records(key)]
        if terminal.as_json:
            terminal.data([_json(newsroom.store.ledger, each) for each in records])
        else:
            rows = (
                (
                    each.newsletter,
                    each.id,
                    spoken(each.slot, zones[each.newsletter]),
                    each.status,
                    str(len(each.articles)),
                    each.subject or each.reason,
                )
                for each in records
            )
            terminal.table(("newsletter", "edition", "slot", "status", "stories", "subject, or the reason"), rows)
    return 0


@command.command(name="show")
@click.argument("edition")
@click.option("--newsletter", shell_complete=complete_newsletter, help="Of this newsletter, where several have one.")
@options()
def show_command(terminal: Terminal, *, edition: str, newsletter: str | None) -> int:
    """Show an edition: its stories, and its deliveries by sink, state, reader's domain and reply."""
    from digest.app import Newsroom

    with Newsroom.open(terminal.config, create=False) as newsroom:
        editions, ledger = newsroom.store.editions, newsroom.store.ledger
        keys = [newsletter] if newsletter else editions.newsletters()
        found = [record for key in keys if (record := editions.find(key, edition)) is not None]
        if not found:
            raise UsageError(f"there is no edition '{edition}'; digest editions lists them", place=newsroom.store.place)
        shown = []
        for record in found:
            counts, rows = ledger.counts(record.newsletter, record.id), ledger.tally(record.newsletter, record.id)
            bounces = newsroom.store.bounces.counts(record.newsletter, record.id)
            shown.append(
                {
                    **_json(ledger, record),
                    "titles": list(record.titles),
                    "bounces": dict(bounces),
                    "tally": [dict(zip(TALLY, row, strict=True)) for row in rows],
                }
            )
            terminal.say(f"{record.newsletter} {record.id}: {record.subject or record.reason}", bold=True)
            for title in record.titles:
                terminal.say(f"  {title}")
            terminal.say(in_words(counts))
            for kind, count in sorted(bounces.items()):
                terminal.say(f"came back, {kind}: {count}")
            if not terminal.as_json and not terminal.quiet:
                terminal.table(TALLY, [tuple(map(str, row)) for row in rows])
        if terminal.as_json:
            terminal.data(shown)
    return 0


TALLY = ("sink", "state", "domain", "reply", "count")
"""The columns by which deliveries are counted."""


def _json(ledger: Ledger, record: EditionRecord) -> dict[str, Any]:
    counts = ledger.counts(record.newsletter, record.id)
    return {
        **edition_json(record, record.status, counts),
        "title": record.title,
        "subject": record.subject,
        "hash": record.hash,
    }
