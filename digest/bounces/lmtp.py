"""A listener for reports: LMTP [RFC 2033] on loopback or a Unix socket, for the mail system of the same machine.

A message is answered with 250 only after the handler has it, once for each recipient. What a client may do is bounded:
connections, commands, recipients, bytes, and time for each read and in all.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.bounces.message import LARGEST
from digest.core.errors import DigestError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from digest.bounces.incoming import Take

_PATH = re.compile(rb"(MAIL FROM|RCPT TO):[ ]?<((?:[^<>\s\"]|\"(?:[^\"\\]|\\.)*\")*)>(?: [!-~ ]*)?", re.IGNORECASE)
_CHUNK = 1 << 16
_END = b"\r\n.\r\n"
_ANSWERS = {
    b"RSET": "250 2.0.0 done",
    b"NOOP": "250 2.0.0 done",
    b"VRFY": "252 2.1.5 try it",
    b"HELO": "500 5.5.1 this is LMTP: say LHLO",
    b"EHLO": "500 5.5.1 this is LMTP: say LHLO",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one client may do.

    Attributes:
        connections: At once; more get 421.
        commands: In one connection.
        recipients: Of one message.
        line: Bytes of a command.
        message: Bytes of a message that are received at all; beyond them the connection is closed. Of those, only as
            many are kept as are read of a report.
        idle: Seconds without a byte.
        total: Seconds of a connection.
    """

    connections: int = 20
    commands: int = 1_000
    recipients: int = 100
    line: int = 2_048
    message: int = 100_000_000
    idle: float = 60.0
    total: float = 600.0


_DEFAULT = Limits()


class Listener:
    """Receives reports; everything happens in the thread of its event loop, the handler's work too.

    Args:
        accepts: Whether an address is one that reports are sent to: a VERP address of ours. Others are refused.
        take: The handler; a message is given to it once for each recipient.
        name: What the listener calls itself in its greeting.
        limits: What one client may do.
    """

    def __init__(
        self, accepts: Callable[[str], bool], take: Take, name: str = "localhost", limits: Limits = _DEFAULT
    ) -> None:
        self.accepts = accepts
        self.take = take
        self.name = name
        self.limits = limits
        self._open = 0

    async def on_port(self, host: str, port: int) -> asyncio.Server:
        """Listen on a port of this machine; 0 takes a free one. Whoever calls closes the server.

        Raises:
            UsageError: The host is not of loopback: LMTP knows no authentication.
            OSError: The port cannot be had.
        """
        try:
            local = ipaddress.ip_address(host).is_loopback
        except ValueError:
            local = False
        if not local:
            raise UsageError(f"LMTP must stay on this machine: listen on 127.0.0.1 or ::1, not on '{host}'")
        return await asyncio.start_server(self._serve, host, port, limit=_CHUNK)

    async def on_socket(self, path: Path) -> asyncio.Server:
        """Listen on a Unix socket; one left over from before is replaced. Whoever calls closes the server.

        Raises:
            OSError: The path cannot be had.
        """
        return await asyncio.start_unix_server(self._serve, path, limit=_CHUNK)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        try:
            # A client that goes away, or is too slow, leaves a message that its mail system sends again.
            with suppress(ConnectionError, TimeoutError, asyncio.IncompleteReadError):
                async with asyncio.timeout(self.limits.total):
                    if self._open > self.limits.connections:
                        writer.write(f"421 4.3.2 {self.name} has too many connections\r\n".encode())
                        await writer.drain()
                    else:
                        await _Session(reader, writer, self).run()
        finally:
            self._open -= 1
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


