"""A receiving server that writes down what it took, and misbehaves as it is told: the oracle of delivery under faults.

    python tests/faults/recording_sink.py RECORD [--port 0] [--narrow] [--tls CERTIFICATE [--wrapped]]

Prints its port. Each line on standard input is `{"rules": [...], "record": path}`: new rules, and where to write from
now on; answered by a line, the number of rules. It ends with its standard input.

The record has a line an event, tabs between: what, seconds, connection, recipient, Message-ID. Each is written (to the
system, so that it survives this process) before anything else happens:

    open    a connection was made
    mail    MAIL came; in the place of the Message-ID: "plain" or "tls"
    dot     the final dot of a message came; whatever follows, its sender cannot know that it was not taken
    no      the message was refused after its dot: its sender is told so
    taken   250 is about to be sent
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import signal
import socket
import ssl
import struct
import sys
import time
from collections import Counter
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^>]*>)", re.IGNORECASE | re.MULTILINE)
NARROW = 4096  # octets of a window, so that a long message stays with its sender for the most part


@dataclass(slots=True)
class Rule:
    """One way to misbehave.

    Attributes:
        at: When: "connect", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "middle" (a part of a message came
            without its end), "dot" (before it is taken), "taken" (250 has been sent).
        do: What: "say" `text`; "rst", "fin", "half" (close for writing alone); "hang"; "wait" `seconds`, then go on;
            "drip" a greeting, a byte every `seconds`; "kill" `pid` after `seconds` and go on; "refuse" connections for
            `seconds` from now on, and go on.
        to: For which recipients, as a pattern.
        skip: Not the first so many times.
        times: So often; 0: always.
        each: So often for one recipient; 0: always.
    """

    at: str
    do: str
    to: str = "*"
    skip: int = 0
    times: int = 0
    each: int = 0
    seconds: float = 0.0
    text: str = ""
    pid: int = 0


class Sink:
    """The server: its record, its rules, and how often each was met."""

    def __init__(self, record: str, port: int, *, narrow: bool, context: ssl.SSLContext | None, wrapped: bool) -> None:
        self.context, self.wrapped = context, wrapped
        self.rules: list[Rule] = []
        self.met: Counter[int] = Counter()
        self.met_of: Counter[tuple[int, str]] = Counter()
        self.connections = 0
        self.port = port
        self._narrow = narrow
        self._file = -1
        self._server: asyncio.Server | None = None
        self.write_to(record)

    def write_to(self, record: str) -> None:
        if self._file >= 0:
            os.close(self._file)
        self._file = os.open(record, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def note(self, what: str, number: int, recipient: str, said: str = "") -> None:
        os.write(self._file, f"{what}\t{time.monotonic():.6f}\t{number}\t{recipient}\t{said}\n".encode())

    def those(self, at: str, recipient: str = "") -> list[Rule]:
        """The rules that apply now."""
        found = []
        for position, rule in enumerate(self.rules):
            if rule.at != at or not fnmatch(recipient, rule.to):
                continue
            self.met[position] += 1
            self.met_of[position, recipient] += 1
            count = self.met[position] - rule.skip
            wanted = count > 0 and (not rule.times or count <= rule.times)
            if wanted and (not rule.each or self.met_of[position, recipient] <= rule.each):
                found.append(rule)
        return found

    async def listen(self) -> None:
        # With its protocol named, or asyncio leaves Nagle's algorithm on.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if self._narrow:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW)
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        listener.bind(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Session(self), sock=listener, backlog=256)

    def refuse(self, seconds: float) -> None:
        """Take no connection for a while."""
        if self._server is not None:
            self._server.close()
            self._server = None
            loop = asyncio.get_running_loop()
            loop.call_later(seconds, lambda: loop.create_task(self.listen()))

    def told(self, order: dict[str, Any]) -> int:
        if "record" in order:
            self.write_to(order["record"])
        self.rules = [Rule(**each) for each in order.get("rules", ())]
        self.met.clear()
        self.met_of.clear()
        return len(self.rules)


class Session(asyncio.Protocol):
    """One connection."""

    transport: asyncio.Transport

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.secured = False
        self.buffer = bytearray()
        self.in_data = self.paused = self.over = False
        self.seen = 0
        self.recipient = ""
        self.number = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        if self.number:  # made anew for TLS
            return
        self.sink.connections += 1
        self.number = self.sink.connections
        self.sink.note("open", self.number, "")
        if self.sink.wrapped:
            self.start_tls()
        else:
            self.greet()

    def greet(self) -> None:
        self.step("connect", "220 sink.example ESMTP")

    def connection_lost(self, exc: Exception | None) -> None:
        self.over = True

    def eof_received(self) -> bool:
        return False

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self.go_on()

    def go_on(self) -> None:
        """Take what is there, until there is no more or a rule holds it up."""
        while not (self.paused or self.over):
            if not (self.message() if self.in_data else self.command()):
                return

    def command(self) -> bool:
        end = self.buffer.find(b"\n")
        if end < 0:
            return False
        line = bytes(self.buffer[:end]).rstrip(b"\r").decode("utf-8", "replace")
        del self.buffer[: end + 1]
        word = line[:4].upper()
        if word == "EHLO":
            offers = ["sink.example", "PIPELINING", "8BITMIME", "SIZE 10000000", "AUTH PLAIN"]
            offers += ["STARTTLS"] if self.sink.context and not self.secured else []
            self.step("ehlo", "\r\n".join(f"250{' ' if one is offers[-1] else '-'}{one}" for one in offers))
        elif word == "MAIL":
            self.sink.note("mail", self.number, "", "tls" if self.secured else "plain")
            self.step("mail", "250 2.1.0 Ok")
        elif word == "RCPT":
            recipient = line[line.index("<") + 1 : line.index(">")]
            self.recipient = recipient if self.step("rcpt", "250 2.1.5 Ok", recipient).startswith("2") else ""
        elif word == "DATA":
            usual = "354 Go on" if self.recipient else "554 5.5.1 No valid recipients"
            self.in_data = self.step("data", usual, self.recipient).startswith("354")
            self.seen = 0
        elif word == "STAR":
            if self.step("starttls", "220 2.0.0 Go on").startswith("220"):
                self.start_tls()
        elif word == "AUTH":
            self.step("auth", "235 2.7.0 Ok")
        elif word == "QUIT":
            self.say("221 2.0.0 Bye")
            self.transport.close()
            self.over = True
        else:
            self.say("250 2.0.0 Ok" if word in ("RSET", "NOOP", "HELO") else "500 5.5.2 What?")
        return True

    def message(self) -> bool:
        at_once = self.buffer.startswith(b".\r\n")
        end = 0 if at_once else self.buffer.find(b"\r\n.\r\n", max(0, self.seen - 4))
        if end < 0:
            self.seen = len(self.buffer)
            if self.seen:
                self.step("middle", "", self.recipient)
            return False
        found = MESSAGE_ID.search(self.buffer, 0, end)
        message_id = found[1].decode("utf-8", "replace") if found else ""
        del self.buffer[: end + (3 if at_once else 5)]
        self.in_data = False
        number, recipient = self.number, self.recipient
        self.recipient = ""
        self.sink.note("dot", number, recipient, message_id)
        self.step("dot", f"250 2.0.0 Ok: queued as {message_id.strip('<>')}", recipient, message_id)
        return True

    def step(self, at: str, usual: str, recipient: str = "", message_id: str = "") -> str:
        """Do as the rules say, or answer as usual; what was answered, or is going to be."""
        reply, wait, silent = usual, 0.0, False
        for rule in self.sink.those(at, recipient):
            if rule.do == "kill":
                self.kill(rule)
            elif rule.do == "refuse":
                self.sink.refuse(rule.seconds)
            elif rule.do == "wait":
                wait += rule.seconds
            elif rule.do == "say":
                reply = rule.text
            else:
                silent = True
                self.end(rule)
        if silent:
            return ""
        if wait:
            self.paused = True
            asyncio.get_running_loop().call_later(wait, self.answer, at, reply, recipient, message_id)
        elif reply:
            self.answer(at, reply, recipient, message_id)
        return reply

    def answer(self, at: str, reply: str, recipient: str, message_id: str) -> None:
        waited, self.paused = self.paused, False
        if at == "dot":
            # Even when the sender is gone meanwhile: a server that has decided to take a message takes it.
            self.sink.note("taken" if reply.startswith("2") else "no", self.number, recipient, message_id)
        if not self.over:
            self.say(reply)
            if reply.startswith("421"):
                self.transport.close()
                self.over = True
        if at == "dot" and reply.startswith("2"):
            for rule in self.sink.those("taken", recipient):
                if rule.do == "kill":
                    self.kill(rule)
        if waited:
            self.go_on()

    def end(self, rule: Rule) -> None:
        """Go, or fall silent."""
        self.paused = True
        if rule.do == "rst":
            raw = self.transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()
        elif rule.do == "fin":
            self.transport.close()
        elif rule.do == "half":
            self.transport.write_eof()
        elif rule.do == "drip":
            self.drip(b"220-" + b"slowly " * 10_000, rule.seconds)

    def drip(self, rest: bytes, seconds: float) -> None:
        if not self.over:
            self.transport.write(rest[:1])
            asyncio.get_running_loop().call_later(seconds, self.drip, rest[1:], seconds)

    def kill(self, rule: Rule) -> None:
        def strike() -> None:
            try:
                os.kill(rule.pid, signal.SIGKILL)
            except ProcessLookupError:  # it has ended by itself
                return

        if rule.seconds:
            asyncio.get_running_loop().call_later(rule.seconds, strike)
        else:
            strike()

    def say(self, reply: str) -> None:
        self.transport.write(f"{reply}\r\n".encode())

    def start_tls(self) -> None:
        self.paused = True
        self.handshake = asyncio.ensure_future(self.begin_tls())

    async def begin_tls(self) -> None:
        assert self.sink.context is not None
        loop = asyncio.get_running_loop()
        try:
            made = await loop.start_tls(self.transport, self, self.sink.context, server_side=True)
        except (OSError, ssl.SSLError):
            self.over = True
            return
        assert made is not None
        self.transport, self.secured, self.paused = made, True, False
        if self.sink.wrapped:
            self.greet()
        self.go_on()


async def serve(sink: Sink) -> None:
    loop = asyncio.get_running_loop()
    await sink.listen()
    over = loop.create_future()
    pending = bytearray()

    def heard() -> None:
        data = os.read(0, 1 << 20)
        pending.extend(data)
        while b"\n" in pending:
            line, _, rest = bytes(pending).partition(b"\n")
            pending[:] = rest
            tell(sink.told(json.loads(line)))
        if not data:
            loop.remove_reader(0)
            over.set_result(None)

    loop.add_reader(0, heard)
    tell(sink.port)
    await over


def tell(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description="A receiving server that records and misbehaves.")
    parser.add_argument("record")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--narrow", action="store_true", help="a small window, so that long messages come in pieces")
    parser.add_argument("--tls", type=Path, help="a file with certificate and key")
    parser.add_argument("--wrapped", action="store_true", help="TLS from the first byte")
    wanted = parser.parse_args()
    context = None
    if wanted.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(wanted.tls)
    asyncio.run(serve(Sink(wanted.record, wanted.port, narrow=wanted.narrow, context=context, wrapped=wanted.wrapped)))


if __name__ == "__main__":
    main()
