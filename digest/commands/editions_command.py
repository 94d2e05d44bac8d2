"""`digest editions`: what was made."""

from __future__ import annotations

import click

from digest.terminal import Terminal, options


@click.command(name="editions")
@click.argument("newsletter", required=False)
@options()
def command(terminal: Terminal, *, newsletter: str | None) -> int:
    """List the editions made and the slots skipped, newest first."""
    from digest.app import Newsroom

    with Newsroom.open(terminal.config, create=False) as newsroom:
        keys = [newsroom.newsletter(newsletter).key] if newsletter else list(newsroom.settings.newsletters)
        editions = newsroom.store.editions
        records = [record for key in keys for record in editions.records(key)]
        if terminal.as_json:
            terminal.data(
                [
                    {
                        "newsletter": each.newsletter,
                        "edition": each.id,
                        "slot": f"{each.slot:%Y-%m-%dT%H:%M:%SZ}",
                        "window": {
                            "start": f"{each.window.start:%Y-%m-%dT%H:%M:%SZ}",
                            "end": f"{each.window.end:%Y-%m-%dT%H:%M:%SZ}",
                        },
                        "status": each.status,
                        "reason": each.reason,
                        "title": each.title,
                        "subject": each.subject,
                        "hash": each.hash,
                        "articles": list(each.articles),
                        "deliveries": _counts(editions.counts(each.newsletter, each.id)),
                    }
                    for each in records
                ]
            )
        else:
            rows = (
                (each.newsletter, each.id, each.status, str(len(each.articles)), each.subject or each.reason)
                for each in records
            )
            terminal.table(("newsletter", "edition", "status", "stories", "subject, or the reason"), rows)
    return 0


def _counts(counts: object) -> dict[str, int]:
    from dataclasses import asdict
    from typing import Any, cast

    return asdict(cast("Any", counts))
