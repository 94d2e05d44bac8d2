"""The use cases of membership, in plain steps: add, remove, suppress, lift, forget, import.

What may happen to a subscription is decided in `digest.core.roster.decide`; here stands what people and files ask.
"""

from __future__ import annotations

import shlex
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from digest.core.address import normalise_address
from digest.core.errors import UsageError
from digest.core.roster import LONGEST_NAME, Enrolment
from digest.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from digest.core.roster import Forgotten, Outcome, ReadRow, Reason, Roster, Suppression

IMPORTED_AT_ONCE = 10_000
"""Rows of one transaction: whoever is killed between two has lost nothing, and runs the import again."""

BY_HAND = "by hand"


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the rows of a file.

    Attributes:
        outcomes: Kind of outcome to how many rows; those that were no use are not among them.
        unusable: How many rows could not be read.
    """

    outcomes: Mapping[str, int]
    unusable: int

    @property
    def set_aside(self) -> int:
        """How many rows were put aside, with the reason."""
        return self.unusable + self.outcomes.get("refused", 0)


def address_of(text: str) -> str:
    """The address a person gave, normalised.

    Raises:
        UsageError: It is none.
    """
    try:
        return normalise_address(text)
    except ValueError as error:
        raise UsageError(str(error), place=f"'{one_line(text)[:80]}'") from error


def add(
    roster: Roster,
    newsletter: str,
    address: str,
    now: datetime,
    *,
    name: str = "",
    source: str = "",
    pending: bool = False,
    again: bool = False,
) -> Outcome:
    """Subscribe one person by hand; consent is noted as given now.

    Args:
        roster: Where.
        newsletter: To what.
        address: As a person gives it.
        now: The instant.
        name: The person's; empty when it is not known.
        source: How the consent was given; `by hand` when empty.
        pending: Whether the consent is still to be confirmed.
        again: Whether a person who had left has asked to come back.

    Raises:
        UsageError: It is no address, or nobody who may be subscribed; says what to do.
    """
    wanted = Enrolment(
        address=address_of(address),
        state="pending" if pending else "active",
        name=one_line(name)[:LONGEST_NAME],
        source=one_line(source) or BY_HAND,
    )
    (outcome,) = roster.enrol(newsletter, [wanted], now, again=again)
    if outcome.kind == "refused":
        raise UsageError(f"{outcome.reason}; {_way_back(roster, newsletter, wanted.address)}", place=wanted.address)
    return outcome


def _way_back(roster: Roster, newsletter: str, address: str) -> str:
    """What to do for a person who must not simply be subscribed."""
    person = roster.person(address)
    left = any(tie.newsletter == newsletter and tie.state == "unsubscribed" for tie in person.subscriptions)
    steps = []
    if person.suppression is not None:
        steps.append(f"lift that first: digest subscribers suppress {shlex.quote(address)} --lift")
    if left:
        steps.append("add with --again" if steps else "give --again")
    elif steps:
        steps.append("add again")
    return f"if the person has asked to come back, {', then '.join(steps)}"


def remove(roster: Roster, address: str, newsletter: str | None, now: datetime) -> Sequence[str]:
    """End a person's subscription, or all; says to which newsletters.

    Raises:
        UsageError: It is no address.
    """
    return roster.leave(address_of(address), newsletter, now)


def suppress(roster: Roster, address: str, reason: Reason, detail: str, now: datetime) -> bool:
    """See that nothing is sent to an address any more; False when that is so already.

    Raises:
        UsageError: It is no address.
    """
    return roster.suppress(address_of(address), reason, one_line(detail), now)


def lift(roster: Roster, address: str) -> Suppression:
    """End a suppression.

    Raises:
        UsageError: It is no address, or one that is not suppressed.
    """
    whole = address_of(address)
    lifted = roster.lift(whole)
    if lifted is None:
        raise UsageError("is not suppressed; nothing was changed", place=whole)
    return lifted


def forget(roster: Roster, address: str, now: datetime) -> Forgotten:
    """Erase a person from the store; only a keyed hash stays, so that nobody imports the address again.

    Raises:
        UsageError: It is no address.
    """
    return roster.forget(address_of(address), now)


def import_rows(
    roster: Roster, newsletter: str, rows: Iterable[ReadRow], now: datetime, set_aside: Callable[[ReadRow, str], None]
) -> Imported:
    """Take the rows of a file into the roster, some thousands in a transaction. Doing it again changes nothing.

    Args:
        roster: Where.
        newsletter: To what; a row may name another.
        rows: Read one by one, however many.
        now: The instant it happens.
        set_aside: Called with each row that was not used and the reason, in order.
    """
    outcomes: Counter[str] = Counter()
    unusable = 0
    for batch in _batches(rows):
        # One at a time: most files are of one newsletter, and a person's rows for two are decided apart.
        asked: dict[str, list[Enrolment]] = {}
        for row in batch:
            if row.enrolment is not None:
                asked.setdefault(row.newsletter or newsletter, []).append(row.enrolment)
        decided = {key: iter(roster.enrol(key, wanted, now)) for key, wanted in asked.items()}
        for row in batch:
            if row.enrolment is None:
                unusable += 1
                set_aside(row, row.reason)
                continue
            outcome = next(decided[row.newsletter or newsletter])
            outcomes[outcome.kind] += 1
            if outcome.kind == "refused":
                set_aside(row, outcome.reason)
    return Imported(dict(sorted(outcomes.items())), unusable)


def _batches(rows: Iterable[ReadRow]) -> Iterator[list[ReadRow]]:
    source = iter(rows)
    while batch := list(islice(source, IMPORTED_AT_ONCE)):
        yield batch
