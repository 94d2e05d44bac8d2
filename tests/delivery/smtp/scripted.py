"""A server that does what a test says, one thread a connection, and keeps a record of what it took."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self


class HangUp(Exception):  # noqa: N818 no error: an order
    """The connection is to end now."""


class Peer:
    """One connection, seen from the server."""

    def __init__(self, sock: socket.socket, number: int) -> None:
        self.sock = sock
        self.number = number
        self.rest = b""
        self.said: list[str] = []

    def say(self, *lines: str) -> None:
        self.sock.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def line(self) -> str:
        while b"\n" not in self.rest:
            self._more()
        line, _, self.rest = self.rest.partition(b"\n")
        self.said.append(line.decode().rstrip("\r"))
        return self.said[-1]

    def message(self) -> bytes:
        """Read up to the final dot; the message with its dots as they came."""
        data = bytearray(b"\r\n" + self.rest)
        self.rest = b""
        seen = 0
        while (end := data.find(b"\r\n.\r\n", seen)) < 0:
            seen = max(0, len(data) - 4)
            chunk = self.sock.recv(1 << 20)
            if not chunk:
                raise HangUp
            data += chunk
        self.rest = bytes(data[end + 5 :])
        return bytes(data[2 : end + 2])

    def silent(self) -> bool:
        """Whether nothing more has been said, as far as can be seen in a moment."""
        if self.rest:
            return False
        self.sock.settimeout(0.15)
        try:
            self._more()
        except TimeoutError:
            return True
        finally:
            self.sock.settimeout(20)
        return False

    def wait_for_end(self) -> None:
        with suppress(HangUp):
            while True:
                self._more()

    def reset(self) -> None:
        """RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()
        raise HangUp

    def close(self) -> None:
        raise HangUp

    def half_close(self) -> None:
        self.sock.shutdown(socket.SHUT_WR)
        self.wait_for_end()
        raise HangUp

    def secure(self, context: ssl.SSLContext) -> None:
        self.sock = context.wrap_socket(self.sock, server_side=True)

    def _more(self) -> None:
        chunk = self.sock.recv(65_536)
        if not chunk:
            raise HangUp
        self.rest += chunk


@dataclass
class Server:
    """Listens on a port of loopback.

    Attributes:
        script: What happens on a connection; it gets the peer and the server. `polite` when None.
        taken: Recipient and message of each that was taken, undone of dot-stuffing, in order.
        peers: All connections so far.
        on: By command (or `dot`, `greeting`), what to do in place of the usual: gets the peer and the line, and gives
            a reply, or None for the usual one.
        offers: What is offered in answer to EHLO.
    """

    offers: tuple[str, ...] = ("PIPELINING", "SIZE 1000000", "8BITMIME")
    script: Callable[[Peer, Server], None] | None = None
    on: dict[str, Callable[[Peer, str], str | None]] = field(default_factory=dict)
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    peers: list[Peer] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop_listening()
        for peer in self.peers:
            with suppress(OSError):
                peer.sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        if kind is None and self.errors:
            raise self.errors[0]

    def stop_listening(self) -> None:
        """From now on, connections are refused."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join(5)

    @property
    def recipients(self) -> list[str]:
        return [recipient for recipient, _ in self.taken]

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.settimeout(20)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            peer = Peer(sock, len(self.peers))
            self.peers.append(peer)
            thread = threading.Thread(target=self._serve, args=(peer,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, peer: Peer) -> None:
        try:
            (self.script or polite)(peer, self)
        except (HangUp, OSError):
            pass
        except BaseException as error:  # noqa: BLE001 shown by the test, when it is over
            self.errors.append(error)
        finally:
            peer.sock.close()


def polite(peer: Peer, server: Server, *, greets: bool = True) -> None:
    """A server as it should be, but for what `server.on` says."""

    def usual(event: str, line: str, reply: str) -> str:
        doing = server.on.get(event)
        return (doing(peer, line) if doing else None) or reply

    if greets:
        peer.say(usual("greeting", "", "220 here ESMTP"))
    recipient = ""
    while True:
        line = peer.line()
        command = line.split(" ")[0].upper()
        if command == "EHLO":
            lines = ["here", *server.offers]
            reply = usual(command, line, "\r\n".join([f"250-{one}" for one in lines[:-1]] + [f"250 {lines[-1]}"]))
        elif command == "RCPT":
            reply = usual(command, line, "250 2.1.5 Ok")
            recipient = line[9 : line.index(">")] if reply.startswith("2") else ""
        elif command == "DATA":
            reply = usual(command, line, "354 Go on" if recipient else "554 5.5.1 No valid recipients")
            if reply.startswith("354"):
                peer.say(reply)
                message = peer.message()
                reply = usual("dot", recipient, f"250 2.0.0 Ok: queued as Q{len(server.taken)}")
                if reply.startswith("2"):
                    server.taken.append((recipient, unstuffed(message)))
            recipient = ""
        elif command == "QUIT":
            peer.say("221 2.0.0 Bye")
            return
        else:
            known = command in ("HELO", "MAIL", "RSET", "STARTTLS", "AUTH")
            reply = usual(command, line, "250 2.0.0 Ok" if known else "500 5.5.2 What?")
        peer.say(reply)


def unstuffed(message: bytes) -> bytes:
    """What was meant [RFC 5321 section 4.5.2]."""
    return b"".join(line.removeprefix(b".") for line in message.splitlines(keepends=True))


def after(count: int, reply: str) -> Callable[[Peer, str], str | None]:
    """A reply from the time on that the command was given so often, over all connections."""
    seen = [0]

    def doing(_peer: Peer, _line: str) -> str | None:
        seen[0] += 1
        return reply if seen[0] > count else None

    return doing


def once(action: Callable[[Peer], str | None], *, at: int = 0) -> Callable[[Peer, str], str | None]:
    """Do something the first time only, or at a later time."""
    seen = [-1]

    def doing(peer: Peer, _line: str) -> str | None:
        seen[0] += 1
        return action(peer) if seen[0] == at else None

    return doing
