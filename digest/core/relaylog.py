"""What a relay's log tells of our messages, and whether that settles a delivery of which nobody knew."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from digest.core.edition import Window

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from digest.core.model import Problem

MARGIN = timedelta(minutes=10)
"""How much more of the log than the attempt itself must be there: clocks differ, and a relay may write late."""

SEAM = timedelta(hours=1)
"""Two files whose stamps lie no further apart are one log: a relay is quiet for a while, then its log is rotated."""


@dataclass(frozen=True, slots=True)
class LogFinding:
    """What one line of a relay's log says of a message.

    Attributes:
        message_id: Its Message-ID, with angle brackets.
        recipient: Whom it is about, as it came to the relay; empty when the message as a whole.
        state: What became of it there: a later bounce is "refused" although the relay had taken it.
        reply: The log's words for it, one line, at most 500 characters; empty when there are none.
        place: Where it stands, `mail.log:120`.
        taken: Whether the relay took the message from us. False only where the line says that it did not.
    """

    message_id: str
    recipient: str
    state: Literal["accepted", "refused", "deferred"]
    reply: str
    place: str
    taken: bool


@dataclass(frozen=True, slots=True)
class LogReport:
    """What reading the logs came to.

    Attributes:
        covered: The spans of time they cover, in order, apart from each other; in UTC, both ends included.
        lines: How many lines there were.
        skipped: How many of them have no time stamp that can be read.
        begun: Message-IDs of messages that came to the relay, of which no line says that it took or refused them: they
            are held for its operator or thrown away by a rule of his, wait in a long queue, or the log ends there.
        problems: Files that could not be read, or not to their end.
    """

    covered: tuple[Window, ...] = ()
    lines: int = 0
    skipped: int = 0
    begun: frozenset[str] = field(default_factory=frozenset)
    problems: tuple[Problem, ...] = ()


Settlement = Literal["taken", "not taken", "unknown"]


def settle(message_id: str, attempted: Window, taken: Container[str], report: LogReport) -> Settlement:
    """Whether the relay took a message from us, whatever it did with it later.

    Args:
        message_id: With angle brackets.
        attempted: From when its bytes may have left until that was known to have ended.
        taken: Message-IDs of which a finding says so.
        report: Of the logs of every relay it may have gone to.
    """
    if message_id in taken:
        return "taken"
    if message_id in report.begun:
        return "unknown"
    wanted = needed(attempted)
    covered = any(span.start <= wanted.start and wanted.end <= span.end for span in report.covered)
    return "not taken" if covered else "unknown"


def needed(attempted: Window) -> Window:
    """The span a log has to cover before its silence says that a message was not taken."""
    return Window(attempted.start - MARGIN, attempted.end + MARGIN)


def joined(spans: Iterable[Window]) -> tuple[Window, ...]:
    """Spans of time in order, those that overlap or lie close together as one."""
    found: list[Window] = []
    for span in sorted(spans, key=lambda each: (each.start, each.end)):
        if found and span.start - found[-1].end <= SEAM:
            span = type(span)(found[-1].start, max(found[-1].end, span.end))  # noqa: PLW2901 the two are one
            found.pop()
        found.append(span)
    return tuple(found)
