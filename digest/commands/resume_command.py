"""`digest resume`: the end of a pause."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digest.commands.pause_command import chosen_targets
from digest.terminal import Terminal, complete_newsletter, now_or, options, spoken

if TYPE_CHECKING:
    from datetime import datetime

    from digest.publishing import Target


@click.command(name="resume")
@click.argument("newsletter", required=False, shell_complete=complete_newsletter)
@click.option("--all", "every", is_flag=True, help="Every newsletter of the configuration.")
@options(data=False)
def command(terminal: Terminal, *, newsletter: str | None, every: bool) -> int:
    """End the pause of a newsletter: its next slot gets an edition again.

    Slots that passed stay skipped; what they would have covered goes to that edition, unless the newsletter's `window`
    is a fixed span. Resuming what is not paused changes nothing. Days without slots in config.yaml (`pauses`,
    `blackout`) are not touched.
    """
    from digest.app import Newsroom

    now = now_or(None)
    with Newsroom.open(terminal.config, create=False) as newsroom:
        for target in chosen_targets(newsroom, newsletter, every=every):
            ended = newsroom.store.standings.resume(target.key, now)
            state = "goes on" if ended else "is not paused, nothing changed"
            terminal.say(f"{target.key}: {state}; {_next(target, now)}")
    return 0


def _next(target: Target, now: datetime) -> str:
    slot = target.schedule.next(now)
    return "it has no slot to come" if slot is None else f"its next slot is {spoken(slot, target.newsletter.zone)}"
