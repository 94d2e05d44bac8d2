"""What models answered, by what they were asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from digest.store.engine import batches
from digest.store.tables import answers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.store.engine import Database


class SqlAnswers:
    """The `Answers` port over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, keys: Sequence[str]) -> dict[str, str]:
        """See `Answers`."""
        found: dict[str, str] = {}
        with self._database.read() as connection:
            for batch in batches(keys):
                query = select(answers.c.key, answers.c.answer).where(answers.c.key.in_(batch))
                found.update(connection.execute(query).all())
        return found

    def keep(self, key: str, answer: str) -> None:
        """See `Answers`."""
        with self._database.write() as connection:
            if connection.execute(select(answers.c.key).where(answers.c.key == key)).first() is None:
                connection.execute(insert(answers).values(key=key, answer=answer))
