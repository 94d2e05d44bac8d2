"""What stands beside the store and tells an old backup of it: up to where mail was sent from here.

A store that was put back knows less than its witness. Sending on from there would send old editions again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from digest.core.errors import StoreError
from digest.delivery.atomic import write

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to where a store has come.

    Attributes:
        store: Which store: made once with it, copied with it.
        step: How many steps were made with it: batches of deliveries begun, renewed or ended.
        dispatch: The last dispatch that was planned.
        at: When, aware.
    """

    store: str
    step: int
    dispatch: int
    at: datetime


class Witness:
    """The file that holds the mark. It is no part of the store: what puts a copy of that back leaves it alone."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def mark(self) -> Mark | None:
        """The mark; None where there is none that can be read."""
        try:
            whole: dict[str, Any] = json.loads(self.path.read_bytes())
            return Mark(whole["store"], whole["step"], whole["dispatch"], datetime.fromisoformat(whole["at"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, mark: Mark) -> None:
        """Write the mark down.

        Raises:
            OutputError: It cannot be written: then nothing may be sent, for nobody could tell afterwards.
        """
        whole = {"store": mark.store, "step": mark.step, "dispatch": mark.dispatch, "at": mark.at.isoformat()}
        write(self.path, json.dumps(whole).encode() + b"\n")

    def check(self, mark: Mark, place: str) -> None:
        """Refuse to go on with a store that knows less than the witness.

        Args:
            mark: As the store has it.
            place: The store, as errors name it.

        Raises:
            StoreError: It is an old copy.
        """
        known = self.mark()
        if known is None or known.store != mark.store or known.step <= mark.step:
            return
        raise StoreError(
            f"is older than what was sent from here ({self.path} knows of mail on {known.at:%Y-%m-%d %H:%M}Z that the "
            "store does not): a backup was put back? Nothing is made or sent, lest it be sent twice. "
            "'digest reconcile --restored' goes on from there",
            place=place,
        )
