"""Faults at the relay's side: what is lost, sent twice or in doubt is counted by the server's own record.

The numbers are those of the project's list of faults to survive.
"""

from __future__ import annotations

import logging
import socket
import sys
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from memory_queue import MemoryQueue, outgoing
from scripted import Server, after, once, polite
from sinks import SHORT, Unlimited, codes, deliver, relay, sink

from digest.delivery.smtp.relay import Relay

SOON = replace(SHORT, pause=0.05, longest_pause=0.1)
QUICK = replace(SOON, greeting=0.4, opening=0.4, command=0.4, data=0.4, block=0.4, message=0.4)

# More than the buffers of both sides hold.
LARGE = "x" * 30_000_000

MODES = ("one-flight", "envelope", "off")


def complete(queue: MemoryQueue, server: Server) -> None:
    """Every delivery arrived, once, and the ledger knows."""
    assert queue.numbers("accepted") == list(range(queue.count))
    assert sorted(server.recipients) == sorted(f"reader{number}@example.org" for number in range(queue.count))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("how", ["reset", "close"])
def test_14_broken_before_354_nothing_is_spent(server, mode, command, how):
    server.on[command] = once(lambda peer: getattr(peer, how)(), at=2)
    queue = MemoryQueue(5)
    deliver(queue, relay(server.port, connections=1, pipelining=mode), deadlines=SOON, wait=True)
    complete(queue, server)
    assert "clos" in queue.returned[0].reason or "broke" in queue.returned[0].reason
    assert {each.due for each in queue.returned} == {None}
    assert len(queue.attempts) == 5


def test_14_broken_in_the_middle_of_a_message_is_safe_to_try_again(server):
    def part(peer):
        peer.say("354 Go on")
        peer.sock.recv(20_000)
        peer.reset()

    server.on["DATA"] = once(part, at=1)
    server.offers = ("PIPELINING",)
    queue = MemoryQueue(3, make=lambda n: outgoing(n, body=LARGE))
    deliver(queue, relay(server.port, connections=1), deadlines=SOON, wait=True)
    complete(queue, server)
    assert queue.returned[0].delivery in (0, 1)


def test_14_a_message_that_always_breaks_off_is_an_attempt_in_the_end(server):
    def part(peer, line):
        if "reader1@" in peer.said[-2]:
            peer.say("354 Go on")
            peer.sock.recv(20_000)
            peer.reset()

    server.on["DATA"] = part
    server.offers = ("PIPELINING",)
    queue = MemoryQueue(3, make=lambda n: outgoing(n, body=LARGE))
    deliver(queue, relay(server.port, connections=1, pipelining="envelope"), deadlines=SOON, wait=True)
    assert (queue.numbers("accepted"), queue.numbers("deferred")) == ([0, 2], [1])
    assert [each.delivery for each in queue.returned if each.delivery == 1] == [1, 1]
    end = next(each for each in queue.attempts if each.delivery == 1)
    assert (end.stage, end.reply) == ("data", None)
    assert "broke" in end.trouble or "closed" in end.trouble


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("how", ["reset", "close", "half_close"])
@pytest.mark.parametrize("kept", [True, False])
def test_15_broken_after_the_dot_is_uncertain_and_nothing_else_is(server, mode, how, kept):
    def after_the_dot(peer):
        if kept:
            server.taken.append(("reader2@example.org", b""))
        getattr(peer, how)()

    server.on["dot"] = once(after_the_dot, at=2)
    queue = MemoryQueue(6)
    deliver(queue, relay(server.port, connections=1, pipelining=mode), deadlines=SOON, wait=True)
    assert queue.numbers("uncertain") == [2]
    assert queue.numbers("accepted") == [0, 1, 3, 4, 5]
    assert len(set(server.recipients)) == len(server.recipients) == 5 + kept
    end = next(each for each in queue.attempts if each.delivery == 2)
    assert (end.stage, end.reply) == ("message", None)
    assert end.trouble in ("the relay closed the connection", "the connection broke: Connection reset by peer")


@pytest.mark.parametrize("mode", MODES)
def test_16_a_server_that_hangs_after_the_dot(server, mode):
    server.on["dot"] = once(lambda peer: peer.wait_for_end())
    queue = MemoryQueue(3)
    deliver(queue, relay(server.port, connections=1, pipelining=mode), deadlines=replace(SOON, message=0.3), wait=True)
    assert (queue.numbers("uncertain"), queue.numbers("accepted")) == ([0], [1, 2])
    assert queue.attempts[0].trouble == "the relay did not answer the message in time"


def drip(text: str):
    """A script that sends a character every 50 ms, and never ends."""

    def script(peer, _server):
        stop = threading.Event()
        while True:
            for char in text:
                peer.sock.sendall(char.encode())
                stop.wait(0.05)

    return script


