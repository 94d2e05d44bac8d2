"""What is remembered of the notes to the operator."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from digest.core.notes import NOTHING, Correspondence, Matter, Told
from digest.store.rows import to_json
from digest.store.tables import instant_text, notes

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.store.engine import Database


class SqlNotes:
    """What is remembered of notes, by address. Not shared between threads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[str, Correspondence]:
        """Every one that is kept, by address; also of those that are no longer configured."""
        with self._database.read() as connection:
            rows = connection.execute(select(notes).order_by(notes.c.address)).all()
        return {row.address: _read(row.state) for row in rows}

    def change(self, address: str, how: Callable[[Correspondence], Correspondence]) -> None:
        """Change what is remembered of an address, in one transaction: nobody changes it meanwhile.

        Args:
            address: Which.
            how: Given what is remembered, `NOTHING` of a new one; gives what to remember.
        """
        this = notes.c.address == address
        with self._database.write() as connection:
            text = connection.execute(select(notes.c.state).where(this)).scalar()
            before = NOTHING if text is None else _read(text)
            after = how(before)
            if after == before:
                return
            connection.execute(notes.delete().where(this))
            connection.execute(notes.insert(), {"address": address, "state": _write(after)})


def _write(state: Correspondence) -> str:
    said = {
        "told": [[*each.matter, instant_text(each.at)] for each in state.told],
        "tries": state.tries,
        "since": state.since and instant_text(state.since),
        "due": state.due and instant_text(state.due),
        "error": state.error,
    }
    return to_json({name: value for name, value in said.items() if value})


def _read(text: str) -> Correspondence:
    said = json.loads(text)
    return Correspondence(
        told=tuple(Told(Matter(what, place), datetime.fromisoformat(at)) for what, place, at in said.get("told", ())),
        tries=said.get("tries", 0),
        since=_instant(said.get("since")),
        due=_instant(said.get("due")),
        error=said.get("error", ""),
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
