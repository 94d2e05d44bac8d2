"""Limits: what has to wait is held aside or given back, and the rest goes on."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from memory_queue import MemoryQueue, outgoing
from sinks import Unlimited, deliver, relay

from digest.delivery.smtp.relay import Relay
from digest.delivery.smtp.settings import Deadlines, RelaySettings
from digest.delivery.smtp.supply import FEWEST, HELD_OF_DOMAIN, MOST, Supply

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Slow(Unlimited):
    """Lets a domain (or a relay: the empty one) have its next message only at an instant."""

    def __init__(self, **until: datetime) -> None:
        self.until = {name.replace("_", "."): instant for name, instant in until.items()}
        self.told: list[str] = []

    def wait(self, relay, domain, now):
        until = self.until.get(domain or "relay")
        return until if until is not None and now < until else None

    def sent(self, relay, domain, now):
        self.told.append(domain)

    def throttled(self, relay, domain, reply, now):
        self.told.append(f"{domain} {reply.code}")


class Clerk:
    """A supply of deliveries to two domains by turns, and what it gave back."""

    def __init__(self, governor, count: int = 10) -> None:
        self.asked: list[int] = []
        self.back = []
        self.relay = Relay(RelaySettings("relay", "relay.invalid"))
        self.now = NOON
        self.left = [outgoing(n, recipient=f"r{n}@{('slow', 'fast')[n % 2]}.example") for n in range(count)]
        self.supply = Supply(self._take, self.back.append, governor, lambda: self.now)

    def _take(self, count):
        self.asked.append(count)
        taken, self.left = self.left[:count], self.left[count:]
        return taken

    def next(self, *, later: float = 0):
        self.now = NOON + timedelta(seconds=later)
        one = self.supply.next(self.relay, 1000 + later, self.now)
        return one and one.delivery


def test_a_domain_that_has_to_wait_lets_others_pass():
    governor = Slow(slow_example=NOON + timedelta(seconds=2))
    clerk = Clerk(governor)
    assert [clerk.next() for _ in range(6)] == [1, 3, 5, 7, 9, None]
    assert governor.told == ["fast.example"] * 5
    assert clerk.supply.soonest() == 2
    assert not clerk.supply.drained
    assert [clerk.next(later=2) for _ in range(6)] == [0, 2, 4, 6, 8, None]
    assert (clerk.back, clerk.supply.drained) == ([], True)


def test_what_has_to_wait_for_long_goes_back_with_its_reason():
    until = NOON + timedelta(hours=1)
    clerk = Clerk(Slow(slow_example=until), 4)
    assert [clerk.next() for _ in range(3)] == [1, 3, None]
    assert [(each.delivery, each.due, each.reason) for each in clerk.back] == [
        (0, until, "limit of slow.example"),
        (2, until, "limit of slow.example"),
    ]


def test_no_more_than_so_many_are_held_aside():
    until = NOON + timedelta(seconds=1)
    clerk = Clerk(Slow(slow_example=until), 2 * HELD_OF_DOMAIN + 8)
    while clerk.next() is not None:
        pass
    assert [each.delivery for each in clerk.back] == [200, 202, 204, 206]
    assert {each.due for each in clerk.back} == {NOON + timedelta(seconds=5)}  # after those that are held


def test_a_relay_that_has_to_wait_takes_nothing_out_of_the_queue():
    clerk = Clerk(Slow(relay=NOON + timedelta(seconds=30)))
    assert clerk.next() is None
    assert (clerk.asked, clerk.relay.quiet_until) == ([], 1030)
    assert clerk.relay.rests(1010) == 20
    assert not clerk.relay.is_free(1029)
    assert clerk.relay.is_free(1030)


def test_everything_goes_back_when_it_is_emptied():
    until = NOON + timedelta(seconds=2)
    clerk = Clerk(Slow(slow_example=until), 5)
    assert clerk.next() == 1
    clerk.supply.empty("stopped")
    assert sorted((each.delivery, each.due, each.reason) for each in clerk.back if each.due is None) == [
        (2, None, "stopped"),
        (3, None, "stopped"),
        (4, None, "stopped"),
    ]
    assert [(each.delivery, each.due) for each in clerk.back if each.due] == [(0, until)]


def test_the_faster_it_goes_the_more_are_claimed_at_once():
    clerk = Clerk(Unlimited(), 2000)
    while clerk.next() is not None:
        pass
    assert clerk.asked[0] == FEWEST
    assert max(clerk.asked) == MOST


@pytest.mark.parametrize("seconds", [0.2, 0.6])
def test_the_sink_waits_for_a_domain_and_sends_the_others_meanwhile(server, seconds):
    governor = Slow(slow_example=datetime.now(UTC) + timedelta(seconds=seconds))
    queue = MemoryQueue(8, make=lambda n: outgoing(n, recipient=f"r{n}@{('slow', 'fast')[n % 2]}.example"))
    deliver(queue, relay(server.port, connections=1), governor=governor)
    assert queue.numbers("accepted") == list(range(8))
    assert [each.rpartition("@")[2] for each in server.recipients] == ["fast.example"] * 4 + ["slow.example"] * 4


def test_a_relay_that_is_quiet_for_hours_gives_everything_back_and_ends(server):
    governor = Slow(relay=datetime.now(UTC) + timedelta(hours=5))
    queue = MemoryQueue(8)
    deliver(queue, relay(server.port), governor=governor, wait=True)
    assert queue.numbers("waiting") == list(range(8))
    assert server.taken == []


def test_replies_that_ask_for_less_are_told(server):
    server.on["RCPT"] = lambda _peer, line: "451 4.7.28 Slow down" if "r1@" in line else None
    governor = Slow()
    queue = MemoryQueue(2, make=lambda n: outgoing(n, recipient=f"r{n}@EXAMPLE.net"))
    deliver(queue, relay(server.port, connections=1), governor=governor)
    assert governor.told == ["example.net", "example.net", "example.net 451"]


def test_a_relay_that_is_paused_is_not_called(server):
    governor = Slow(relay=datetime.now(UTC) + timedelta(hours=5))
    queue = MemoryQueue(3)
    deliver(queue, relay(server.port), governor=governor)
    assert (server.peers, queue.commits) == ([], [])


@pytest.mark.parametrize("last_words", [(), ("421 4.4.2 Idle for too long",)])
def test_a_connection_closed_while_it_has_nothing_to_do_is_nobody_s_fault(server, caplog, last_words):
    def taken_and_gone(peer, _line):
        server.taken.append(("", b""))
        peer.say("250 Ok")
        time.sleep(0.1)
        peer.say(*last_words)
        peer.close()

    server.on["dot"] = taken_and_gone
    governor = Slow(slow_example=datetime.now(UTC) + timedelta(seconds=0.4))
    queue = MemoryQueue(2, make=lambda n: outgoing(n, recipient=f"r{n}@{('slow', 'fast')[n % 2]}.example"))
    deliver(queue, relay(server.port, connections=1), governor=governor)
    assert queue.numbers("accepted") == [0, 1]
    assert len(server.peers) == 2
    assert caplog.text == ""


def test_a_relay_that_fails_is_left_alone_for_longer_each_time(caplog):
    one = Relay(RelaySettings("relay", "relay.invalid"))
    chance = Random(3)
    pauses = []
    now = 0.0
    for _ in range(9):
        one.failed("gone", now, Deadlines(), chance)
        one.failed("gone as well", now + 0.1, Deadlines(), chance)  # under way before
        pauses.append(one.closed_until - now)
        now = one.closed_until
    assert all(
        0.8 * wanted <= pause <= 1.2 * wanted
        for pause, wanted in zip(pauses, [5, 10, 20, 40, 80, 160, 300, 300, 300], strict=True)
    )
    assert "gone as well" not in caplog.text
    one.worked()
    one.failed("gone", now, Deadlines(), chance)
    assert one.closed_until - now <= 6