@pytest.mark.parametrize(
    "script",
    [drip("220-slow and slower\r\n"), drip("220 x"), lambda peer, _server: peer.wait_for_end()],
    ids=["lines", "one line", "silent"],
)
def test_17_a_slow_banner_has_a_total_deadline(server, script):
    server.script = script
    queue = MemoryQueue(2)
    deliver(queue, relay(server.port), deadlines=QUICK)
    assert queue.attempts == []
    assert queue.numbers("waiting") == [0, 1]


@pytest.mark.parametrize("command", ["EHLO", "MAIL", "RCPT", "DATA"])
def test_17_silence_later_on(server, command):
    server.on[command] = once(lambda peer: peer.wait_for_end())
    queue = MemoryQueue(2)
    deliver(queue, relay(server.port, connections=1), deadlines=QUICK, wait=True)
    complete(queue, server)


def test_17_a_reply_that_drips_is_not_waited_for_longer(server):
    server.on["RCPT"] = once(lambda peer: drip("250-still thinking\r\n")(peer, server))
    queue = MemoryQueue(2)
    deliver(queue, relay(server.port, connections=1, pipelining="off"), deadlines=QUICK, wait=True)
    complete(queue, server)


def test_17_a_server_that_stops_reading(server):
    def stall(peer):
        peer.say("354 Go on")
        threading.Event().wait(1.5)
        peer.close()

    server.on["DATA"] = once(stall)
    server.offers = ("PIPELINING",)
    queue = MemoryQueue(2, make=lambda n: outgoing(n, body=LARGE))
    deliver(queue, relay(server.port, connections=1), deadlines=replace(SOON, block=0.001), wait=True)
    complete(queue, server)
    assert any("did not take the message in time" in each.reason for each in queue.returned)


@pytest.mark.parametrize("mode", MODES)
def test_18_421_after_some_messages_then_refused_connections(server, mode, caplog):
    def later(peer, line):
        if sum(line.startswith("MAIL") for line in peer.said) > 3:
            server.stop_listening()
            return "421 4.3.2 Too much of it"
        return None

    server.on["MAIL"] = later
    queue = MemoryQueue(8)
    with caplog.at_level(logging.WARNING):
        deliver(queue, relay(server.port, connections=1, pipelining=mode), deadlines=SOON)
    assert queue.numbers("accepted") == [0, 1, 2]
    assert len(server.taken) == 3
    assert queue.numbers("waiting") == [3, 4, 5, 6, 7]
    assert codes(queue.attempts) == [(0, "message", 250), (1, "message", 250), (2, "message", 250)]
    assert "relay: the relay closed the connection: 421 4.3.2 Too much of it" in caplog.text


@pytest.mark.parametrize("event", ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "dot"])
@pytest.mark.parametrize("mode", MODES)
def test_18_421_ends_the_connection_not_the_reader(server, event, mode):
    server.on[event] = once(lambda _peer: "421 4.3.2 Going down")
    queue = MemoryQueue(3)
    deliver(queue, relay(server.port, connections=1, pipelining=mode), deadlines=SOON, wait=True)
    complete(queue, server)
    assert len(queue.attempts) == 3


def test_18_another_relay_takes_over(server):
    with Server() as other:
        server.on["MAIL"] = after(3, "421 4.3.2 Enough")
        queue = MemoryQueue(30)
        deliver(queue, relay(server.port, "one", connections=1), relay(other.port, "two", connections=1))
        assert queue.numbers("accepted") == list(range(30))
        assert len(server.taken) <= 3
        assert sorted(server.recipients + other.recipients) == sorted(f"reader{n}@example.org" for n in range(30))


def test_19_greylisting_is_an_attempt_with_its_reply(server):
    server.on["RCPT"] = once(lambda _peer: "451 4.7.1 Greylisted")
    queue = MemoryQueue(2)
    deliver(queue, relay(server.port, connections=1))
    assert (queue.numbers("deferred"), queue.numbers("accepted")) == ([0], [1])
    assert codes(queue.attempts) == [(0, "recipient", 451), (1, "message", 250)]
    assert queue.attempts[0].reply.enhanced == "4.7.1"


def test_a_server_that_answers_before_the_message_is_there(server):
    def impatient(peer):
        peer.say("354 Go on")
        peer.sock.recv(20_000)
        peer.say("552 5.3.4 Too big")
        threading.Event().wait(0.2)
        peer.close()

    server.on["DATA"] = once(impatient)
    server.offers = ("PIPELINING",)
    queue = MemoryQueue(2, make=lambda n: outgoing(n, body=LARGE))
    deliver(queue, relay(server.port, connections=1), deadlines=SOON, wait=True)
    assert codes(queue.attempts) == [(0, "data", 552), (1, "message", 250)]


