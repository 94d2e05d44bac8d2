"""When a message may leave: limits by relay and reader's domain, warm-up, sending hours, and pauses that hold.

Pure apart from its own memory. Nothing is reserved: `wait` asks, and whoever then hands a message over says `sent`, so
that a limit is passed by no more than asked in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from digest.core.allowances import NO_RATE, DomainRules, RelayLimits
from digest.core.gauge import HOUR, Gauge, GaugeState
from digest.core.replies import throttles

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from digest.core.allowances import WarmUp
    from digest.core.outbox import Reply

ASK_AGAIN = timedelta(minutes=15)
"""A pause lasts until it is lifted; who waits for that looks this often."""

MANY = 10_000
"""Counts of domains, before those that say nothing any more are dropped."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class WarmUpState:
    """How far a warm-up is.

    Attributes:
        day: Of the warm-up, from 0.
        began: When that day's first message left, microseconds since 1970.
        sent: Messages on that day.
    """

    day: int
    began: int
    sent: int


@dataclass(frozen=True, slots=True)
class RelayPause:
    """Nothing leaves by a relay, until somebody lifts it.

    Attributes:
        reason: For people.
        since: Aware.
    """

    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class RelayState:
    """What of a relay's limits is to outlast the process.

    Attributes:
        relay: Its name.
        gauge: The count of the whole relay.
        domains: Counts of readers' domains, by name.
        warm_up: None before the first message.
        pause: None when it is not paused.
    """

    relay: str
    gauge: GaugeState
    domains: tuple[GaugeState, ...] = ()
    warm_up: WarmUpState | None = None
    pause: RelayPause | None = None


class Limits:
    """Says when a message may leave by a relay. Not shared between threads.

    Args:
        relays: What limits each relay, by name; one that is not here has no limits but those its replies ask for.
        states: What an earlier process knew, as `state` gave it; of relays that are gone, too.
    """

    def __init__(
        self, relays: Mapping[str, RelayLimits] = MappingProxyType({}), states: Iterable[RelayState] = ()
    ) -> None:
        free = RelayLimits()
        known = {state.relay: state for state in states}
        limited = [relay for relay, limits in relays.items() if limits != free]
        self._courses = {
            relay: _Course(relays.get(relay, free), known.get(relay) or RelayState(relay, GaugeState(relay)))
            for relay in dict.fromkeys((*limited, *known))
        }

    def wait(self, relay: str, domain: str, now: datetime) -> datetime | None:
        """Whether one more message may leave.

        Args:
            relay: The relay's name.
            domain: The reader's domain, lower case, ASCII.
            now: The instant, aware.

        Returns:
            None when it may leave now, else the instant to ask again, after `now`, aware.
        """
        course = self._courses.get(relay)
        return course.wait(domain, now) if course is not None else None

    def sent(self, relay: str, domain: str, now: datetime) -> None:
        """Count a message, as it is handed to a connection: whatever is replied, the server has had the work."""
        course = self._courses.get(relay)
        if course is not None:
            course.sent(domain, now)

    def throttled(self, relay: str, domain: str, reply: Reply, now: datetime) -> None:
        """Send less, if a reply asks for that: 421 halves the relay's rate, 4.7.x that of the domain.

        Args:
            relay: The relay's name.
            domain: The reader's domain; empty where the reply came before a reader was named.
            reply: Any reply; one that does not ask for less changes nothing.
            now: The instant, aware.
        """
        if throttles(reply):
            self._course(relay).throttled("" if reply.code == 421 else domain, now)

    def paused(self, relay: str, reason: str, now: datetime) -> None:
        """Hold everything until `lifted`; of a relay that is paused already, the first reason stays."""
        course = self._course(relay)
        course.pause = course.pause or RelayPause(reason, now)

    def lifted(self, relay: str) -> None:
        """End a pause."""
        self._course(relay).pause = None

    def pauses(self) -> dict[str, RelayPause]:
        """The pauses that hold, by the relay's name."""
        return {relay: course.pause for relay, course in self._courses.items() if course.pause is not None}

    def state(self) -> tuple[RelayState, ...]:
        """What is to outlast the process, by the relay's name."""
        return tuple(course.state() for _, course in sorted(self._courses.items()))

    def _course(self, relay: str) -> _Course:
        if relay not in self._courses:
            self._courses[relay] = _Course(RelayLimits(), RelayState(relay, GaugeState(relay)))
        return self._courses[relay]


