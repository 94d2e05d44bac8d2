"""The mappings of config.yaml that say by which ways bounces and complaints come back.

Annotations are not postponed here: pydantic reads them while the classes are made.
"""

import os
import re
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import AfterValidator, ConfigDict, Field, PlainValidator, WithJsonSchema, model_validator

from digest.bounces.ways import ImapWay, LmtpWay, MaildirWay, Way, WebhookWay
from digest.core.bounce import Provider
from digest.settings.addresses import HostName, parse_listen
from digest.settings.kinds import FromEnvironment, Line, MistakeAtError, below
from digest.settings.parts import Shape
from digest.settings.relays import Port
from digest.settings.times import Duration
from digest.yamlwords import describe

IMAPS = 993
"""The port on which TLS begins at once [RFC 8314]."""

_TOPIC = r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}"

# What each service is known by: keys it must have, or one of which it must have; others are mistakes.
_NEEDED: dict[str, tuple[str, ...]] = {
    "ses": ("topics",),
    "mailgun": ("signing_key",),
    "sendgrid": ("public_key",),
    "postmark": ("password", "token"),
}
_TAKEN = {**{provider: set(keys) for provider, keys in _NEEDED.items()}, "postmark": {"username", "password", "token"}}


def parse_lmtp(value: Any) -> tuple[str, int] | str:
    """Read where LMTP is spoken: an address and port of this machine, or the path of a Unix socket."""
    if isinstance(value, str) and "/" in value:
        path = value.strip()
        if not path.isprintable() or len(os.fsencode(path)) > 100 or path.endswith("/"):
            raise ValueError("expected the path of a Unix socket, of at most 100 bytes, such as run/bounces.sock")
        return path
    try:
        found = parse_listen(value)
    except ValueError:
        found = None
    if found is None or found[0] == "localhost":
        raise ValueError(
            "expected an address of this machine and a port such as 127.0.0.1:8024 (or [::1], for LMTP knows no "
            f"login), or the path of a Unix socket such as run/bounces.sock, found {describe(value)}"
        )
    return found


def parse_folder(value: str) -> str:
    """Read the name of a folder on an IMAP server."""
    if not (value.isascii() and value.isprintable() and value):
        raise ValueError("must be ASCII, without control characters, as the server itself writes it")
    return value


def parse_topics(values: tuple[str, ...]) -> tuple[str, ...]:
    """Read the ARNs of SNS topics."""
    for value in values:
        if not re.fullmatch(_TOPIC, value):
            raise ValueError(f"expected topics such as arn:aws:sns:eu-west-1:123456789012:bounces, found '{value}'")
    return values


Lmtp = Annotated[tuple[str, int] | str, PlainValidator(parse_lmtp), WithJsonSchema({"type": "string"})]
Folder = Annotated[Line, AfterValidator(parse_folder)]
Topics = Annotated[tuple[Line, ...], Field(min_length=1), AfterValidator(parse_topics)]


class MaildirShape(Shape):
    """A Maildir into which a mail system of this machine puts what comes back."""

    model_config = ConfigDict(title="bounces in a Maildir")

    type: Literal["maildir"] = Field(description="Reports lie in a Maildir.")
    path: Line = Field(description="The Maildir, relative to this file's folder.", examples=["mail/bounces"])
    every: Duration = Field(
        default=timedelta(minutes=5),
        description="How often the daemon reads it; the default is 5m.",
        examples=["5m"],
        json_schema_extra={"default": "5m"},
    )

    def of(self, root: Path) -> MaildirWay:
        """The way in; relative paths start at `root`."""
        return MaildirWay(below(root, self.path), self.every)


class ImapShape(Shape):
    """A mailbox on an IMAP server; over TLS always."""

    model_config = ConfigDict(title="bounces on an IMAP server")

    type: Literal["imap"] = Field(description="Reports lie on an IMAP server.")
    host: HostName = Field(description="The server; its certificate must be for it.", examples=["imap.example.org"])
    port: Port | None = Field(
        default=None, description="Its port: 993 when left out, 143 with 'starttls'.", examples=[993]
    )
    security: Literal["tls", "starttls"] | None = Field(
        default=None,
        description="TLS from the start (tls, the default) or by STARTTLS (starttls, the default on port 143).",
        examples=["tls", "starttls"],
    )
    username: Line = Field(description="Who logs in.", examples=["bounces@example.org"])
    password: FromEnvironment = Field(
        description="The environment variable that holds the password, as ${NAME}.", examples=["${IMAP_PASSWORD}"]
    )
    folder: Folder = Field(
        default="INBOX", description="The folder that is read; the default is INBOX.", examples=["INBOX"]
    )
    move_to: Folder | None = Field(
        default=None,
        description="The folder that taken messages are moved to; they are marked as seen when left out.",
        examples=["Taken"],
    )
    every: Duration = Field(
        default=timedelta(minutes=5),
        description="How often the daemon reads it; the default is 5m.",
        examples=["5m"],
        json_schema_extra={"default": "5m"},
    )

    def of(self, root: Path) -> ImapWay:
        """The way in."""
        del root
        security = self.security or ("starttls" if self.port == 143 else "tls")
        return ImapWay(
            host=self.host,
            port=self.port or {"tls": IMAPS, "starttls": 143}[security],
            security=security,
            username=self.username,
            variable=self.password,
            folder=self.folder,
            move_to=self.move_to or "",
            every=self.every,
        )


