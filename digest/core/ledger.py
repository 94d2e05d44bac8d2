"""The ports of what is kept of deliveries: the ledger, and what came back of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import datetime, timedelta

    from digest.core.edition import DeliveryCounts
    from digest.core.outbox import Claimed, Dispatch, Recovered, Settled, State, Uncertain


class Ledger(Protocol):
    """What happened to every delivery. Not shared between threads; several processes may work at once.

    A worker claims deliveries under a batch, which has a lease and whose number is the fence: once another has
    recovered the batch, nothing done under it counts any more.
    """

    def open(self, newsletter: str | None = None) -> list[Dispatch]:
        """The dispatches that have deliveries still to be made, oldest edition first."""
        ...

    def dispatches(self, newsletter: str, edition: str) -> list[Dispatch]:
        """All dispatches of an edition, by sink."""
        ...

    def dispatch(self, number: int) -> Dispatch:
        """A dispatch by its number.

        Raises:
            StoreError: There is none.
        """
        ...

    def due(self, newsletter: str, sinks: Collection[str], now: datetime) -> bool:
        """Whether one of these sinks has something to do now. Cheap."""
        ...

    def hold(self, dispatch: int, reason: str) -> None:
        """Keep a dispatch back until a person says otherwise; an empty reason lets it go."""
        ...

    def prolong(self, dispatch: int, until: datetime) -> None:
        """Let a dispatch go that was held because its time was over; its deliveries are tried until then."""
        ...

    def begin(self, dispatch: int, holder: str, now: datetime, lease: timedelta) -> int:
        """Begin a batch, and say its number."""
        ...

    def claim(self, dispatch: int, batch: int, count: int, now: datetime) -> list[Claimed]:
        """Claim up to `count` deliveries that wait or are due again, in order.

        Readers who may not be written to any more are passed over, and their deliveries settled as excluded; so are
        deferred ones that have expired. Nothing is claimed under a batch that has been ended.
        """
        ...

    def commit(
        self,
        batch: int,
        settled: Sequence[Settled],
        going: Sequence[int],
        now: datetime,
        lease: tuple[datetime, datetime] | None = None,
    ) -> Collection[int]:
        """Note what became of deliveries, and mark others as `sending`, in one transaction.

        Args:
            batch: Under which they were claimed.
            settled: What became of some; those that are not this batch's any more stay as they are.
            going: About to be handed over.
            now: The instant.
            lease: Renew the lease: when that is, and until when, both by the clock as in `begin`.

        Returns:
            Those of `going` that are marked; none when the batch has been ended.

        Raises:
            StoreError: Nothing was changed.
        """
        ...

    def end(self, batch: int, now: datetime, *, repeatable: bool = False) -> None:
        """End a batch: what it has claimed waits again, what it was sending is uncertain; note what is due next.

        Args:
            batch: Its number; one that has been ended stays as it is.
            now: The instant.
            repeatable: Whether its sink takes nothing twice: then what it was sending simply waits again.
        """
        ...

    def recover(
        self,
        now: datetime,
        gone: Callable[[str], bool],
        rebooted: Callable[[str], bool],
        repeatable: Collection[str] = (),
    ) -> Recovered:
        """End the batches whose worker is gone or silent for longer than its lease.

        Args:
            now: The instant, by the clock.
            gone: Whether a holder is known not to live any more.
            rebooted: Whether the holder's machine was started anew since, so that its last marks may be lost: then
                what it had claimed is uncertain too.
            repeatable: Sinks that take nothing twice: what one of them was sending simply waits again.
        """
        ...

    def left(self, dispatch: int) -> int:
        """How many of its deliveries are still to be made."""
        ...

    def tried(self, dispatch: int) -> int:
        """How many of its deliveries a server has accepted or refused for good."""
        ...

    def untried(self, dispatch: int) -> bool:
        """Whether a dispatch has deliveries that were never begun."""
        ...

    def stop(self, newsletter: str, reason: str, now: datetime) -> None:
        """Keep all mail of a newsletter back until a person says otherwise; the first reason stays."""
        ...

    def stopped(self, newsletter: str) -> str:
        """Why its mail is kept back; empty when it is not."""
        ...

    def go_on(self, newsletter: str) -> bool:
        """Let its mail go out again; False when it was not kept back."""
        ...

    def counts(self, newsletter: str, edition: str) -> DeliveryCounts:
        """How the deliveries of an edition stand, over all sinks; counted row by row."""
        ...

    def tally(self, newsletter: str, edition: str) -> list[tuple[str, State, str, str, int]]:
        """How they stand by sink, state, domain and reply: how many of each, the most first."""
        ...

    def places(self, dispatch: int, state: State) -> Iterator[tuple[Claimed, str]]:
        """The deliveries of a dispatch in a state, and where each went, in order."""
        ...

    def uncertain(self, newsletter: str | None = None, edition: str | None = None) -> list[Uncertain]:
        """Deliveries of which nobody knows, oldest first."""
        ...

    def doubts(self, newsletter: str) -> int:
        """How many `uncertain` would list of a newsletter."""
        ...

    def decide(
        self, delivery: int, state: Literal["accepted", "refused", "waiting"], reply: str, now: datetime
    ) -> bool:
        """Settle an uncertain delivery; False when it was not uncertain."""
        ...

    def release(self, dispatch: int, now: datetime) -> int:
        """Take deferred deliveries up again at once; how many."""
        ...

    def mark(self) -> tuple[str, int, int]:
        """Which store this is, how many steps were made with it, and the last dispatch that was planned.

        A step is a batch that is begun, renewed or ended. There are no fewer than the number of any batch.
        """
        ...

    def restored(self, step: int, dispatch: int, until: datetime) -> int:
        """Go on with an old copy of the store: what was planned until then and waits may have gone out since.

        Args:
            step: The last one that was made; the numbers of batches up to it are not used again.
            dispatch: The last one that was planned; nor is this.
            until: When that was.

        Returns:
            How many deliveries are uncertain now.
        """
        ...

    def reader_of(self, delivery: int) -> tuple[str, str, int, str] | None:
        """Newsletter, edition, subscriber and address of a delivery; None where there is none. For bounces."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounced:
    """A delivery that came back, or was refused for good.

    Attributes:
        report: What the report is known by, at most 64 characters: the same one is kept once.
        newsletter, edition, subscriber: Of the delivery.
        kind: "hard", "soft", "policy" or "complaint".
        detail: One line for people.
        at: When it was taken.
    """

    report: str
    newsletter: str
    edition: str
    subscriber: int
    kind: str
    detail: str
    at: datetime


class Bounces(Protocol):
    """What came back. Not shared between threads."""

    def note(self, bounce: Bounced) -> bool:
        """Keep what came of a delivery; False when the same report was kept before."""
        ...

    def soft(self, subscriber: int, besides: str = "") -> list[datetime]:
        """When the soft bounces of a reader were taken, oldest first; without the report `besides`."""
        ...

    def kept(self, newsletter: str | None = None, most: int | None = None) -> Iterator[tuple[Bounced, str]]:
        """What came back, the latest first, each with the reader's address, which is empty of who was forgotten.

        Args:
            newsletter: Of this one alone.
            most: No more than so many.
        """
        ...

    def counts(self, newsletter: str, edition: str) -> Mapping[str, int]:
        """How many readers of an edition gave each kind."""
        ...
