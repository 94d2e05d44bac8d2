"""`digest subscribers list` and `show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import click

from digest.core.errors import UsageError
from digest.core.roster import State
from digest.core.text import counted, utc_text
from digest.terminal import Terminal, complete_newsletter, options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.core.history import Delivered
    from digest.core.ledger import Bounced
    from digest.core.roster import Member, Person, Roster, Subscription, Suppression

LATEST = 10
"""So many deliveries and bounces of a person are shown."""

STATES = click.Choice(list(get_args(State)))


@click.command(name="list")
@click.option("--newsletter", shell_complete=complete_newsletter, help="Only subscriptions to this newsletter.")
@click.option("--state", type=STATES, help="Only subscriptions in this state.")
@click.option("--suppressed", is_flag=True, help="List suppressed addresses instead, whatever they subscribe to.")
@options()
def list_command(terminal: Terminal, *, newsletter: str | None, state: State | None, suppressed: bool) -> int:
    """List subscriptions, in the order the subscribers came; or suppressions, oldest first."""
    if suppressed and (newsletter or state):
        raise click.UsageError("--suppressed is for all newsletters and states: give neither --newsletter nor --state")
    from digest.app import Newsroom

    with Newsroom.open(terminal.config, create=False) as newsroom:
        if suppressed:
            _list_suppressed(terminal, newsroom.store.roster)
            return 0
        key = newsroom.newsletter(newsletter).key if newsletter else None
        members = newsroom.store.roster.members(key, state)
        if terminal.as_json:
            terminal.data([_member_json(each) for each in members])
        else:
            terminal.table(("address", "newsletter", "state", "since", "suppressed", "name"), map(_row, members))
    return 0


@click.command(name="show")
@click.argument("address")
@options()
def show_command(terminal: Terminal, *, address: str) -> int:
    """Show all that is kept of an address: what a person who asks has a right to see, and what became of its mail."""
    from digest.app import Newsroom
    from digest.membership import address_of

    whole = address_of(address)
    with Newsroom.open(terminal.config, create=False) as newsroom:
        person = newsroom.store.roster.person(whole)
        history = newsroom.store.history
        number = newsroom.store.roster.number(whole) if person.subscriber else None
        deliveries = history.deliveries(number, LATEST) if number is not None else []
        bounces = history.bounces(number, LATEST) if number is not None else []
    if person.subscriber is None and person.suppression is None:
        raise UsageError("is not in the roster", place=whole)
    if terminal.as_json:
        terminal.data(
            {
                **_person_json(whole, person),
                "deliveries": [_delivery_json(each) for each in deliveries],
                "bounces": [_bounce_json(each) for each in bounces],
            }
        )
    else:
        _describe(terminal, whole, person)
        _describe_history(terminal, deliveries, bounces)
    return 0


def _list_suppressed(terminal: Terminal, roster: Roster) -> None:
    found = roster.suppressed()
    if terminal.as_json:
        terminal.data([{"address": address, **_veto_json(veto)} for address, veto in found])
    else:
        rows = ((address, veto.reason, f"{veto.since:%Y-%m-%d}", veto.detail) for address, veto in found)
        terminal.table(("address", "reason", "since", "detail"), rows)
    if count := roster.forgotten():
        terminal.note(f"and {counted(count, 'address')} of people who were forgotten: nobody knows them any more")


def _row(member: Member) -> tuple[str, ...]:
    tie = member.subscription
    since = f"{tie.changed_at:%Y-%m-%d}"
    return (
        member.subscriber.address,
        tie.newsletter,
        tie.state,
        since,
        member.suppressed or "",
        member.subscriber.name,
    )


def _member_json(member: Member) -> dict[str, Any]:
    return {
        "address": member.subscriber.address,
        "name": member.subscriber.name,
        **_tie_json(member.subscription),
        "suppressed": member.suppressed,
    }


def _tie_json(tie: Subscription) -> dict[str, Any]:
    return {
        "newsletter": tie.newsletter,
        "state": tie.state,
        "changed_at": utc_text(tie.changed_at),
        "consent_at": utc_text(tie.consent_at) if tie.consent_at else None,
        "source": tie.source,
        "proof": tie.proof,
    }


def _person_json(address: str, person: Person) -> dict[str, Any]:
    known, veto = person.subscriber, person.suppression
    return {
        "address": known.address if known else address,
        "name": known.name if known else "",
        "since": utc_text(known.since) if known else None,
        "subscriptions": [_tie_json(each) for each in person.subscriptions],
        "suppressed": _veto_json(veto) if veto else None,
    }


def _veto_json(veto: Suppression) -> dict[str, Any]:
    return {"reason": veto.reason, "since": utc_text(veto.since), "detail": veto.detail}


def _delivery_json(each: Delivered) -> dict[str, Any]:
    return {
        "newsletter": each.newsletter,
        "edition": each.edition,
        "sink": each.sink,
        "state": each.state,
        "attempts": each.attempts,
        "reply": each.reply,
        "settled_at": utc_text(each.settled_at) if each.settled_at else None,
    }


def _bounce_json(each: Bounced) -> dict[str, Any]:
    where = {"newsletter": each.newsletter, "edition": each.edition}
    return {**where, "kind": each.kind, "detail": each.detail, "at": utc_text(each.at)}


def _describe(terminal: Terminal, address: str, person: Person) -> None:
    known, veto = person.subscriber, person.suppression
    terminal.say(f"{known.address} {known.name}".strip() if known else address, bold=True)
    if known:
        terminal.say(f"  in the roster since {utc_text(known.since)}")
    for tie in person.subscriptions:
        terminal.say(f"  {tie.newsletter}: {tie.state} since {utc_text(tie.changed_at)}")
        agreed = utc_text(tie.consent_at) if tie.consent_at else "at a time nobody knows"
        terminal.say(f"    agreed {agreed}, {tie.source or 'source unknown'}" + (f"; {tie.proof}" if tie.proof else ""))
    if veto:
        detail = f": {veto.detail}" if veto.detail else ""
        terminal.say(f"  suppressed since {utc_text(veto.since)} ({veto.reason}){detail}; nothing is sent there")


def _describe_history(terminal: Terminal, deliveries: Sequence[Delivered], bounces: Sequence[Bounced]) -> None:
    for each in deliveries:
        when = f" {utc_text(each.settled_at)}" if each.settled_at else ""
        said = f": {each.reply}" if each.reply else ""
        terminal.say(f"  {each.newsletter} {each.edition} by {each.sink}: {each.state}{when}{said}")
    for back in bounces:
        said = f": {back.detail}" if back.detail else ""
        terminal.say(f"  {back.newsletter} {back.edition}: {back.kind} bounce {utc_text(back.at)}{said}")
