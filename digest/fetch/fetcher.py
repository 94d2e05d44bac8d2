"""What the rest of the program fetches with: addresses in, answers out as they come."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING

from digest.core.fetching import Fetched, due, not_due, remembered
from digest.core.webaddress import shown
from digest.fetch.limits import Limits

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from httpcore2 import AsyncNetworkBackend

    from digest.core.fetching import Wanted
    from digest.fetch.guard import Resolve
    from digest.fetch.limits import Clock


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches feeds, pages and pictures, and asks whether links answer.

    May be used again and again, from several threads too: each call is a run of its own, with connections, robots.txt
    and turns of its own.

    Attributes:
        contact: A URL or address of mail, for whoever wonders who is asking.
        limits: What a run may take.
        tls: Whom to trust; whom the system trusts when None.
        clock: Seconds that only grow, and waiting; of the event loop when None.
        resolve: Finds the addresses of a name; the system's resolver when None.
        network: Dials an address; the usual one when None.
        environ: Where passwords are kept.
        heed: Called every now and then while nothing comes; what it raises ends the run.
    """

    contact: str
    limits: Limits = field(default_factory=Limits)
    tls: ssl.SSLContext | None = None
    clock: Clock | None = None
    resolve: Resolve | None = None
    network: AsyncNetworkBackend | None = None
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    heed: Callable[[], object] | None = None

    @property
    def agent(self) -> str:
        """Who we say we are; what no header may carry is left out of the contact."""
        contact = "".join(char for char in self.contact if " " <= char <= "~" and char not in "()\\").strip()
        return f"digest/{version('digest')}" + (f" (+{contact})" if contact else "")

    def fetch(self, wanted: Iterable[Wanted], now: datetime) -> Iterator[Fetched]:
        """Fetch addresses, beside each other; each answer as it comes, in no order.

        While the caller is busy with one the others go on, up to as many as there are exchanges at once. A caller
        that stops early ends the run.

        Args:
            wanted: What; what is not due is not asked.
            now: Aware; all instants in the answers are reckoned from it.
        """
        waiting = []
        for each in wanted:
            visit = remembered(each)
            if due(visit, now):
                waiting.append(each)
            else:
                yield Fetched(each.key, shown(each.url), "not_due", b"", "", "", visit, not_due(visit))
        if waiting:
            from digest.fetch.running import results  # noqa: PLC0415 httpx2 takes 0.2 s, and often nothing is due

            yield from results(self, waiting, now)
