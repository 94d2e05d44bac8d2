"""A queue in memory with the contract of the ledger's: what was not marked must not arrive."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from digest.core.envelope import Envelope
from digest.core.errors import StoreError
from digest.core.outbox import Attempt, Outgoing, Returned

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence


def envelope(number: int, *, recipient: str = "", body: str = "Hello.\n") -> Envelope:
    to = recipient or f"reader{number}@example.org"
    head = f"From: desk@example.org\r\nTo: {to}\r\nMessage-ID: <{number}@example.org>\r\n\r\n"
    return Envelope.whole(
        sender=f"bounce+{number}@example.org",
        recipient=to,
        message_id=f"<{number}@example.org>",
        name=f"n{number}",
        message=(head + body.replace("\n", "\r\n")).encode(),
    )


def outgoing(number: int, **more: str) -> Outgoing:
    return Outgoing(number, envelope(number, **more))


@dataclass
class MemoryQueue:
    """Deliveries 0 to `count` - 1.

    Attributes:
        state: Of each delivery: waiting, claimed, sending, accepted, deferred, refused, uncertain.
        attempts: All that were noted, in order.
        returned: All that were given back, in order.
        dropped: Deliveries that may not go when they are about to.
        most_in_doubt: How many were `sending` at once.
        fail: Called before each commit; may raise StoreError.
    """

    count: int
    make: Callable[[int], Outgoing] = outgoing
    dropped: set[int] = field(default_factory=set)
    fail: Callable[[], None] = lambda: None
    state: dict[int, str] = field(default_factory=dict)
    due: dict[int, datetime] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)
    returned: list[Returned] = field(default_factory=list)
    commits: list[tuple[int, int]] = field(default_factory=list)
    most_in_doubt: int = 0

    def __post_init__(self) -> None:
        self.state = dict.fromkeys(range(self.count), "waiting")

    def take(self, count: int) -> list[Outgoing]:
        now = datetime.now(UTC)
        free = [n for n, state in self.state.items() if state == "waiting" and self.due.get(n, now) <= now]
        for number in free[:count]:
            self.state[number] = "claimed"
        return [self.make(number) for number in free[:count]]

    def commit(self, done: Sequence[Attempt | Returned], going: Sequence[int]) -> Collection[int]:
        self.fail()
        self.commits.append((len(done), len(going)))
        for each in done:
            if isinstance(each, Returned):
                assert self.state[each.delivery] in ("claimed", "sending")
                self.state[each.delivery] = "waiting"
                self.returned.append(each)
                if each.due is not None:
                    self.due[each.delivery] = each.due
            else:
                self._note(each)
        allowed = []
        for number in going:
            assert self.state[number] == "claimed", f"{number} was {self.state[number]} when it was to go"
            if number in self.dropped:
                self.state[number] = "excluded"
            else:
                self.state[number] = "sending"
                allowed.append(number)
        self.most_in_doubt = max(self.most_in_doubt, sum(state == "sending" for state in self.state.values()))
        return allowed

    def _note(self, attempt: Attempt) -> None:
        before = self.state[attempt.delivery]
        assert before == "sending" or (before == "claimed" and attempt.stage != "message")
        self.attempts.append(attempt)
        if attempt.reply is None:
            outcome = "uncertain" if attempt.stage == "message" else "deferred"
        elif attempt.reply.code < 300:
            assert attempt.stage == "message"
            outcome = "accepted"
        else:
            outcome = "deferred" if attempt.reply.code < 500 else "refused"
        self.state[attempt.delivery] = outcome

    def numbers(self, state: str) -> list[int]:
        return [number for number, one in self.state.items() if one == state]


def broken_store() -> None:
    raise StoreError("the disk is full", place="digest.db")
