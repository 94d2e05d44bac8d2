"""What running unattended needs kept: who works on what, when schedules took effect, pauses, failures, daemons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from digest.core.catchup import Pause


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on something, for a while.

    Attributes:
        name: On what: `newsletter:weekly`.
        holder: Which process: unique among all that ever were.
        fence: Grows by one with each claim on this name. Who comes with an old one is refused.
        renewed: When it was taken or last renewed.
        until: When the lease ends: after that anybody may take it over.
    """

    name: str
    holder: str
    fence: int
    renewed: datetime
    until: datetime

    def free(self, now: datetime, gone: Callable[[str], bool]) -> bool:
        """Whether somebody else may take it over.

        Args:
            now: The instant.
            gone: Whether a holder is known not to live any more.
        """
        # A claim renewed in the future was renewed by a clock that went wrong: it would hold for years.
        length = self.until - self.renewed
        return now >= self.until or self.renewed - now > length or gone(self.holder)


class Claims(Protocol):
    """Who works on what. Taking one is atomic among all processes of a store. Not shared between threads."""

    def take(
        self, name: str, holder: str, now: datetime, lease: timedelta, gone: Callable[[str], bool]
    ) -> Claim | None:
        """Claim a name; None while another holder has it. Taking again what one holds gives a new fence.

        Args:
            name: What.
            holder: Who.
            now: By the clock, whatever instant is being worked for.
            lease: How long it lasts unless renewed.
            gone: Whether a holder is known not to live any more; its claim is free at once.
        """
        ...

    def renew(self, claim: Claim, now: datetime, lease: timedelta) -> Claim:
        """Go on holding a claim.

        Raises:
            ClaimError: Somebody took it over meanwhile.
        """
        ...

    def release(self, claim: Claim) -> None:
        """Let go of a claim; nothing happens when somebody else has it already."""
        ...

    def holder(self, name: str) -> Claim | None:
        """Who holds a name, if anybody."""
        ...


@dataclass(frozen=True, slots=True)
class Worker:
    """Who works here.

    Attributes:
        holder: Its name among processes, as claims keep it.
        clock: The present instant: leases go by the clock, whatever instant is being worked for.
        gone: Whether another holder is known not to live any more.
    """

    holder: str
    clock: Callable[[], datetime]
    gone: Callable[[str], bool]


class Hold(Protocol):
    """A claim while one works under it."""

    @property
    def claim(self) -> Claim:
        """As it was last renewed."""
        ...

    def keep(self) -> None:
        """Renew it when it is time: called every now and then by long work.

        Raises:
            ClaimError: Somebody took it over; the work is to stop here.
        """
        ...


@dataclass(frozen=True, slots=True)
class Failure:
    """Why work on a newsletter fails at present, and since when."""

    since: datetime
    text: str


class Standings(Protocol):
    """How each newsletter stands: since when its schedule counts, pauses, failure. Not shared between threads."""

    def since(self, newsletter: str) -> tuple[datetime, str] | None:
        """From when on its slots count, and the fingerprint of its timetable then; None when it was never met."""
        ...

    def meet(self, newsletter: str, timetable: str, now: datetime) -> None:
        """Note that a newsletter's slots count from now on, with this timetable."""
        ...

    def pauses(self, newsletter: str, after: datetime | None = None) -> tuple[Pause, ...]:
        """Its pauses, in order; those that ended by `after` are left out."""
        ...

    def pause(self, newsletter: str, pause: Pause) -> None:
        """Keep a pause; one that begins at the same instant is replaced."""
        ...

    def resume(self, newsletter: str, now: datetime) -> int:
        """End every pause that covers `now` and drop every later one; says how many there were."""
        ...

    def failure(self, newsletter: str) -> Failure | None:
        """Why work on it fails, if it does."""
        ...

    def fail(self, newsletter: str, text: str | None, now: datetime) -> None:
        """Note why work on it fails; None: it works. A failure that changes its text keeps its beginning."""
        ...


FORGOTTEN = timedelta(days=7)
"""A daemon that has said nothing for longer is not spoken of; the store forgets it when another one starts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DaemonState:
    """A daemon as it last said of itself.

    Attributes:
        holder: Its name among processes, as in a `Claim`.
        started, ticked: When it started, and when it last looked at what is due.
        tick: Seconds between two looks.
        version: Of digest.
        config: The configuration's path.
        state: "running" or "stopped".
        trouble: What is wrong with it as a whole: a configuration that was not taken, say; empty when nothing is.
        address: Where /healthz and /metrics are, `127.0.0.1:8025`; empty when nowhere.
    """

    holder: str
    started: datetime
    ticked: datetime
    tick: float
    version: str
    config: str
    state: str
    trouble: str = ""
    address: str = ""
