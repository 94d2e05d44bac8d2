"""The SMTP sink against servers that behave, over real sockets."""

from __future__ import annotations

import threading
import time

import pytest
from memory_queue import MemoryQueue, broken_store, envelope, outgoing
from scripted import Server, after
from sinks import SHORT, deliver, relay, sink

from digest.core.errors import ClaimError, StoreError
from digest.core.outbox import Outgoing
from digest.delivery.smtp.settings import Deadlines

MODES = ("one-flight", "envelope", "off")


def expected(count: int) -> list[tuple[str, bytes]]:
    return sorted((each.recipient, each.message) for each in map(envelope, range(count)))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("connections", [1, 3])
def test_every_delivery_arrives_once_as_it_was(server, mode, connections):
    queue = MemoryQueue(40)
    deliver(queue, relay(server.port, pipelining=mode, connections=connections))
    assert sorted(server.taken) == expected(40)
    assert queue.numbers("accepted") == list(range(40))
    assert queue.most_in_doubt <= connections
    assert {each.place for each in queue.attempts} == {"relay"}
    assert queue.attempts[0].reply.enhanced == "2.0.0"
    assert queue.attempts[0].reply.text.startswith("Ok: queued as Q")
    assert all(peer.said[-1] == "QUIT" for peer in server.peers)


def test_a_server_without_pipelining_is_told_one_thing_at_a_time(server):
    server.offers = ("SIZE",)
    for command in ("MAIL", "RCPT", "DATA", "dot"):
        server.on[command] = lambda peer, _line: None if peer.silent() else "550 too early"
    queue = MemoryQueue(3)
    deliver(queue, relay(server.port, connections=1))
    assert sorted(server.taken) == expected(3)


@pytest.mark.parametrize("mode", MODES)
def test_a_service_is_told_the_sender_above_all_that_was_signed(server, mode):
    sizes = []
    server.on["MAIL"] = lambda _peer, line: sizes.append(int(line.partition("SIZE=")[2]))
    queue = MemoryQueue(3)
    deliver(queue, relay(server.port, connections=1, pipelining=mode, provider="postmark"))
    field = "X-PM-Metadata-verp: bounce+{}@example.org\r\n"
    assert [message for _, message in server.taken] == [
        field.format(number).encode() + envelope(number).message for number in range(3)
    ]
    assert sizes == [len(message) for _, message in server.taken]


def test_each_of_several_relays_is_told_in_its_own_way(server):
    with Server() as other:
        one, two = relay(server.port, provider="mailgun"), relay(other.port, "other")
        deliver(MemoryQueue(200), one, two)
        assert server.taken
        assert other.taken
        assert all(message.startswith(b'X-Mailgun-Variables: {"verp": "bounce+') for _, message in server.taken)
        assert not any(b"X-Mailgun" in message for _, message in other.taken)


def test_with_envelope_nothing_is_said_behind_a_message(server):
    server.on["dot"] = lambda peer, _line: None if peer.silent() else "550 too early"
    server.on["MAIL"] = lambda peer, _line: None if peer.rest else "550 one at a time"
    deliver(MemoryQueue(3), relay(server.port, connections=1, pipelining="envelope"))
    assert sorted(server.taken) == expected(3)


def test_in_one_flight_the_next_commands_follow_the_message(server):
    behind = []
    server.on["dot"] = lambda peer, _line: behind.append(peer.rest.split(b" ")[0])
    deliver(MemoryQueue(3), relay(server.port, connections=1))
    assert behind == [b"MAIL", b"MAIL", b""]


@pytest.mark.parametrize("mode", MODES)
def test_refused_recipients_leave_the_connection_good(server, mode):
    server.on["RCPT"] = lambda _peer, line: "550 5.1.1 Unknown" if "reader1@" in line or "reader4@" in line else None
    queue = MemoryQueue(6)
    deliver(queue, relay(server.port, connections=1, pipelining=mode))
    assert queue.numbers("refused") == [1, 4]
    assert queue.numbers("accepted") == [0, 2, 3, 5]
    assert [(one.stage, str(one.reply)) for one in queue.attempts if one.reply.code == 550] == [
        ("recipient", "550 5.1.1 Unknown")
    ] * 2
    assert len(server.peers) == 1


