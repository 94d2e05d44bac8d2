"""The LMTP listener, spoken to by the standard library's client and by hostile hands; loopback only."""

from __future__ import annotations

import asyncio
import re
import smtplib
import socket
import threading
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.bounces.lmtp import Limits, Listener
from digest.bounces.message import LARGEST
from digest.core.errors import StoreError, UsageError

GOOD = "bounces+7.x@news.example.org"
OTHER = "bounces+8.x@news.example.org"


class House:
    """Takes reports into a list; refuses while `broken`."""

    def __init__(self):
        self.taken = []
        self.broken = False

    def take(self, raw, recipient):
        if self.broken:
            raise StoreError("the store is locked")
        self.taken.append((raw, recipient))


@contextmanager
def listening(house, limits=None, path=None):
    """A listener in a thread of its own; gives its port."""
    ready, ports = threading.Event(), []
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve():
        listener = Listener(lambda address: address.startswith("bounces+"), house.take, limits=limits or Limits())
        server = await (listener.on_socket(path) if path else listener.on_port("127.0.0.1", 0))
        ports.extend([] if path else [server.sockets[0].getsockname()[1]])
        ready.set()
        await stop.wait()
        server.close()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        if rest:  # the clients are gone, so that these come to their end
            await asyncio.wait(rest, timeout=10)

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    ready.wait(10)
    try:
        yield ports[0] if ports else 0
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


@contextmanager
def client(port):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection, connection.makefile("rwb") as file:
        yield file


def say(file, *lines):
    file.write("".join(f"{line}\r\n" for line in lines).encode())
    file.flush()


def replies(file, count):
    """So many replies, without the lines that more follow."""
    found = []
    while len(found) < count:
        line = file.readline().decode().rstrip()
        if line[3:4] != "-":
            found.append(line)
    return found


def test_a_report_is_taken_for_its_address_and_for_no_other():
    house = House()
    with listening(house) as port, smtplib.LMTP("127.0.0.1", port) as lmtp:
        refused = lmtp.sendmail("", [GOOD, "stranger@example.net"], b"Subject: x\r\n\r\n.dot\r\n..two\r\n")
    assert refused == {"stranger@example.net": (550, b"5.1.1 no such address here")}
    assert house.taken == [(b"Subject: x\r\n\r\n.dot\r\n..two\r\n", GOOD)]


def test_a_unix_socket_does_as_well(tmp_path):
    house = House()
    with listening(house, path=tmp_path / "lmtp"), smtplib.LMTP(str(tmp_path / "lmtp")) as lmtp:
        lmtp.sendmail("", [GOOD], b"Subject: x\r\n\r\n")
    assert len(house.taken) == 1


def test_what_the_store_does_not_take_is_sent_again_by_the_mail_system():
    house = House()
    house.broken = True
    with listening(house) as port, smtplib.LMTP("127.0.0.1", port) as lmtp:
        with pytest.raises(smtplib.SMTPDataError) as caught:
            lmtp.sendmail("", [GOOD], b"Subject: x\r\n\r\n")
        assert caught.value.smtp_code == 451
        house.broken = False
        lmtp.sendmail("", [GOOD], b"Subject: x\r\n\r\n")
    assert len(house.taken) == 1


def test_the_replies_after_the_dot_come_one_a_recipient_and_commands_may_be_pipelined():
    house = House()
    with listening(house) as port, client(port) as file:
        say(
            file,
            "LHLO me",
            "MAIL FROM:<>",
            f"RCPT TO:<{GOOD}>",
            "RCPT TO:<no@example.net>",
            f"RCPT TO:<{OTHER}>",
            "DATA",
        )
        assert [each[:3] for each in replies(file, 7)] == ["220", "250", "250", "250", "550", "250", "354"]
        say(file, "Subject: x", "", "text", ".", "QUIT")
        assert [each[:3] for each in replies(file, 3)] == ["250", "250", "221"]
    assert house.taken == [(b"Subject: x\r\n\r\ntext\r\n", each) for each in (GOOD, OTHER)]


def test_a_lone_line_feed_ends_no_message():
    house = House()
    with listening(house) as port, client(port) as file:
        say(file, "LHLO me", "MAIL FROM:<>", f"RCPT TO:<{GOOD}>", "DATA")
        file.write(b"a\n.\nMAIL FROM:<>\r\n.\r\nQUIT\r\n")
        file.flush()
        assert replies(file, 7)[-1][:3] == "221"
    assert house.taken == [(b"a\n.\nMAIL FROM:<>\r\n", GOOD)]


