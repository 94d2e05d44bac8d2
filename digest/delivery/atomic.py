"""Files written whole or not at all: a reader sees the old content or the new, after a crash too.

The new content goes into a temporary beside the file, which is then renamed over it. The temporary's name follows from
the file's, so that what a killed process left is taken over by the next write of the same file; a lock on it, which
the system releases when its holder dies, keeps two writers of one file apart.
"""

from __future__ import annotations

import errno
import fcntl
import os
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

from digest.core.errors import OutputError
from digest.core.text import short_hash

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_FOREIGN = "this user may not write there: change the folder's owner or mode, or `output` in config.yaml"
_A_FILE = "one of its parent folders is a file: move that file, or choose another `output` in config.yaml"
_ADVICE = {
    errno.ENOSPC: "the disk is full: make room and run again",
    errno.EDQUOT: "the disk quota is used up: make room and run again",
    errno.EFBIG: "it is larger than a file of this process may be: raise the limit (ulimit -f) and run again",
    errno.EACCES: _FOREIGN,
    errno.EPERM: _FOREIGN,
    errno.EROFS: "it lies on a read-only file system: choose another `output` in config.yaml",
    errno.ENOTDIR: _A_FILE,
    errno.EEXIST: _A_FILE,
    errno.EISDIR: "there is a folder of that name: move it away",
}
TEMPORARY = ".digest-"
"""How names of files that are not finished begin; a killed process may leave one, and it may be removed."""

# Said of the fsync of a folder by file systems that have none; their renames are as durable as they get.
_NO_FOLDER_SYNC = frozenset({errno.EINVAL, errno.ENOTSUP})


def write(path: Path, content: bytes, *, staging: Path | None = None) -> bool:
    """Write a file by atomic rename, its folders too; durable when this returns.

    Args:
        path: The file.
        content: All of it.
        staging: Folder for the temporary, on the same file system; that of the file when None.

    Returns:
        False when it held these bytes already: then it was not touched.

    Raises:
        OutputError: It cannot be written; what was there before is as it was.
    """
    try:
        if path.is_file() and path.read_bytes() == content:
            return False
        return _replace(path, lambda _before: content, staging or path.parent)
    except OSError as error:
        raise output_error(path, error) from error


def update(path: Path, change: Callable[[bytes], bytes]) -> bool:
    """Write a file as `write` does, made from what it holds; between reading and writing no other process gets in.

    Args:
        path: The file.
        change: Gets what the file holds, nothing when there is none, and gives what it is to hold.

    Returns:
        False when nothing changed: then it was not touched.

    Raises:
        OutputError: It cannot be read or written; what was there before is as it was.
    """
    try:
        return _replace(path, change, path.parent)
    except OSError as error:
        raise output_error(path, error) from error


def make_folder(path: Path) -> None:
    """Make a folder and those above it, durably.

    Raises:
        OSError: It cannot be made.
    """
    for folder in (*reversed(path.parents), path):
        if not folder.is_dir():
            folder.mkdir(exist_ok=True)
            _sync(folder.parent)


def output_error(path: Path, error: OSError) -> OutputError:
    """What went wrong with a file, and what to do."""
    advice = _ADVICE.get(error.errno or 0, "check the folder and run again")
    return OutputError(f"cannot be written ({error.strerror or error}): {advice}", place=str(path))


def _replace(path: Path, change: Callable[[bytes], bytes], staging: Path) -> bool:
    make_folder(path.parent)
    temporary = staging / f"{TEMPORARY}{short_hash(path.name, 16)}"
    with _locked(temporary) as file:
        try:
            before = path.read_bytes() if path.exists() else b""
            after = change(before)
            if after == before and path.exists():
                temporary.unlink()
                return False
            file.truncate()
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
    _sync(path.parent)
    return True


def _locked(temporary: Path) -> BinaryIO:
    """The temporary, open at its start and held by nobody else; it may hold what a killed process left."""
    while True:
        # The mode follows the umask: pages are for a web server to read.
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        file = os.fdopen(os.open(temporary, flags, 0o666), "r+b")
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            if _is_at(file, temporary):
                return file
        except BaseException:
            file.close()
            raise
        # Whoever held it has renamed it meanwhile: this is the finished file now, and not to be touched.
        file.close()


def _is_at(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _sync(folder: Path) -> None:
    """Make names in a folder durable, as fsync does for a file's content."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(descriptor)


class Pages:
    """A folder of finished web pages, for a web server or a browser."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def has(self, path: str) -> bool:
        """Whether a page is there."""
        return self._place(path).is_file()

    def put(self, path: str, content: bytes) -> bool:
        """Write a page atomically; False when it was there with these bytes.

        Raises:
            OutputError: It cannot be written.
        """
        return write(self._place(path), content)

    def _place(self, path: str) -> Path:
        return self.root.joinpath(*path.split("/"))
