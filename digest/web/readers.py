"""What a reader's link asks of the roster, and what the reader is to be shown. Of HTTP nothing is known here.

Looking changes nothing; each deed may come twice, or from two at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from digest.core.roster import CONFIRMABLE, Enrolment
from digest.core.text import utc_text
from digest.delivery.tokens import read_confirmation, read_unsubscribe_token

if TYPE_CHECKING:
    from datetime import datetime

    from digest.core.roster import Roster, Subscriber, Subscription

Kind = Literal[
    "leave", "left", "confirm", "confirmed", "expired", "refused", "unknown", "test", "forgotten", "ask", "asked"
]
"""What is shown.

`leave`, `confirm` and `ask` have a button that does it; `left` and `confirmed` say that it is so, `asked` that a
message is on its way. `expired`: the link was good once. `refused`: a rule is against it. `unknown`: no link of ours.
`test`: the link of a test message. `forgotten`: of somebody who is on no list any more.
"""


@dataclass(frozen=True, slots=True)
class Room:
    """What the work on a page is given; for one thread.

    Attributes:
        key: What the tokens in links are made with.
        roster: Who subscribes to what.
    """

    key: bytes
    roster: Roster


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks for what.

    Attributes:
        newsletter: The newsletter's key.
        token: As the link has it.
        now: The instant, aware.
        caller: From where: an IP address and what the browser calls itself, one line.
    """

    newsletter: str
    token: str
    now: datetime
    caller: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What is to be shown, and whose address; empty where there is none to show."""

    kind: Kind
    address: str = ""


def look(room: Room, asked: Request) -> Seen:
    """What a link to unsubscribe shows."""
    return _found(room, asked)[0]


def leave(room: Room, asked: Request) -> Seen:
    """End the subscription; what is about to be sent to the reader is taken back with it."""
    seen, number = _found(room, asked)
    if seen.kind != "leave":
        return seen
    known = room.roster.leave_as(number, asked.newsletter, asked.now, "unsubscribed by link")
    return Seen("left", seen.address) if known else Seen("forgotten")


def come_back(room: Room, asked: Request) -> Seen:
    """Subscribe a reader again who has left by this link: the token says that it is the reader who asks."""
    seen, _ = _found(room, asked)
    if seen.kind != "left":
        return seen
    wanted = Enrolment(
        address=seen.address,
        source="came back by link",
        proof=f"asked at {utc_text(asked.now)} from {asked.caller}",
    )
    (outcome,) = room.roster.enrol(asked.newsletter, [wanted], asked.now, again=True)
    return Seen("refused" if outcome.kind == "refused" else "confirmed", seen.address)


def look_at_confirmation(room: Room, asked: Request) -> Seen:
    """What a link to confirm a subscription shows."""
    return _confirmable(room, asked)[0]


def confirm(room: Room, asked: Request) -> Seen:
    """Confirm a subscription: consent is given now, and who clicked from where is noted as the proof."""
    seen, tie = _confirmable(room, asked)
    if seen.kind != "confirm" or tie is None:
        return seen
    clicked = f"confirmed at {utc_text(asked.now)} from {asked.caller}"
    wanted = Enrolment(
        address=seen.address,
        source=tie.source,
        proof="; ".join(filter(None, (tie.proof if tie.state == "pending" else "", clicked))),
    )
    # Who had left gets such a link only by asking anew, see `_confirmable`.
    again = tie.state == "unsubscribed"
    (outcome,) = room.roster.enrol(asked.newsletter, [wanted], asked.now, again=again)
    return Seen("refused" if outcome.kind == "refused" else "confirmed", seen.address)


def ask(room: Room, asked: Request, address: str) -> int | None:
    """Take down that somebody asks to subscribe an address, until its owner confirms that.

    Who has left stays unsubscribed until then: anybody could write the address into the form.

    Args:
        room: Where.
        asked: Who asks for what; there is no token.
        address: Normalised.

    Returns:
        The subscriber's number, to whom the link to confirm is to be sent; None when nothing is to be.
    """
    known = room.roster.person(address)
    tie = next((each for each in known.subscriptions if each.newsletter == asked.newsletter), None)
    if known.suppression is not None or (tie is not None and tie.state == "active"):
        return None
    if tie is None:
        wanted = Enrolment(
            address=address,
            state="pending",
            source="subscription form",
            proof=f"asked at {utc_text(asked.now)} from {asked.caller}",
        )
        (outcome,) = room.roster.enrol(asked.newsletter, [wanted], asked.now)
        if outcome.kind == "refused":
            return None
    return room.roster.number(address)


def _found(room: Room, asked: Request) -> tuple[Seen, int]:
    number = read_unsubscribe_token(room.key, asked.newsletter, asked.token)
    if number is None:
        return Seen("unknown"), 0
    if number == 0:
        return Seen("test"), 0
    person, tie = _known(room.roster, number, asked.newsletter)
    if person is None:
        return Seen("forgotten"), 0
    # Recipients that the configuration names have no subscription until they leave.
    gone = tie is not None and tie.state == "unsubscribed"
    return Seen("left" if gone else "leave", person.address), number


def _confirmable(room: Room, asked: Request) -> tuple[Seen, Subscription | None]:
    found = read_confirmation(room.key, asked.newsletter, asked.token)
    if found is None:
        return Seen("unknown"), None
    number, expires = found
    person, tie = _known(room.roster, number, asked.newsletter)
    if person is None or tie is None:
        return Seen("forgotten"), None
    kind: Kind = "confirm"
    if tie.state == "active":
        kind = "confirmed"
    elif expires <= asked.now:
        kind = "expired"
    elif tie.state == "unsubscribed" and tie.changed_at >= expires - CONFIRMABLE:
        kind = "refused"  # left after this link was made: it must not undo that
    return Seen(kind, person.address), tie


def _known(roster: Roster, number: int, newsletter: str) -> tuple[Subscriber | None, Subscription | None]:
    person = roster.subscriber(number)
    if person is None:
        return None, None
    ties = roster.person(person.address).subscriptions
    return person, next((each for each in ties if each.newsletter == newsletter), None)
