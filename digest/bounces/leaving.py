"""Unsubscriptions by mail: the subject that a List-Unsubscribe link of ours writes [RFC 2369, RFC 6068]."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from digest.bounces.message import LARGEST, parse

# Mail programs may write "Re:" before it; what stands behind the token they have no reason to.
_SUBJECT = re.compile(
    r"(?:[A-Za-z]{2,3}: ?)?unsubscribe ([a-z0-9][a-z0-9-]{0,62}) ([0-9a-f]{32})", re.IGNORECASE | re.ASCII
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A message that asks to leave.

    Attributes:
        id: The same for the same message.
        newsletter: The key it names; may be anything.
        token: Which says who asks, once it is found to be good.
    """

    id: str
    newsletter: str
    token: str


def asks_to_leave(raw: bytes) -> Asked | None:
    """What a message asks by its subject; None when it asks nothing of the kind. Never raises.

    Args:
        raw: The message; what exceeds `LARGEST` bytes is not read.
    """
    found = _SUBJECT.fullmatch(parse(raw).get("subject").strip())
    if found is None:
        return None
    return Asked(hashlib.sha256(raw[:LARGEST]).hexdigest(), found[1].lower(), found[2].lower())
