"""The dialogue that sends messages over an open connection: what to write next for what was read.

No network and no clock here. Of each delivery it is known how far it came, so that a failure is known to be safe to
try again, or not: see `digest.core.outbox.Stage`. Every reply is read, that to DATA after a refused RCPT too
[RFC 2920 section 3.1].

A connection has at most two deliveries: the one whose message has gone (`flying`), and the one that comes next
(`current`). `ready` means that the server asked for the message of `current`; nothing of it is written before `go`.
"""

from __future__ import annotations

import re
from collections import deque
from math import inf
from typing import TYPE_CHECKING, Literal

from digest.core.outbox import Reply
from digest.delivery.smtp.pipelining import ENVELOPE, OFF, ONE_FLIGHT, out_of_step
from digest.delivery.smtp.replies import LONGEST_LINE, ReplyReader, as_reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.core.outbox import Outgoing, Stage
    from digest.delivery.smtp.commands import Commands
    from digest.delivery.smtp.pipelining import Ways
    from digest.delivery.smtp.replies import Said
    from digest.delivery.smtp.settings import Deadlines

State = Literal["idle", "busy", "ready", "closed"]

DOT, MAIL, RCPT, DATA, LONE_DOT, RSET = range(6)
_NAMES = ("the message", "MAIL", "RCPT", "DATA", "an empty message", "RSET")
_GROUP = (MAIL, RCPT, DATA)
_FLIGHT = (DOT, *_GROUP)
# The usual answer to one flight, read in one piece.
_SMOOTH = re.compile(
    rb"250 (?:(2\.\d{1,3}\.\d{1,3})(?: +|(?=\r)))?([ -~]{0,500})\r\n"
    rb"25[01] [^\r\n]*\r\n25[01] [^\r\n]*\r\n354 [^\r\n]*\r\n"
)


