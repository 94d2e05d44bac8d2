"""What a server says, out of the bytes as they come [RFC 5321 section 4.2]."""

from __future__ import annotations

import re
from typing import TypeAlias

from digest.core.outbox import Reply
from digest.core.text import one_line

Said: TypeAlias = tuple[int, bytes]
r"""A whole reply: its code, and the texts of its lines joined by `\n`, a `\r` at their ends."""

LONGEST_LINE = 4096
"""Octets of a line that are looked at; RFC 5321 allows 512, and what is longer is cut."""
MOST_LINES = 200
LONGEST_TEXT = 500

_CODES = {str(code).encode(): code for code in range(200, 600)}
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)", re.ASCII)


class ReplyReader:
    """Cuts what a connection reads into replies.

    Attributes:
        trouble: What was said that is no reply; empty as long as all was. Nothing is read after it.
    """

    __slots__ = ("_lines", "_rest", "trouble")

    def __init__(self) -> None:
        self._rest = b""
        self._lines: list[bytes] = []
        self.trouble = ""

    @property
    def pending(self) -> bool:
        """Whether part of a reply has been read."""
        return bool(self._rest or self._lines)

    def feed(self, data: bytes) -> list[Said]:
        """Take what was read; the replies that are whole now. Those before what is none are among them."""
        lines = (self._rest + data).split(b"\n")
        # Of a line that does not end, no more is kept than will be looked at.
        self._rest = lines.pop()[:LONGEST_LINE]
        found: list[Said] = []
        for line in lines:
            code = _CODES.get(line[:3])
            mark = line[3:4]
            if code is not None and mark == b" " and not self._lines:
                found.append((code, line[4:LONGEST_LINE]))
            elif code is not None and mark in (b" ", b"", b"\r"):
                found.append((code, b"\n".join((*self._lines, line[4:LONGEST_LINE]))))
                self._lines.clear()
            elif code is not None and mark == b"-" and len(self._lines) < MOST_LINES:
                self._lines.append(line[4:LONGEST_LINE])
            else:
                self.trouble = _nonsense(line, len(self._lines))
                break
        return found


def _nonsense(line: bytes, before: int) -> str:
    if before >= MOST_LINES:
        return f"the relay sent a reply of more than {MOST_LINES} lines"
    return f"the relay said what is no reply: '{one_line(line[:80].decode('utf-8', 'replace'))}'"


def as_reply(said: Said) -> Reply:
    """A reply in the words of the ledger.

    The enhanced code counts where its class is that of the code, and is taken off each line that repeats it.
    """
    code, raw = said
    text = raw.removesuffix(b"\r").decode("utf-8", "replace")
    match = _ENHANCED.match(text)
    enhanced = match[1] if match else ""
    if match and int(enhanced[0]) == code // 100:
        text = text[match.end() :]
    else:
        enhanced = ""
    if not text.isprintable():
        # Several lines, or control characters.
        text = one_line(text.replace(f"\n{enhanced}", "\n") if enhanced else text)
    return Reply(code, enhanced, text[:LONGEST_TEXT])