@pytest.mark.parametrize("mode", ["one-flight", "envelope"])
def test_a_354_after_a_refused_recipient_gets_a_lone_dot(server, mode):
    server.on["RCPT"] = lambda _peer, line: "550 5.1.1 Unknown" if "reader1@" in line else None
    server.on["DATA"] = lambda _peer, _line: "354 Go on all the same"
    server.on["dot"] = lambda _peer, recipient: None if recipient else "554 5.5.1 No recipients"
    queue = MemoryQueue(4)
    deliver(queue, relay(server.port, connections=1, pipelining=mode))
    assert queue.numbers("refused") == [1]
    assert sorted(server.taken) == [each for each in expected(4) if "reader1@" not in each[0]]
    assert len(server.peers) == 1


@pytest.mark.parametrize("mode", MODES)
def test_refused_senders_messages_and_data(server, mode):
    server.on["MAIL"] = lambda _peer, line: "451 4.3.0 Later" if "+1@" in line else None
    server.on["DATA"] = after(4, "451 4.3.2 No room")
    server.on["dot"] = lambda _peer, recipient: "554 5.6.0 No" if recipient == "reader2@example.org" else None
    queue = MemoryQueue(4)
    deliver(queue, relay(server.port, connections=1, pipelining=mode))
    ends = {each.delivery: (each.stage, each.reply.code) for each in queue.attempts}
    assert ends == {0: ("message", 250), 1: ("sender", 451), 2: ("message", 554), 3: ends[3]}
    assert ends[3] in {("message", 250), ("data", 451)}


def test_a_delivery_taken_away_at_the_last_moment_does_not_go(server):
    queue = MemoryQueue(5, dropped={2})
    deliver(queue, relay(server.port, connections=1))
    assert queue.numbers("accepted") == [0, 1, 3, 4]
    assert queue.numbers("excluded") == [2]
    assert "reader2@example.org" not in server.recipients
    assert len(server.peers) == 2  # it was asked for: there was no way back but to hang up


def test_all_that_are_ready_go_with_one_commit(server):
    together = threading.Barrier(3)  # the server asks for no message before it can ask for all three
    server.on["DATA"] = lambda _peer, _line: together.wait(10) and None
    queue = MemoryQueue(3)
    queue.fail = lambda: None if queue.commits else time.sleep(0.2)  # until the other two are ready as well
    deliver(queue, relay(server.port, connections=3, pipelining="envelope"))
    assert [going for _, going in queue.commits if going] in ([1, 2], [2, 1], [3])
    assert queue.numbers("accepted") == [0, 1, 2]


def test_so_many_messages_a_connection_and_no_more(server):
    queue = MemoryQueue(7)
    deliver(queue, relay(server.port, connections=1, messages_per_connection=3))
    assert [sum(line.startswith("MAIL") for line in peer.said) for peer in server.peers] == [3, 3, 1]
    assert sorted(server.taken) == expected(7)


def test_no_more_connections_than_deliveries(server):
    deliver(MemoryQueue(2), relay(server.port, connections=5))
    assert len(server.peers) == 2


def test_nothing_waits_and_nobody_is_called(server):
    deliver(MemoryQueue(0), relay(server.port))
    assert server.peers == []


def test_a_message_larger_than_the_relay_takes_is_not_sent(server):
    server.offers = ("PIPELINING", "SIZE 300")
    queue = MemoryQueue(2, make=lambda number: outgoing(number, body="x" * (number * 500)))
    deliver(queue, relay(server.port))
    assert queue.numbers("accepted") == [0]
    assert str(queue.attempts[-1].reply if queue.attempts[-1].delivery else queue.attempts[0].reply).startswith(
        "552 5.3.4 not sent: the message has"
    )
    assert not any("reader1@" in line for peer in server.peers for line in peer.said)


def test_a_large_message_goes_in_pieces(server):
    body = "".join(f".line {number}\n" for number in range(400_000))
    server.offers = ("PIPELINING",)
    queue = MemoryQueue(3, make=lambda number: outgoing(number, body=body))
    deliver(queue, relay(server.port, connections=2))
    assert queue.numbers("accepted") == [0, 1, 2]
    assert {message for _, message in server.taken} == {envelope(n, body=body).message for n in range(3)}