class _Session:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, house: Listener) -> None:
        self._reader = reader
        self._writer = writer
        self._house = house
        self._limits = house.limits
        self._buffer = bytearray()
        self._greeted = False
        self._started = False
        self._recipients: list[str] = []

    async def run(self) -> None:
        await self._say(f"220 {self._house.name} LMTP for bounces")
        for _ in range(self._limits.commands):
            line = await self._line()
            if line is None:
                await self._say("500 5.5.6 the line is too long")
                return
            command = line[:4].upper()
            if command == b"QUIT":
                await self._say("221 2.0.0 bye")
                return
            if command == b"DATA":
                if not await self._data():
                    return
            else:
                await self._say(self._answer(command, line))
        await self._say("421 4.7.0 that were too many commands")

    def _answer(self, command: bytes, line: bytes) -> str:
        if command == b"LHLO":
            self._greeted = True
            self._reset()
            return f"250-{self._house.name}\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250 8BITMIME"
        if command in {b"MAIL", b"RCPT"}:
            return self._path(line)
        if command == b"RSET":
            self._reset()
        return _ANSWERS.get(command, "500 5.5.2 unknown command")

    def _path(self, line: bytes) -> str:
        match = _PATH.fullmatch(line)
        if match is None:
            return "501 5.5.4 write MAIL FROM:<address> or RCPT TO:<address>"
        if match[1][:4].upper() == b"MAIL":
            in_turn = self._greeted and not self._started
            self._started = self._greeted
            return "250 2.1.0 go on" if in_turn else "503 5.5.1 out of turn"
        return self._recipient(match[2].decode("ascii", "replace"))

    def _recipient(self, address: str) -> str:
        if not self._started:
            return "503 5.5.1 MAIL comes first"
        if len(self._recipients) >= self._limits.recipients:
            return "452 4.5.3 too many recipients"
        if not self._house.accepts(address):
            return "550 5.1.1 no such address here"
        self._recipients.append(address)
        return "250 2.1.5 go on"

    async def _data(self) -> bool:
        """DATA and its replies, one a recipient; False ends the connection."""
        if not self._recipients:
            await self._say("503 5.5.1 no recipient was accepted")
            return True
        await self._say("354 go on, end with a dot")
        raw = await self._message()
        if raw is None:
            await self._say("552 5.3.4 that is far too long")
            return False
        for recipient in self._recipients:
            await self._say(self._taken(raw, recipient))
        self._reset()
        return True

    def _taken(self, raw: bytes, recipient: str) -> str:
        try:
            self._house.take(raw, recipient)
        except DigestError:
            # Whoever keeps the store says what is wrong with it; the mail system keeps the message.
            return "451 4.3.0 cannot be kept now, try again later"
        return "250 2.0.0 taken"

    def _reset(self) -> None:
        self._started = False
        self._recipients = []

    async def _say(self, reply: str) -> None:
        self._writer.write(f"{reply}\r\n".encode("ascii", "replace"))
        async with asyncio.timeout(self._limits.idle):
            await self._writer.drain()

    async def _more(self) -> bytes:
        async with asyncio.timeout(self._limits.idle):
            chunk = await self._reader.read(_CHUNK)
        if not chunk:
            raise asyncio.IncompleteReadError(b"", None)
        return chunk

    async def _line(self) -> bytes | None:
        """A command without its line end; None when it is too long."""
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > self._limits.line:
                return None
            self._buffer += await self._more()
        if end > self._limits.line:
            return None
        line = bytes(self._buffer[:end]).removesuffix(b"\r")
        del self._buffer[: end + 1]
        return line

    async def _message(self) -> bytes | None:
        """A message, its dots undone, cut to what is read of a report; None when it does not end in time.

        It ends at CR LF dot CR LF and nothing else: whoever takes less for an end lets one message smuggle in another.
        """
        kept = bytearray(b"\r\n")  # so that a dot on the very first line is found as well
        kept += self._buffer
        self._buffer.clear()
        received = len(kept)
        searched = 0
        while (end := kept.find(_END, searched)) < 0:
            if received > self._limits.message:
                return None
            if len(kept) > 2 * LARGEST:
                # Beyond what is kept only the end is looked for.
                del kept[LARGEST + 2 * _CHUNK : -len(_END)]
            searched = max(0, len(kept) - len(_END))
            chunk = await self._more()
            received += len(chunk)
            kept += chunk
        self._buffer += kept[end + len(_END) :]
        return bytes(kept[: end + 2]).replace(b"\r\n.", b"\r\n")[2 : LARGEST + 2]