NONSENSE = {
    "nonsense": ("Hello, is it me?", "what is no reply: 'Hello, is it me?'"),
    "no code": ("999 x", "what is no reply"),
    "binary": ("\0\x01\x02", "what is no reply"),
    "never ending": ("\r\n".join(["250-more"] * 300), "more than 200 lines"),
    "many codes": ("250_x", "what is no reply"),
}


@pytest.mark.parametrize("name", NONSENSE)
@pytest.mark.parametrize("event", ["greeting", "EHLO", "MAIL", "RCPT", "DATA"])
def test_nonsense_ends_the_connection_with_a_clear_trouble(server, name, event, caplog):
    said, trouble = NONSENSE[name]
    server.on[event] = once(lambda _peer: said)
    queue = MemoryQueue(3)
    with caplog.at_level(logging.WARNING):
        deliver(queue, relay(server.port, connections=1, pipelining="off"), deadlines=SOON, wait=True)
    complete(queue, server)
    assert trouble in caplog.text


@pytest.mark.parametrize("said", [value[0] for value in NONSENSE.values()], ids=list(NONSENSE))
def test_nonsense_after_the_dot_is_uncertain(server, said):
    server.on["dot"] = once(lambda _peer: said)
    queue = MemoryQueue(2)
    deliver(queue, relay(server.port, connections=1), deadlines=SOON, wait=True)
    assert (queue.numbers("uncertain"), queue.numbers("accepted")) == ([0], [1])


def test_a_long_line_is_cut_and_does_no_harm(server):
    server.on["dot"] = once(lambda _peer: "250 2.0.0 " + "y" * 9000)
    server.on["RCPT"] = once(lambda _peer: "550 5.1.1 " + "z" * 2000)
    queue = MemoryQueue(3)
    deliver(queue, relay(server.port, connections=1))
    assert [(str(each.reply)[:12], len(each.reply.text)) for each in queue.attempts] == [
        ("550 5.1.1 zz", 500),
        ("250 2.0.0 yy", 500),
        ("250 2.0.0 Ok", len(queue.attempts[2].reply.text)),
    ]


# A server that trips over one flight


def out_of_step(peer, _line):
    """Exim's check: whoever speaks out of turn is sent away."""
    if peer.rest:
        peer.say("554 SMTP synchronization error")
        peer.close()


def test_a_server_out_of_step_is_stepped_down_to_envelope(server, caplog):
    server.on["dot"] = out_of_step
    queue = MemoryQueue(5)
    with caplog.at_level(logging.WARNING):
        deliver(queue, relay(server.port, connections=1), deadlines=SOON, wait=True)
    complete(queue, server)
    assert "relay: from now on with pipelining: envelope (554 SMTP synchronization error)" in caplog.text


def test_a_server_that_hangs_up_on_one_flight_costs_one_message_in_doubt_at_most(server, caplog):
    server.on["dot"] = lambda peer, _line: peer.close() if peer.rest else None
    queue = MemoryQueue(12)
    with caplog.at_level(logging.WARNING):
        deliver(queue, relay(server.port, connections=4), deadlines=SOON, wait=True)
    assert len(queue.numbers("uncertain")) == 1
    assert len(queue.numbers("accepted")) == 11
    assert caplog.text.count("from now on with pipelining: envelope") == 1


@pytest.mark.parametrize("polite_about_it", [True, False])
def test_a_server_that_bears_no_pipelining_at_all_gets_none(server, polite_about_it):
    def check(peer, _line):
        if peer.rest:
            if polite_about_it:
                peer.say("554 5.5.0 SMTP protocol synchronisation error")
            peer.close()

    server.on |= {"MAIL": check, "RCPT": check, "dot": check}
    queue = MemoryQueue(5)
    deliver(queue, relay(server.port, connections=1), deadlines=SOON, wait=True)
    complete(queue, server)


def test_what_a_relay_bears_is_remembered(server):
    server.on["dot"] = out_of_step
    one = sink(relay(server.port, connections=1), deadlines=SOON, wait=True)
    one.deliver(MemoryQueue(3), lambda: False)
    server.peers.clear()
    queue = MemoryQueue(3)
    one.deliver(queue, lambda: False)
    assert queue.numbers("accepted") == [0, 1, 2]
    assert len(server.peers) == 1


