"""Reports out of a Maildir: from `new/` to `cur/`, marked as seen once taken."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from digest.bounces.incoming import Incoming
from digest.bounces.message import LARGEST
from digest.core.errors import MailboxError
from digest.core.model import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_SEEN = ":2,S"


def unread(folder: Path, problem: Callable[[Problem], None]) -> Iterator[Incoming]:
    """The messages in `new/`, by name, which is by time with most mail systems.

    Args:
        folder: The Maildir.
        problem: Told of each file that cannot be read; it stays where it is.

    Raises:
        MailboxError: The folder is no Maildir, or cannot be listed.
    """
    new = folder / "new"
    try:
        names = sorted(entry.name for entry in new.iterdir() if not entry.name.startswith("."))
        (folder / "cur").mkdir(exist_ok=True)
    except OSError as error:
        raise MailboxError(
            f"is no Maildir that can be read: {error.strerror}; check the folder and whose it is", place=str(folder)
        ) from error
    for name in names:
        path = new / name
        try:
            raw = _read(path)
        except FileNotFoundError:
            continue  # another process took it
        except OSError as error:
            problem(Problem(str(path), f"cannot be read: {error.strerror or error}", set_aside=True))
            continue
        yield Incoming(raw, None, str(path), _mover(path, folder / "cur"))


def _read(path: Path) -> bytes:
    # Without waiting: a pipe somebody put there would never end.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("it is no file")
        return file.read(LARGEST)


def _mover(path: Path, seen: Path) -> Callable[[], None]:
    def done() -> None:
        try:
            path.rename(seen / (path.name.partition(":2,")[0] + _SEEN))
        except FileNotFoundError:
            return  # another process took it too, which is harmless
        except OSError as error:
            raise MailboxError(
                f"cannot be moved to {seen}: {error.strerror}; it will come again", place=str(path)
            ) from error

    return done
