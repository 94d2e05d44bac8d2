"""The dialogue without a network: every order in which replies may come."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_queue import outgoing

from digest.delivery.smtp.commands import Commands
from digest.delivery.smtp.dialogue import Dialogue
from digest.delivery.smtp.offers import Offers
from digest.delivery.smtp.pipelining import ENVELOPE, OFF, ONE_FLIGHT, Ways
from digest.delivery.smtp.settings import Deadlines

if TYPE_CHECKING:
    from digest.core.outbox import Reply

NOW = 100.0


class Talk:
    """A dialogue, what it settled, and short ways to drive it."""

    def __init__(self, mode: str = "one-flight", *, offered: bool = True) -> None:
        self.replies: list[Reply | None] = []
        self.settled: list[tuple[int, str, int | None]] = []
        self.ways = Ways("relay", mode)
        self.commands = Commands(Offers(), dsn=False)
        self.dialogue = Dialogue(self.commands, self.ways, Deadlines(), self._settle, pipelining=offered)

    def _settle(self, one, stage, reply, _trouble):
        self.settled.append((one.delivery, stage, reply.code if reply else None))
        self.replies.append(reply)

    def begin(self, number: int) -> None:
        one = outgoing(number)
        self.dialogue.begin(one, self.commands.of(one.envelope), NOW)

    def go(self, number: int | None = None, *, left: bool = True) -> None:
        self.dialogue.go(None if number is None else outgoing(number), NOW)
        if left:
            self.dialogue.written(NOW)

    def hear(self, *codes: int) -> str:
        self.dialogue.received("".join(f"{code} x\r\n" for code in codes).encode(), NOW)
        return self.dialogue.state

    def written(self) -> list[str]:
        out, self.dialogue.out = self.dialogue.out, b""
        return [line.partition(" ")[0] for line in out.decode().splitlines()]


@pytest.fixture
def talk() -> Talk:
    """A dialogue in which 0 flies and 1 comes next."""
    one = Talk()
    one.begin(0)
    assert one.written() == ["MAIL", "RCPT", "DATA"]
    assert one.hear(250, 250, 354) == "ready"
    one.go(1)
    return one


def test_a_smooth_flight(talk):
    assert talk.hear(250, 250, 250, 354) == "ready"
    assert talk.settled == [(0, "message", 250)]
    assert talk.ways.proven == ONE_FLIGHT
    assert talk.dialogue.deadline == inf


@given(st.from_regex(rb"250 (2\.[0-9]\.[0-9]{1,4} ?)?[ -~]{0,30}", fullmatch=True), st.integers(0, 600))
def test_a_flight_read_in_one_piece_says_the_same_as_in_two(line, more):
    replies = []
    for cut in (0, 2):
        talk = Talk()
        talk.begin(0)
        talk.hear(250, 250, 354)
        talk.go(1)
        data = line + b"x" * more + b"\r\n250 Ok\r\n250 Ok\r\n354 Go on\r\n"
        for part in (data[:cut], data[cut:]):
            talk.dialogue.received(part, NOW)
        assert talk.dialogue.state == "ready"
        replies += talk.replies
    assert replies[0] == replies[1]


def test_a_flight_in_pieces(talk):
    for code, state in ((250, "busy"), (250, "busy"), (250, "busy"), (354, "ready")):
        assert talk.hear(code) == state
    assert talk.settled == [(0, "message", 250)]


@pytest.mark.parametrize(
    ("codes", "settled", "state"),
    [
        ((550, 250, 250, 354), [(0, "message", 550)], "ready"),
        ((250, 550, 503, 503), [(0, "message", 250), (1, "sender", 550)], "idle"),
        ((250, 250, 550, 554), [(0, "message", 250), (1, "recipient", 550)], "idle"),
        ((250, 250, 250, 451), [(0, "message", 250), (1, "data", 451)], "idle"),
        ((250, 251, 252, 354), [(0, "message", 250)], None),
        ((421,), [(0, "message", 421), (1, "sender", None)], "closed"),
        ((250, 421), [(0, "message", 250), (1, "sender", 421)], "closed"),
        ((250, 250, 421), [(0, "message", 250), (1, "recipient", 421)], "closed"),
        ((250, 250, 250, 421), [(0, "message", 250), (1, "data", 421)], "closed"),
        ((250, 250, 550, 421), [(0, "message", 250), (1, "recipient", 550)], "closed"),
        ((250, 250, 250, 250), [(0, "message", 250), (1, "data", None)], "closed"),
        ((354,), [(0, "message", None), (1, "sender", None)], "closed"),
        ((250, 354), [(0, "message", 250), (1, "sender", None)], "closed"),
    ],
)
def test_every_reply_has_its_meaning(talk, codes, settled, state):
    found = talk.hear(*codes)
    assert talk.settled == settled
    assert found == (state or found)


def test_a_354_after_a_refused_recipient(talk):
    assert talk.hear(250, 250, 550, 354) == "busy"
    assert talk.written() == ["."]
    assert talk.settled == [(0, "message", 250)]
    assert talk.hear(554) == "idle"
    assert talk.settled[1:] == [(1, "recipient", 550)]
    talk.begin(2)
    assert talk.written() == ["MAIL", "RCPT", "DATA"]  # the lone dot has ended the transaction


def test_after_a_failed_transaction_the_next_begins_with_rset(talk):
    talk.hear(250, 250, 550, 554)
    talk.begin(2)
    assert talk.written() == ["RSET", "MAIL", "RCPT", "DATA"]
    assert talk.hear(250, 250, 250, 354) == "ready"


@pytest.mark.parametrize("heard", range(5))
def test_lost_at_any_moment_of_a_flight(talk, heard):
    talk.hear(*(250, 250, 250, 354)[:heard])
    talk.dialogue.lost("gone")
    flying = (0, "message", 250 if heard else None)
    stage = ("sender", "sender", "recipient", "data", "data")[heard]
    assert talk.settled == [flying, (1, stage, None)]
    assert talk.ways.level == (ENVELOPE if heard < 4 else ONE_FLIGHT)


def test_lost_before_the_dot_left_is_safe():
    talk = Talk()
    talk.begin(0)
    talk.hear(250, 250, 354)
    talk.go(1, left=False)
    talk.dialogue.lost("gone")
    assert talk.settled == [(0, "data", None), (1, "sender", None)]


@pytest.mark.parametrize(
    ("code", "settled"), [(552, (0, "data", 552)), (250, (0, "data", None)), (421, (0, "data", 421))]
)
def test_an_answer_before_the_dot_left(code, settled):
    talk = Talk()
    talk.begin(0)
    talk.hear(250, 250, 354)
    talk.go(left=False)
    assert talk.hear(code) == "closed"
    assert talk.settled == [settled]


def test_one_by_one():
    talk = Talk("off")
    talk.begin(0)
    for written, code in (("MAIL", 250), ("RCPT", 250), ("DATA", 354)):
        assert talk.written() == [written]
        talk.hear(code)
    assert talk.dialogue.state == "ready"
    talk.go()
    assert talk.hear(250) == "idle"
    talk.begin(1)
    talk.written()
    talk.hear(250)
    talk.written()
    assert talk.hear(550) == "idle"
    assert talk.written() == []
    talk.begin(2)
    assert talk.written() == ["RSET"]
    talk.hear(250)
    assert talk.written() == ["MAIL"]
    assert talk.settled == [(0, "message", 250), (1, "recipient", 550)]


def test_a_server_that_does_not_offer_pipelining_gets_none():
    talk = Talk(offered=False)
    talk.begin(0)
    assert talk.written() == ["MAIL"]
    assert not talk.dialogue.may_fly()


def test_taken_back_when_stopped(talk):
    assert talk.dialogue.abandon().delivery == 1
    assert talk.dialogue.state == "busy"
    assert talk.hear(250, 250, 250, 354) == "closed"
    assert talk.settled == [(0, "message", 250)]


def test_taken_back_before_anything_flies():
    talk = Talk()
    talk.begin(0)
    assert talk.dialogue.abandon().delivery == 0
    assert talk.dialogue.state == "closed"
    assert talk.settled == []


def test_what_was_refused_is_not_taken_back(talk):
    talk.hear(250, 550)
    assert talk.dialogue.abandon() is None
    assert talk.settled == [(0, "message", 250), (1, "sender", 550)]


def test_deadlines_follow_what_is_waited_for(talk):
    assert talk.dialogue.deadline == NOW + 600
    talk.dialogue.received(b"250 x\r\n", NOW + 1)
    assert talk.dialogue.deadline == NOW + 301
    talk.dialogue.received(b"250-x\r\n", NOW + 2)
    assert talk.dialogue.deadline == NOW + 301  # part of a reply earns no more time
    talk.dialogue.received(b"250 x\r\n250 x\r\n", NOW + 3)
    assert talk.dialogue.deadline == NOW + 123
    talk.dialogue.late()
    assert talk.dialogue.trouble == "the relay did not answer DATA in time"


@given(
    st.lists(st.sampled_from([220, 250, 354, 421, 450, 503, 550, 554]), max_size=12),
    st.sampled_from(["one-flight", "envelope", "off"]),
)
def test_whatever_is_said_each_delivery_ends_once(codes, mode):
    """Driven like the loop does, until the codes run out; then the connection breaks."""
    talk = Talk(mode)
    ids = iter(range(100))
    begun = []
    for code in codes:
        if talk.dialogue.state == "idle":
            begun.append(next(ids))
            talk.begin(begun[-1])
        if talk.dialogue.state == "ready":
            following = None
            if talk.dialogue.may_fly():
                following = next(ids)
                begun.append(following)
            talk.go(following)
        talk.written()
        if talk.hear(code) == "closed":
            break
    talk.dialogue.lost("gone")
    assert sorted(number for number, _, _ in talk.settled) == begun
    assert all(stage == "message" for _, stage, code in talk.settled if code == 250)


def test_ways_step_down_one_by_one(caplog):
    ways = Ways("mx", "one-flight")
    ways.worked(ENVELOPE)
    ways.failed(ONE_FLIGHT, "hung up", certain=False)
    assert (ways.level, "mx: from now on with pipelining: envelope (hung up)" in caplog.text) == (ENVELOPE, True)
    ways.failed(ENVELOPE, "hung up", certain=False)
    assert ways.level == ENVELOPE  # it has worked before
    ways.failed(ENVELOPE, "554 synchronization", certain=True)
    assert ways.level == OFF


def test_one_connection_alone_tries_one_flight():
    ways = Ways("mx", "one-flight")
    first, second = object(), object()
    assert [ways.may_fly(who) for who in (first, second, first)] == [True, False, True]
    ways.left(first)
    assert ways.may_fly(second)
    ways.worked(ONE_FLIGHT)
    assert ways.may_fly(first)
