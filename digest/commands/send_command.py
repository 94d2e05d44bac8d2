"""`digest send`: an edition to one address, as a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digest.terminal import Terminal, complete_newsletter, now_or, options

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from digest.app import Newsroom
    from digest.core.edition import EditionRecord
    from digest.core.envelope import Envelope
    from digest.core.ports import Sink


@click.command(name="send")
@click.argument("newsletter", shell_complete=complete_newsletter)
@click.option("--to", "address", metavar="ADDRESS", required=True, help="Whom it goes to.")
@click.option("--edition", metavar="ID", help="Which edition; the newest when left out.")
@click.option("--sink", "sink_name", metavar="NAME", help="Through which sink; the first when left out.")
@options()
def command(terminal: Terminal, *, newsletter: str, address: str, edition: str | None, sink_name: str | None) -> int:
    """Send an edition to one address, as a test: its subject says so, and the ledger does not know of it.

    The message is as readers get it, signed, below a banner that says what it is, with links to unsubscribe that
    change nothing.
    """
    from digest.app import Newsroom
    from digest.core.replies import judge
    from digest.trial import Single

    now = now_or(None)
    with Newsroom.open(terminal.config, create=False) as newsroom:
        target = newsroom.target(newsletter)
        sink = _sink(terminal, target.sinks, sink_name)
        record = _edition(newsroom, newsletter, edition)
        queue = Single(envelope(newsroom, record, address, now))
        sink.deliver(queue, lambda: False)
    failed = False
    for each in queue.attempts:
        said = {"edition": record.id, "to": queue.envelope.recipient, "sink": sink.name, "place": each.place}
        terminal.data_line(said)
        said_so = str(each.reply or each.trouble)
        taken = judge(each).state == "accepted"
        if taken:
            terminal.say(f"{record.id} went to {queue.envelope.recipient} as a test: {each.place} {said_so}".rstrip())
        else:
            terminal.failed(f"{queue.envelope.recipient}: {each.place}: {said_so}")
        failed = failed or not taken
    if not queue.attempts:
        why = f": {queue.trouble}" if queue.trouble else "; what is said above says why"
        terminal.failed(f"{sink.name} did not take it{why}")
    return 1 if failed or not queue.attempts else 0


def envelope(newsroom: Newsroom, record: EditionRecord, address: str, now: datetime) -> Envelope:
    """The test message of an edition.

    Raises:
        UsageError: The address is no mailbox.
        TemplateError: The template of the banner is wrong.
    """
    from digest.core.errors import UsageError
    from digest.core.reader import Reader
    from digest.core.text import one_line
    from digest.delivery.envelope import mailbox
    from digest.trial import as_trial, bannered

    try:
        reader = mailbox(address)
    except ValueError as error:
        raise UsageError(f"'{one_line(address)[:80]}' {error}", place="--to") from error
    newsletter = newsroom.newsletter(record.newsletter)
    html, text = (
        newsroom.templates.render(name, {}, language=newsletter.language, template=newsletter.template)
        for name in ("email-test.html", "text-test.txt")
    )
    files = bannered(newsroom.store.editions.files(record.newsletter, record.id), html=html, text=text)
    # A mail program that has seen a Message-ID does not show the next message that has it.
    mailing = newsroom.messages.mailing(as_trial(record, now), files, newsletter, variant=f"test {now.isoformat()}")
    return mailing.envelope(Reader(0, 0, reader.addr_spec, reader.display_name))


def _edition(newsroom: Newsroom, newsletter: str, edition: str | None) -> EditionRecord:
    from digest.core.errors import UsageError
    from digest.core.text import one_line

    editions = newsroom.store.editions
    if edition is not None:
        found = editions.find(newsletter, edition)
        if found is None or found.status != "composed":
            raise UsageError(f"there is no edition '{one_line(edition)}'; digest editions {newsletter} lists them")
        return found
    composed = (each for each in editions.records(newsletter) if each.status == "composed")
    newest = next(composed, None)
    if newest is None:
        raise UsageError(
            f"{newsletter} has no edition yet; make one while nobody but you is to get it: digest run {newsletter}"
        )
    return newest


def _sink(terminal: Terminal, sinks: Sequence[Sink], name: str | None) -> Sink:
    from digest.core.errors import UsageError

    for sink in sinks:
        if name in (None, sink.name):
            return sink
    there = ", ".join(sink.name for sink in sinks)
    hint = f"there is {there}" if there else "name one under 'sinks'"
    raise UsageError(
        f"no sink '{name}' takes messages; {hint}" if name else f"no sink; {hint}", place=str(terminal.config)
    )
