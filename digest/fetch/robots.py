"""What a host's robots.txt allows [RFC 9309]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from protego import Protego

PRODUCT = "digest"
"""The name that rules call us by."""

LARGEST = 512 * 1024
"""Octets of a robots.txt that are read; more than the 500 KiB that crawlers must read, and the rest is left."""

HOPS = 5
"""Redirects followed for one."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be asked of a host.

    Attributes:
        parsed: The rules; None where there are none.
        trouble: Why nothing may be asked for now; empty when there is no such reason.
    """

    parsed: Protego | None = None
    trouble: str = ""

    def allow(self, url: str) -> bool:
        """Whether a page may be fetched."""
        return self.parsed is None or self.parsed.can_fetch(url, PRODUCT)

    def delay(self, longest: float) -> float:
        """Seconds between two requests that the host asks for, at most `longest`; 0 when it does not."""
        found = self.parsed.crawl_delay(PRODUCT) if self.parsed else None
        return min(found or 0.0, longest)


def rules(status: int, content: bytes, place: str) -> Rules:
    """The rules of an answer.

    A robots.txt that is not there allows all; one that the server cannot give for now forbids all until it can.

    Args:
        status: Of the answer, after redirects; 3xx when there were too many.
        content: What it holds, as far as it was read.
        place: Its address, for people.
    """
    if status == 429 or status >= 500:
        return Rules(trouble=f"{place} answers {status} and its rules are not known")
    if status != 200:
        return Rules()
    from protego import Protego  # noqa: PLC0415 for pages alone

    return Rules(Protego.parse(content.decode("utf-8", "replace").removeprefix("\ufeff")))
