"""`digest subscribers`: who subscribes to what, and who must not be written to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.commands.subscribers_files import export_command, import_command
from digest.commands.subscribers_views import list_command, show_command
from digest.core.text import counted
from digest.terminal import CommandGroup, Terminal, complete_newsletter, now_or, options, relative

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.app import Newsroom
    from digest.core.roster import Reason


@click.group(name="subscribers", cls=CommandGroup)
@click.option("--config", "-c", type=click.Path(), help="The newsroom's configuration.")
@click.pass_context
def command(ctx: click.Context, config: str | None) -> None:
    """Work with the roster: subscribers, subscriptions, suppressions."""
    ctx.obj = config or ctx.obj


@command.command(name="add")
@click.argument("address")
@click.option("--newsletter", required=True, shell_complete=complete_newsletter, help="To which newsletter.")
@click.option("--name", default="", help="The person's name.")
@click.option(
    "--source", default="", metavar="TEXT", help="How the person agreed: a form, a card; 'by hand' if not given."
)
@click.option("--pending", is_flag=True, help="The consent is still to be confirmed: nothing is sent until then.")
@click.option("--again", is_flag=True, help="The person had left and has asked to come back.")
@options(data=False)
def add_command(
    terminal: Terminal, *, address: str, newsletter: str, name: str, source: str, pending: bool, again: bool
) -> int:
    """Subscribe a person who has agreed to it; the instant is noted as that of the consent.

    With --pending, and where config.yaml has web.url, the person is sent a message with a link to confirm; again each
    time this is called, until it is confirmed.
    """
    from digest.app import Newsroom
    from digest.membership import add, address_of

    whole = address_of(address)
    with Newsroom.open(terminal.config) as newsroom:
        key = newsroom.newsletter(newsletter).key
        roster = newsroom.store.roster
        outcome = add(roster, key, address, now_or(None), name=name, source=source, pending=pending, again=again)
        said = {
            "added": "subscribes now" if not pending else "is noted, pending: nothing is sent until it is confirmed",
            "confirmed": "has confirmed: subscribes now",
            "returned": "is back",
        }.get(outcome.kind, "was there already; nothing changed")
        terminal.say(f"{whole}, {key}: {said}")
        if pending:
            _invite(terminal, newsroom, key, whole)
    return 0


def _invite(terminal: Terminal, newsroom: Newsroom, key: str, address: str) -> None:
    """Send a person whose consent is still to be confirmed the message that asks for it."""
    from digest.core.errors import OutputError

    if not newsroom.settings.site.readers_url:
        terminal.note(f"{terminal.config} has no web.url: no message asks for the confirmation")
        return
    roster = newsroom.store.roster
    ties = {each.newsletter: each.state for each in roster.person(address).subscriptions}
    number = roster.number(address)
    if number is not None and ties.get(key) == "pending":
        question = newsroom.messages.confirmation(newsroom.newsletter(key), number, now_or(None))
        try:
            place = newsroom.posting.post(question)
        except OutputError as error:
            again = "the address is noted, pending; run the command again to have it asked again"
            raise OutputError(f"{error.message}; {again}", place=error.place) from error
        terminal.say(f"{address}: is asked to confirm: {place}")


@command.command(name="remove")
@click.argument("address")
@click.option("--newsletter", shell_complete=complete_newsletter, help="From which newsletter.")
@click.option("--all", "every", is_flag=True, help="From every newsletter.")
@options(data=False)
def remove_command(terminal: Terminal, *, address: str, newsletter: str | None, every: bool) -> int:
    """End a person's subscription. It stays noted, so that no import brings the person back."""
    if every == bool(newsletter):
        raise click.UsageError(
            "give --newsletter KEY or --all, not both" if every else "give --newsletter KEY or --all"
        )
    from digest.app import Newsroom
    from digest.membership import address_of, remove

    whole = address_of(address)
    with Newsroom.open(terminal.config) as newsroom:
        key = newsroom.newsletter(newsletter).key if newsletter else None
        left = remove(newsroom.store.roster, address, key, now_or(None))
    if left:
        terminal.say(f"{whole}: unsubscribed from {', '.join(left)}")
    else:
        terminal.say(f"{whole}: does not subscribe to {key or 'anything'}; nothing changed")
    return 0


@command.command(name="suppress")
@click.argument("address")
@click.option(
    "--reason",
    type=click.Choice(["bounce", "complaint", "by hand"]),
    default="by hand",
    show_default=True,
    help="Why nothing may be sent there.",
)
@click.option("--detail", default="", metavar="TEXT", help="More about it, for people: a server's reply, say.")
@click.option("--lift", "lifting", is_flag=True, help="End the suppression instead.")
@options(data=False)
def suppress_command(terminal: Terminal, *, address: str, reason: Reason, detail: str, lifting: bool) -> int:
    """Send nothing to an address any more, whatever it subscribes to, until --lift."""
    from digest.app import Newsroom
    from digest.membership import address_of, lift, suppress

    whole = address_of(address)
    with Newsroom.open(terminal.config) as newsroom:
        roster = newsroom.store.roster
        if lifting:
            lifted = lift(roster, address)
            terminal.say(f"{whole}: not suppressed any more; it was, since {lifted.since:%Y-%m-%d} ({lifted.reason})")
        elif suppress(roster, address, reason, detail, now_or(None)):
            terminal.say(f"{whole}: suppressed ({reason}); nothing is sent there")
        else:
            terminal.say(f"{whole}: was suppressed already; nothing changed")
    return 0


@command.command(name="forget")
@click.argument("address")
@options(data=False)
def forget_command(terminal: Terminal, *, address: str) -> int:
    """Erase a person: subscriptions, name, consent, and the address in every delivery.

    A keyed hash of the address stays among the suppressions, so that no import brings it back. Messages in folders of
    .eml files are removed; what lies in mailboxes is named.
    """
    from digest.app import Newsroom
    from digest.membership import address_of, forget

    whole = address_of(address)
    with Newsroom.open(terminal.config) as newsroom:
        gone = forget(newsroom.store.roster, address, now_or(None))
        removed, left = _remove_messages(newsroom, gone.places)
        fixed = [
            key for key, each in newsroom.settings.newsletters.items() if _names(each.newsletter.recipients, whole)
        ]
    known = "erased" if gone.known or gone.deliveries else "was not known; noted, so that no import takes it in"
    terminal.say(f"{whole}: {known}; {gone.deliveries} of its deliveries made nameless")
    if removed:
        terminal.say(f"  {counted(removed, 'message')} in .eml folders removed")
    for place in left:
        terminal.note(f"{relative(place)} may still hold a message to that address: remove it there")
    for key in fixed:
        terminal.note(f"{terminal.config} still names the address: newsletters.{key}.recipients; remove it there")
    return 0


def _remove_messages(newsroom: Newsroom, places: Sequence[str]) -> tuple[int, list[str]]:
    """Remove messages from the .eml folders, which are copies of the store; how many, and where else they may lie."""
    folders = [sink.path for sink in newsroom.settings.sinks if sink.format == "eml"]
    removed, left = 0, []
    for place in dict.fromkeys(places):
        path = Path(place)
        if path.suffix == ".eml" and path.parent in folders:
            try:
                path.unlink(missing_ok=True)
            except OSError:  # said below, with the place
                left.append(place)
            else:
                removed += 1
        else:
            left.append(place)
    return removed, left


def _names(recipients: Sequence[str], address: str) -> bool:
    from digest.core.address import address_key

    return address_key(address) in map(address_key, recipients)


for _each in (list_command, show_command, import_command, export_command):
    command.add_command(_each)
