"""The loop: one thread, several connections, one commit for all that are ready in a turn.

A message's final dot leaves only after its delivery was marked in the ledger. A connection has one delivery marked and
not yet noted at most: its result goes with the mark of the next. So a crash leaves no more in doubt than there are
connections.
"""

from __future__ import annotations

import time
from math import inf
from typing import TYPE_CHECKING, TypeVar

from digest.core.errors import StoreError
from digest.core.outbox import Attempt, Outgoing, Returned
from digest.delivery.smtp.connection import Connection
from digest.delivery.smtp.login import Credentials
from digest.delivery.smtp.pipelining import out_of_step
from digest.delivery.smtp.poller import Poller
from digest.delivery.smtp.providers import verp_field
from digest.delivery.smtp.supply import Supply

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime
    from random import Random

    from digest.core.outbox import Queue, Reply, Stage
    from digest.delivery.smtp.connection import Prepared
    from digest.delivery.smtp.governor import Governor
    from digest.delivery.smtp.relay import Relay
    from digest.delivery.smtp.settings import Deadlines

TICK = 0.1
"""Seconds between looks at deadlines and relays."""
LINGER = 0.02
"""Seconds that results wait at most for a mark to go into the ledger with, and how many of them may."""
LINGERING = 200
WORTH_STAYING = 5.0
"""Seconds that a relay may be quiet without its share going to the others."""
GIVEN_BACK = 2
"""How often a delivery whose message broke off half-way is given back before that counts as an attempt."""

T = TypeVar("T")


