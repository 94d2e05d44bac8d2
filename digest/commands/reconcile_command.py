"""`digest reconcile`: settle deliveries of which nobody knows whether they arrived."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from digest.core.text import utc_text
from digest.terminal import Terminal, complete_newsletter, now_or, options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.app import Newsroom
    from digest.core.outbox import Dispatch, Uncertain
    from digest.core.ports import Mailing
    from digest.reconciling import Choice, Reconciled


@click.command(name="reconcile")
@click.argument("logs", nargs=-1, type=click.Path())
@click.option("--newsletter", shell_complete=complete_newsletter, help="Of this newsletter alone.")
@click.option("--edition", help="Of this edition alone, by its id.")
@click.option("--zone", default="UTC", show_default=True, help="The logs' time zone, where their stamps name none.")
@click.option(
    "--choice",
    type=click.Choice(["hold", "resend", "accept"]),
    default="hold",
    show_default=True,
    help="For what no log settles: leave it, send it again, or take it to have arrived.",
)
@click.option("--restored", is_flag=True, help="An old backup of the store was put back: go on with it.")
@click.option("--dry-run", is_flag=True, help="Only show what would be settled; change nothing.")
@options()
def command(
    terminal: Terminal,
    *,
    logs: tuple[str, ...],
    newsletter: str | None,
    edition: str | None,
    zone: str,
    choice: Choice,
    restored: bool,
    dry_run: bool,
) -> int:
    """Settle uncertain deliveries by the LOGS of the relay (Postfix or Exim, plain or .gz), or by choice.

    A message whose Message-ID the relay took from us was delivered to it, whatever came of it later; one that a log
    covering the time does not have was not, and waits again. Exit code 1 while some are left.

    With --restored everything that waits in an old copy of the store becomes uncertain, as it may have gone out after
    the copy was made, and slots up to the last mail sent get no edition by themselves.
    """
    from digest.app import Newsroom
    from digest.reconciling import apply, by_choice, by_logs

    now = now_or(None)
    parsed = _zone(zone)
    with Newsroom.open(terminal.config, create=False) as newsroom:
        newsroom.posting.unguarded_outbox.recover(newsroom.posting.sinks)
        if restored:
            _go_on(terminal, newsroom, dry_run=dry_run)
        asked = _asked(newsroom, newsletter, edition)
        found = by_choice(asked, "hold")
        if logs and asked:
            from digest.delivery.relaylogs.reading import RelayLogs

            wanted = {message_id for _, _, message_id in asked if message_id}
            reading = RelayLogs([Path(each) for each in logs], now=now, zone=parsed, wanted=wanted)
            found = by_logs(asked, reading, reading.report)
            terminal.problems(reading.report().problems)
        if choice != "hold":
            open_ = {each.delivery.delivery for each in found if each.state == "uncertain"}
            chosen = by_choice([each for each in asked if each[0].delivery in open_], choice)
            found = [each for each in found if each.state != "uncertain"] + chosen
        if not dry_run:
            apply(newsroom.store.ledger, found, now)
    return _report(terminal, found, dry_run=dry_run)


def _go_on(terminal: Terminal, newsroom: Newsroom, *, dry_run: bool) -> None:
    """Take an old copy of the store for what it is, and go on from the last mail that was sent."""
    known = newsroom.posting.witness.mark()
    store, step, _ = newsroom.store.ledger.mark()
    if known is None or known.store != store or known.step <= step:
        terminal.say("the store is not older than what was sent from here; nothing to go on from")
        return
    if dry_run:
        terminal.say(f"the store is older than the last mail, sent {utc_text(known.at)}; what waits would be uncertain")
        return
    count = newsroom.store.ledger.restored(known.step, known.dispatch, known.at)
    for key in newsroom.settings.newsletters:
        target = newsroom.target(key)
        newsroom.store.standings.meet(key, target.timetable, known.at)
    terminal.say(f"goes on from {utc_text(known.at)}: {count} deliveries that waited are uncertain now")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise click.BadParameter(f"'{name}' is no time zone; write Europe/Berlin", param_hint="--zone") from error


def _asked(
    newsroom: Newsroom, newsletter: str | None, edition: str | None
) -> Sequence[tuple[Uncertain, Dispatch, str]]:
    from digest.reconciling import identify

    ledger, editions = newsroom.store.ledger, newsroom.store.editions

    def mailing(dispatch: Dispatch) -> Mailing | None:
        known = newsroom.settings.newsletters.get(dispatch.newsletter)
        record = editions.find(dispatch.newsletter, dispatch.edition)
        if known is None or record is None:
            return None
        return newsroom.messages.mailing(record, editions.files(record.newsletter, record.id), known.newsletter)

    return list(identify(ledger.uncertain(newsletter, edition), ledger.dispatch, mailing))


def _report(terminal: Terminal, found: Sequence[Reconciled], *, dry_run: bool) -> int:
    counts = Counter(each.state for each in found)
    for each in found:
        terminal.data_line(
            {
                "newsletter": each.dispatch.newsletter,
                "edition": each.dispatch.edition,
                "sink": each.dispatch.sink,
                "address": each.delivery.address,
                "message_id": each.message_id,
                "since": utc_text(each.delivery.since),
                "state": each.state,
                "why": each.why,
            }
        )
        which = f"{each.dispatch.newsletter} {each.dispatch.edition}"
        terminal.say(f"{which}: {each.delivery.address or 'somebody who was forgotten'}: {each.state}; {each.why}")
    if not found:
        terminal.say("nothing is uncertain")
        return 0
    would = "would be settled" if dry_run else "settled"
    settled = sum(count for state, count in counts.items() if state != "uncertain")
    terminal.say(f"{settled} {would}, {counts['uncertain']} still uncertain")
    if counts["waiting"] and not dry_run:
        terminal.say(f"send those that wait again: {terminal.program} deliver")
    if counts["uncertain"] and not dry_run:
        say = "--choice resend sends what is left again, and it may arrive twice; --choice accept lets it be"
        terminal.say(f"give another log of the relay, or settle it by choice: {say}")
    return 1 if counts["uncertain"] else 0
