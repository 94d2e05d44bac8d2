"""Taking a hundred thousand subscribers in, and again; in memory that does not grow."""

from __future__ import annotations

import csv
import hashlib
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

from benchmarks.harness import Figure, Side, rounds
from benchmarks.sample import NEWSLETTER, NOW
from digest.membership import import_rows
from digest.rosterfiles.reading import look_at
from digest.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.sample import Sample
    from digest.core.roster import ReadRow

ROWS = 100_000
FEW = 10_000
ROUNDS = 3
GROWTH = 24 * 1024
"""KiB that the memory of a process may differ by between few rows and all."""

_IMPORT = """
import resource, sys
from pathlib import Path
from benchmarks.roster import take_in
take_in(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def roster(sample: Sample) -> Iterator[Figure]:
    """Importing beside the least that reads the same and keeps it; then the same file once more."""
    folder = sample.root / "roster"
    folder.mkdir()
    file, few = _write(folder / "all.csv", ROWS), _write(folder / "few.csv", FEW)
    url = f"sqlite:///{folder}/digest.db"

    def new_store() -> None:
        for path in folder.glob("digest.db*"):
            path.unlink()
        open_store(url).close()

    first = Side("import", lambda: take_in(file, url, ROWS), new_store)
    again = Side("again", lambda: take_in(file, url, 0))
    bare = Side("csv.reader and one INSERT each", lambda: _bare(file, folder / "bare.db"))
    times = rounds((first, again, bare), ROUNDS)
    name = f"import of {ROWS:,} subscribers"
    yield Figure(f"{name}, first", bare.name, times[first.name], times[bare.name])
    yield Figure(f"{name}, again", first.name, times[again.name], times[first.name])
    small, large = (_memory(path, folder, rows) for path, rows in ((few, FEW), (file, ROWS)))
    print(f"memory of an import: {FEW:,} rows {small} KiB, {ROWS:,} rows {large} KiB", file=sys.stderr)
    assert large - small < GROWTH, f"{ROWS:,} rows take {large - small} KiB more than {FEW:,}"


def take_in(file: Path, url: str, expected: int) -> None:
    """Import a file; so many must be new."""
    found = look_at(file)
    with open_store(url) as store:
        imported = import_rows(store.roster, NEWSLETTER, found.rows(NEWSLETTER, NOW), NOW, _refuse)
    # An import that set rows aside would be a quick one.
    assert imported.outcomes.get("added", 0) == expected, imported


def _refuse(row: ReadRow, reason: str) -> None:
    raise AssertionError(f"line {row.line}: {reason}")


def _write(path: Path, rows: int) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.write("email,name,created_at\n")
        for number in range(rows):
            name = hashlib.sha256(str(number).encode()).hexdigest()[:10]
            file.write(f"{name}{number}@{name[:3]}.example.org,Reader {number},2024-01-{number % 28 + 1:02}\n")
    return path


def _bare(file: Path, database: Path) -> None:
    """Read the file and keep each row, in one transaction, without a look at what it says."""
    database.unlink(missing_ok=True)
    with closing(sqlite3.connect(database)) as connection, connection, file.open(newline="", encoding="utf-8") as text:
        connection.execute("CREATE TABLE subscribers (address TEXT PRIMARY KEY, name TEXT, since TEXT)")
        rows = csv.reader(text)
        next(rows)
        connection.executemany("INSERT INTO subscribers VALUES (?, ?, ?)", rows)


def _memory(file: Path, folder: Path, rows: int) -> int:
    """The most memory that a process had which imported a file, in KiB."""
    url = f"sqlite:///{folder}/memory-{rows}.db"
    command = [sys.executable, "-c", _IMPORT, str(file), url, str(rows)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
