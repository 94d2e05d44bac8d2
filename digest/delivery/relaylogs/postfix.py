"""Postfix's lines: a queue id ties the Message-ID, which cleanup writes, to what the other daemons write.

Neither a queue id nor a Message-ID means that Postfix took the message: both are given while it is still coming in, and
stay when the connection breaks before the final dot. What it took, the queue manager takes up.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from digest.core.relaylog import LogFinding
from digest.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Container

MOST_BROKEN = 1000
"""Cleanup writes the Message-ID within moments of the broken connection, if it had come so far."""

# `host postfix/smtp[123]: `, `host postfix-out/submission/smtpd[123]: `; the first name tells instances apart.
_LINE = re.compile(rb"(?P<instance>\S+ [^\s/\[]+)/(?:[^\s/\[]+/)*[a-z0-9-]+\[(?P<pid>\d+)\]: (?P<text>.*)")
_QUEUED = re.compile(rb"(?P<id>[0-9A-Za-z]{6,30}): (?P<text>.*)")
_DELIVERY = re.compile(
    rb"to=<(?P<to>.*?)>, (?:orig_to=<(?P<orig>.*?)>, )?relay=.*?"
    rb"(?:, dsn=(?P<dsn>[\d.]+))?, status=(?P<status>[\w-]+)(?: \((?P<reply>.*)\))?"
)
_BROKEN = re.compile(rb"(?:lost connection|timeout) after DATA \(")
_LATER = re.compile(rb": (?:4\d\d )?4\.\d{1,3}\.\d{1,3} ")
# Of the other statuses, "deliverable" and "undeliverable" are of probes, not of messages.
_STATES: dict[bytes, Literal["accepted", "deferred", "refused"]] = {
    b"sent": "accepted",
    b"deferred": "deferred",
    b"softbounce": "deferred",
    b"bounced": "refused",
    b"expired": "refused",
    b"force-expired": "refused",
}


class PostfixTrail:
    """Follows messages through Postfix's lines, in their order.

    What it keeps is bounded by the relay's queue and its processes.

    Args:
        wanted: Message-IDs to follow, with angle brackets; None for all.
    """

    def __init__(self, wanted: Container[str] | None) -> None:
        self._wanted = wanted
        self._messages: dict[bytes, str] = {}  # by queue id: come, and perhaps taken
        self._begun: dict[bytes, None] = {}  # queue ids of those not known to be taken
        self._sessions: dict[bytes, bytes] = {}  # the queue id that each smtpd process fills
        self._broken: dict[bytes, None] = {}  # queue ids whose connection broke before their Message-ID was written

    @property
    def begun(self) -> frozenset[str]:
        """Message-IDs of what came and was neither taken nor refused so far."""
        return frozenset(self._messages[queued] for queued in self._begun)

    def follow(self, rest: bytes) -> LogFinding | None:
        """Read one line.

        Args:
            rest: The line behind its time stamp.

        Returns:
            What it says of a message; its place is left empty.
        """
        line = _LINE.match(rest)
        if line is None:
            return None
        process = line["instance"] + b"/" + line["pid"]
        queued = _QUEUED.match(line["text"])
        if queued is None:
            return self._ended(process, line["text"])
        return self._step(line["instance"] + b"/" + queued["id"], process, queued["text"])

    def _ended(self, process: bytes, text: bytes) -> LogFinding | None:
        broken = _BROKEN.match(text)
        if not broken and not text.startswith(b"disconnect from "):
            return None
        queued = self._sessions.pop(process, b"")
        return self._lost(queued) if broken and queued else None

    def _step(self, queued: bytes, process: bytes, text: bytes) -> LogFinding | None:
        if text.startswith(b"client="):
            self._sessions[process] = queued
            self._drop(queued)  # queue ids are used again
            return None
        if text.startswith(b"message-id="):
            return self._come(queued, _words(text.removeprefix(b"message-id=")))
        message = self._messages.get(queued)
        if message is None:
            return None
        return self._known(queued, message, text)

    def _come(self, queued: bytes, message: str) -> LogFinding | None:
        broken = queued in self._broken
        self._drop(queued)
        if len(message) > len("<>") and (self._wanted is None or message in self._wanted):
            self._messages[queued] = message
            self._begun[queued] = None
            return self._lost(queued) if broken else None
        return None

    def _known(self, queued: bytes, message: str, text: bytes) -> LogFinding | None:
        kind = text.partition(b" ")[0]
        if text.startswith(b"to=<"):
            return self._delivery(queued, message, text)
        if kind in (b"reject:", b"milter-reject:"):
            self._drop(queued)
            state: Literal["deferred", "refused"] = "deferred" if _LATER.search(text) else "refused"
            return LogFinding(message, "", state, _words(text), "", taken=False)
        if text.startswith(b"from=<") and b", status=" in text:  # too old: the queue manager gives up
            return LogFinding(message, "", "refused", _words(text.rpartition(b", status=")[2]), "", taken=True)
        # "hold:" and "discard:" are written before the final dot, and so say nothing.
        first = queued in self._begun and (kind == b"removed" or text.endswith(b"(queue active)"))
        if first:
            del self._begun[queued]
        if kind == b"removed":
            self._drop(queued)
        return LogFinding(message, "", "accepted", "", "", taken=True) if first else None

    def _delivery(self, queued: bytes, message: str, text: bytes) -> LogFinding | None:
        match = _DELIVERY.match(text)
        state = _STATES.get(match["status"].lower()) if match else None
        if match is None or state is None:
            return None
        self._begun.pop(queued, None)
        recipient, reply, dsn = (
            _words(part or b"") for part in (match["orig"] or match["to"], match["reply"], match["dsn"])
        )
        reply = reply if dsn in reply else f"{dsn} {reply}".strip()
        return LogFinding(message, recipient, state, reply, "", taken=True)

    def _lost(self, queued: bytes) -> LogFinding | None:
        """The connection broke before the final dot: what came of the message is thrown away."""
        message = self._messages.get(queued)
        if message is None:
            self._broken[queued] = None
            if len(self._broken) > MOST_BROKEN:
                del self._broken[next(iter(self._broken))]
            return None
        if queued not in self._begun:  # its own end has come, and no new one has begun
            return None
        self._drop(queued)
        return LogFinding(message, "", "deferred", "the connection broke before the message's end", "", taken=False)

    def _drop(self, queued: bytes) -> None:
        self._messages.pop(queued, None)
        self._begun.pop(queued, None)
        self._broken.pop(queued, None)


def _words(text: bytes) -> str:
    return one_line(text.decode("utf-8", "replace"))[:500]
