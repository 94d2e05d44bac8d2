"""The ways by which reports come in, as configured; and the mailboxes among them, opened.

Secrets are not in the configuration: it names the environment variables that hold them, which are read when needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from digest.core.errors import MailboxError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import timedelta
    from pathlib import Path

    from digest.bounces.incoming import Incoming
    from digest.core.bounce import Provider
    from digest.core.model import Problem


@dataclass(frozen=True, slots=True)
class MaildirWay:
    """A Maildir.

    Attributes:
        path: Absolute.
        every: How often the daemon reads it.
    """

    path: Path
    every: timedelta

    @property
    def place(self) -> str:
        """As it is told of."""
        return str(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapWay:
    """A mailbox on an IMAP server.

    Attributes:
        variable: The environment variable that holds the password.
        folder: The mailbox that is read.
        move_to: The mailbox that taken reports are moved to; empty: they are marked as seen.
        every: How often the daemon reads it.
    """

    host: str
    port: int
    security: Literal["tls", "starttls"]
    username: str
    variable: str
    folder: str
    move_to: str
    every: timedelta

    @property
    def place(self) -> str:
        """As it is told of."""
        return f"imap {self.username}@{self.host}:{self.port} {self.folder}"


@dataclass(frozen=True, slots=True)
class LmtpWay:
    """Where the daemon takes reports by LMTP.

    Attributes:
        at: A loopback address and a port; or the absolute path of a Unix socket.
    """

    at: tuple[str, int] | Path

    @property
    def place(self) -> str:
        """As it is told of."""
        if not isinstance(self.at, tuple):
            return f"lmtp {self.at}"
        host, port = self.at
        return f"lmtp [{host}]:{port}" if ":" in host else f"lmtp {host}:{port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookWay:
    """Where a service posts events. Of each of the variables below, those that the service needs are named.

    Attributes:
        provider: The service.
        topics: SES: ARNs of the topics that are ours.
        signing_key: Mailgun: the variable that holds the webhook signing key.
        public_key: SendGrid: the verification key itself, which is no secret.
        username: Postmark: of basic authentication.
        password: Postmark: the variable that holds its password.
        token: Postmark: the variable that holds the secret in the address.
    """

    provider: Provider
    topics: frozenset[str] = frozenset()
    signing_key: str = ""
    public_key: str = ""
    username: str = ""
    password: str = ""
    token: str = ""

    @property
    def place(self) -> str:
        """As it is told of."""
        return f"webhook {self.provider}"


Box: TypeAlias = MaildirWay | ImapWay
Way: TypeAlias = MaildirWay | ImapWay | LmtpWay | WebhookWay


def unread(box: Box, environ: Mapping[str, str], problem: Callable[[Problem], None]) -> Iterator[Incoming]:
    """What lies unread in a mailbox.

    Args:
        box: Which.
        environ: Where its password is kept.
        problem: Told of each message that cannot be read; it stays where it is.

    Raises:
        MailboxError: It cannot be read, or the variable of its password is not set.
    """
    if isinstance(box, MaildirWay):
        from digest.bounces.maildir import unread as in_folder  # noqa: PLC0415 only what is configured is imported

        return in_folder(box.path, problem)
    from digest.bounces.imap import Mailbox  # noqa: PLC0415 the same
    from digest.bounces.imap import unread as on_server  # noqa: PLC0415 the same

    mailbox = Mailbox(
        host=box.host,
        port=box.port,
        security=box.security,
        username=box.username,
        password=from_environment(environ, box.variable, box.place),
        folder=box.folder,
        move_to=box.move_to,
    )
    return on_server(mailbox)


def from_environment(environ: Mapping[str, str], variable: str, place: str) -> str:
    """A secret.

    Args:
        environ: Where secrets are kept.
        variable: Under which name.
        place: What it is for, for the error.

    Raises:
        MailboxError: The variable is not set, or empty.
    """
    found = environ.get(variable, "")
    if not found:
        raise MailboxError(
            f"the environment variable {variable} is not set: set it where digest is started", place=place
        )
    return found
