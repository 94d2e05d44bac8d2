"""The use case of settling deliveries of which nobody knows whether they arrived: by a relay's log, or by choice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from digest.core.edition import Window
from digest.core.outbox import dispatch_of
from digest.core.reader import Reader
from digest.core.relaylog import needed, settle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from digest.core.ledger import Ledger
    from digest.core.outbox import Dispatch, Uncertain
    from digest.core.ports import Mailing
    from digest.core.relaylog import LogFinding, LogReport

Choice = Literal["hold", "resend", "accept"]

SPAN = timedelta(minutes=15)
"""A message may have left so long before and after the instants that are noted of it: it takes a reply ten minutes."""

_STATES: dict[str, Literal["accepted", "waiting"]] = {
    "taken": "accepted",
    "not taken": "waiting",
    "resend": "waiting",
    "accept": "accepted",
}


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What was found out about an uncertain delivery.

    Attributes:
        delivery: Which.
        dispatch: Its dispatch.
        message_id: Its Message-ID; empty of who was forgotten, and of a newsletter that is not configured any more.
        state: Where it stands now; "uncertain" when it is still not known.
        why: In a few words.
    """

    delivery: Uncertain
    dispatch: Dispatch
    message_id: str
    state: str
    why: str


def identify(
    uncertain: Iterable[Uncertain],
    dispatches: Callable[[int], Dispatch],
    mailing: Callable[[Dispatch], Mailing | None],
) -> Iterator[tuple[Uncertain, Dispatch, str]]:
    """Each with its dispatch and its Message-ID, made anew: the same edition and reader always have the same.

    Args:
        uncertain: In the ledger's order, so that an edition's stand together.
        dispatches: A dispatch by its number.
        mailing: The messages of a dispatch's edition; None when its newsletter is not configured any more.
    """
    number, dispatch, messages = -1, None, None
    for each in uncertain:
        if dispatch is None or dispatch_of(each.delivery) != number:
            number = dispatch_of(each.delivery)
            dispatch = dispatches(number)
            messages = mailing(dispatch)
        known = messages is not None and each.address
        reader = Reader(each.delivery, each.subscriber, each.address)
        yield each, dispatch, messages.envelope(reader).message_id if messages is not None and known else ""


def by_logs(
    asked: Sequence[tuple[Uncertain, Dispatch, str]], findings: Iterable[LogFinding], report: Callable[[], LogReport]
) -> list[Reconciled]:
    """What relays' logs say of deliveries: taken, not taken, or nothing.

    Args:
        asked: As `identify` gives them.
        findings: Of the logs.
        report: What reading them came to, once the findings were read.
    """
    taken: dict[str, str] = {}
    for finding in findings:
        if finding.taken:
            taken.setdefault(finding.message_id, finding.place)
    read = report()
    found = []
    for each, dispatch, message_id in asked:
        attempted = Window(each.since - SPAN, each.until + SPAN)
        said = settle(message_id, attempted, taken, read) if message_id else "unknown"
        why = {
            "taken": f"the relay took it: {taken.get(message_id, '')}",
            "not taken": "the log covers the time, and does not have it",
            "unknown": "the relay had it, and no line says what became of it",
        }[said]
        if not message_id:
            why = "it has no Message-ID to look for: its newsletter is not in config.yaml, or its reader was forgotten"
        elif said == "unknown" and message_id not in read.begun:
            span = needed(attempted)
            why = f"no log covers {span.start:%Y-%m-%d %H:%M} to {span.end:%Y-%m-%d %H:%M}Z, where it would stand"
        found.append(Reconciled(each, dispatch, message_id, _STATES.get(said, "uncertain"), why))
    return found


def by_choice(asked: Iterable[tuple[Uncertain, Dispatch, str]], choice: Choice) -> list[Reconciled]:
    """What a person decides for deliveries: to hold them (nothing changes), to send them again, or to let it be."""
    why = {
        "hold": "held: nobody knows whether it arrived",
        "resend": "sent again by choice: it may arrive twice",
        "accept": "taken to have arrived, by choice",
    }[choice]
    return [Reconciled(each, dispatch, id_, _STATES.get(choice, "uncertain"), why) for each, dispatch, id_ in asked]


def apply(ledger: Ledger, found: Iterable[Reconciled], now: datetime) -> None:
    """Note in the ledger what was found out; what was settled meanwhile stays as it is."""
    for each in found:
        if each.state == "accepted":
            ledger.decide(each.delivery.delivery, "accepted", each.why, now)
        elif each.state == "waiting":
            ledger.decide(each.delivery.delivery, "waiting", each.why, now)
