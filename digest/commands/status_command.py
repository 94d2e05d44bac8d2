"""`digest status`: how daemons and newsletters stand, and what is wrong."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from digest.commands.pause_command import paused_text
from digest.commands.slot_json import instant_json
from digest.core.text import counted, spoken, utc_text
from digest.standing import RECENT, daemons_of, newsletters_of, wrong_in, zone_of
from digest.terminal import Terminal, now_or, options

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime, tzinfo

    from digest.core.modeluse import Used
    from digest.standing import DaemonStanding, NewsletterStanding, Wrong

_UNITS = ((86_400, "days"), (3600, "h"), (60, "min"), (1, "s"))  # in seconds


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
        _describe_daemons(terminal, daemons, zone_of(newsletters), now)
        _describe(terminal, newsletters, wrong)
    return 1 if wrong else 0


def _describe(terminal: Terminal, newsletters: Sequence[NewsletterStanding], wrong: Sequence[Wrong]) -> None:
    for newsletter in newsletters:
        terminal.say()
        _describe_newsletter(terminal, newsletter)
    terminal.say()
    for each in wrong:
        terminal.failed(f"{each.place}: {each.message}")
    terminal.say("nothing is wrong" if not wrong else f"{counted(len(wrong), 'thing')} wrong")


def _describe_daemons(terminal: Terminal, daemons: Sequence[DaemonStanding], zone: tzinfo, now: datetime) -> None:
    """Those that run or are in trouble, in the order they were started; of the others only how many there were."""
    shown = sorted((each for each in daemons if each.notable), key=lambda each: each.said.started)
    for daemon in shown:
        _describe_daemon(terminal, daemon, zone, now)
    earlier = len(daemons) - len(shown)
    if not daemons:
        terminal.say("no daemon has worked here within the last week")
    elif earlier:
        told = f"{counted(earlier, 'earlier one')} within the last week (--json names all)"
        terminal.say(f"and {told}" if shown else f"no daemon runs; {told}")


def _describe_daemon(terminal: Terminal, daemon: DaemonStanding, zone: tzinfo, now: datetime) -> None:
    said = daemon.said
    started, ticked = (f"{spoken(each, zone)} ({_ago(now - each)})" for each in (said.started, said.ticked))
    terminal.say(f"daemon {said.holder}: {daemon.state}", bold=True)
    terminal.say(f"  digest {said.version} on {said.config}, since {started}")
    terminal.say(f"  last tick {ticked}, one every {said.tick:g} s")
    if said.address:
        terminal.say(f"  http://{said.address}/healthz and /metrics")
    if said.trouble:
        terminal.say(f"  trouble: {said.trouble}")


def _ago(span: timedelta) -> str:
    """`5 s ago`, `3 min ago`, `2 h ago`, `4 days ago`; `in 3 min` of what a clock that was ahead has said."""
    seconds = abs(int(span.total_seconds()))
    # Only from two on: "90 s" and "36 h" say more than "1 min" and "1 day".
    size, unit = next((each for each in _UNITS if seconds >= 2 * each[0]), _UNITS[-1])
    return f"{seconds // size} {unit} ago" if span >= timedelta(0) else f"in {seconds // size} {unit}"


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
    if standing.stopped:
        terminal.say(f"  stopped  {standing.stopped}")
    if standing.used is not None:
        for number, line in enumerate(_told_of_model(standing.used)):
            terminal.say(f"  {'' if number else 'model':<8} {line}")


def _told_of_model(used: Used) -> list[str]:
    spent, outcome = used.spent, used.outcome
    money = f", {used.money:.4f} by 'price'" if used.money else ""
    sent = counted(spent.sent, "token")
    refused = ", ".join(f"{count} {why}" for why, count in outcome.refused.items())
    summaries = f"summaries: {outcome.written} written, {sum(outcome.refused.values())} not"
    kept = f"; {counted(outcome.kept, 'answer')} used again" if outcome.kept else ""
    return [
        f"{counted(spent.calls, 'call')} within {RECENT.days} days: {sent} sent, {spent.received} received{money}",
        f"{summaries}{f' ({refused})' if refused else ''}{kept}",
    ]


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


def _model_json(days: Mapping[date, Used]) -> list[dict[str, Any]]:
    """What a model was used for, by the day."""
    return [
        {"day": day.isoformat(), **asdict(used.spent), "money": round(used.money, 6), **asdict(used.outcome)}
        for day, used in days.items()
    ]


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
        "stopped": standing.stopped,
        "held": [{"edition": edition, "why": why} for edition, why in standing.held],
        "uncertain": standing.uncertain,
        "overdue": standing.overdue and instant_json(standing.overdue, zone),
        **({"model": _model_json(standing.model)} if standing.model is not None else {}),
    }
