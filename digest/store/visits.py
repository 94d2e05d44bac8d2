"""What is remembered of addresses between two fetches."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from digest.core.fetching import Visit
from digest.core.wishes import NO_WISHES, Wishes
from digest.store.rows import to_json
from digest.store.tables import instant_text, visits

if TYPE_CHECKING:
    from digest.store.engine import Database

_FIELDS = frozenset(each.name for each in fields(Visit))
_INSTANTS = ("not_before", "failing_since", "last_tried", "last_success", "met", "again")


class SqlVisits:
    """The `Visits` port over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[tuple[str, str], Visit]:
        """See `Visits`."""
        with self._database.read() as connection:
            rows = connection.execute(select(visits).order_by(visits.c.source, visits.c.url)).all()
        return {(row.source, row.url): _read(row.visit) for row in rows}

    def keep(self, source: str, visit: Visit, *, since: Visit | None = None) -> bool:
        """See `Visits`."""
        row = {"source": source, "url": visit.url, "visit": _write(visit)}
        this = select(visits.c.visit).where(visits.c.source == source, visits.c.url == visit.url)
        with self._database.write() as connection:
            if since is not None:
                text = connection.execute(this).scalar()
                if (None if text is None else _read(text).last_tried) != since.last_tried:
                    return False
            connection.execute(visits.delete().where(visits.c.source == source))
            connection.execute(visits.insert(), row)
        return True

    def forget(self, source: str) -> None:
        """See `Visits`."""
        with self._database.write() as connection:
            connection.execute(visits.delete().where(visits.c.source == source))


def _write(visit: Visit) -> str:
    said = {name: value for name, value in asdict(visit).items() if value and value != NO_WISHES}
    return to_json({name: instant_text(value) if name in _INSTANTS else value for name, value in said.items()})


def _read(text: str) -> Visit:
    # A field that this digest does not know is one of a newer one's: it is forgotten with the next visit.
    said: dict[str, Any] = {name: value for name, value in json.loads(text).items() if name in _FIELDS}
    for name in _INSTANTS:
        if name in said:
            said[name] = datetime.fromisoformat(said[name])
    if "wishes" in said:
        said["wishes"] = Wishes(*said["wishes"])
    return Visit(**said)
