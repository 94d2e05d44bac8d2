"""What commands say of deliveries: progress on a terminal, counts in words."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from digest.app import Newsroom
    from digest.core.edition import DeliveryCounts
    from digest.core.outbox import Dispatch
    from digest.line import Watch
    from digest.terminal import Terminal

EVERY = 0.2
"""Seconds between two updates of what a terminal shows."""


def in_words(counts: DeliveryCounts) -> str:
    """`12 planned: 10 accepted, 1 refused, 1 waiting`; states without deliveries are left out."""
    states = ("accepted", "deferred", "refused", "excluded", "uncertain", "waiting")
    said = [f"{getattr(counts, state)} {state}" for state in states if getattr(counts, state)]
    return f"{counts.planned} planned" + (f": {', '.join(said)}" if said else "")


def way_out(terminal: Terminal, newsletter: str, edition: str, held: str) -> str:
    """What to type so that mail that is held goes out."""
    if held.startswith("was to go out"):
        return f"{terminal.program} deliver {newsletter} --edition {edition} --late sends it all the same"
    return f"{terminal.program} resume {newsletter} once that is mended"


def tell_of_pauses(terminal: Terminal, newsroom: Newsroom, dispatches: Iterable[Dispatch]) -> bool:
    """Name the relays that are paused where no other can take what is left; True when there are any.

    A sink whose relays are all paused takes nothing and says nothing, and nothing but `resume` lets it go on.
    """
    pauses = {state.relay: state.pause.reason for state in newsroom.store.relays.all() if state.pause is not None}
    waiting = {each.sink for each in dispatches}
    stuck = [
        relay.name
        for sink in newsroom.settings.smtp
        if sink.name in waiting and all(relay.name in pauses for relay in sink.relays)
        for relay in sink.relays
    ]
    for name in stuck:
        way = f"once that is mended: {terminal.program} resume --relay {name}, then {terminal.program} deliver"
        terminal.failed(f"{name} is paused, nothing leaves by it: {pauses[name]}; {way}")
    return bool(stuck)


@contextmanager
def watched(terminal: Terminal, newsroom: Newsroom) -> Iterator[Watch]:
    """Show, on a terminal, how far each dispatch has come, how fast, and how long it will take."""
    from digest.line import UNWATCHED, Watch

    if terminal.quiet or not sys.stderr.isatty():
        yield UNWATCHED
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    shown: dict[int, Any] = {}
    last = 0.0
    began: dict[int, float] = {}

    def tell(dispatch: Dispatch, states: Mapping[str, int]) -> None:
        nonlocal last
        now = time.monotonic()
        if dispatch.id not in shown:
            began[dispatch.id] = now
            left = newsroom.store.ledger.left(dispatch.id) + sum(states.values())
            label = f"{dispatch.newsletter} {dispatch.edition}, {dispatch.sink}"
            shown[dispatch.id] = bars.add_task(label, total=left, rate="")
        if now - last < EVERY:
            return
        last, done = now, sum(states.values())
        rate = f"{done / max(now - began[dispatch.id], 0.001):,.0f}/s"
        bars.update(shown[dispatch.id], completed=done, rate=rate)

    with bars:
        yield Watch(tell=tell)
