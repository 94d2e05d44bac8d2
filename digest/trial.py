"""A message to try things with: an edition for one address, in no ledger, from which nobody can unsubscribe."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from digest.core.outbox import Attempt, Outgoing

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from digest.core.edition import EditionRecord
    from digest.core.envelope import Envelope
    from digest.core.outbox import Returned


_BODY = re.compile(rb"""<body[^>]*>(?:\s*<div class=["']pre["'][^>]*>.*?</div>)?""", re.DOTALL | re.IGNORECASE)


def as_trial(record: EditionRecord, now: datetime) -> EditionRecord:
    """An edition as a test message has it: a subject that says so, and the date of the test."""
    return replace(record, subject=f"[Test] {record.subject}", composed_at=now)


def bannered(files: Mapping[str, bytes], *, html: str, text: str) -> dict[str, bytes]:
    """The files of an edition with a banner above the message, in both parts.

    In HTML it comes below the preheader, so that the line beside the subject is the readers'.

    Args:
        files: The edition's frozen files.
        html: Stands at the beginning of the body.
        text: Stands at the beginning of the text.
    """
    shown = dict(files)
    begun = _BODY.search(shown["email.html"])
    place = begun.end() if begun else 0
    shown["email.html"] = shown["email.html"][:place] + html.encode() + shown["email.html"][place:]
    plain = "email.txt" if "email.txt" in shown else "index.txt"
    shown[plain] = text.encode() + shown[plain]
    return shown


@dataclass(slots=True)
class Single:
    """A queue of one envelope; see `digest.core.outbox.Queue`. What became of it stands here and nowhere else.

    Attributes:
        envelope: What is to go; its delivery has the number 0, which no ledger has.
        attempts: How it went.
        trouble: Why it was given back untried, where it was; empty otherwise.
    """

    envelope: Envelope
    attempts: list[Attempt] = field(default_factory=list)
    trouble: str = ""
    _taken: bool = False

    def take(self, count: int) -> list[Outgoing]:
        """The envelope, the first time."""
        if self._taken or count < 1:
            return []
        self._taken = True
        return [Outgoing(0, self.envelope)]

    def commit(self, done: Sequence[Attempt | Returned], going: Sequence[int]) -> Collection[int]:
        """Keep how it went; whatever is to go may go. Given back, it is not tried again: somebody waits for it."""
        for each in done:
            if isinstance(each, Attempt):
                self.attempts.append(each)
            else:
                self.trouble = each.reason
        return going
