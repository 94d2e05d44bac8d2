"""Statements that run for every message: compiled once for each kind of database, and run on its driver.

They are the same SQLAlchemy statements as elsewhere; only what SQLAlchemy does anew for each execution is left out.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import Connection, Executable

Row = tuple[Any, ...]


class Prepared:
    """A statement with bound parameters.

    Args:
        statement: The statement; its values are not converted: instants are given as text.
        names: Its parameters, in the order in which rows give them.
    """

    def __init__(self, statement: Executable, *names: str) -> None:
        self._statement = statement
        self._names = names
        self._compiled: dict[str, tuple[str, Callable[[Row], Any]]] = {}

    def run(self, connection: Connection, rows: Iterable[Row]) -> int:
        """Run it for each row; how many rows of the table were changed in all."""
        sql, arranged = self._for(connection)
        cursor = _cursor(connection)
        try:
            cursor.executemany(sql, [arranged(row) for row in rows])
            changed: int = cursor.rowcount
        finally:
            cursor.close()
        return changed

    def fetch(self, connection: Connection, *row: Any) -> Sequence[Row]:
        """Run it once, as a query; all it finds."""
        sql, arranged = self._for(connection)
        cursor = _cursor(connection)
        try:
            cursor.execute(sql, arranged(row))
            found: Sequence[Row] = cursor.fetchall()
        finally:
            cursor.close()
        return found

    def _for(self, connection: Connection) -> tuple[str, Callable[[Row], Any]]:
        name = connection.dialect.name
        if name not in self._compiled:
            self._compiled[name] = self._compile(connection)
        return self._compiled[name]

    def _compile(self, connection: Connection) -> tuple[str, Callable[[Row], Any]]:
        compiled: Any = self._statement.compile(dialect=connection.dialect)  # type: ignore[attr-defined]
        constants = {name: value for name, value in compiled.params.items() if name not in self._names}
        if compiled.positiontup is None:
            names = self._names
            return str(compiled), lambda row: {**constants, **dict(zip(names, row, strict=True))}
        # Where a parameter stands in a row that the constants were added to.
        order = [*self._names, *constants]
        fixed = tuple(constants.values())
        places = [order.index(name) for name in compiled.positiontup]
        if places == list(range(len(self._names))):
            return str(compiled), tuple
        pick = itemgetter(*places)  # of one place it would give no tuple, but then it is the first
        return str(compiled), (lambda row: pick(row + fixed)) if fixed else pick


def _cursor(connection: Connection) -> Any:
    driver: Any = connection.connection.driver_connection
    return driver.cursor()
