"""How much is said at once to a relay, and stepping down for one that trips over it [RFC 2920]."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.core.outbox import Reply
    from digest.delivery.smtp.settings import Pipelining

OFF, ENVELOPE, ONE_FLIGHT = range(3)

_LEVELS: dict[Pipelining, int] = {"off": OFF, "envelope": ENVELOPE, "one-flight": ONE_FLIGHT}
_NAMES: dict[int, Pipelining] = {level: name for name, level in _LEVELS.items()}
# Exim: "554 SMTP synchronization error".
_OUT_OF_STEP = re.compile(r"synchroni[sz]ation", re.IGNORECASE)
_LOG = logging.getLogger(__name__)


def out_of_step(reply: Reply) -> bool:
    """Whether a server complains that more was said than it had asked for."""
    return reply.code >= 500 and _OUT_OF_STEP.search(reply.text) is not None


class Ways:
    """What a relay has shown to bear; remembered as long as the sink lives.

    A connection that breaks after a first flight may have been lost for any reason, and its message with it: so one
    connection tries that out, and until its replies are there the others do without.

    Args:
        name: The relay's name.
        most: What may be tried.
    """

    __slots__ = ("_doubt", "_name", "_prober", "level", "proven")

    def __init__(self, name: str, most: Pipelining) -> None:
        self._name = name
        self.level = _LEVELS[most]
        self.proven = OFF
        self._prober: object | None = None
        self._doubt = 0

    def may_fly(self, who: object) -> bool:
        """Whether a connection may write the next message's commands behind a message."""
        if self.level < ONE_FLIGHT:
            return False
        if self.proven < ONE_FLIGHT and self._prober is None:
            self._prober = who
        return self.proven == ONE_FLIGHT or self._prober is who

    def worked(self, way: int) -> None:
        """All replies of a group came."""
        self.proven = max(self.proven, way)

    def left(self, who: object) -> None:
        """A connection is gone: another may try."""
        if self._prober is who:
            self._prober = None

    def failed(self, way: int, why: str, *, certain: bool) -> None:
        """A group got no replies, or was complained about.

        Args:
            way: How it had been written.
            why: What happened.
            certain: Whether the server named the cause. Otherwise one flight is given up at once where none has
                worked before, as it may cost a message, and `envelope` the second time.
        """
        if way == OFF or way > self.level or (way <= self.proven and not certain):
            return
        self._doubt += 1
        if not certain and way == ENVELOPE and self._doubt < 2:
            return
        self.level, self._doubt, self._prober = way - 1, 0, None
        self.proven = min(self.proven, self.level)
        _LOG.warning("%s: from now on with pipelining: %s (%s)", self._name, _NAMES[self.level], why)