class LmtpShape(Shape):
    """The daemon itself takes what comes back, from the mail system of this machine."""

    model_config = ConfigDict(title="bounces by LMTP")

    type: Literal["lmtp"] = Field(description="A mail system of this machine hands reports to the daemon by LMTP.")
    listen: Lmtp = Field(
        description="Address and port, of this machine alone; or the path of a Unix socket, relative to this file's "
        "folder.",
        examples=["127.0.0.1:8024", "run/bounces.sock"],
    )

    def of(self, root: Path) -> LmtpWay:
        """The way in; relative paths start at `root`."""
        return LmtpWay(below(root, self.listen) if isinstance(self.listen, str) else self.listen)


class WebhookShape(Shape):
    """A mail service posts what comes back to `webhooks/PROVIDER` of the pages for readers."""

    model_config = ConfigDict(title="bounces by webhook")

    type: Literal["webhook"] = Field(description="A mail service posts events.")
    provider: Provider = Field(
        description="The service: ses, postmark, mailgun or sendgrid.",
        examples=["ses", "postmark", "mailgun", "sendgrid"],
    )
    topics: Topics | None = Field(
        default=None,
        description="SES: the ARNs of the SNS topics that post here.",
        examples=[["arn:aws:sns:eu-west-1:123456789012:bounces"]],
    )
    signing_key: FromEnvironment | None = Field(
        default=None,
        description="Mailgun: the environment variable that holds the webhook signing key, as ${NAME}.",
        examples=["${MAILGUN_SIGNING_KEY}"],
    )
    public_key: Line | None = Field(
        default=None,
        description="SendGrid: the verification key of the signed event webhook, as SendGrid shows it.",
        examples=["MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE..."],
    )
    username: Line | None = Field(
        default=None, description="Postmark: the name in the webhook's address.", examples=["postmark"]
    )
    password: FromEnvironment | None = Field(
        default=None,
        description="Postmark: the environment variable that holds the password in the webhook's address, as ${NAME}.",
        examples=["${POSTMARK_PASSWORD}"],
    )
    token: FromEnvironment | None = Field(
        default=None,
        description="Postmark: the environment variable that holds the secret behind ?token= in the webhook's address, "
        "as ${NAME}.",
        examples=["${POSTMARK_TOKEN}"],
    )

    @model_validator(mode="after")
    def _known_by_its_keys(self) -> Self:
        given = self.model_fields_set - {"type", "provider"}
        for key in sorted(given - _TAKEN[self.provider]):
            raise MistakeAtError(key, f"says nothing about {self.provider}; remove it")
        needed = _NEEDED[self.provider]
        if not given.intersection(needed):
            raise MistakeAtError(
                "provider",
                f"there is no {' or '.join(repr(key) for key in needed)} beside it, and without that anybody could "
                f"post events of {self.provider}",
            )
        if (self.username is None) != (self.password is None):
            missing = "password" if self.password is None else "username"
            raise MistakeAtError(
                "username" if self.password is None else "password", f"there is no '{missing}' beside it"
            )
        return self

    def of(self, root: Path) -> WebhookWay:
        """The way in."""
        del root
        return WebhookWay(
            provider=self.provider,
            topics=frozenset(self.topics or ()),
            signing_key=self.signing_key or "",
            public_key=self.public_key or "",
            username=self.username or "",
            password=self.password or "",
            token=self.token or "",
        )


WayShape: TypeAlias = Annotated[MaildirShape | ImapShape | LmtpShape | WebhookShape, Field(discriminator="type")]


def each_once(values: tuple[WayShape, ...]) -> tuple[WayShape, ...]:
    """Refuse two ways in that are one: a mailbox read twice, a port listened on twice, two keys for one service."""
    seen: set[str] = set()
    for place in places(value.of(Path()) for value in values):
        if place in seen:
            raise ValueError(f"'{place}' stands here twice; remove one")
        seen.add(place)
    return values


def places(ways: Iterable[Way]) -> list[str]:
    """What each way is told of by."""
    return [way.place for way in ways]
