"""What models were used for, and which one does not answer."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import and_, select, update

from digest.core.modeluse import NOTHING, ModelTrouble, Outcome, Spent, Used, total
from digest.store.rows import to_json
from digest.store.tables import instant_text, meta, model_use

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from sqlalchemy import ColumnElement

    from digest.store.engine import Database

_TROUBLE = "model_trouble"
_COUNTS = ("calls", "sent", "received", "money", "written", "kept")


class SqlModelUse:
    """The `ModelUse` port over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def spent(self, newsletter: str, edition: str) -> Spent:
        """See `ModelUse`."""
        query = select(model_use.c.calls, model_use.c.sent, model_use.c.received)
        with self._database.read() as connection:
            row = connection.execute(query.where(_this(newsletter, edition))).one_or_none()
        return NOTHING if row is None else Spent(*row)

    def spend(self, newsletter: str, edition: str, more: Spent, money: float, now: datetime) -> None:
        """See `ModelUse`."""
        added = {"calls": more.calls, "sent": more.sent, "received": more.received, "money": money}
        # Added by the database: of two processes, one of which has lost its claim, both have spent.
        changed = {name: model_use.c[name] + value for name, value in added.items()}
        self._put(newsletter, edition, changed, added, now)

    def settle(self, newsletter: str, edition: str, outcome: Outcome, now: datetime) -> None:
        """See `ModelUse`."""
        refused = to_json(dict(sorted(outcome.refused.items())))
        values = {"written": outcome.written, "kept": outcome.kept, "refused": refused}
        self._put(newsletter, edition, values, values, now)

    def _put(
        self, newsletter: str, edition: str, changed: Mapping[str, Any], first: Mapping[str, Any], now: datetime
    ) -> None:
        day = {"day": now.astimezone(UTC).date().isoformat()}
        with self._database.write() as connection:
            known = update(model_use).where(_this(newsletter, edition)).values({**changed, **day})
            if not connection.execute(known).rowcount:
                new = {"newsletter": newsletter, "edition": edition, "refused": "{}", **dict.fromkeys(_COUNTS, 0)}
                connection.execute(model_use.insert(), {**new, **first, **day})

    def days(self, newsletter: str, first: date | None = None) -> dict[date, Used]:
        """See `ModelUse`."""
        query = select(model_use).where(model_use.c.newsletter == newsletter)
        if first is not None:
            query = query.where(model_use.c.day >= first.isoformat())
        found: dict[date, list[Used]] = {}
        with self._database.read() as connection:
            for row in connection.execute(query.order_by(model_use.c.day, model_use.c.edition)):
                outcome = Outcome(row.written, row.kept, json.loads(row.refused))
                used = Used(Spent(row.calls, row.sent, row.received), row.money, outcome)
                found.setdefault(date.fromisoformat(row.day), []).append(used)
        return {day: total(each) for day, each in found.items()}

    def trouble(self) -> ModelTrouble | None:
        """See `ModelUse`."""
        with self._database.read() as connection:
            kept = connection.execute(select(meta.c.value).where(meta.c.key == _TROUBLE)).scalar()
        if kept is None:
            return None
        said = json.loads(kept)
        return ModelTrouble(said["model"], datetime.fromisoformat(said["since"]), said["text"])

    def note(self, model: str, text: str | None, now: datetime) -> None:
        """See `ModelUse`. Writes nothing where nothing changes."""
        before = self.trouble()
        same = before is not None and before.model == model
        if (before is None and text is None) or (before is not None and same and before.text == text):
            return
        since = before.since if before is not None and same else now
        with self._database.write() as connection:
            connection.execute(meta.delete().where(meta.c.key == _TROUBLE))
            if text is not None:
                value = to_json({"model": model, "since": instant_text(since), "text": text})
                connection.execute(meta.insert(), {"key": _TROUBLE, "value": value})


def _this(newsletter: str, edition: str) -> ColumnElement[bool]:
    return and_(model_use.c.newsletter == newsletter, model_use.c.edition == edition)
