"""A walk over a folder: which files are there, each with a fingerprint, and what could not be looked at."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from digest.core.model import Problem

if TYPE_CHECKING:
    from collections.abc import Container
    from pathlib import Path

DEEPEST = 100
"""Folders within folders; more is a mistake, or a trap."""


class Walk:
    """One look at a folder; `found` and `problems` grow.

    Args:
        root: The folder, which is there.
        display: How it is shown.
        version: What a fingerprint begins with.
        suffixes: What the names of the wanted files end in, lower case.
    """

    def __init__(self, root: Path, display: str, version: str, suffixes: Container[str]) -> None:
        self.found: dict[str, str] = {}
        self.problems: list[Problem] = []
        self._root = os.path.realpath(root)
        self._display = display
        self._version = version
        self._suffixes = suffixes
        self._linked: dict[str, str] = {}  # real path of a folder that a link leads to -> the link's path

    def run(self) -> None:
        """Walk the tree, each folder in the order of its names.

        Raises:
            OSError: The root cannot be listed.
        """
        self._list(self._root, "", (self._root,))

    def report(self, path: str, message: str, *, set_aside: bool = True) -> None:
        """Note a problem of a path."""
        shown = path.encode("utf-8", "backslashreplace").decode()
        shown = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in shown)
        self.problems.append(Problem(f"{self._display}/{shown}".rstrip("/"), message, set_aside=set_aside))

    def _list(self, folder: str, prefix: str, above: tuple[str, ...]) -> None:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
        for entry in entries:
            name = entry.name
            if name[0] in "._" or name.lower().partition(".")[0] == "readme":
                continue
            path = f"{prefix}{name}"
            try:
                self._entry(entry, path, above)
            except OSError as error:
                self.report(path, f"cannot be read: {error.strerror}; mend its permissions or move it away")

    def _entry(self, entry: os.DirEntry[str], path: str, above: tuple[str, ...]) -> None:
        suffix = os.path.splitext(entry.name)[1].lower()  # noqa: PTH122 a Path for each of 10,000 entries costs more than the rest
        if entry.is_symlink():
            if not self._follow(entry, path, suffix, above):
                return
        elif entry.is_dir():
            if len(above) > DEEPEST:
                self.report(path, f"is nested deeper than {DEEPEST} folders; move it up")
                return
            self._list(entry.path, f"{path}/", (*above, entry.path))
            return
        if suffix not in self._suffixes:
            return
        if not (path.isascii() and path.isprintable()) and not _good_name(path):
            self.report(path, "its name is no UTF-8 text, or holds a control character; rename it")
            return
        status = entry.stat()
        if not stat.S_ISREG(status.st_mode):
            self.report(path, "is no regular file; move it away")
            return
        self.found[path] = fingerprint(self._version, status)

    def _follow(self, entry: os.DirEntry[str], path: str, suffix: str, above: tuple[str, ...]) -> bool:
        """Whether a link leads to a file to read; a folder it leads to is listed here."""
        real = os.path.realpath(entry.path)
        try:
            is_folder = stat.S_ISDIR(os.stat(real).st_mode)  # noqa: PTH116 as above
        except OSError:
            if suffix in self._suffixes or not suffix:
                self.report(path, "is a link that leads nowhere; remove it, or restore what it led to")
            return False
        if not is_folder and suffix not in self._suffixes:
            return False
        if real != self._root and not real.startswith(self._root + os.sep):
            self.report(path, f"is a link that leads out of {self._display}; put the articles themselves there")
            return False
        if not is_folder:
            return True
        if real in above:
            self.report(path, "is a link to a folder it lies in; remove it")
        elif real in self._linked:
            self.report(
                path, f"is a link to a folder that is read through the link {self._linked[real]} already; remove it"
            )
        else:
            self._linked[real] = path
            self._list(real, f"{path}/", (*above, real))
        return False


def fingerprint(version: str, status: os.stat_result) -> str:
    """Changes when a file does: of its times, the later one also tells of a file put in another's place."""
    return f"{version}:{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}"


def _good_name(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in path)
