"""`digest deliver`: hand over what waits."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from digest.commands.delivery_views import in_words, tell_of_pauses, watched, way_out
from digest.commands.edition_json import deliveries_json
from digest.core.errors import UsageError
from digest.core.text import one_line, spoken, utc_text
from digest.terminal import Terminal, complete_newsletter, now_or, options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from digest.app import Newsroom
    from digest.core.outbox import Dispatch
    from digest.outbox import Delivered


@click.command(name="deliver")
@click.argument("newsletter", required=False, shell_complete=complete_newsletter)
@click.option("--edition", help="Of this edition alone, by its id.")
@click.option("--at-once", is_flag=True, help="Try again now what was put off until later.")
@click.option("--late", is_flag=True, help="Also what was to go out long ago: after an outage, or out of a backup.")
@options()
def command(terminal: Terminal, *, newsletter: str | None, edition: str | None, at_once: bool, late: bool) -> int:
    """Deliver what waits: after an interruption, or what a server put off.

    What was on its way when a sender died is uncertain and is not sent again by itself: digest reconcile settles it.
    Stopped with Ctrl-C or SIGTERM it finishes what is on the wire; the rest waits. Exit code 1 when something is held
    back, no relay can be reached or all are paused, or nobody knows whether it arrived.
    """
    from digest.app import Newsroom

    now = now_or(None)
    with Newsroom.open(terminal.config, create=False) as newsroom, _stoppable() as stopped:
        if newsletter:
            newsroom.newsletter(newsletter)  # says so where there is none
        ledger, editions = newsroom.store.ledger, newsroom.store.editions
        keys = [newsletter] if newsletter else editions.newsletters()
        if edition and not any(editions.find(key, edition) for key in keys):
            raise UsageError(f"there is no edition '{one_line(edition)}'; digest editions lists them")
        with watched(terminal, newsroom) as watch:
            recovered = newsroom.posting.outbox.recover(newsroom.posting.sinks)
            if at_once:
                for each in _chosen(newsroom, newsletter, edition):
                    ledger.release(each.id, now)
            done = newsroom.posting.outbox.deliver(
                newsroom.posting.sinks,
                now,
                newsletter=newsletter,
                edition=edition,
                late=late,
                watch=replace(watch, stop=stopped),
            )
        if recovered.waiting or recovered.uncertain:
            terminal.note(
                f"taken over from a sender that died: {recovered.waiting} wait again, {recovered.uncertain} uncertain"
            )
        failed = [_report(terminal, newsroom, each) for each in done]
        chosen = _chosen(newsroom, newsletter, edition)
        failed.append(tell_of_pauses(terminal, newsroom, chosen))
        left = _left(terminal, newsroom, chosen, now)
        if not done and not left:
            terminal.say("nothing waits")
    return 1 if any(failed) else 0


def _chosen(newsroom: Newsroom, newsletter: str | None, edition: str | None) -> list[Dispatch]:
    return [each for each in newsroom.store.ledger.open(newsletter) if edition in (None, each.edition)]


def _report(terminal: Terminal, newsroom: Newsroom, done: Delivered) -> bool:
    dispatch = done.dispatch
    counts = newsroom.store.ledger.counts(dispatch.newsletter, dispatch.edition)
    where = dispatch.newsletter, dispatch.edition
    which = f"{dispatch.newsletter} {dispatch.edition}, {dispatch.sink}"
    terminal.data_line(
        {
            "newsletter": dispatch.newsletter,
            "edition": dispatch.edition,
            "sink": dispatch.sink,
            "done": dict(done.states),
            "held": done.held,
            "deliveries": deliveries_json(counts),
        }
    )
    if done.held:
        terminal.failed(f"{which}: {done.held}; nothing more goes out: {way_out(terminal, *where, done.held)}")
    if done.waits:
        again = f"once that is mended: {terminal.program} deliver {dispatch.newsletter}"
        terminal.failed(f"{which}: messages wait: {done.waits}; {again}")
    # What goes back comes again: it would count as often as it was tried.
    dealt = sum(count for state, count in done.states.items() if state != "waiting")
    terminal.say(f"{which}: {dealt} dealt with; of the edition {in_words(counts)}")
    # Counted as uncertain is also what another sender has on the wire at this moment.
    doubts = min(counts.uncertain, newsroom.store.ledger.doubts(dispatch.newsletter))
    if doubts:
        terminal.note(f"{which}: nobody knows whether {doubts} arrived: {terminal.program} reconcile")
    return bool(done.held or done.waits or doubts)


def _left(terminal: Terminal, newsroom: Newsroom, chosen: list[Dispatch], now: datetime) -> bool:
    """Say what still waits, and for what."""
    known = {sink.name for sink in newsroom.posting.sinks}
    for each in chosen:
        which, left = f"{each.newsletter} {each.edition}", newsroom.store.ledger.left(each.id)
        if each.sink not in known:
            terminal.note(f"{which}: {left} wait for the sink '{each.sink}', which {terminal.config} lacks")
        elif each.next_at is not None and each.next_at > now:
            target = newsroom.settings.newsletters.get(each.newsletter)
            again = spoken(each.next_at, target.newsletter.zone) if target is not None else utc_text(each.next_at)
            terminal.say(f"{which}: {left} put off, tried again from {again} on")
    return bool(chosen)


@contextmanager
def _stoppable() -> Iterator[Callable[[], bool]]:
    """Says whether Ctrl-C or SIGTERM came; a second one ends the process as usual."""
    asked: list[int] = []

    def ask(number: int, _frame: object) -> None:
        asked.append(number)
        for each, handler in before.items():
            signal.signal(each, handler)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
