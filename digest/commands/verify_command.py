"""`digest verify`: prove that no delivery is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digest.commands.delivery_views import in_words
from digest.commands.edition_json import deliveries_json
from digest.core.errors import UsageError
from digest.terminal import Terminal, complete_newsletter, options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.app import Newsroom


@click.command(name="verify")
@click.argument("edition", required=False)
@click.option("--newsletter", shell_complete=complete_newsletter, help="Of this newsletter alone.")
@options()
def command(terminal: Terminal, *, edition: str | None, newsletter: str | None) -> int:
    """Count the deliveries of editions row by row, and hold the sum against what was planned.

    Planned = accepted + deferred + refused + excluded + uncertain + waiting, for every edition or the one named. Exit
    code 1 when that is not so of one.
    """
    from digest.app import Newsroom

    wrong = seen = 0
    with Newsroom.open(terminal.config, create=False) as newsroom:
        for key, id_ in _editions(newsroom, edition, newsletter):
            counts = newsroom.store.ledger.counts(key, id_)
            seen += 1
            wrong += not counts.balanced
            terminal.data_line(
                {
                    "newsletter": key,
                    "edition": id_,
                    "deliveries": deliveries_json(counts),
                    "balanced": counts.balanced,
                }
            )
            said = "balanced" if counts.balanced else "NOT BALANCED"
            terminal.say(f"{key} {id_}: {said}; {in_words(counts)}", fg=None if counts.balanced else "red")
        if edition and not seen:
            raise UsageError(f"there is no edition '{edition}'; digest editions lists them", place=newsroom.store.place)
    return 1 if wrong else 0


def _editions(newsroom: Newsroom, edition: str | None, newsletter: str | None) -> Iterator[tuple[str, str]]:
    """Composed editions, oldest first: of one newsletter or of all, one or all of them."""
    editions = newsroom.store.editions
    for key in [newsletter] if newsletter else editions.newsletters():
        for record in reversed(editions.records(key)):
            if record.status == "composed" and edition in (None, record.id):
                yield key, record.id
