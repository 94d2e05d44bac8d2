"""Watches what an edition is made of, and makes it again when that changes."""

from __future__ import annotations

import os
import time
import traceback
from contextlib import suppress
from threading import Event, Thread
from typing import TYPE_CHECKING

from digest.core.errors import DigestError
from digest.core.model import Problem
from digest.preview.proof import State, mistakes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from digest.preview.proof import Proof

PAUSE = 0.5
"""Seconds between two looks at the files."""
SHARE = 10
"""A look that takes long is followed by a pause so many times as long: large folders must not cost a core."""


class Studio:
    """Keeps the newest proof of an edition. Its state may be read by any thread; all else belongs to one.

    Args:
        make: Makes a proof; called in one thread at a time.
        watched: What to watch until the first proof names its own.
    """

    def __init__(self, make: Callable[[], Proof], watched: Iterable[Path]) -> None:
        self._make = make
        self._watched = tuple(watched)
        self._seen: dict[str, tuple[int, int]] | None = None
        self._pause = PAUSE
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="studio", daemon=True)
        self.state = State(0)

    def start(self) -> None:
        """Make the first proof, and watch from now on."""
        self.look()
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; a proof under way is finished."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> None:
        """Make a proof if anything has changed since the last look."""
        begun = time.monotonic()
        # Taken before: what changes meanwhile is seen the next time.
        seen = fingerprint(self._watched)
        self._pause = max(PAUSE, SHARE * (time.monotonic() - begun))
        if seen == self._seen:
            return
        self._seen = seen
        before = self.state
        try:
            proof = self._make()
        except DigestError as error:
            self.state = State(before.version + 1, before.proof, mistakes_of(error))
        except Exception as error:  # noqa: BLE001 whatever it is, the page must say so, and the next change be tried
            traceback.print_exc()
            said = f"digest itself failed: {type(error).__name__}: {error}"
            self.state = State(before.version + 1, before.proof, (Problem("", said),))
        else:
            self.state = State(before.version + 1, proof)
            if proof.watched != self._watched:
                self._watched, self._seen = proof.watched, None

    def _run(self) -> None:
        while not self._stopped.wait(self._pause):
            self.look()


def fingerprint(paths: Iterable[Path]) -> dict[str, tuple[int, int]]:
    """Every file of these paths, and of the folders among them, with its time of change in nanoseconds and its size.

    Hidden files and folders are left out, and linked folders; what cannot be read counts as not there.
    """
    found = {}
    for path in paths:
        for file in _files(path):
            with suppress(OSError):  # gone meanwhile
                status = os.stat(file)  # noqa: PTH116 for ten thousand files twice a second
                found[file] = (status.st_mtime_ns, status.st_size)
    return found


def _files(path: Path) -> Iterator[str]:
    if not path.is_dir():
        yield str(path)
    for folder, folders, names in os.walk(path):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (f"{folder}/{name}" for name in names if not name.startswith("."))