class _Course:
    """One relay's limits as they go."""

    def __init__(self, limits: RelayLimits, state: RelayState) -> None:
        self.pause = state.pause
        self._relay = state.relay
        self._gauge = Gauge(limits.rate, state.gauge)
        self._rules = DomainRules(limits.domains)
        self._domains = {one.name: Gauge(self._rules.rate_of(one.name), one) for one in state.domains}
        self._many = MANY
        self._warming = _Warming(limits.warm_up, state.warm_up) if limits.warm_up is not None else None
        self._warm_up = state.warm_up
        self._hours = limits.hours
        self._open = (_EPOCH, _EPOCH)

    def wait(self, domain: str, now: datetime) -> datetime | None:
        if self.pause is not None:
            return now + ASK_AGAIN
        at = (now - _EPOCH) // _MICROSECOND
        due = self._gauge.wait(at)
        name, _ = self._rules.find(domain)
        gauge = self._domains.get(name)
        if gauge is not None:
            due = max(due, gauge.wait(at))
        if self._warming is not None:
            due = max(due, self._warming.wait(at))
        if self._hours is not None:
            if not self._open[0] <= now < self._open[1]:
                self._open = self._hours.span(now)
            due = max(due, (self._open[0] - _EPOCH) // _MICROSECOND)
        return _EPOCH + due * _MICROSECOND if due > at else None

    def sent(self, domain: str, now: datetime) -> None:
        at = (now - _EPOCH) // _MICROSECOND
        self._gauge.sent(at)
        name, rate = self._rules.find(domain)
        if rate != NO_RATE:
            self._domain(name, at).sent(at)
        if self._warming is not None:
            self._warming.sent(at)

    def throttled(self, domain: str, now: datetime) -> None:
        at = (now - _EPOCH) // _MICROSECOND
        gauge = self._domain(self._rules.find(domain)[0], at) if domain else self._gauge
        gauge.throttled(at)

    def state(self) -> RelayState:
        domains = tuple(gauge.state() for _, gauge in sorted(self._domains.items()))
        # A warm-up that is left out of the configuration for a while is not begun anew.
        warm_up = self._warming.state() if self._warming is not None else self._warm_up
        return RelayState(self._relay, self._gauge.state(), domains, warm_up, self.pause)

    def _domain(self, name: str, at: int) -> Gauge:
        gauge = self._domains.get(name)
        if gauge is None:
            if len(self._domains) >= self._many:
                self._domains = {other: one for other, one in self._domains.items() if not one.idle(at)}
                self._many = max(MANY, 2 * len(self._domains))
            gauge = self._domains[name] = Gauge(self._rules.rate_of(name), GaugeState(name))
        return gauge


class _Warming:
    """A warm-up as it goes."""

    def __init__(self, warm_up: WarmUp, state: WarmUpState | None) -> None:
        self._warm_up = warm_up
        self._begun = state is not None
        self._day, self._began, self._sent = (state.day, state.began, state.sent) if state else (0, 0, 0)

    def wait(self, at: int) -> int:
        allowed = self._warm_up.of_day(self._day)
        if allowed is None or self._sent < allowed or not self._begun:
            return at
        # A clock that was set back does not make the day longer.
        self._began = min(self._began, at)
        return max(at, self._began + _DAY)

    def sent(self, at: int) -> None:
        if not self._begun or at >= self._began + _DAY:
            self._day += self._begun
            self._began, self._sent, self._begun = at, 0, True
        self._sent += 1

    def state(self) -> WarmUpState | None:
        return WarmUpState(self._day, self._began, self._sent) if self._begun else None
