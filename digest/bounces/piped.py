"""A report on standard input, from a mail system's alias or pipe: its exit code says whether to try again."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from digest.bounces.message import LARGEST
from digest.core.errors import DigestError

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.bounces.incoming import Take

OK = 0
TRY_AGAIN = 75
"""EX_TEMPFAIL of sysexits.h: the mail system keeps the message and tries again; another code would bounce a bounce."""

_CHUNK = 1 << 16


def take_piped(stream: BinaryIO, recipient: str | None, take: Take, failed: Callable[[str], None]) -> int:
    """Take one message.

    Args:
        stream: The message; read to its end, so that the mail system sees no broken pipe.
        recipient: The envelope recipient, which mail systems give as an argument or in the environment.
        take: Called with what was read.
        failed: Told why not, in a sentence.

    Returns:
        The exit code: 0, or 75 where it could not be taken now.
    """
    try:
        raw = stream.read(LARGEST)
        while stream.read(_CHUNK):
            pass
        if not raw.strip():
            failed("nothing came on standard input: pipe a message into it")
            return TRY_AGAIN
        take(raw, recipient)
    except (DigestError, OSError) as error:
        failed(str(error))
        return TRY_AGAIN
    return OK