class Sending:
    """One `deliver` of the sink.

    Args:
        relays: Where to; what becomes known of them is kept there.
        queue: Where deliveries come from.
        governor: Says how fast.
        clock: The present instant.
        chance: Spreads the pauses of relays.
        environ: Holds the passwords.
        deadlines: How long things may take.
        wait: Whether to wait for relays that are left alone at the moment.
    """

    def __init__(
        self,
        relays: Sequence[Relay],
        queue: Queue,
        *,
        governor: Governor,
        clock: Callable[[], datetime],
        chance: Random,
        environ: Mapping[str, str],
        deadlines: Deadlines,
        wait: bool,
    ) -> None:
        self._relays = relays
        self._governor = governor
        self._clock = clock
        self._chance = chance
        self._environ = environ
        self._limits = deadlines
        self._queue = queue
        self._wait = wait
        self._poller = Poller()
        self._supply = Supply(self._take, self._give_back, governor, clock)
        self._connections: dict[Connection, None] = {}
        self._idle: dict[Connection, None] = {}
        self._done: list[Attempt | Returned] = []
        self._halves: dict[int, int] = {}
        self._next_look = 0.0
        self._stop_asked: Callable[[], bool] = lambda: False
        self._ending = False
        self._grace = 0.0

    def run(self, stop: Callable[[], bool]) -> None:
        """Send until nothing waits, or it is stopped.

        Raises:
            StoreError: The ledger could not be written for longer than it may take.
        """
        self._stop_asked = stop
        writable = True
        try:
            while self._connections or self._done or not self._ending:
                if not self._grace and stop():
                    self._stop(time.monotonic())
                self._turn()
        except StoreError:
            writable = False
            raise
        finally:
            self._grace = self._grace or 1.0  # no relay is to blame for what ends here
            for connection in list(self._connections):
                connection.close("digest had to stop")
            if self._done and writable:
                # Whatever ended it: what servers have answered by now is no doubt.
                self._queue.commit(self._done, ())

    def settle(
        self, connection: Connection, outgoing: Outgoing, stage: Stage, reply: Reply | None, trouble: str
    ) -> None:
        """A delivery ended: note it, or give it back where that was not its own fault."""
        relay = connection.relay
        number = outgoing.delivery
        if reply is None:
            again = stage != "message" and (stage != "data" or self._may_try_again(number))
        elif reply.code < 400:
            again = False
            relay.worked()
        else:
            if reply.code == 421 or reply.enhanced.startswith("4.7."):
                domain = outgoing.envelope.recipient.rpartition("@")[2].lower()
                self._governor.throttled(relay.name, domain, reply, self._clock())
            again = reply.code == 421 or (out_of_step(reply) and self._may_try_again(number))
        if again:
            self._give_back(Returned(number, None, trouble or str(reply)))
        else:
            self._done.append(Attempt(number, stage, reply, trouble, relay.name))

    def closed(self, connection: Connection) -> None:
        """A connection is closed: its relay is left alone for a while, where it went wrong."""
        self._connections.pop(connection, None)
        self._idle.pop(connection, None)
        self._next_look = 0.0
        relay = connection.relay
        if self._grace or not connection.trouble:
            return
        if connection.locked_out:
            relay.lock(connection.trouble)
            self._governor.paused(relay.name, connection.trouble, self._clock())
            return
        reply = connection.reply
        if reply is not None and (reply.code == 421 or reply.enhanced.startswith("4.7.")):
            self._governor.throttled(relay.name, "", reply, self._clock())
        relay.failed(connection.trouble, time.monotonic(), self._limits, self._chance)

    def _may_try_again(self, number: int) -> bool:
        self._halves[number] = self._halves.get(number, 0) + 1
        return self._halves[number] <= GIVEN_BACK

    def _turn(self) -> None:
        happened = self._poller.wait(self._patience())
        now = time.monotonic()
        ready = []
        for member, events in happened:
            member.event(events, now)
            dialogue = member.dialogue
            if dialogue is not None:
                if dialogue.state == "ready":
                    ready.append(member)
                elif dialogue.state == "idle" and member.phase == "open" and member not in self._idle:
                    member.idle_since = now
                    self._idle[member] = None
        if ready or (self._done and (not happened or len(self._done) >= LINGERING)):
            self._commit_and_go(ready, now)
        if self._idle:
            self._start(now)
        if now >= self._next_look:
            self._look_around(now)

    def _patience(self) -> float:
        """Seconds for which nothing has to be done if nothing happens."""
        if self._done:
            return LINGER
        now = time.monotonic()
        if not self._idle:
            return min(TICK, max(0.0, self._next_look - now))
        waits = [relay.quiet_until - now for relay in self._relays if relay.quiet_until > now]
        return min(TICK, max(0.0, self._next_look - now), self._supply.soonest(), *waits)

    def _commit_and_go(self, ready: Sequence[Connection], now: float) -> None:
        going = [each.dialogue.current.delivery for each in ready if each.dialogue and each.dialogue.current]
        allowed = self._commit(going)
        instant = self._clock()
        for connection in ready:
            dialogue = connection.dialogue
            if dialogue is None or dialogue.current is None:
                continue
            if dialogue.current.delivery not in allowed:
                # The server waits for the message: there is no way back but to hang up.
                dialogue.abandon()
                connection.close()
                continue
            following = None
            if not self._ending and dialogue.may_fly():
                following = self._prepared(connection, now, instant)
            connection.go(following, now)

    def _commit(self, going: Sequence[int]) -> Collection[int]:
        """Note what is done and mark what goes, in one transaction."""
        done = self._done
        allowed = self._patiently(lambda: self._queue.commit(done, going))
        if any(isinstance(each, Returned) and each.due is None for each in done):
            self._supply.replenished()
        self._done = []
        return allowed

    def _take(self, count: int) -> list[Outgoing]:
        return self._patiently(lambda: self._queue.take(count))

    def _patiently(self, work: Callable[[], T]) -> T:
        """Do something with the ledger; where it is locked or its disk full, wait for a while. Nothing is sent then."""
        until = time.monotonic() + self._limits.ledger
        while True:
            try:
                return work()
            except StoreError:
                left = until - time.monotonic()
                if left <= 0 or self._stop_asked():
                    raise
                time.sleep(min(1.0, left))

    def _give_back(self, returned: Returned) -> None:
        self._done.append(returned)

    def _start(self, now: float) -> None:
        """Give those that have nothing to do the next delivery."""
        instant = self._clock()
        for connection in list(self._idle):
            if connection.phase != "open":
                continue
            prepared = None if self._ending else self._prepared(connection, now, instant)
            if prepared is not None:
                self._idle.pop(connection, None)
                connection.begin(prepared, now)
            elif self._is_spent(connection):
                self._idle.pop(connection, None)
                connection.leave(now)
        if self._supply.drained and not self._done and len(self._idle) == len(self._connections):
            self._next_look = 0.0  # it is over

    def _is_spent(self, connection: Connection) -> bool:
        """Whether a connection has had all the messages it may have, or its relay has more than its share."""
        relay = connection.relay
        return connection.begun >= relay.settings.messages_per_connection or relay.open > relay.allowed

    def _prepared(self, connection: Connection, now: float, instant: datetime) -> Prepared | None:
        """The next delivery for a connection; those it cannot take are settled."""
        relay, dialogue = connection.relay, connection.dialogue
        if now < relay.quiet_until or dialogue is None or self._is_spent(connection):
            return None
        while True:
            outgoing = self._supply.next(relay, now, instant)
            if outgoing is None:
                return None
            if relay.settings.provider:
                envelope = outgoing.envelope
                field = verp_field(relay.settings.provider, envelope.sender)
                outgoing = Outgoing(outgoing.delivery, envelope.headed(field))
            commands = dialogue.commands.of(outgoing.envelope)
            if isinstance(commands, bytes):
                return outgoing, commands
            self.settle(connection, outgoing, "recipient" if commands.enhanced == "5.1.3" else "sender", commands, "")

    def _look_around(self, now: float) -> None:
        """Deadlines, relays, connections: what need not be looked at for every message."""
        self._next_look = now + TICK
        for connection in list(self._connections):
            connection.expire(now)
        if self._grace:
            if now >= self._grace:
                for connection in list(self._connections):
                    connection.close("digest was stopped before the relay answered")
            return
        if self._ending:
            return
        there = self._share(now)
        busy = any(each not in self._idle for each in self._connections)
        if there:
            self._open(there, now)
            busy = busy or len(self._connections) > len(self._idle)
        elif not busy:
            self._rest(now)
        if self._supply.drained and not busy and not self._done and not self._ending:
            self._end(now)

    def _share(self, now: float) -> list[Relay]:
        """Those that may be connected to, and how many connections each may have."""
        for relay in self._relays:
            relay.open = 0
        for connection in self._connections:
            connection.relay.open += 1
        instant = self._clock()
        for relay in self._relays:
            # Asked before anybody is called: a login that was refused is not to be tried at each turn of the day.
            if not relay.open and relay.is_free(now):
                self._supply.has_to_wait(relay, now, instant)
        # One that is quiet for a moment keeps its share.
        there = [
            each
            for each in self._relays
            if not each.locked and now >= each.closed_until and each.quiet_until - now < WORTH_STAYING
        ]
        greatest = max((relay.settings.weight for relay in there), default=0)
        for relay in there:
            relay.allowed = relay.share(greatest)
        return there

    def _open(self, there: Sequence[Relay], now: float) -> None:
        """Open connections for deliveries that none is coming for."""

        def free() -> list[Relay]:
            return [each for each in there if each.open < each.allowed and each.is_free(now)]

        if not free():
            return
        wanted = self._supply.fill() - len(self._idle)
        wanted -= sum(each.dialogue is None for each in self._connections)
        while wanted > 0 and (those := free()):
            relay = min(those, key=lambda each: each.open / max(each.settings.weight, 0.01))
            relay.open += 1
            wanted -= 1
            self._connect(relay, now)

    def _connect(self, relay: Relay, now: float) -> None:
        settings = relay.settings
        credentials = None
        try:
            if settings.security != "none":
                relay.tls  # noqa: B018 made here, where a file that cannot be read is the relay's trouble
        except OSError as error:
            relay.lock(f"the certificates in {settings.ca} cannot be read: {error.strerror or error}")
            return
        if settings.username:
            secret = self._environ.get(settings.variable)
            if not secret:
                relay.lock(f"there is no password for it: the environment has no {settings.variable}")
                self._governor.paused(relay.name, relay.locked, self._clock())
                return
            credentials = Credentials(settings.username, secret, settings.auth)
        try:
            addresses = relay.addresses(now)
        except OSError as error:
            relay.failed(f"its address cannot be found: {error.strerror or error}", now, self._limits, self._chance)
            return
        connection = Connection(
            relay,
            addresses,
            poller=self._poller,
            deadlines=self._limits,
            credentials=credentials,
            host=self,
            now=now,
        )
        self._connections[connection] = None
        connection.connect(now)

    def _rest(self, now: float) -> None:
        """No relay takes anything now: nothing is kept from others meanwhile, or it is over."""
        troubles = [f"{relay.name}: {trouble}" for relay in self._relays if (trouble := relay.fails(now))]
        if len(troubles) == len(self._relays):
            self._supply.empty("; ".join(troubles), failed=True)
        else:
            self._supply.empty("no relay takes anything at the moment")
        soonest = min((relay.rests(now) for relay in self._relays if not relay.locked), default=inf)
        if not self._wait or soonest > self._limits.waiting:
            self._end(now)

    def _end(self, now: float) -> None:
        self._ending = True
        for connection in list(self._connections):
            connection.leave(now)

    def _stop(self, now: float) -> None:
        """Finish what is on the wire, give back the rest."""
        self._ending, self._grace = True, now + self._limits.stopping
        self._supply.empty()
        for connection in list(self._connections):
            dialogue = connection.dialogue
            if dialogue is None or dialogue.state == "idle":
                connection.leave(now)
                continue
            outgoing = dialogue.abandon()
            if outgoing is not None:
                self._give_back(Returned(outgoing.delivery))
            if dialogue.state == "closed":
                connection.close()
