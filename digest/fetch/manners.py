"""How much is asked at once, how long it may take, and how a host is treated within one run."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from datetime import timedelta

    from digest.fetch.robots import Rules

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


class OverError(Exception):
    """The time for the whole run is over."""


class RestingError(Exception):
    """The host has asked to be left alone.

    Args:
        host: Its name.
        wait: For how long.
    """

    def __init__(self, host: str, wait: timedelta) -> None:
        super().__init__(f"{host} was asked too often, and wants to be left alone")
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as a run sees it.

    Attributes:
        now: Seconds that only grow.
        sleep: Waits so many.
    """

    now: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(slots=True)
class Host:
    """What a run knows of a host.

    Attributes:
        name: Its name.
        spacing: Seconds between two requests.
        places: Requests that may go at once.
        free: When the next may go, by the run's clock.
        rest: For how long it wants to be left alone; None: it does not.
        rules: Of its robots.txt, by scheme and port.
        reading: Held by who reads a robots.txt of it.
    """

    name: str
    spacing: float
    places: asyncio.Semaphore
    free: float = 0.0
    rest: timedelta | None = None
    rules: dict[tuple[str, str, int], Rules] = field(default_factory=dict)
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    @asynccontextmanager
    async def turn(self, clock: Clock, end: float) -> AsyncIterator[None]:
        """Wait until one more request may go to the host.

        Args:
            clock: The run's.
            end: When the run is over, by it.

        Raises:
            OverError: That is before its turn.
            RestingError: It wants no more requests in this run.
        """
        async with self.places:
            now = clock.now()
            start = max(now, self.free)
            if start >= end:
                raise OverError
            if self.rest is None:
                self.free = start + self.spacing
                if start > now:
                    await clock.sleep(start - now)
            if self.rest is not None:  # said meanwhile, perhaps
                raise RestingError(self.name, self.rest)
            yield
