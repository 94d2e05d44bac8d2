"""The ledger: deliveries by number of reader, in dispatches, with all their states; what stood there is taken over."""

import hmac
import secrets
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from digest.core.address import address_key, normalise_address, split_mailbox

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_INSTANT = sa.String(27)
_NUMBERS = 1 << 32
_FORGOTTEN = "forgotten:"
"""How recipients of old deliveries begin that name nobody any more; the keyed hash of the address follows."""


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def upgrade() -> None:
    connection = op.get_bind()
    before = connection.execute(
        sa.text(
            "SELECT d.newsletter, d.edition, d.sink, d.recipient, d.state, d.reply, d.settled_at, e.composed_at "
            "FROM deliveries d JOIN editions e ON e.newsletter = d.newsletter AND e.edition = d.edition "
            "ORDER BY e.slot, d.newsletter, d.edition, d.sink, d.position"
        )
    ).all()
    op.drop_table("deliveries")
    _make()
    _take_over(connection, before)


def _make() -> None:
    op.create_table(
        "dispatches",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        _text("newsletter"),
        _text("edition"),
        _text("sink"),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.Column("planned_at", _INSTANT, nullable=False),
        sa.Column("expires_at", _INSTANT),
        sa.Column("next_at", _INSTANT),
        _text("held"),
        sa.UniqueConstraint("newsletter", "edition", "sink"),
        sa.ForeignKeyConstraint(["newsletter", "edition"], ["editions.newsletter", "editions.edition"]),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "deliveries",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("dispatch", sa.Integer(), sa.ForeignKey("dispatches.id"), nullable=False),
        sa.Column("subscriber", sa.Integer(), sa.ForeignKey("subscribers.id"), nullable=False),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(9), nullable=False),
        sa.Column("batch", sa.Integer()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due", _INSTANT),
        _text("reply"),
        _text("place"),
        sa.Column("settled_at", _INSTANT),
        sa.UniqueConstraint("dispatch", "subscriber"),
    )
    deferred = sa.text("state = 'deferred'")
    op.create_index(
        "deliveries_due", "deliveries", ["dispatch", "due"], sqlite_where=deferred, postgresql_where=deferred
    )
    op.create_table(
        "batches",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("dispatch", sa.Integer(), sa.ForeignKey("dispatches.id"), nullable=False),
        _text("holder"),
        sa.Column("renewed", _INSTANT, nullable=False),
        sa.Column("until", _INSTANT, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "holds",
        sa.Column("newsletter", sa.Text(), primary_key=True, nullable=False),
        sa.Column("since", _INSTANT, nullable=False),
        _text("reason"),
    )
    op.create_table("relays", sa.Column("name", sa.Text(), primary_key=True, nullable=False), _text("state"))
    op.create_table(
        "bounces",
        sa.Column("report", sa.String(64), primary_key=True, nullable=False),
        _text("newsletter"),
        _text("edition"),
        sa.Column("subscriber", sa.Integer(), sa.ForeignKey("subscribers.id"), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        _text("detail"),
        sa.Column("at", _INSTANT, nullable=False),
    )
    op.create_index("bounces_by_subscriber", "bounces", ["subscriber", "at"])
    op.create_index("bounces_by_edition", "bounces", ["newsletter", "edition"])


def _take_over(connection: sa.Connection, before: Sequence[Any]) -> None:
    """The deliveries of an older digest: each recipient becomes a subscriber of no newsletter."""
    key = _key(connection) if before else b""
    people: dict[str, int] = {}
    dispatches: dict[tuple[str, str, str], list[tuple[int, Any]]] = {}
    for row in before:
        name, bare = split_mailbox(row.recipient)
        if row.recipient.startswith(_FORGOTTEN):
            name, bare, person = "", "", row.recipient.removeprefix(_FORGOTTEN)
        else:
            person = hmac.digest(key, address_key(row.recipient).encode(), "sha256").hex()
        if person not in people:
            people[person] = _subscriber(connection, person, _address(bare), name, row.composed_at)
        dispatches.setdefault((row.newsletter, row.edition, row.sink), []).append((people[person], row))
    for number, ((newsletter, edition, sink), rows) in enumerate(dispatches.items(), start=1):
        # Two spellings of one person: what was handed over to one of them was, else the first counts.
        once: dict[int, Any] = {}
        for subscriber, row in rows:
            if subscriber not in once or (row.state, once[subscriber].state) == ("accepted", "waiting"):
                once[subscriber] = row
        waiting = any(row.state == "waiting" for row in once.values())
        at = rows[0][1].composed_at
        connection.execute(
            sa.text(
                "INSERT INTO dispatches (id, newsletter, edition, sink, planned, planned_at, next_at, held) "
                "VALUES (:id, :newsletter, :edition, :sink, :planned, :at, :next, '')"
            ),
            {
                "id": number,
                "newsletter": newsletter,
                "edition": edition,
                "sink": sink,
                "planned": len(once),
                "at": at,
                "next": at if waiting else None,
            },
        )
        for count, (subscriber, row) in enumerate(once.items()):
            connection.execute(
                sa.text(
                    "INSERT INTO deliveries (id, dispatch, subscriber, named, state, attempts, reply, place, settled_at)"
                    " VALUES (:id, :dispatch, :subscriber, :named, :state, :attempts, :reply, :place, :settled_at)"
                ),
                {
                    "id": number * _NUMBERS + count,
                    "dispatch": number,
                    "subscriber": subscriber,
                    "named": True,
                    "state": row.state,
                    "attempts": int(row.state == "accepted"),
                    # What a sink had said was where it put it; else, why it was not handed over.
                    "reply": "" if row.state == "accepted" else row.reply,
                    "place": row.reply if row.state == "accepted" else "",
                    "settled_at": row.settled_at,
                },
            )
    if dispatches and connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT setval(pg_get_serial_sequence('dispatches', 'id'), max(id)) FROM dispatches"))


def _address(bare: str) -> str:
    try:
        return normalise_address(bare)
    except ValueError:  # it was taken as an address then: it is what it is
        return bare


def _key(connection: sa.Connection) -> bytes:
    """The key of the roster's hashes; made where there is none."""
    kept = connection.execute(sa.text("SELECT value FROM meta WHERE key = 'roster_key'")).scalar()
    if kept is None:
        kept = secrets.token_hex(32)
        connection.execute(sa.text("INSERT INTO meta (key, value) VALUES ('roster_key', :key)"), {"key": kept})
    return bytes.fromhex(kept)


def _subscriber(connection: sa.Connection, person: str, address: str, name: str, since: str) -> int:
    known = sa.text("SELECT id FROM subscribers WHERE hash = :person")
    found = connection.execute(known, {"person": person}).scalar()
    if found is None:
        connection.execute(
            sa.text("INSERT INTO subscribers (hash, address, name, since) VALUES (:person, :address, :name, :since)"),
            {"person": person, "address": address, "name": name, "since": since},
        )
        found = connection.execute(known, {"person": person}).scalar_one()
    return int(found)
