"""The daemon's postmaster: reads the mailboxes that bounces come into, and takes them by LMTP.

Two threads, each with a store of its own: a mailbox on a slow server keeps nobody waiting who speaks LMTP.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
import time
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from digest.bounces.lmtp import Listener
from digest.bounces.ways import ImapWay, LmtpWay, MaildirWay, unread
from digest.core.errors import DigestError
from digest.core.hosts import host_and_port
from digest.daemon.logs import event
from digest.daemon.receiver import Receiver
from digest.daemon.troubles import Troubles

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from digest.bounces.ways import Box
    from digest.config import Settings
    from digest.core.model import Problem
    from digest.daemon.metrics import Metrics

AGAIN = 5.0
"""Seconds until an address that could not be had is tried again."""

_ADVICE = {
    errno.EADDRINUSE: "another program listens there: stop it, or choose another place",
    errno.EACCES: "this user may not listen there: choose a port above 1023, or a folder of its own",
    errno.ENOENT: "make the folder first",
}


class Postmaster:
    """Takes what comes back, until told to stop. It belongs to one thread; `trouble` may be asked anywhere.

    Args:
        settings: What config.yaml says.
        clock: The present instant.
        metrics: Counts what is taken.
    """

    def __init__(self, settings: Settings, clock: Callable[[], datetime], metrics: Metrics) -> None:
        self._boxes = tuple(way for way in settings.bounces if isinstance(way, MaildirWay | ImapWay))
        self._lmtp = tuple(way for way in settings.bounces if isinstance(way, LmtpWay))
        self._made_of = settings, clock, metrics
        self._troubles = Troubles()
        self._told: set[str] = set()
        self._stopping = Event()
        self._lock = Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over = asyncio.Event()
        self._threads = [
            Thread(target=work, name=name, daemon=True)
            for name, work, ways in (("mailboxes", self._read_boxes, self._boxes), ("lmtp", self._listen, self._lmtp))
            if ways
        ]

    @property
    def trouble(self) -> str:
        """What cannot be read or listened on, and why; empty when all is well."""
        return str(self._troubles)

    def start(self) -> None:
        """Begin; at once where there is nothing to do."""
        for thread in self._threads:
            thread.start()

    def stop(self, patience: float) -> bool:
        """Stop: the message that is being taken is finished, the others stay where they are.

        Args:
            patience: Seconds to wait for that.

        Returns:
            False when it has not come to an end by then.
        """
        self._stopping.set()
        with self._lock, suppress(RuntimeError):  # of a loop that has come to its end meanwhile
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._over.set)
        until = time.monotonic() + patience
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _read_boxes(self) -> None:
        receiver = Receiver(*self._made_of)
        due = dict.fromkeys(self._boxes, time.monotonic())
        while not self._stopping.is_set():
            for box in self._boxes:
                if due[box] <= time.monotonic():
                    self._read(box, receiver)
                    due[box] = time.monotonic() + box.every.total_seconds()
            self._stopping.wait(max(0.0, min(due.values()) - time.monotonic()))
        receiver.close()

    def _read(self, box: Box, receiver: Receiver) -> None:
        try:
            for each in unread(box, os.environ, self._problem):
                if self._stopping.is_set():
                    return
                receiver.take(each.raw, each.recipient)
                each.done()
        except DigestError as error:
            self._troubles.failed(box.place, str(error))
        except Exception as error:  # noqa: BLE001 a mistake of ours must not end the reading for good
            self._troubles.failed(box.place, f"{type(error).__name__}: {error}", error)
        else:
            self._troubles.works(box.place)

    def _problem(self, problem: Problem) -> None:
        """Told once, not at every visit."""
        if str(problem) not in self._told:
            self._told.add(str(problem))
            event("problem", level=logging.WARNING, problem=str(problem))

    def _listen(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:  # noqa: BLE001 a mistake of ours must be told, as nothing is listened on any more
            self._troubles.failed("lmtp", f"{type(error).__name__}: {error}", error)

    async def _serve(self) -> None:
        with self._lock:
            self._loop = asyncio.get_running_loop()
        receiver = Receiver(*self._made_of)
        listener = Listener(receiver.accepts, receiver.take, socket.gethostname())
        servers: dict[LmtpWay, asyncio.Server] = {}
        while not self._stopping.is_set():
            for way in self._lmtp:
                if way not in servers and (server := await self._opened(listener, way)) is not None:
                    servers[way] = server
            try:
                async with asyncio.timeout(None if len(servers) == len(self._lmtp) else AGAIN):
                    await self._over.wait()
            except TimeoutError:
                continue
        # Whoever is in the middle of a message is cut off, and sends it again.
        for server in servers.values():
            server.close()
        receiver.close()

    async def _opened(self, listener: Listener, way: LmtpWay) -> asyncio.Server | None:
        try:
            if isinstance(way.at, Path):
                _check_free(way.at)
                server = await listener.on_socket(way.at)
                # As open as a port of loopback is: a mail system has a user of its own. The folder may be closed.
                way.at.chmod(0o666)
            else:
                server = await listener.on_port(*way.at)
        except DigestError as error:
            self._troubles.failed(way.place, str(error))
        except (OSError, OverflowError) as error:
            number = error.errno or 0 if isinstance(error, OSError) else 0
            reason = os.strerror(number) if number else str(error)
            self._troubles.failed(way.place, f"cannot listen ({reason}): {_ADVICE.get(number, 'check the address')}")
        else:
            self._troubles.works(way.place)
            event("lmtp_listening", address=_address(server))
            return server
        return None


def _address(server: asyncio.Server) -> str:
    name = server.sockets[0].getsockname()
    return name if isinstance(name, str) else host_and_port(*name[:2])


def _check_free(path: Path) -> None:
    """Refuse a socket that somebody answers at: one that is left over is replaced, and this one is not left over.

    Raises:
        OSError: It is in use.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except OSError:
            return
    raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
