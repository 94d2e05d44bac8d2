"""What every way in has in common: a report, and the word that it is taken.

A report is marked as taken after the store has it, never before. So a kill in between brings it again, which must be
harmless: the report's id is the same each time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

Take: TypeAlias = Callable[[bytes, str | None], None]
"""Takes a message and its envelope recipient, where known; durable when it returns.

May be given the same message again. Raises `StoreError` where it cannot take it now.
"""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message that came in.

    Attributes:
        raw: Its bytes, up to what is read of a report.
        recipient: The envelope recipient; None where the way in does not know it.
        place: Where it lies: a path, a mailbox with the message's number.
        done: Marks it as taken, so that it does not come again.
    """

    raw: bytes
    recipient: str | None
    place: str
    done: Callable[[], None]


def drain(incoming: Iterable[Incoming], take: Take) -> int:
    """Take all that came in, each marked once it is durable.

    Args:
        incoming: The messages.
        take: Called for each.

    Returns:
        How many were taken.

    Raises:
        StoreError: One could not be taken: it and those after it come again.
        MailboxError: The mailbox broke off: what was taken and not marked comes again.
    """
    count = 0
    for each in incoming:
        take(each.raw, each.recipient)
        each.done()
        count += 1
    return count
