"""What relays' limits must not forget when a process ends."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from digest.core.gauge import GaugeState
from digest.core.limits import RelayPause, RelayState, WarmUpState
from digest.store.tables import relays

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digest.store.engine import Database


class SqlRelays:
    """The state of every relay's limits, by its name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[RelayState]:
        """Every state kept, by name; also of relays that are no longer configured."""
        with self._database.read() as connection:
            rows = connection.execute(select(relays).order_by(relays.c.name)).all()
        return [_read(row.name, json.loads(row.state)) for row in rows]

    def lift(self, relay: str) -> RelayPause | None:
        """End the pause of a relay; the one that was ended, if there was one.

        A process that works by this relay hears of it when it next looks; see `digest.delivery.keeping`.
        """
        with self._database.write() as connection:
            this = relays.c.name == relay
            text = connection.execute(select(relays.c.state).where(this)).scalar()
            state = None if text is None else _read(relay, json.loads(text))
            if state is None or state.pause is None:
                return None
            lifted = replace(state, pause=None)
            connection.execute(update(relays).where(this).values(state=_written(lifted)))
        return state.pause

    def put(self, states: Iterable[RelayState]) -> None:
        """Keep states in place of those before."""
        with self._database.write() as connection:
            for state in states:
                values = {"state": _written(state)}
                changed = connection.execute(update(relays).where(relays.c.name == state.relay).values(values))
                if not changed.rowcount:
                    connection.execute(relays.insert(), {"name": state.relay, **values})


def _written(state: RelayState) -> str:
    whole = asdict(state)
    if state.pause is not None:
        whole["pause"]["since"] = state.pause.since.astimezone(UTC).isoformat()
    return json.dumps(whole, sort_keys=True)


def _read(name: str, whole: dict[str, Any]) -> RelayState:
    warm_up, pause = whole["warm_up"], whole["pause"]
    return RelayState(
        relay=name,
        gauge=_gauge(whole["gauge"]),
        domains=tuple(_gauge(each) for each in whole["domains"]),
        warm_up=None if warm_up is None else WarmUpState(**warm_up),
        pause=None if pause is None else RelayPause(pause["reason"], datetime.fromisoformat(pause["since"])),
    )


def _gauge(whole: dict[str, Any]) -> GaugeState:
    minutes = tuple((minute, count) for minute, count in whole["minutes"])
    return GaugeState(whole["name"], minutes, whole["factor"], whole["throttled_at"])
