"""The rows of an import that were not used: a CSV file of line, reason and row, begun with the first of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self, TextIO

from digest.core.errors import OutputError, UsageError
from digest.rosterfiles.guarding import csv_line

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from digest.core.roster import ReadRow

HEADER = "line,reason,row"


class SetAside:
    """The file. One of an earlier import is written anew, or removed where nothing is set aside this time.

    Args:
        path: Where.
        source: The file that is imported.

    Raises:
        UsageError: The path is that of the imported file, or of a file that is none of these.
    """

    def __init__(self, path: Path, source: Path) -> None:
        self.path = path
        self._file: TextIO | None = None
        if path.exists() and (path.samefile(source) or not _is_ours(path)):
            raise UsageError("is another file; name one that may be written: --set-aside PATH", place=str(path))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._file is not None:
            try:
                self._file.close()
            except OSError as failed:  # what was kept back until now does not fit
                raise self._trouble(failed) from failed
        elif kind is None:
            self.path.unlink(missing_ok=True)

    def add(self, row: ReadRow, reason: str) -> None:
        """Put a row aside.

        Raises:
            OutputError: The file cannot be written.
        """
        try:
            if self._file is None:
                # Addresses are nobody else's business.
                self._file = open(self.path, "w", encoding="utf-8", newline="", opener=_private)  # noqa: SIM115 closed on leaving; Path.open takes no opener
                self._file.write(f"{HEADER}\n")
            self._file.write(csv_line((str(row.line), reason, row.text)))
        except OSError as error:
            raise self._trouble(error) from error

    def _trouble(self, error: OSError) -> OutputError:
        return OutputError(f"cannot be written: {error.strerror}; name another: --set-aside PATH", place=str(self.path))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _is_ours(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.readline(len(HEADER) + 2).strip() == HEADER.encode()
    except OSError as error:
        raise OutputError(f"cannot be read: {error.strerror}", place=str(path)) from error
