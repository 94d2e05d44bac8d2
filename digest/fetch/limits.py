"""What a run of fetching may take, and the clock it goes by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run of a `Fetcher` may take.

    Attributes:
        parallel: Exchanges at once.
        per_host: Those with one host.
        spacing: Seconds between the beginnings of two requests to a host.
        crawl_delay: The most that a robots.txt may make of it.
        seconds: For one address, from dialling to the last octet, over all redirects; waiting for its turn is not
            counted.
        connect: Of these for one dialling and one handshake.
        total: Seconds for the whole run; what is left then is not asked.
        wire: Octets of one content as they come.
        inflated: Octets of it inflated.
        hops: Redirects followed.
    """

    parallel: int = 50
    per_host: int = 2
    spacing: float = 1.0
    crawl_delay: float = 10.0
    seconds: float = 30.0
    connect: float = 10.0
    total: float = 900.0
    wire: int = 10 * MEBIBYTE
    inflated: int = 20 * MEBIBYTE
    hops: int = 10


PICTURES = Limits(
    parallel=20, per_host=4, spacing=0.2, seconds=15.0, connect=5.0, total=30.0, wire=10_000_000, inflated=10_000_000,
    hops=5,
)  # fmt: skip
"""For the pictures of one edition, which waits for them: as many octets as of a file. Browsers ask faster."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as a run sees it.

    Attributes:
        now: Seconds that only grow.
        sleep: Waits so many.
    """

    now: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
