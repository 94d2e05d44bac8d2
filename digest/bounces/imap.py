"""Reports out of an IMAP mailbox [RFC 3501]: unseen messages, marked or moved once taken. TLS always."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from digest.bounces.incoming import Incoming
from digest.bounces.message import LARGEST
from digest.core.errors import MailboxError
from digest.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_PLAIN = re.compile(r"[\x20-\x7e]+")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where reports lie.

    Attributes:
        host: Name of the server; its certificate must be for it.
        username: To log in.
        password: The same.
        port: 993 for TLS, 143 for STARTTLS.
        security: "tls" from the first byte, or "starttls"; nothing is ever sent in the clear.
        folder: The mailbox that is read; ASCII.
        move_to: The mailbox that taken reports are moved to; empty: they are marked as seen.
        seconds: The whole visit is broken off after so long, whatever the server does.
    """

    host: str
    username: str
    password: str = field(repr=False)
    port: int = 993
    security: Literal["tls", "starttls"] = "tls"
    folder: str = "INBOX"
    move_to: str = ""
    seconds: float = 300.0

    @property
    def place(self) -> str:
        """As errors name it; without the password."""
        return f"imap {self.username}@{self.host}:{self.port} {self.folder}"


class _Connection(imaplib.IMAP4):
    """A connection that a clock can break off, from its first byte on: the library's limits are for one read each."""

    def __init__(self, mailbox: Mailbox, context: ssl.SSLContext) -> None:
        self._context = context if mailbox.security == "tls" else None
        self._guard: socket.socket | None = None
        self._clock = threading.Timer(mailbox.seconds, self._break_off)
        self._clock.daemon = True
        self._clock.start()
        self.late = False
        try:
            super().__init__(mailbox.host, mailbox.port, timeout=mailbox.seconds)
        except BaseException:
            self.let_go()
            raise

    def _create_socket(self, timeout: float | None) -> socket.socket:
        # The library's own way to make another socket: IMAP4_SSL does the same.
        plain = socket.create_connection((self.host, self.port), timeout)
        self._guard = plain.dup()  # TLS takes the socket itself away
        return self._context.wrap_socket(plain, server_hostname=self.host) if self._context else plain

    def _break_off(self) -> None:
        self.late = True
        if self._guard is not None:
            with suppress(OSError):  # it was over already
                self._guard.shutdown(socket.SHUT_RDWR)

    def close_quietly(self) -> None:
        """Close everything; one that is broken is closed already."""
        with suppress(OSError):
            self.shutdown()
        self.let_go()

    def let_go(self) -> None:
        """Stop the clock and close what it holds."""
        self._clock.cancel()
        if self._guard is not None:
            self._guard.close()
            self._guard = None


def unread(mailbox: Mailbox, context: ssl.SSLContext | None = None) -> Iterator[Incoming]:
    """The unseen messages of a mailbox, oldest first. The connection lasts as long as the iteration.

    Args:
        mailbox: Where.
        context: How certificates are verified; None: by the system's authorities.

    Raises:
        MailboxError: The server cannot be reached, refuses the login or the folder, breaks off, or takes too long.
    """
    with _visit(mailbox, context or ssl.create_default_context()) as connection:
        _ask(mailbox, connection, "open the folder", "SELECT", _quoted(mailbox.folder))
        for number in _numbers(_ask(mailbox, connection, "search", "SEARCH", "UNSEEN")):
            answer = _ask(mailbox, connection, "read a message", "FETCH", number, f"(BODY.PEEK[]<0.{LARGEST}>)")
            raw = next((bytes(each[1]) for each in answer if isinstance(each, tuple) and len(each) > 1), None)
            if raw is not None:  # else somebody else removed it
                yield Incoming(raw, None, f"{mailbox.place}:{number}", _marker(mailbox, connection, number))


@contextmanager
def _visit(mailbox: Mailbox, context: ssl.SSLContext) -> Iterator[_Connection]:
    if not (_PLAIN.fullmatch(mailbox.folder) and _PLAIN.fullmatch(mailbox.move_to or "-")):
        raise MailboxError("the names of folders must be ASCII, without control characters", place=mailbox.place)
    connection: _Connection | None = None
    try:
        connection = _Connection(mailbox, context)
        if mailbox.security == "starttls":
            connection.starttls(context)
        connection.login(mailbox.username, mailbox.password)
        yield connection
        connection.logout()
    except (imaplib.IMAP4.error, OSError, ValueError) as error:
        raise _trouble(mailbox, connection, error) from error
    finally:
        if connection is not None:
            connection.close_quietly()


def _trouble(mailbox: Mailbox, connection: _Connection | None, error: Exception) -> MailboxError:
    """What went wrong, in the server's words or the system's."""
    if connection is not None and connection.late:
        why = f"took longer than {mailbox.seconds:g} s in all"
    elif isinstance(error, ssl.SSLCertVerificationError):
        why = f"its certificate cannot be verified: {error.verify_message}"
    else:
        said = error.args[0] if error.args else ""
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(error)
        why = one_line(text)[:300] or type(error).__name__
    return MailboxError(f"{why}; what was not taken comes again", place=mailbox.place)


def _ask(mailbox: Mailbox, connection: _Connection, what: str, command: str, *arguments: str) -> Sequence[Any]:
    """One command and its answer; what is asked comes first, so that a refusal can say it."""
    try:
        kind, answer = connection.select(arguments[0]) if command == "SELECT" else connection.uid(command, *arguments)
    except (imaplib.IMAP4.error, OSError) as error:
        raise _trouble(mailbox, connection, error) from error
    if kind != "OK":
        said = one_line(str(answer[0], "utf-8", "replace") if answer and isinstance(answer[0], bytes) else str(answer))
        raise MailboxError(f"cannot {what}: {said[:300]}", place=mailbox.place)
    return answer


def _numbers(answer: Sequence[Any]) -> list[str]:
    found = b" ".join(each for each in answer if isinstance(each, bytes)).split()
    return sorted((number.decode() for number in found if number.isdigit()), key=int)


def _marker(mailbox: Mailbox, connection: _Connection, number: str) -> Callable[[], None]:
    def done() -> None:
        if not mailbox.move_to:
            _ask(mailbox, connection, "mark a message", "STORE", number, "+FLAGS.SILENT", r"(\Seen)")
        elif "MOVE" in connection.capabilities:
            _ask(mailbox, connection, "move a message", "MOVE", number, _quoted(mailbox.move_to))
        else:
            _ask(mailbox, connection, "copy a message", "COPY", number, _quoted(mailbox.move_to))
            _ask(mailbox, connection, "mark a message", "STORE", number, "+FLAGS.SILENT", r"(\Seen \Deleted)")

    return done


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
