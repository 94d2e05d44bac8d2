"""`digest status`: how daemons and newsletters stand, and what is wrong."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

import click

from digest.commands.pause_command import paused_text
from digest.commands.slot_json import instant_json
from digest.commands.standing import daemons_of, newsletters_of, wrong_in
from digest.core.text import counted, utc_text
from digest.terminal import Terminal, now_or, options, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.commands.standing import DaemonStanding, NewsletterStanding, Wrong


@click.command(name="status")
@options()
def command(terminal: Terminal) -> int:
    """Say how the daemons and each newsletter stand, and what is wrong.

    Changes nothing. Exits with 0 when nothing is wrong, 1 when something is, 2 when the configuration cannot be read.
    """
    from digest.app import Newsroom

    now = now_or(None)
    with Newsroom.open(terminal.config, create=False) as newsroom:
        daemons, newsletters = daemons_of(newsroom, now), newsletters_of(newsroom, now)
        wrong = list(wrong_in(newsroom, daemons, newsletters, terminal.program))
    if terminal.as_json:
        terminal.data(
            {
                "daemons": [_daemon_json(each) for each in daemons],
                "newsletters": [_newsletter_json(each) for each in newsletters],
                "wrong": [{"what": each.what, "place": each.place, "message": each.message} for each in wrong],
            }
        )
    else:
        _describe(terminal, daemons, newsletters, wrong)
    return 1 if wrong else 0


def _describe(
    terminal: Terminal,
    daemons: Sequence[DaemonStanding],
    newsletters: Sequence[NewsletterStanding],
    wrong: Sequence[Wrong],
) -> None:
    if not daemons:
        terminal.say("no daemon has worked here within the last week")
    for daemon in daemons:
        _describe_daemon(terminal, daemon)
    for newsletter in newsletters:
        terminal.say()
        _describe_newsletter(terminal, newsletter)
    terminal.say()
    for each in wrong:
        terminal.failed(f"{each.place}: {each.message}")
    terminal.say("nothing is wrong" if not wrong else f"{counted(len(wrong), 'thing')} wrong")


def _describe_daemon(terminal: Terminal, daemon: DaemonStanding) -> None:
    said = daemon.said
    terminal.say(f"daemon {said.holder}: {daemon.state}", bold=True)
    terminal.say(f"  digest {said.version} on {said.config}, since {spoken(said.started, UTC)}")
    terminal.say(f"  last tick {spoken(said.ticked, UTC)}, one every {said.tick:g} s")
    if said.address:
        terminal.say(f"  http://{said.address}/healthz and /metrics")
    if said.trouble:
        terminal.say(f"  trouble: {said.trouble}")


def _describe_newsletter(terminal: Terminal, standing: NewsletterStanding) -> None:
    newsletter, last = standing.target.newsletter, standing.last
    zone = newsletter.zone
    terminal.say(f"{newsletter.key}: {newsletter.title}", bold=True)
    if last is not None:
        reason = f": {last.reason}" if last.reason else ""
        terminal.say(f"  last     {spoken(last.slot, zone)}, {last.status} ({last.id}){reason}")
    else:
        terminal.say("  last     none")
    terminal.say(f"  next     {spoken(standing.next, zone) if standing.next is not None else 'none'}")
    if standing.pause is not None:
        terminal.say(f"  {paused_text(standing.pause, zone)}, since {spoken(standing.pause.start, zone)}")
    if standing.failure is not None:
        terminal.say(f"  failing  since {spoken(standing.failure.since, zone)}: {standing.failure.text}")
    if standing.overdue is not None:
        terminal.say(f"  overdue  {spoken(standing.overdue, zone)}")
    if standing.messages:
        terminal.say(f"  waiting  {counted(standing.messages, 'message')}")


def _daemon_json(daemon: DaemonStanding) -> dict[str, Any]:
    said = daemon.said
    return {
        "holder": said.holder,
        "version": said.version,
        "config": said.config,
        "state": daemon.state,
        "started": utc_text(said.started),
        "ticked": utc_text(said.ticked),
        "fresh": daemon.fresh,
        "trouble": said.trouble,
        "address": said.address,
    }


def _newsletter_json(standing: NewsletterStanding) -> dict[str, Any]:
    newsletter, last, pause, failure = standing.target.newsletter, standing.last, standing.pause, standing.failure
    zone = newsletter.zone
    return {
        "newsletter": newsletter.key,
        "title": newsletter.title,
        "last": last and {**instant_json(last.slot, zone), "edition": last.id, "status": last.status},
        "next": standing.next and instant_json(standing.next, zone),
        "paused": pause
        and {
            "start": utc_text(pause.start),
            "until": utc_text(pause.end) if pause.end is not None else None,
            "reason": pause.reason,
        },
        "failing": failure and {"since": utc_text(failure.since), "why": failure.text},
        "waiting": standing.messages,
        "overdue": standing.overdue and instant_json(standing.overdue, zone),
    }
