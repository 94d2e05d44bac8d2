"""What models answered, by what they were asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select

from digest.store.engine import batches
from digest.store.tables import answers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.store.engine import Database


MOST_KEPT = 20_000
"""Some 20 MB. An answer is of use until its edition is frozen: a table that is full is halved, whichever they are."""
_HALF = "8"
"""Keys are hashes in hexadecimal: half of them are below."""


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

    def forget(self, but: Sequence[str]) -> None:
        """See `Answers`."""
        with self._database.read() as connection:
            count = connection.execute(select(func.count()).select_from(answers)).scalar_one()
        if count > MOST_KEPT:
            kept = self.find(but)
            with self._database.write() as connection:
                connection.execute(delete(answers).where(answers.c.key < _HALF))
                missing = [{"key": key, "answer": answer} for key, answer in kept.items() if key < _HALF]
                if missing:
                    connection.execute(insert(answers), missing)
