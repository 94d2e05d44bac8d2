"""The use case of writing to the operator: what has lasted long enough, once, and once when it is over.

What `digest status` finds is held against what each address was told. What is new is claimed in the store before it is
sent: no trouble is told twice, by whichever processes and after whichever restart. So a note that a kill meets on its
way is lost, and not sent again; the trouble still stands in `digest status`, and its end is told. One that certainly
was not taken is tried again.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from digest.core.errors import DigestError, UncertainError
from digest.core.notes import (
    NOTHING,
    Matter,
    News,
    Situation,
    Trouble,
    claimed,
    given_back,
    gone_out,
    may_write,
    news,
    settled,
)
from digest.standing import newsletters_of, wrong_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from digest.app import Newsroom
    from digest.core.notes import Correspondence

LASTING = timedelta(hours=1)
"""A newsletter that has failed for so long is told of; what fails for less mends itself, or is being mended."""

TOLD = ("source", "failing", "stopped", "held", "waiting", "uncertain", "relay")
"""What of that which `digest status` finds is written of: what goes on being wrong until somebody does something.

Not the daemons: one that is killed or hangs cannot write, and a heartbeat says so of all of them.
"""

POSTING = 30.0
"""Seconds a relay may take to take up a note."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a note.

    Attributes:
        address: Whom it is for.
        news: What it tells.
        error: Why it did not go out; empty when it did.
        again: When it is tried again; None where it went out, or may have.
    """

    address: str
    news: News
    error: str = ""
    again: datetime | None = None


def notify(newsroom: Newsroom, stopping: Callable[[], bool] = lambda: False) -> list[Written]:
    """Write to the operator what is news; nothing where nobody is to be written to.

    Args:
        newsroom: Whose; not one on a copy of the store.
        stopping: Whether to give up: what was not taken by then is told another time.

    Returns:
        A note for each address that one was tried for.

    Raises:
        StoreError: The store cannot be read or written, or is an old copy, which nothing is sent from.
    """
    addresses = newsroom.settings.notify
    if not addresses:
        return []
    now = newsroom.clock()
    situation = _situation(newsroom, now)
    known = newsroom.store.notes.all()
    written = (_write(newsroom, each, known.get(each, NOTHING), situation, stopping) for each in addresses)
    return [each for each in written if each is not None]


def _write(
    newsroom: Newsroom, address: str, known: Correspondence, situation: Situation, stopping: Callable[[], bool]
) -> Written | None:
    """Tell one address its news, if it has any and may be written to now."""
    now, notes = newsroom.clock(), newsroom.store.notes
    if not any(news(known, situation)):
        if settled(known, situation, now) != known:
            # What is remembered is looked at once more: another process may have claimed something meanwhile.
            notes.change(address, lambda each: each if any(news(each, situation)) else settled(each, situation, now))
        return None
    if stopping() or not may_write(known, now):
        return None
    mine = News()

    def claim(each: Correspondence) -> Correspondence:
        nonlocal mine
        mine = news(each, situation) if may_write(each, now) else News()
        return claimed(each, mine, now)

    newsroom.posting.check_age()
    notes.change(address, claim)
    if not any(mine):
        return None
    until = time.monotonic() + POSTING
    try:
        envelope = newsroom.messages.note(address, mine, now)
        newsroom.posting.post(envelope, lambda: stopping() or time.monotonic() > until)
    except UncertainError as error:
        notes.change(address, gone_out)
        return Written(address, mine, str(error))
    except DigestError as error:
        why = str(error)
        notes.change(address, lambda each: given_back(each, mine, why, newsroom.clock()))
        return Written(address, mine, why, newsroom.store.notes.all()[address].due)
    notes.change(address, gone_out)
    return Written(address, mine)


def _situation(newsroom: Newsroom, now: datetime) -> Situation:
    """How things stand, as `digest status` would say it."""
    settings = newsroom.settings
    found: dict[Matter, list[str]] = {}
    young: set[Matter] = set()
    for wrong in wrong_in(newsroom, (), newsletters_of(newsroom, now), "digest"):
        matter = Matter(wrong.what, wrong.place)
        if wrong.what not in TOLD:
            continue
        # What has failed since a day to come was noted by a clock that was wrong: it has lasted.
        if wrong.since is not None and timedelta() <= now - wrong.since < LASTING:
            young.add(matter)
        else:
            found.setdefault(matter, []).append(wrong.message)
    visits = newsroom.store.visits.all()
    for source in settings.sources:
        visit = visits.get((source.name, source.url))
        if visit is None or visit.failures or visit.last_success is None:
            young.add(Matter("source", source.name))
    relays = {relay.name for sink in settings.smtp for relay in sink.relays}
    return Situation(
        tuple(Trouble(matter, "; ".join(dict.fromkeys(messages))) for matter, messages in found.items()),
        young - found.keys(),
        {*settings.newsletters, *(each.name for each in settings.sources), *relays},
    )