def test_one_flight_that_has_worked_is_not_given_up_for_a_broken_connection(server):
    server.on["dot"] = once(lambda peer: peer.close(), at=4)
    behind = []
    original = server.on["dot"]
    server.on["dot"] = lambda peer, line: behind.append(bool(peer.rest)) or original(peer, line)
    queue = MemoryQueue(12)
    deliver(queue, relay(server.port, connections=1), deadlines=SOON, wait=True)
    assert len(queue.numbers("uncertain")) == 1
    assert behind[6]


def test_an_idle_connection_that_is_closed_by_the_server_is_nobody_s_fault(server, caplog):
    def hasty(peer, server):
        peer.say("220 here")
        peer.line()
        peer.say("250 here")
        peer.sock.settimeout(20)
        polite_rest(peer, server)

    def polite_rest(peer, server):
        peer.line()
        peer.say("250 Ok")
        peer.line()
        peer.say("250 Ok")
        peer.line()
        peer.say("354 Go")
        peer.message()
        server.taken.append(("x", b""))
        peer.say("250 Ok", "421 I close idle connections")

    server.script = hasty
    queue = MemoryQueue(3)
    with caplog.at_level(logging.WARNING):
        deliver(queue, relay(server.port, connections=1, messages_per_connection=1), deadlines=SOON, wait=True)
    assert queue.numbers("accepted") == [0, 1, 2]
    assert caplog.text == ""


def test_a_relay_that_cannot_be_found_or_reached_spends_nothing(server, caplog):
    server.stop_listening()
    queue = MemoryQueue(3)
    nowhere = replace(relay(25, "nowhere"), host="nowhere.invalid")
    with caplog.at_level(logging.WARNING):
        deliver(queue, relay(server.port), nowhere, deadlines=SOON)
    assert queue.numbers("waiting") == [0, 1, 2]
    assert queue.attempts == []
    assert "relay: cannot be reached: Connection refused; tried again in" in caplog.text
    assert "nowhere: its address cannot be found" in caplog.text


def test_a_relay_that_cannot_be_reached_is_not_waited_for_without_end(server, caplog):
    server.stop_listening()
    queue = MemoryQueue(3)
    with caplog.at_level(logging.WARNING):
        # Pauses of about 50, 100, 200 and 400 ms: the fourth is not waited for any more.
        deliver(queue, relay(server.port), deadlines=replace(SHORT, pause=0.05, waiting=0.25), wait=True)
    assert queue.numbers("waiting") == [0, 1, 2]
    assert queue.attempts == []
    assert caplog.text.count("cannot be reached") > 1  # it was waited for
    assert {(each.due, each.failed) for each in queue.returned} == {(None, True)}
    assert {each.reason for each in queue.returned} == {"relay: cannot be reached: Connection refused"}


def test_what_a_relay_may_not_take_now_is_no_failure_of_it(server):
    class Later(Unlimited):
        def wait(self, relay, domain, now):
            return now + timedelta(hours=1) if relay == "quiet" and not domain else None

    gone = relay(server.port, "gone")
    with Server() as other:
        queue = MemoryQueue(3)
        server.stop_listening()
        deliver(queue, gone, relay(other.port, "quiet"), deadlines=SOON, governor=Later())
        assert other.peers == []
    assert queue.numbers("waiting") == [0, 1, 2]
    assert not any(each.failed for each in queue.returned)


def test_the_sink_waits_for_a_relay_to_come_back(server):
    calls = [0]

    def first_times(peer, server):
        calls[0] += 1
        if calls[0] <= 2:
            peer.reset()
        polite(peer, server)

    server.script = first_times
    queue = MemoryQueue(3)
    deliver(queue, relay(server.port, connections=1), deadlines=SOON, wait=True)
    complete(queue, server)


def test_stopped_while_it_waits_for_a_relay(server):
    server.stop_listening()
    stopped = threading.Event()
    queue = MemoryQueue(3)
    timer = threading.Timer(0.3, stopped.set)
    timer.start()
    sink(relay(server.port), wait=True).deliver(queue, stopped.is_set)
    timer.join()
    assert queue.numbers("waiting") == [0, 1, 2]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a full queue of connections is refused")
def test_an_address_that_does_not_answer_leaves_time_for_the_next(server, monkeypatch):
    with socket.create_server(("127.0.0.2", 0), backlog=0) as full, socket.socket() as one, socket.socket() as two:
        for each in (one, two):
            each.setblocking(False)
            each.connect_ex(full.getsockname())
        addresses = [(socket.AF_INET, full.getsockname()), (socket.AF_INET, ("127.0.0.1", server.port))]
        monkeypatch.setattr(Relay, "addresses", lambda _self, _now: addresses)
        queue = MemoryQueue(2)
        deliver(queue, relay(server.port, connections=1), deadlines=replace(SOON, connecting=1))
    complete(queue, server)
