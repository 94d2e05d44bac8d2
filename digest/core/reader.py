"""What a message has for one reader, and what stands for it in a frozen edition."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.core.newsletter import Site

MESSAGE_FILES = ("email.html", "email.txt")
"""The files of an edition that its messages are made of."""

NOBODY = "reader@example.invalid"
"""Whose address a message shows that was addressed to nobody [RFC 2606]."""


class Reader(NamedTuple):
    """Whom one message is for.

    Attributes:
        delivery: Number of the delivery in the ledger; 0 for a message that is in none.
        subscriber: The subscriber's number; 0 for nobody: a test.
        address: `local@domain`, normalised.
        name: As in the To field; empty when unknown.
    """

    delivery: int
    subscriber: int
    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Marks:
    """Strings of digits that stand in an edition's message where each reader's own values go.

    Nothing between the templates and the message alters digits: no escaping, no change of case, no inlining of CSS.
    They are made of a hash over all that an edition holds, so that no article can hold one of its own edition.

    Attributes:
        token: Stands for the unsubscribe token.
        address: Stands for the reader's address.
    """

    token: str
    address: str

    @classmethod
    def of(cls, seed: str) -> Marks:
        """Those of an edition, from the hash that its manifest names as `mark`."""
        return cls(_digits(f"token\n{seed}"), _digits(f"address\n{seed}"))

    @classmethod
    def among(cls, files: Mapping[str, bytes]) -> Marks | None:
        """Those of an edition, by its frozen files; None for one that was made before there were any."""
        seed = json.loads(files.get("edition.json", b"{}")).get("mark")
        return cls.of(seed) if seed else None


def _digits(text: str) -> str:
    """32 decimal digits: 106 bits, and as long as a token."""
    return f"{int(hashlib.sha256(text.encode()).hexdigest(), 16) % 10**32:032}"


def unsubscribe_url(web: str, newsletter: str, token: str) -> str:
    """Where a reader leaves a newsletter: a page on GET, one click on POST [RFC 8058].

    Args:
        web: Where the pages for readers are reachable, ends with "/".
        newsletter: Its key.
        token: As of `digest.delivery.tokens`.
    """
    return f"{web}unsubscribe/{newsletter}/{token}"


def confirm_url(web: str, newsletter: str, token: str) -> str:
    """Where a reader confirms a subscription; arguments as of `unsubscribe_url`."""
    return f"{web}confirm/{newsletter}/{token}"


def unsubscribe_mailto(address: str, newsletter: str, token: str) -> str:
    """The same by mail [RFC 2369, RFC 6068]: the subject says who leaves what."""
    local, _, domain = address.rpartition("@")
    return f"mailto:{quote(local, safe='')}@{domain}?subject=unsubscribe%20{newsletter}%20{token}"


def leave_url(site: Site, newsletter: str, token: str) -> str:
    """What the link in a message names: the page, else the address for mail; empty when there is neither."""
    if site.readers_url:
        return unsubscribe_url(site.readers_url, newsletter, token)
    return unsubscribe_mailto(site.unsubscribe_mailto, newsletter, token) if site.unsubscribe_mailto else ""


def unaddressed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of an edition as the web may see them: its message is addressed to nobody."""
    marks = Marks.among(files)
    shown = dict(files)
    if marks is None:
        return shown
    for path in MESSAGE_FILES:
        if path in shown:
            named = shown[path].replace(marks.address.encode(), NOBODY.encode())
            shown[path] = named.replace(marks.token.encode(), b"0" * len(marks.token))
    return shown
