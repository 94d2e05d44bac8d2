"""Moves the bytes of one connection: from the first address tried to QUIT."""

from __future__ import annotations

import os
import socket
import ssl
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from digest.delivery.smtp.commands import Commands
from digest.delivery.smtp.dialogue import Dialogue
from digest.delivery.smtp.opening import Opening
from digest.delivery.smtp.poller import READ, WRITE
from digest.delivery.smtp.sockets import begin, broke, is_near, own_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.core.outbox import Outgoing, Reply, Stage
    from digest.delivery.smtp.login import Credentials
    from digest.delivery.smtp.poller import Poller
    from digest.delivery.smtp.relay import Address, Relay
    from digest.delivery.smtp.settings import Deadlines

Phase = Literal["connecting", "handshake", "opening", "open", "leaving", "closed"]

_AT_ONCE = 65_536
_BLOCK = 65_536
_MOST_PIECES = 512
"""In one call: POSIX warrants 16 and all systems in use take 1,024 (IOV_MAX)."""
_WAIT = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Host(Protocol):
    """Whose connections these are."""

    def settle(
        self, connection: Connection, outgoing: Outgoing, stage: Stage, reply: Reply | None, trouble: str
    ) -> None:
        """A delivery ended."""
        ...

    def closed(self, connection: Connection) -> None:
        """A connection is closed; its deliveries have been settled."""
        ...


Prepared: TypeAlias = "tuple[Outgoing, bytes]"
"""A delivery with its commands."""


