"""How a host is treated within one run: how many requests go at once, and when the next one may."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import timedelta

    from digest.fetch.limits import Clock
    from digest.fetch.robots import Rules


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
