"""Exim's main log: `<=` says that it took a message, and ties its own id to the Message-ID.

What it refuses after DATA never gets a line with its Message-ID: it is not found, and so was not taken.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from digest.core.relaylog import LogFinding
from digest.core.text import one_line
from digest.delivery.relaylogs.stamps import STAMP

if TYPE_CHECKING:
    from collections.abc import Container

# Through syslog, the host and program stand first, and perhaps Exim's own stamp; `[123]` is its process id. Ids have 6,
# 6 and 2 characters, since Exim 4.97 6, 11 and 4.
_LINE = re.compile(
    rb"(?:\S+ exim[^\s\[]*(?:\[\d+\])?: (?:" + STAMP.pattern.replace(b"?P<stamp>", b"?:") + rb")?)?(?:\[\d+\] )?"
    rb"(?P<id>[0-9A-Za-z]{6}-[0-9A-Za-z]{6}(?:[0-9A-Za-z]{5})?-[0-9A-Za-z]{2}(?:[0-9A-Za-z]{2})?) "
    rb"(?P<flag><=|\(=|=>|->|>>|\*\*|==|Completed)(?: (?P<text>.*))?"
)
_MESSAGE_ID = re.compile(rb" id=(\S+)")
_FIELD = re.compile(rb" (?:[A-Z]{1,3}=|(?:\w+ )?defer \()|: ")
_ORIGINAL = re.compile(rb".* <([^<>]+)>")
_CONFIRMED = re.compile(rb' C="(.*?)"(?: |$)')
_STATES: dict[bytes, Literal["accepted", "deferred", "refused"]] = {
    b"=>": "accepted",
    b"->": "accepted",
    b">>": "accepted",
    b"==": "deferred",
    b"**": "refused",
}


class EximTrail:
    """Follows messages through the lines of Exim's main log, in their order.

    What it keeps is bounded by the relay's queue.

    Args:
        wanted: Message-IDs to follow, with angle brackets; None for all.
    """

    def __init__(self, wanted: Container[str] | None) -> None:
        self._wanted = wanted
        self._messages: dict[bytes, str] = {}  # by Exim's id

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
        text = line["text"] or b""
        if line["flag"] in (b"<=", b"(="):
            return self._come(line["id"], text)
        if line["flag"] == b"Completed":
            self._messages.pop(line["id"], None)
            return None
        message = self._messages.get(line["id"])
        return _delivery(message, line["flag"], text) if message is not None else None

    def _come(self, own: bytes, text: bytes) -> LogFinding | None:
        match = _MESSAGE_ID.search(text)
        message = f"<{_words(match[1])}>" if match else ""
        if not match or (self._wanted is not None and message not in self._wanted):
            return None
        self._messages[own] = message
        return LogFinding(message, "", "accepted", "", "", taken=True)


def _delivery(message: str, flag: bytes, text: bytes) -> LogFinding:
    # `ann@example.org R=...`, `ann <ann@example.org> R=...`, `|/usr/bin/sort -u <ann@example.org> T=...`
    field = _FIELD.search(text)
    whom = text[: field.start()] if field else text
    original = _ORIGINAL.fullmatch(whom)
    recipient = original[1] if original else whom.partition(b" ")[0]
    if flag in (b"**", b"=="):
        reply = text[len(whom) :].partition(b": ")[2]
    else:
        confirmed = _CONFIRMED.search(text)
        reply = confirmed[1] if confirmed else b""
    return LogFinding(message, _words(recipient), _STATES[flag], _words(reply), "", taken=True)


def _words(text: bytes) -> str:
    return one_line(text.decode("utf-8", "replace"))[:500]
