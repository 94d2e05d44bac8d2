"""What fails at present, as the daemon's threads tell it: when it begins, when it changes, when it ends."""

from __future__ import annotations

import logging
from threading import Lock

from digest.daemon.logs import event


class Troubles:
    """What fails now, and why, by name. Any thread may use it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: dict[str, str] = {}

    def __str__(self) -> str:
        with self._lock:
            return "; ".join(f"{name}: {text}" for name, text in sorted(self._known.items()))

    def failed(self, name: str, text: str, error: BaseException | None = None) -> None:
        """Something failed.

        Args:
            name: What.
            text: Why; told where it is not the same as before.
            error: Where it was a mistake of ours: its traceback is told as well.
        """
        with self._lock:
            before, self._known[name] = self._known.get(name), text
        if before != text:
            event("failing", level=logging.ERROR, what=name, error=error or text)

    def works(self, name: str) -> None:
        """Something works; told where it had failed."""
        with self._lock:
            before = self._known.pop(name, None)
        if before is not None:
            event("works_again", what=name)