class Dialogue:
    """One connection's dialogue.

    Args:
        commands: Writes its commands.
        pipelining: Whether the server offers that.
        ways: What the relay bears.
        deadlines: How long each reply may take.
        settle: Told how each delivery ended: the delivery, what it was doing, the reply or None, the trouble.

    Attributes:
        state: See above.
        current: The delivery that comes next.
        flying: The delivery whose message is being written, or has been.
        dot_left: Whether the final dot of `flying` may have left.
        deadline: When the reply waited for must be there, by the clock that `now` is of.
        accepted: How many messages were taken.
        trouble: Why it is closed; empty where nothing went wrong.
        out: What is to be written.
    """

    __slots__ = (
        "_closing",
        "_expected",
        "_limits",
        "_offered",
        "_reader",
        "_refused",
        "_settle",
        "_stage",
        "_steps",
        "_transaction",
        "_way",
        "_ways",
        "accepted",
        "commands",
        "current",
        "deadline",
        "dot_left",
        "flying",
        "out",
        "state",
        "trouble",
    )

    def __init__(
        self,
        commands: Commands,
        ways: Ways,
        deadlines: Deadlines,
        settle: Callable[[Outgoing, Stage, Reply | None, str], None],
        *,
        pipelining: bool,
    ) -> None:
        self.commands = commands
        self._offered = pipelining
        self._ways = ways
        self._limits = (
            deadlines.message,
            deadlines.command,
            deadlines.command,
            deadlines.data,
            deadlines.message,
            deadlines.command,
        )
        self._settle = settle
        self._reader = ReplyReader()
        self._expected: deque[int] = deque()
        self._steps: deque[tuple[int, bytes]] = deque()  # still to be said, one by one
        self._refused: tuple[Stage, Reply] | None = None
        self._stage: Stage = "sender"
        self._transaction = False  # one that failed is still open at the server
        self._closing = False
        self._way = OFF
        self.state: State = "idle"
        self.current: Outgoing | None = None
        self.flying: Outgoing | None = None
        self.dot_left = False
        self.deadline = inf
        self.accepted = 0
        self.trouble = ""
        self.out = b""

    def may_fly(self) -> bool:
        """Whether a message may carry the next one's commands."""
        return self._offered and self._ways.may_fly(self)

    def begin(self, outgoing: Outgoing, commands: bytes, now: float) -> None:
        """Start with a delivery; only when idle.

        Args:
            outgoing: The delivery.
            commands: Its MAIL, RCPT and DATA.
            now: The present.
        """
        kinds: tuple[int, ...] = _GROUP
        if self._transaction:
            self._transaction = False
            kinds, commands = (RSET, *_GROUP), b"RSET\r\n" + commands
        self.current, self._refused, self._stage, self.state = outgoing, None, "sender", "busy"
        if self._offered and self._ways.level >= ENVELOPE:
            self._way = ENVELOPE
            self._expected.extend(kinds)
            self.out += commands
        else:
            self._way = OFF
            self._steps.extend(zip(kinds, commands.splitlines(keepends=True), strict=True))
            self._say_next()
        self.deadline = now + self._limits[self._expected[0]]

    def go(self, following: Outgoing | None, now: float) -> None:
        """The message of `current` is about to be written; only when ready.

        Args:
            following: The delivery whose commands are written right behind it.
            now: The present.
        """
        self.flying, self.dot_left, self.state = self.current, False, "busy"
        self.current = following
        self.deadline = now + self._limits[DOT]
        if following is None:
            self._way = OFF
            self._expected.append(DOT)
        else:
            self._refused, self._stage, self._way = None, "sender", ONE_FLIGHT
            self._expected.extend(_FLIGHT)

    def written(self, now: float) -> None:
        """The final dot has been taken by the system: from now on, nobody but the server knows."""
        self.dot_left = True
        self.deadline = now + self._limits[DOT]

    def received(self, data: bytes, now: float) -> None:
        """Take what was read."""
        if self._way == ONE_FLIGHT and self.dot_left and self._smooth(data):
            return
        expected = self._expected
        before = len(expected)
        said = self._reader.feed(data)
        for each in said:
            if self.state == "closed":
                return
            if not expected:
                self._unasked(each)
                return
            self._hear(expected.popleft(), each)
        if self.state == "closed":
            return
        if self._reader.trouble:
            self.lost(self._reader.trouble)
        elif not expected:
            self.deadline = inf
        elif said and (len(expected) != before or self.out):
            self.deadline = now + self._limits[expected[0]]

    def _smooth(self, data: bytes) -> bool:
        """Whether this was the whole answer to one flight, and all went well: the usual case, for speed."""
        outgoing = self.flying
        match = _SMOOTH.fullmatch(data) if len(data) <= LONGEST_LINE else None
        if match is None or outgoing is None or self.current is None or self._closing or self._reader.pending:
            return False
        self._expected.clear()
        self._ways.proven = ONE_FLIGHT
        self._stage = "data"
        self.flying = None
        self.state = "ready"
        self.deadline = inf
        self.accepted += 1
        enhanced, text = match.groups(b"")
        self._settle(outgoing, "message", Reply(250, enhanced.decode(), text.decode()), "")
        return True

    def lost(self, trouble: str) -> None:
        """The connection is gone, or no good any more."""
        if self.state == "closed":
            return
        self.state, self.trouble, self.deadline = "closed", trouble, inf
        flying, current = self.flying, self.current
        self.flying = self.current = None
        if flying is not None:
            self._settle(flying, "message" if self.dot_left else "data", None, trouble)
        if current is not None:
            stage, reply = self._refused or (self._stage, None)
            self._settle(current, stage, reply, "" if reply else trouble)
        if self._expected:
            self._ways.failed(self._way, trouble, certain=False)
        self._ways.left(self)

    def late(self) -> None:
        """The deadline has passed."""
        if self.flying is not None and not self.dot_left:
            self.lost("the relay did not take the message in time")
        else:
            self.lost(f"the relay did not answer {_NAMES[self._expected[0]]} in time")

    def abandon(self) -> Outgoing | None:
        """Take back what has not gone; what is flying is waited for, then the dialogue is closed."""
        self._closing = True
        current, self.current = self.current, None
        if current is not None and self._refused is not None:
            self._settle(current, *self._refused, "")
            current = None
        if self.flying is None:
            self.state, self.deadline = "closed", inf
            self._ways.left(self)
        return current

    def _say_next(self) -> None:
        kind, command = self._steps.popleft()
        self._expected.append(kind)
        self.out += command

    def _unasked(self, said: Said) -> None:
        """Something was said out of turn: between messages, where a server may close with 421."""
        idle = self.state == "idle"
        self.lost(f"the relay spoke out of turn: {as_reply(said)}")
        if idle:
            self.trouble = ""

    def _hear(self, kind: int, said: Said) -> None:
        code = said[0]
        if 300 <= code < 400 and kind != DATA:
            self.lost(f"the relay answered {_NAMES[kind]} with what is no answer to it: {as_reply(said)}")
        elif kind == DOT:
            self._heard_of_message(said)
        elif kind == MAIL and code < 300:
            self._stage = "recipient"
        elif kind == RCPT and code < 300:
            self._stage = "data"
        elif kind == DATA:
            self._heard_of_data(said)
            return
        elif kind == LONE_DOT:
            self._give_up()
            return
        elif kind != RSET:
            self._refuse(said)
        if code == 421:
            self._leave(said)
        elif self._steps and kind != DOT:
            self._say_next()

    def _heard_of_message(self, said: Said) -> None:
        reply = self._read(said)
        if not self.dot_left and said[0] < 400:
            self.lost(f"the relay took a message that it does not have: {reply}")
        outgoing, self.flying = self.flying, None
        if outgoing is None:
            return
        if not self.dot_left:
            # It did not wait for the end: nothing has been handed over.
            self._settle(outgoing, "data", reply, "")
            self._expected.clear()
            self.lost(f"the relay answered before the message was there: {reply}")
            return
        if said[0] < 300:
            self.accepted += 1
        self._settle(outgoing, "message", reply, "")
        if self._closing and said[0] != 421:
            self.state = "closed"
            self._ways.left(self)
        elif self.current is None:
            self.state = "idle"

    def _refuse(self, said: Said) -> None:
        """MAIL or RCPT were not taken. What was said along with them is still answered."""
        if self._refused is None:
            self._refused = (self._stage, self._read(said))
        if self._steps and said[0] != 421:
            # One by one, nothing has been said yet of what comes after it.
            self._steps.clear()
            self._transaction = True
            self._give_up()

    def _heard_of_data(self, said: Said) -> None:
        code = said[0]
        self._ways.worked(self._way)
        if code == 354 and self._refused is None:
            self.state = "ready"
        elif code == 354:
            # A message without a recipient: it is ended at once, with nothing in it.
            self._expected.append(LONE_DOT)
            self.out += b".\r\n"
        elif code < 400:
            self.lost(f"the relay answered DATA with what is no answer to it: {as_reply(said)}")
        else:
            self._refused = self._refused or ("data", self._read(said))
            self._transaction = True
            if code == 421:
                self._leave(said)
            else:
                self._give_up()

    def _read(self, said: Said) -> Reply:
        reply = as_reply(said)
        if reply.code >= 500 and out_of_step(reply):
            self._ways.failed(self._way, str(reply), certain=True)
        return reply

    def _give_up(self) -> None:
        """The transaction came to nothing, and the connection is good for the next."""
        outgoing, self.current = self.current, None
        refused, self._refused = self._refused, None
        self.state = "idle"
        if outgoing is not None and refused is not None:
            self._settle(outgoing, *refused, "")

    def _leave(self, said: Said) -> None:
        """421: the server closes the connection, whatever it was asked."""
        self._expected.clear()
        self.lost(f"the relay closed the connection: {as_reply(said)}")
