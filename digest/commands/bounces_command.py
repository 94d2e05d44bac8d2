"""`digest bounces`: what comes back."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from digest.core.text import spoken
from digest.terminal import CommandGroup, Terminal, complete_newsletter, now_or, options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.app import Newsroom
    from digest.bounces.ways import Box
    from digest.bouncing import Taken
    from digest.core.bounce import Report
    from digest.core.ledger import Bounced

TRY_AGAIN = 75
"""As `digest.bounces.piped.TRY_AGAIN`, for what fails before that can be imported."""


@click.group(name="bounces", cls=CommandGroup)
def command() -> None:
    """Take what comes back: bounces, complaints, unsubscriptions by mail."""


@command.command(name="take")
@click.option(
    "--recipient",
    envvar=["ORIGINAL_RECIPIENT", "RECIPIENT"],
    help="The envelope recipient; out of ORIGINAL_RECIPIENT or RECIPIENT, as Postfix sets them, when left out.",
)
@options()
def take(terminal: Terminal, *, recipient: str | None) -> int:
    """Take one message from standard input: for an alias or a pipe of a mail system.

    Exits with 0 once it is taken, whatever it was, or with 75: then the mail system keeps it and tries again.
    """
    # Every other code would have the mail system send a bounce about a bounce.
    try:
        return _piped(terminal, recipient)
    except Exception as error:  # noqa: BLE001 whatever it is, the message must not be lost for it
        terminal.failed(f"{error}" or type(error).__name__)
        return TRY_AGAIN


def _piped(terminal: Terminal, recipient: str | None) -> int:
    from digest.app import Newsroom
    from digest.bounces.piped import take_piped

    now = now_or(None)
    with Newsroom.open(terminal.config) as newsroom:

        def take_one(raw: bytes, to: str | None) -> None:
            _tell(terminal, newsroom.incoming.bouncing.take(raw, to, now))

        return take_piped(sys.stdin.buffer, recipient, take_one, terminal.failed)


@command.command(name="read")
@options()
def read(terminal: Terminal) -> int:
    """Read every mailbox that config.yaml names under `bounces` once, and say what each report did: for cron.

    What cannot be taken now stays where it is, and the next mailbox is read; the exit code is 1 then.
    """
    from digest.app import Newsroom
    from digest.core.errors import MailboxError, UsageError

    with Newsroom.open(terminal.config) as newsroom:
        boxes = newsroom.incoming.mailboxes
        if not boxes:
            raise UsageError(
                "names no mailbox under `bounces`; write bounces: [{type: maildir, path: mail/bounces}]",
                place=str(terminal.config),
            )
        failed = False
        for box in boxes:
            try:
                count = _read(terminal, newsroom, box)
            except MailboxError as error:
                failed = True
                terminal.failed(str(error))
            else:
                terminal.detail(f"{box.place}: {count} taken")
    return 1 if failed else 0


def _read(terminal: Terminal, newsroom: Newsroom, box: Box) -> int:
    from digest.bounces.incoming import drain
    from digest.bounces.ways import unread

    def take_one(raw: bytes, recipient: str | None) -> None:
        _tell(terminal, newsroom.incoming.bouncing.take(raw, recipient, now_or(None)))

    return drain(unread(box, os.environ, lambda problem: terminal.problems([problem])), take_one)


def _tell(terminal: Terminal, taken: Taken) -> None:
    """What became of a report: a line, or an object of JSON on a line."""
    terminal.data_line(
        {
            "kind": taken.kind,
            "address": taken.address,
            "newsletter": taken.newsletter,
            "edition": taken.edition,
            "effect": taken.decision.effect,
            "why": taken.decision.why,
            "stopped": taken.stopped,
        }
    )
    about = " ".join(filter(None, (taken.newsletter, taken.edition, taken.address)))
    terminal.say(f"{taken.kind}: {f'{about}: ' if about else ''}{taken.decision.effect}: {taken.decision.why}")
    if taken.stopped:
        key = taken.newsletter
        terminal.failed(f"{key}: {taken.stopped}; its mail is held until: {terminal.program} resume {key}")


@command.command(name="list")
@click.argument("newsletter", required=False, shell_complete=complete_newsletter)
@click.option("--count", type=click.IntRange(1), default=100, show_default=True, help="At most so many.")
@options()
def list_(terminal: Terminal, *, newsletter: str | None, count: int) -> int:
    """List what came back, the latest first."""
    from digest.app import Newsroom

    with Newsroom.open(terminal.config, create=False) as newsroom:
        zones = {key: each.newsletter.zone for key, each in newsroom.settings.newsletters.items()}
        first = next(iter(zones.values()))
        if newsletter:
            newsroom.newsletter(newsletter)  # says so where there is none
        kept = list(newsroom.store.bounces.kept(newsletter, count))
    if terminal.as_json:
        terminal.data([_kept_json(*each) for each in kept])
    else:
        rows = (
            (spoken(one.at, zones.get(one.newsletter, first)), one.kind, one.newsletter, one.edition, who, one.detail)
            for one, who in kept
        )
        terminal.table(("taken", "kind", "newsletter", "edition", "reader", "detail"), rows)
    return 0


def _kept_json(one: Bounced, address: str) -> dict[str, Any]:
    from digest.core.text import utc_text

    return {
        "at": utc_text(one.at),
        "kind": one.kind,
        "newsletter": one.newsletter,
        "edition": one.edition,
        "address": address,
        "detail": one.detail,
    }


@command.command(name="classify")
@click.argument("files", nargs=-1, required=True, type=click.Path())
@options()
def classify(terminal: Terminal, *, files: tuple[str, ...]) -> int:
    """Say what reports in files mean; changes nothing.

    FILE is a message, an mbox, or - for standard input. Of a mailbox with several messages, each is listed.
    """
    from digest.bounces.classify import classify as classify_message

    failed = False
    found: list[tuple[str, Report]] = []
    for name in files:
        try:
            found += [(place, classify_message(raw)) for place, raw in _messages(name)]
        except OSError as error:
            failed = True
            terminal.failed(f"{name}: cannot be read: {error.strerror or error}")
    if terminal.as_json:
        terminal.data([_report_json(place, report) for place, report in found])
    else:
        terminal.table(("file", "kind", "recipient", "status", "why"), (_row(*each) for each in found))
    return 1 if failed else 0


def _messages(name: str) -> Iterator[tuple[str, bytes]]:
    """The messages of a file, each with its place: the file, and its number where there are several."""
    from digest.bounces.files import split_mailbox

    raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    messages = [raw] if name.lower().endswith(".eml") else split_mailbox(raw)
    for number, message in enumerate(messages, start=1):
        yield (name if len(messages) == 1 else f"{name}:{number}"), message


def _report_json(place: str, report: Report) -> dict[str, Any]:
    return {
        "file": place,
        "kind": report.kind,
        "recipients": [
            {"address": each.address, "status": each.status, "action": each.action} for each in report.recipients
        ],
        "diagnostic": report.diagnostic,
    }


def _row(place: str, report: Report) -> tuple[str, ...]:
    addresses = ", ".join(each.address for each in report.recipients)
    statuses = ", ".join(dict.fromkeys(each.status for each in report.recipients if each.status))
    return (place, report.kind, addresses, statuses, report.why)
