"""What can be set of a relay and of its deadlines; nothing but values, so that reading config.yaml imports little."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

    from digest.core.bounce import Provider

Security = Literal["none", "starttls", "tls"]
Pipelining = Literal["one-flight", "envelope", "off"]
"""`one-flight`: a message, its final dot and the commands of the next one in one write, one round trip a message.
`envelope`: MAIL, RCPT and DATA in one write, then the message. `off`: one command at a time."""
Mechanism = Literal["auto", "plain", "login", "xoauth2"]
"""`auto`: PLAIN where it is offered, else LOGIN. XOAUTH2 takes a token for the password, and is only used by name."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long a server may take, in seconds: for all of it together, not for a single read [RFC 5321 section 4.5.3.2].

    Attributes:
        connecting: From the first address of a relay to a connection.
        greeting: From there to the end of the greeting, with the handshake of `security: tls`.
        opening: EHLO, STARTTLS and AUTH together.
        command: A reply to MAIL or RCPT.
        data: The reply to DATA.
        block: Taking 64 kB of a message.
        message: The reply to the final dot.
        leaving: The reply to QUIT.
        stopping: What is under way when the sink is stopped.
        idle: A connection without a message is closed after it.
        pause: A relay that failed is left alone for so long; doubled each time, with up to a fifth more or less.
        longest_pause: The most of that.
        waiting: A pause that is longer is not waited for, where no relay takes anything: as pauses double, one that
            cannot be reached is waited for during a minute or two in all. Then what is left waits in the ledger, and
            whoever was called by cron comes to an end.
        ledger: The ledger, when it is locked or its disk full; nothing is sent meanwhile.
    """

    connecting: float = 30
    greeting: float = 300
    opening: float = 300
    command: float = 300
    data: float = 120
    block: float = 180
    message: float = 600
    leaving: float = 2
    stopping: float = 20
    idle: float = 30
    pause: float = 5
    longest_pause: float = 300
    waiting: float = 60
    ledger: float = 90


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """A relay.

    Attributes:
        name: Unique among the relays; stands in the log and the ledger.
        host: Its name or address.
        port: Its port.
        security: `starttls` and `tls` never fall back to plain text.
        ca: A file of certificates to trust in place of the system's.
        verify: Whether the certificate and the name in it are checked.
        username: Who logs in; empty for nobody.
        variable: Name of the environment variable that holds the password.
        auth: How to log in.
        auth_without_tls: Whether the password may be sent in plain text to another machine.
        connections: At most so many at once.
        messages_per_connection: At most so many; then it is closed and another opened.
        pipelining: The most that is tried.
        dsn: Whether to ask for reports of failure and delay [RFC 3461].
        weight: Its share of connections: the relay of the greatest weight opens all of its own, the others in
            proportion. 0: only when no other is left.
        helo: What we call ourselves; this machine's name, or its address, when empty.
        provider: The mail service it is, or hands everything on to; None when it is none of those known.
    """

    name: str
    host: str
    port: int = 587
    security: Security = "starttls"
    ca: Path | None = None
    verify: bool = True
    username: str = ""
    variable: str = ""
    auth: Mechanism = "auto"
    auth_without_tls: bool = False
    connections: int = 4
    messages_per_connection: int = 1000
    pipelining: Pipelining = "one-flight"
    dsn: bool = False
    weight: int = 1
    helo: str = ""
    provider: Provider | None = None
