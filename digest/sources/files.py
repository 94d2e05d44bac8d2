"""What sources of files share: what each is made of, reading without leaving the folder, bytes as text."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from digest.core.model import Problem

if TYPE_CHECKING:
    from pathlib import Path
    from typing import ClassVar
    from zoneinfo import ZoneInfo


class OfFiles:
    """What every source of files is made of.

    Args:
        root: The file, or the folder of files.
        zone: Of dates that state none; None when it is not known.
        name: The source's name, `folder:articles` say.
        display: How `root` is shown in places: `articles` makes `articles/a.md:3`.
        max_bytes: A file of more is set aside unread; `largest` when left out.
    """

    largest: ClassVar[int] = 5_000_000

    def __init__(
        self, root: Path, *, zone: ZoneInfo | None, name: str, display: str, max_bytes: int | None = None
    ) -> None:
        self._root = root
        self._zone = zone
        self._name = name
        self._display = display
        self._max_bytes = self.largest if max_bytes is None else max_bytes

    @property
    def name(self) -> str:
        """As given."""
        return self._name


def inside(root: Path, path: str) -> Path:
    """The real file of a path within a folder.

    Raises:
        OSError: It is not there.
        ValueError: It lies outside the folder, or its links go round in a circle.
    """
    real = root.resolve()
    try:
        file = (real / path).resolve(strict=True)
    except RuntimeError as error:  # what Python before 3.13 says of a circle of links
        raise ValueError("its links go round in a circle") from error
    if not file.is_relative_to(real):
        raise ValueError("it lies outside of the source's folder")
    return file


def size_of(file: Path, limit: int) -> int:
    """Bytes of a file that may be opened.

    Raises:
        OSError: It is not there.
        ValueError: It is a folder, a pipe or a device, or has more than `limit` bytes.
    """
    status = file.stat()
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("it is no regular file")
    if status.st_size > limit:
        raise ValueError(f"it has {status.st_size:,} bytes, more than the {limit:,} that are read")
    return status.st_size


def reason(error: OSError | ValueError) -> str:
    """Why a file could not be read, in a few words."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def decoded(data: bytes, place: str) -> str | Problem:
    r"""The text, with `\n` line ends; or what the first byte is that no text has."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    bad = data.find(b"\0")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        text = ""
        bad = error.start if bad < 0 else min(bad, error.start)
    if bad >= 0:
        head = data[:bad].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        line = head.count(b"\n") + 1
        message = f"is no UTF-8 text: byte 0x{data[bad]:02x} at line {line}; save it as UTF-8"
        return Problem(f"{place}:{line}", message, set_aside=True)
    return text.replace("\r\n", "\n").replace("\r", "\n")
