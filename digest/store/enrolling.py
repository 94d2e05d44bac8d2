"""Taking enrolments into the roster: the statements of one transaction.

They run for a million rows on end: compiled once, and in the order of the hashes, which is that of the index. So a page
of it is turned to once for all rows of a transaction that stand on it, and not once for each.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import String, and_, bindparam, insert, select, update

from digest.core.roster import Outcome, Subscription, Suppression, decide
from digest.store.engine import BATCH, new_ids
from digest.store.erasing import exclude_all
from digest.store.prepared import Prepared
from digest.store.tables import instant_text, subscribers, subscriptions, suppressions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection

    from digest.core.roster import Enrolment
    from digest.store.prepared import Row

Asked = tuple[str, "Enrolment"]
"""The keyed hash of an address, and what is asked for it."""


@dataclass(slots=True)
class _Known:
    """What the store has of those that a batch names, by hash, and what is to be written of it.

    Attributes:
        ids: Numbers of the subscribers there are.
        ties: Subscriptions as they are by now; of those that were there before, without source and proof.
        rows: What the rows are known by that ended subscriptions.
        before: Whose subscription was there before.
        nameless: Who was forgotten once and may be let in again.
        whole: Subscriptions to be written as they are.
        ended: Subscriptions of which only the end is to be written.
    """

    ids: dict[str, int] = field(default_factory=dict)
    ties: dict[str, Subscription] = field(default_factory=dict)
    rows: dict[str, str] = field(default_factory=dict)
    before: set[str] = field(default_factory=set)
    nameless: set[str] = field(default_factory=set)
    vetoes: dict[str, Suppression] = field(default_factory=dict)
    people: dict[str, Enrolment] = field(default_factory=dict)
    whole: dict[str, Subscription] = field(default_factory=dict)
    ended: dict[str, Subscription] = field(default_factory=dict)
    noted: dict[str, str] = field(default_factory=dict)
    suppressed: dict[str, str] = field(default_factory=dict)
    leaving: dict[str, str] = field(default_factory=dict)


def enrol(
    connection: Connection, newsletter: str, asked: Sequence[Asked], now: datetime, *, again: bool
) -> list[Outcome]:
    """Decide each in order, by what those before it left, and write what came of all."""
    known = _look(connection, newsletter, sorted({key for key, _ in asked}))
    outcomes = []
    for key, wanted in asked:
        seen = bool(wanted.row) and known.rows.get(key) == wanted.row
        outcome = decide(wanted, known.ties.get(key), known.vetoes.get(key), again=again, seen=seen)
        kind = outcome.kind
        if kind == "suppressed" and wanted.suppress is not None:
            _suppress(known, key, wanted, Suppression(wanted.suppress, wanted.changed_at or now, wanted.source))
        elif kind not in ("unchanged", "refused"):
            _tie(known, key, wanted, _became(newsletter, wanted, known.ties.get(key), outcome, now))
        if kind != "refused":
            if wanted.row and not seen:
                known.rows[key] = known.noted[key] = wanted.row
            if wanted.suppression is not None and key not in known.vetoes:
                _suppress(known, key, wanted, wanted.suppression)
                outcome = Outcome("suppressed")
        outcomes.append(outcome)
    _write(connection, newsletter, known, now)
    return outcomes


def _look(connection: Connection, newsletter: str, keys: Sequence[str]) -> _Known:
    known = _Known()
    for batch in _full_batches(keys):
        for key, number, address, state, changed_at, consent_at, row in _PEOPLE.fetch(connection, newsletter, *batch):
            known.ids[key] = number
            if not address:
                known.nameless.add(key)
            if state is not None:
                consent = datetime.fromisoformat(consent_at) if consent_at else None
                known.ties[key] = Subscription(newsletter, state, datetime.fromisoformat(changed_at), consent)
                known.before.add(key)
                if row:
                    known.rows[key] = row
        for key, reason, since in _VETOES.fetch(connection, *batch):
            known.vetoes[key] = Suppression(reason, datetime.fromisoformat(since))
    return known


def _full_batches(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    """The keys in lists of the length that the statements have; the last is filled up with its own last."""
    for start in range(0, len(keys), BATCH):
        batch = keys[start : start + BATCH]
        yield [*batch, *[batch[-1]] * (BATCH - len(batch))]


def _suppress(known: _Known, key: str, wanted: Enrolment, veto: Suppression) -> None:
    known.vetoes[key] = veto
    known.suppressed[key] = wanted.address
    known.leaving[key] = f"suppressed: {veto.reason}"


def _became(
    newsletter: str, wanted: Enrolment, before: Subscription | None, outcome: Outcome, now: datetime
) -> Subscription:
    """The subscription that an enrolment makes."""
    changed_at = wanted.changed_at or now
    leaving = outcome.kind == "left"
    if before is not None and leaving:
        return Subscription(newsletter, "unsubscribed", changed_at, before.consent_at, before.source, before.proof)
    agreed = wanted.consent_at if leaving or wanted.undated else wanted.consent_at or now
    if outcome.kind == "confirmed" and before is not None and before.consent_at is not None:
        agreed = max(agreed or before.consent_at, before.consent_at)
    return Subscription(newsletter, wanted.state, changed_at, agreed, wanted.source, wanted.proof)


def _tie(known: _Known, key: str, wanted: Enrolment, tie: Subscription) -> None:
    """Note a subscription as it becomes."""
    ending = tie.state == "unsubscribed"
    if ending and key in known.before and key not in known.whole:
        known.ended[key] = tie  # source and proof stay as the store has them
    else:
        known.ended.pop(key, None)
        known.whole[key] = tie
    known.ties[key] = tie
    if ending:
        known.leaving.setdefault(key, "unsubscribed")
    elif key not in known.suppressed:
        known.leaving.pop(key, None)
    if key in known.nameless or key not in known.ids:
        known.people.setdefault(key, wanted)


def _write(connection: Connection, newsletter: str, known: _Known, now: datetime) -> None:
    at = instant_text(now)
    _write_people(connection, known, at)
    ids = known.ids
    fresh: list[Row] = []
    changed: list[Row] = []
    for key, tie in known.whole.items():
        since = instant_text(tie.changed_at)
        if tie.consent_at is None:
            agreed = None
        else:
            agreed = since if tie.consent_at is tie.changed_at else instant_text(tie.consent_at)
        values = (tie.state, since, agreed, tie.source, tie.proof)
        (changed if key in known.before else fresh).append((newsletter, ids[key], *values))
    _run(connection, _ADD_TIE, fresh)
    _run(connection, _CHANGE_TIE, changed)
    ended = [(newsletter, ids[key], tie.state, instant_text(tie.changed_at)) for key, tie in known.ended.items()]
    _run(connection, _END_TIE, ended)
    _run(connection, _NOTE_ROW, [(newsletter, ids[key], row) for key, row in known.noted.items() if key in ids])
    _run(
        connection,
        _ADD_VETO,
        [
            (key, address, known.vetoes[key].reason, known.vetoes[key].detail, instant_text(known.vetoes[key].since))
            for key, address in sorted(known.suppressed.items())
        ],
    )
    exclude_all(
        connection,
        [
            (ids[key], why, None if key in known.suppressed else newsletter)
            for key, why in known.leaving.items()
            if key in ids and key not in known.people  # to who is new, nothing waits to go out
        ],
        now,
    )


def _write_people(connection: Connection, known: _Known, at: str) -> None:
    """Write who is new, in the order of the hashes and with numbers in the order they came."""
    # Who was forgotten once, and let in again since, keeps the number.
    named = [key for key in known.people if key in known.nameless]
    people = known.people
    _run(connection, _NAME_AGAIN, [(known.ids[key], people[key].address, people[key].name) for key in named])
    new = [key for key in known.people if key not in known.nameless]
    if not new:
        return
    known.ids.update(zip(new, new_ids(connection, subscribers, len(new)), strict=True))
    rows = []
    for key in sorted(new):
        who = known.people[key]
        rows.append((known.ids[key], key, who.address, who.name, instant_text(who.since) if who.since else at))
    _ADD_PERSON.run(connection, rows)


def _run(connection: Connection, statement: Prepared, rows: Iterable[Row]) -> None:
    some = list(rows)
    if some:
        statement.run(connection, some)


_KEYS = tuple(f"key{number}" for number in range(BATCH))
_PEOPLE = Prepared(
    select(
        subscribers.c.hash,
        subscribers.c.id,
        subscribers.c.address,
        subscriptions.c.state,
        subscriptions.c.changed_at,
        subscriptions.c.consent_at,
        subscriptions.c.left_by,
    )
    .outerjoin(
        subscriptions,
        and_(subscriptions.c.newsletter == bindparam("newsletter"), subscriptions.c.subscriber == subscribers.c.id),
    )
    .where(subscribers.c.hash.in_([bindparam(name, type_=String) for name in _KEYS])),
    *("newsletter", *_KEYS),
)
_VETOES = Prepared(
    select(suppressions.c.hash, suppressions.c.reason, suppressions.c.since).where(
        suppressions.c.hash.in_([bindparam(name, type_=String) for name in _KEYS])
    ),
    *_KEYS,
)
_ADD_PERSON = Prepared(insert(subscribers).inline(), "id", "hash", "address", "name", "since")
_NAME_AGAIN = Prepared(
    update(subscribers)
    .where(subscribers.c.id == bindparam("who"))
    .values(address=bindparam("address"), name=bindparam("name")),
    *("who", "address", "name"),
)
_TIE = ("state", "changed_at", "consent_at", "source", "proof")
_ADD_TIE = Prepared(
    insert(subscriptions).values({name: bindparam(name) for name in ("newsletter", "subscriber", *_TIE)}).inline(),
    *("newsletter", "subscriber", *_TIE),
)
_THIS = and_(subscriptions.c.newsletter == bindparam("which"), subscriptions.c.subscriber == bindparam("who"))
_CHANGE_TIE = Prepared(
    update(subscriptions).where(_THIS).values({name: bindparam(name) for name in _TIE}), "which", "who", *_TIE
)
_END_TIE = Prepared(
    update(subscriptions).where(_THIS).values(state=bindparam("state"), changed_at=bindparam("changed_at")),
    *("which", "who", "state", "changed_at"),
)
_NOTE_ROW = Prepared(update(subscriptions).where(_THIS).values(left_by=bindparam("left_by")), "which", "who", "left_by")
_ADD_VETO = Prepared(insert(suppressions).inline(), "hash", "address", "reason", "detail", "since")