def test_when_stopped_what_is_on_the_wire_is_finished_and_the_rest_given_back(server):
    queue = MemoryQueue(50)
    stopped = threading.Event()
    server.on["dot"] = lambda _peer, _line: stopped.set() if len(server.taken) >= 4 else None
    sink(relay(server.port, connections=2)).deliver(queue, stopped.is_set)
    accepted = queue.numbers("accepted")
    assert 4 <= len(accepted) < 50
    assert sorted(server.recipients) == sorted(f"reader{number}@example.org" for number in accepted)
    assert len(queue.numbers("waiting")) == 50 - len(accepted)
    assert {each.reason for each in queue.returned} == {""}


def test_when_stopped_the_grace_is_bounded(server):
    queue = MemoryQueue(1)
    stopped = threading.Event()

    def hang(peer, _line):
        stopped.set()
        peer.wait_for_end()

    server.on["dot"] = hang
    sink(relay(server.port), deadlines=Deadlines(stopping=0.2)).deliver(queue, stopped.is_set)
    assert queue.numbers("uncertain") == [0]
    assert queue.attempts[0].trouble == "digest was stopped before the relay answered"


def test_a_ledger_that_cannot_be_written_stops_everything_before_the_dot(server):
    queue = MemoryQueue(5, fail=broken_store)
    with pytest.raises(StoreError):
        deliver(queue, relay(server.port), deadlines=Deadlines(ledger=0))
    assert server.taken == []
    assert {"waiting", "claimed"} >= set(queue.state.values())


def test_a_ledger_that_was_locked_for_a_while_is_waited_for(server):
    failures = iter([True, True, False])
    queue = MemoryQueue(3, fail=lambda: broken_store() if next(failures, False) else None)
    deliver(queue, relay(server.port), deadlines=SHORT)
    assert sorted(server.taken) == expected(3)


def test_what_was_answered_is_noted_when_the_work_is_taken_over(server):
    class Lost(MemoryQueue):
        def take(self, count):
            if "accepted" in self.state.values():
                raise ClaimError("was taken over by another", place="weekly")
            return super().take(count)

    queue = Lost(40)
    with pytest.raises(ClaimError):
        deliver(queue, relay(server.port, connections=1, pipelining="off"))
    assert len(server.taken) == len(queue.numbers("accepted")) > 1
    assert queue.numbers("sending") == []


def test_addresses_that_are_none_never_reach_the_server(server):
    bad = [
        "a@example.org>\r\nRCPT TO:<b@example.org",
        "a@example.org> NOTIFY=NEVER",
        "a b@example.org",
        "no-at-sign",
        "jörg@example.org",
        '"a b"@example.org',
        "a\0@example.org",
    ]
    queue = MemoryQueue(len(bad), make=lambda number: Outgoing(number, envelope(number, recipient=bad[number])))
    deliver(queue, relay(server.port, connections=1))
    assert server.recipients == ['"a b"@example.org']
    assert queue.numbers("refused") == [0, 1, 2, 3, 4, 6]


def test_two_relays_share_by_weight():
    with Server() as heavy, Server() as light:
        barrier = threading.Barrier(5)  # until all connections there should be are there
        for one in (heavy, light):
            one.on["greeting"] = lambda _peer, _line: barrier.wait(10) and None
        deliver(
            MemoryQueue(40),
            relay(heavy.port, "heavy", weight=3, connections=3),
            relay(light.port, "light", weight=2, connections=3),
        )
        assert (len(heavy.peers), len(light.peers)) == (3, 2)
        assert sorted(heavy.taken + light.taken) == expected(40)


def test_a_relay_of_no_weight_is_used_when_no_other_is_there():
    with Server() as first, Server() as spare:
        deliver(MemoryQueue(9), relay(first.port, "first"), relay(spare.port, "spare", weight=0))
        assert (len(first.taken), len(spare.peers)) == (9, 0)
        first.stop_listening()
        queue = MemoryQueue(9)
        deliver(queue, relay(first.port, "first"), relay(spare.port, "spare", weight=0))
        assert sorted(spare.taken) == expected(9)
        assert {each.place for each in queue.attempts} == {"spare"}
