"""What the operator is written of: trouble that has lasted, once when it is met and once when it is over. Pure.

What each address was told is kept; the difference to how things stand is the news. So it makes no difference who
notices, how often, or what was running meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

FORGOTTEN = timedelta(days=1)
"""What is no longer configured is forgotten so long after it was told of.

Not at once: of two processes, one may not have read the new configuration yet, and would tell it again and again.
"""

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(days=1)
"""A note that was not taken is tried again after so long; the span doubles with each try."""


class Matter(NamedTuple):
    """What a note can be about.

    Attributes:
        what: In a word: "source", "failing", "relay".
        place: The source, the newsletter, the relay.
    """

    what: str
    place: str


class Trouble(NamedTuple):
    """A matter that is not well.

    Attributes:
        matter: Which.
        message: What it is, and what to do.
    """

    matter: Matter
    message: str


class Told(NamedTuple):
    """A matter whose trouble an address was written of.

    Attributes:
        matter: Which.
        at: When. Aware.
    """

    matter: Matter
    at: datetime


@dataclass(frozen=True, slots=True)
class Situation:
    """How things stand.

    Attributes:
        troubles: What has lasted, in order.
        doubtful: What is neither such trouble nor well: what has failed for a short time, or was not tried yet.
        known: Places that the configuration has.
    """

    troubles: Sequence[Trouble] = ()
    doubtful: Collection[Matter] = ()
    known: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Correspondence:
    """What is remembered of the notes to one address. All instants are aware.

    Attributes:
        told: What it was told of and has not heard the end of, in the order it was told.
        tries: How many of the last ones in a row no sink took.
        since: When the first of these was.
        due: No note is tried earlier; None: at any time.
        error: Why the last one was not taken; empty when it was.
    """

    told: tuple[Told, ...] = ()
    tries: int = 0
    since: datetime | None = None
    due: datetime | None = None
    error: str = ""


NOTHING = Correspondence()


class News(NamedTuple):
    """What an address has not heard yet.

    Attributes:
        begun: Trouble, in order.
        over: What is well again, in the order it was told of.
    """

    begun: tuple[Trouble, ...] = ()
    over: tuple[Matter, ...] = ()


def news(known: Correspondence, situation: Situation) -> News:
    """What an address is to be told, going by what it was told."""
    told = {each.matter for each in known.told}
    wrong = {each.matter for each in situation.troubles}
    return News(
        tuple(each for each in situation.troubles if each.matter not in told),
        tuple(
            each.matter
            for each in known.told
            if each.matter not in wrong
            and each.matter not in situation.doubtful
            and each.matter.place in situation.known
        ),
    )


def may_write(known: Correspondence, now: datetime) -> bool:
    """Whether a note may be tried now."""
    # Further ahead than any wait is the work of a wrong clock.
    return known.due is None or not now < known.due <= now + LONGEST_WAIT


def settled(known: Correspondence, situation: Situation, now: datetime) -> Correspondence:
    """What to remember where there is no news: what is no longer configured goes in time, and nothing waits."""
    wrong = {each.matter for each in situation.troubles} | set(situation.doubtful)
    kept = tuple(
        each
        for each in known.told
        if each.matter in wrong or each.matter.place in situation.known or abs(now - each.at) < FORGOTTEN
    )
    return Correspondence(kept)


def claimed(known: Correspondence, what: News, now: datetime) -> Correspondence:
    """What to remember from before a note goes out: it counts as told, whatever becomes of the process."""
    told = tuple(each for each in known.told if each.matter not in what.over)
    return replace(known, told=(*told, *(Told(each.matter, now) for each in what.begun)))


def given_back(known: Correspondence, what: News, error: str, now: datetime) -> Correspondence:
    """What to remember once it is certain that a note was not taken: it is still to be told.

    Args:
        known: What is remembered by now.
        what: What it would have told.
        error: Why it was not taken, for a person.
        now: Aware.
    """
    begun = {each.matter for each in what.begun}
    told = tuple(each for each in known.told if each.matter not in begun)
    back = tuple(Told(each, now) for each in what.over if each not in {one.matter for one in told})
    wait = min(FIRST_WAIT * 2 ** min(known.tries, 10), LONGEST_WAIT)
    return Correspondence((*told, *back), known.tries + 1, known.since or now, now + wait, error)


def gone_out(known: Correspondence) -> Correspondence:
    """What to remember once a note went out, or may have."""
    return Correspondence(known.told)