class Connection:
    """A connection to a relay, closed by itself when something goes wrong. Instants are of a clock that does not jump.

    Args:
        relay: Where to.
        addresses: Of the relay, in the order to be tried.
        poller: Watches its socket.
        deadlines: How long things may take.
        credentials: Who logs in; None for nobody.
        host: Told of what happens.
        now: The present, in seconds.

    Attributes:
        phase: How far it has come.
        dialogue: From `open` on.
        begun: How many messages were begun on it.
        trouble: Why it is closed; empty where nothing went wrong.
        reply: The reply that ended its opening, where one did.
        locked_out: Whether we may not log in.
        idle_since: When it had nothing more to do.
    """

    def __init__(
        self,
        relay: Relay,
        addresses: Sequence[Address],
        *,
        poller: Poller,
        deadlines: Deadlines,
        credentials: Credentials | None,
        host: Host,
        now: float,
    ) -> None:
        self.relay = relay
        self.phase: Phase = "connecting"
        self.dialogue: Dialogue | None = None
        self.begun = 0
        self.trouble = ""
        self.reply: Reply | None = None
        self.locked_out = False
        self.idle_since = now
        self._addresses = list(addresses)
        self._poller = poller
        self._limits = deadlines
        self._credentials = credentials
        self._host = host
        self._opening: Opening | None = None
        self._socket: socket.socket | None = None
        self._tls = False
        self._out = memoryview(b"")
        self._dot_in = 0  # octets of what is to be written, up to the end of the final dot
        self._until = now + deadlines.connecting
        self._deadline = inf

    def event(self, events: int, now: float) -> None:
        """The socket can be read or written, or is no more."""
        if events == READ and self.phase == "open":
            self._read(now)
        elif self.phase == "connecting":
            self._connected(now)
        elif self.phase == "handshake":
            self._shake_hands(now)
        else:
            if events & WRITE:
                self._flush(now)
            if events & ~WRITE and self.phase != "closed":
                self._read(now)

    def connect(self, now: float, trouble: str = "it has no address") -> None:
        """Try the next address; close when there is none left.

        Args:
            now: The present.
            trouble: What became of the one before.
        """
        while self._addresses:
            address = self._addresses.pop(0)
            # What time is left is shared among the addresses that are.
            self._deadline = now + (self._until - now) / (len(self._addresses) + 1)
            self._socket, code = begin(address)
            if self._socket is not None:
                self._poller.watch(self._socket.fileno(), self, WRITE)
                return
            trouble = os.strerror(code)
        self.close(f"cannot be reached: {trouble}")

    def begin(self, prepared: Prepared, now: float) -> None:
        """Start with a delivery; only when its dialogue is idle."""
        if self.dialogue is not None:
            self.begun += 1
            self.dialogue.begin(*prepared, now)
            self._speak(now)

    def go(self, following: Prepared | None, now: float) -> None:
        """Let the message go that its dialogue is ready for, with the next one's commands behind it."""
        dialogue, sock = self.dialogue, self._socket
        if dialogue is None or sock is None or dialogue.current is None:
            return
        envelope = dialogue.current.envelope
        pieces, size = envelope.pieces, envelope.octets
        whole = size
        if following is None:
            dialogue.go(None, now)
        else:
            outgoing, tail = following
            dialogue.go(outgoing, now)
            self.begun += 1
            pieces.append(tail)
            whole += len(tail)
        if len(pieces) > _MOST_PIECES:
            pieces = [b"".join(pieces)]
        try:
            sent = 0 if self._tls or self._out else sock.sendmsg(pieces)
        except _WAIT:
            sent = 0
        except OSError as error:
            self._broken(error, now)
            return
        if sent >= size:
            dialogue.dot_left = True
        if sent < whole:
            self._dot_in = len(self._out) + size - sent
            if not dialogue.dot_left:
                dialogue.deadline = now + self._limits.block * (1 + size // _BLOCK)
            self._put(b"".join(pieces)[sent:], now)

    def leave(self, now: float) -> None:
        """Say goodbye; closed when it is answered, or soon."""
        if self.phase != "open":
            self.close()
            return
        self.phase = "leaving"
        self._deadline = now + self._limits.leaving
        self._put(b"QUIT\r\n", now)

    def close(self, trouble: str = "") -> None:
        """Close it at once; what it has in hand is settled as it stands."""
        if self.phase == "closed":
            return
        self.phase, self.trouble = "closed", trouble
        if self.dialogue is not None:
            self.dialogue.lost(trouble or "the connection was closed")
            self.relay.ways.left(self.dialogue)
        self._drop()
        self._host.closed(self)

    def expire(self, now: float) -> None:
        """End what takes too long."""
        dialogue = self.dialogue
        if self.phase == "open" and dialogue is not None:
            if now >= dialogue.deadline:
                dialogue.late()
                self._speak(now)
            elif dialogue.state == "idle" and now >= self.idle_since + self._limits.idle:
                self.leave(now)
        elif now < self._deadline:
            return
        elif self.phase == "connecting":
            self._drop()
            self.connect(now, "no answer in time")
        elif self.phase == "leaving":
            self.close()
        elif self._opening is not None and self._opening.greeted:
            self.close("EHLO, TLS and AUTH took too long")
        else:
            self.close("the relay did not greet in time")

    def _drop(self) -> None:
        if self._socket is not None:
            self._poller.forget(self._socket.fileno())
            self._socket.close()
            self._socket = None

    def _connected(self, now: float) -> None:
        if self._socket is None:
            return
        code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self._drop()
            self.connect(now, os.strerror(code))
            return
        settings = self.relay.settings
        self._opening = Opening(
            hello=settings.helo or own_name(self._socket),
            starttls=settings.security == "starttls",
            credentials=self._credentials,
            tell_openly=settings.auth_without_tls or is_near(self._socket),
        )
        self.phase = "opening"
        self._deadline = now + self._limits.greeting
        self._poller.change(self._socket.fileno(), READ)
        if settings.security == "tls":
            self._begin_tls(now)

    def _begin_tls(self, now: float) -> None:
        if self._socket is None:
            return
        self.phase = "handshake"
        try:
            self._socket = self.relay.tls.wrap_socket(
                self._socket, server_hostname=self.relay.settings.host, do_handshake_on_connect=False
            )
        except (OSError, ValueError) as error:
            self.close(f"TLS failed: {error}")
            return
        self._tls = True
        self._shake_hands(now)

    def _shake_hands(self, now: float) -> None:
        sock, opening = self._socket, self._opening
        if not isinstance(sock, ssl.SSLSocket) or opening is None:
            return
        try:
            sock.do_handshake()
        except ssl.SSLWantReadError:
            self._poller.change(sock.fileno(), READ)
        except ssl.SSLWantWriteError:
            self._poller.change(sock.fileno(), WRITE)
        except ssl.SSLCertVerificationError as error:
            self.close(f"its certificate is not trusted: {error.verify_message}")
        except (OSError, ValueError) as error:
            self.close(f"TLS failed: {error}")
        else:
            self.phase = "opening"
            self._poller.change(sock.fileno(), READ)
            self._put(opening.secured(), now)
            self._read(now)  # what came with the end of the handshake rings no bell

    def _read(self, now: float) -> None:
        """Read once; with TLS, all that has been decrypted, for no event tells of it."""
        while self._socket is not None:
            try:
                data = self._socket.recv(_AT_ONCE)
            except _WAIT:
                return
            except OSError as error:
                self._lose(broke(error))
                return
            if not data:
                self._lose("the relay closed the connection")
                return
            self._heard(data, now)
            if not self._tls or self.phase == "handshake":
                return

    def _heard(self, data: bytes, now: float) -> None:
        if self.phase == "open" and self.dialogue is not None:
            self.dialogue.received(data, now)
            if self.dialogue.out or self.dialogue.state == "closed":
                self._speak(now)
        elif self.phase == "opening" and self._opening is not None:
            self._go_on(self._opening, data, now)
        elif self.phase == "leaving":
            self.close()

    def _go_on(self, opening: Opening, data: bytes, now: float) -> None:
        greeted = opening.greeted
        self._put(opening.received(data), now)
        if opening.greeted and not greeted:
            self._deadline = now + self._limits.opening
        if opening.wish == "tls":
            self._begin_tls(now)
        elif opening.wish == "end":
            self.reply, self.locked_out = opening.reply, opening.locked_out
            self.close(opening.trouble)
        elif opening.wish == "ready" and self.phase == "opening":
            self.phase, self.idle_since = "open", now
            self.dialogue = Dialogue(
                Commands(opening.offers, dsn=self.relay.settings.dsn),
                self.relay.ways,
                self._limits,
                partial(self._host.settle, self),
                pipelining=opening.offers.pipelining,
            )

    def _speak(self, now: float) -> None:
        """Write what the dialogue has to say, and close when it is over."""
        dialogue = self.dialogue
        if dialogue is None:
            return
        if dialogue.out:
            out, dialogue.out = dialogue.out, b""
            self._put(out, now)
        if dialogue.state == "closed":
            self.close(dialogue.trouble)

    def _put(self, data: bytes, now: float) -> None:
        """Write, and keep what the system does not take at once."""
        if data and self.phase != "closed":
            self._out = memoryview(bytes(self._out) + data)
            self._flush(now)

    def _flush(self, now: float) -> None:
        sock, dialogue = self._socket, self.dialogue
        blocked = False
        while self._out and not blocked and sock is not None:
            try:
                sent = sock.send(self._out)
            except _WAIT:
                blocked, sent = True, 0
            except OSError as error:
                self._broken(error, now)
                return
            self._out = self._out[sent:]
            if self._dot_in > 0:
                self._dot_in -= sent
                if self._dot_in <= 0 and dialogue is not None:
                    dialogue.written(now)
        if sock is not None:
            self._poller.change(sock.fileno(), READ | WRITE if self._out else READ)

    def _broken(self, error: OSError, now: float) -> None:
        """Nothing can be written any more; the last words of the server may say why."""
        if self.phase in ("open", "opening"):
            self._read(now)
        self._lose(broke(error))

    def _lose(self, trouble: str) -> None:
        dialogue = self.dialogue
        # Whoever has nothing to do may be sent away.
        quiet = self.phase == "leaving" or (dialogue is not None and dialogue.state == "idle")
        self.close("" if quiet else trouble)
