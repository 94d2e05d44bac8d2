"""Messages out of files: one message, or a mailbox of many [RFC 4155]."""

from __future__ import annotations

import re

# A line that parts two messages has a sender and a date, stands after an empty line and before a header: the text of a
# message has such lines too, without the rest.
_POSTMARK = re.compile(
    rb"(?:\A|\n\r?\n)From \S+ [^\n]{0,80}\d\d:\d\d[^\n]{0,40}\r?\n(?=(?:>?From |[!-9;-~]{1,80}:))", re.IGNORECASE
)


def split_mailbox(raw: bytes) -> list[bytes]:
    """The messages of an mbox, or the one message that something else is.

    A message that came out of a mailbox begins with a postmark too, and is cut nowhere else.
    """
    marks = list(_POSTMARK.finditer(raw))
    if not marks or marks[0].start() != 0:
        return [raw]
    ends = [mark.start() + len(mark[0]) - len(mark[0].lstrip(b"\r\n")) for mark in marks[1:]]
    return [raw[mark.end() : end] for mark, end in zip(marks, [*ends, len(raw)], strict=True)]
