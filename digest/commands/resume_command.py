"""`digest resume`: the end of a pause."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digest.commands.pause_command import chosen_targets
from digest.core.text import spoken
from digest.terminal import Terminal, complete_newsletter, now_or, options

if TYPE_CHECKING:
    from datetime import datetime

    from digest.app import Newsroom
    from digest.publishing import Target


@click.command(name="resume")
@click.argument("newsletter", required=False, shell_complete=complete_newsletter)
@click.option("--all", "every", is_flag=True, help="Every newsletter of the configuration.")
@click.option("--relay", help="Of this relay, by its name, in place of a newsletter: mail leaves by it again.")
@options(data=False)
def command(terminal: Terminal, *, newsletter: str | None, every: bool, relay: str | None) -> int:
    """End the pause of a newsletter: its next slot gets an edition again.

    Slots that passed stay skipped; what they would have covered goes to that edition, unless the newsletter's `window`
    is a fixed span. Mail of a newsletter that stopped itself, as too much of it was refused, goes out again. Resuming
    what is not paused changes nothing. Days without slots in config.yaml (`pauses`, `blackout`) are not touched.
    """
    from digest.app import Newsroom

    now = now_or(None)
    if relay is not None and (newsletter or every):
        raise click.UsageError("name a newsletter or give --relay, not both")
    with Newsroom.open(terminal.config, create=False) as newsroom:
        if relay is not None:
            _lift(terminal, newsroom, relay)
            return 0
        for target in chosen_targets(newsroom, newsletter, every=every):
            ended = newsroom.store.standings.resume(target.key, now)
            stopped = newsroom.store.ledger.stopped(target.key)
            newsroom.store.ledger.go_on(target.key)
            state = "goes on" if ended or stopped else "is not paused, nothing changed"
            terminal.say(f"{target.key}: {state}; {_next(target, now)}")
            if stopped:
                terminal.say(f"  its mail goes out again; it had stopped itself: {stopped}")
    return 0


def _lift(terminal: Terminal, newsroom: Newsroom, relay: str) -> None:
    from digest.core.errors import UsageError
    from digest.core.text import one_line

    pauses = {state.relay: state.pause for state in newsroom.store.relays.all() if state.pause is not None}
    named = {each.name for sink in newsroom.settings.smtp for each in sink.relays}
    if relay not in pauses and relay not in named:
        known = ", ".join(sorted(named | set(pauses))) or "none"
        raise UsageError(f"there is no relay '{one_line(relay)[:80]}'; there are: {known}", place=str(terminal.config))
    lifted = newsroom.store.relays.lift(relay)
    if lifted is None:
        terminal.say(f"{relay}: is not paused, nothing changed")
        return
    terminal.say(f"{relay}: mail leaves by it again; it was paused: {lifted.reason}")
    again = f"{terminal.program} deliver --at-once"
    terminal.say(f"  what was put off is tried again within a quarter of an hour, or now: {again}")


def _next(target: Target, now: datetime) -> str:
    slot = target.schedule.next(now)
    return "it has no slot to come" if slot is None else f"its next slot is {spoken(slot, target.newsletter.zone)}"
