"""`digest editions`: what was made."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

import click

from digest.commands.edition_json import edition_json
from digest.terminal import Terminal, complete_newsletter, options, spoken

if TYPE_CHECKING:
    from digest.core.model import EditionRecord
    from digest.core.stored import Editions


@click.command(name="editions")
@click.argument("newsletter", required=False, shell_complete=complete_newsletter)
@options()
def command(terminal: Terminal, *, newsletter: str | None) -> int:
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
            terminal.data([_json(editions, each) for each in records])
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


def _json(editions: Editions, record: EditionRecord) -> dict[str, Any]:
    counts = editions.counts(record.newsletter, record.id)
    return {
        **edition_json(record, record.status, counts),
        "title": record.title,
        "subject": record.subject,
        "hash": record.hash,
    }
