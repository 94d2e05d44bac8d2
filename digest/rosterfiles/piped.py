"""What comes through a pipe, kept as a file while it is imported: it is read twice, first to see that it is whole."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from digest.core.errors import OutputError, SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

STANDARD_INPUT = "-"


def is_piped(file: str) -> bool:
    """Whether a file is standard input, or one that can be read once only: a FIFO, a shell's `<(...)`."""
    path = Path(file)
    try:
        return file == STANDARD_INPUT or (path.exists() and not path.is_file() and not path.is_dir())
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror}", place=file) from error


@contextmanager
def kept(file: str) -> Iterator[Path]:
    """Read a pipe to its end into a file that its owner alone can read, gone afterwards.

    Raises:
        SourceError: It cannot be read.
        OutputError: There is no room for it.
    """
    with NamedTemporaryFile(prefix="digest-import-") as copy:
        try:
            if file == STANDARD_INPUT:
                _copy(sys.stdin.buffer, copy.file)
            else:
                with open(file, "rb") as source:  # noqa: PTH123 Path("-") and "/dev/fd/63" are the same to both
                    _copy(source, copy.file)
        except OSError as error:
            raise SourceError(f"cannot be read: {error.strerror}", place=file) from error
        yield Path(copy.name)


def _copy(source: IO[bytes], target: IO[bytes]) -> None:
    while block := source.read(1 << 20):
        try:
            target.write(block)
            target.flush()
        except OSError as error:
            message = f"cannot be kept while it is imported: {error.strerror}; make room, or set TMPDIR"
            raise OutputError(message, place="standard input") from error