@pytest.mark.parametrize("size", [0, 1, LARGEST - 1, LARGEST, LARGEST + 1, 5 * LARGEST])
def test_of_large_messages_the_beginning_is_kept(size):
    house = House()
    raw = b"x" * size
    with listening(house) as port, client(port) as file:
        say(file, "LHLO me", "MAIL FROM:<>", f"RCPT TO:<{GOOD}>", "DATA")
        file.write(raw + b"\r\n.\r\nQUIT\r\n")
        file.flush()
        assert [each[:3] for each in replies(file, 7)][-2:] == ["250", "221"]
    assert house.taken == [((raw + b"\r\n")[:LARGEST], GOOD)]


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        (["MAIL FROM:<>"], ["503"]),
        (["LHLO me", "RCPT TO:<a@b>"], ["250", "503"]),
        (["LHLO me", "DATA"], ["250", "503"]),
        (["LHLO me", "MAIL FROM:<>", "MAIL FROM:<>"], ["250", "250", "503"]),
        (["LHLO me", "MAIL FROM:<>", f"RCPT TO:<{GOOD}>", "RSET", "DATA"], ["250", "250", "250", "250", "503"]),
        (["EHLO me", "HELO me", "VRFY x", "NOOP", "WHAT", ""], ["500", "500", "252", "250", "500", "500"]),
        (["LHLO me", "MAIL FROM: <> BODY=8BITMIME", "RCPT TO:a@b"], ["250", "250", "501"]),
    ],
)
def test_commands_out_of_turn_are_refused(lines, codes):
    with listening(House()) as port, client(port) as file:
        say(file, *lines)
        assert [each[:3] for each in replies(file, 1 + len(codes))][1:] == codes


def test_each_client_is_bounded():
    limits = Limits(connections=1, commands=5, recipients=1, line=100, message=LARGEST, idle=0.2)
    with listening(House(), limits) as port:
        with client(port) as file:
            replies(file, 1)
            with client(port) as second:
                assert replies(second, 1)[0].startswith("421")
            say(file, *["NOOP"] * 5)
            assert replies(file, 6)[-1].startswith("421")
        with client(port) as file:
            say(file, "NOOP" + "x" * 200)
            assert replies(file, 2)[-1].startswith("500")
            assert file.read() == b""
        with client(port) as file:
            say(file, "LHLO me", "MAIL FROM:<>", f"RCPT TO:<{GOOD}>", f"RCPT TO:<{OTHER}>")
            assert replies(file, 5)[-1].startswith("452")
            assert file.read() == b""  # idle for too long
        with client(port) as file:
            say(file, "LHLO me", "MAIL FROM:<>", f"RCPT TO:<{GOOD}>", "DATA")
            replies(file, 5)
            file.write(b"x" * (LARGEST + (1 << 17)))
            file.flush()
            assert replies(file, 1)[0].startswith("552")


def test_the_whole_connection_is_bounded_for_one_that_never_pauses():
    with listening(House(), Limits(total=0.3)) as port, client(port) as file:
        replies(file, 1)
        assert file.read() == b""


def test_a_client_that_leaves_in_the_middle_leaves_nothing():
    house = House()
    with listening(house) as port:
        with client(port) as file:
            say(file, "LHLO me", "MAIL FROM:<>", f"RCPT TO:<{GOOD}>", "DATA", "half")
            replies(file, 5)
        with smtplib.LMTP("127.0.0.1", port) as lmtp:
            lmtp.sendmail("", [GOOD], b"Subject: whole\r\n\r\n")
    assert [raw for raw, _ in house.taken] == [b"Subject: whole\r\n\r\n"]


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "localhost.example", "::"])  # noqa: S104 it is refused
def test_it_listens_on_this_machine_alone(host):
    async def listen():
        await Listener(lambda _: True, House().take).on_port(host, 0)

    with pytest.raises(UsageError, match="must stay on this machine"):
        asyncio.run(listen())


@given(st.lists(st.sampled_from([b"\r\n", b".", b"..", b"a", b"\n", b"\r", b"text"]), max_size=40).map(b"".join))
def test_dots_come_back_as_they_were(raw):
    """What smtplib stuffs, the listener takes out: for any lines, to the byte."""
    whole = re.sub(rb"\r\n|\r|\n", b"\r\n", raw)  # as the client does it itself
    house = House()
    with listening(house) as port, smtplib.LMTP("127.0.0.1", port) as lmtp:
        lmtp.sendmail("", [GOOD], raw.decode())
    assert house.taken == [(whole.removesuffix(b"\r\n") + b"\r\n", GOOD)]
