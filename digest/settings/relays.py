"""The SMTP sink in config.yaml: one relay beside its type, or several under `relays`.

Annotations are not postponed here: pydantic reads them while the classes are made.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from digest.core.allowances import RelayLimits
from digest.core.bounce import Provider
from digest.core.hosts import host_and_port
from digest.delivery.smtp.settings import Mechanism, Pipelining, RelaySettings, Security
from digest.settings.addresses import HostName
from digest.settings.kinds import FromEnvironment, Key, Line, MistakeAtError, WholeNumber, check_login
from digest.settings.limits import LimitsShape
from digest.settings.parts import Shape

SUBMISSIONS = 465
"""The port on which TLS begins at once [RFC 8314]."""

Port = Annotated[WholeNumber, Field(ge=1, le=65_535)]
Connections = Annotated[WholeNumber, Field(ge=1, le=200)]
Messages = Annotated[WholeNumber, Field(ge=1, le=1_000_000)]
Weight = Annotated[WholeNumber, Field(ge=0, le=1000)]


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """An SMTP sink.

    Attributes:
        name: Unique among the sinks: `smtp`, or `smtp:` and the name it was given.
        relays: At least one, each with a name of its own.
        limits: What limits each of them.
    """

    name: str
    relays: tuple[RelaySettings, ...]
    limits: RelayLimits


class RelayKeys(Shape):
    """What is said of a relay, but for its host."""

    port: Port | None = Field(
        default=None, description="Its port: 587 when left out, 465 with 'tls', 25 with 'none'.", examples=[587]
    )
    security: Security | None = Field(
        default=None,
        description="TLS by STARTTLS (starttls, the default), from the start (tls, the default on port 465), or none. "
        "What is asked for is required: nothing is ever sent in plain text instead.",
        examples=["starttls", "tls", "none"],
    )
    verify: bool = Field(
        default=True,
        strict=True,
        description="Whether the relay's certificate and the name in it are checked; the default is true.",
        examples=[True],
    )
    ca: Line | None = Field(
        default=None,
        description="A file of certificates to trust in place of the system's, relative to this file's folder.",
        examples=["relay-ca.pem"],
    )
    username: Line | None = Field(default=None, description="Who logs in; nobody when left out.", examples=["desk"])
    password: FromEnvironment | None = Field(
        default=None,
        description="The environment variable that holds the password (or the token for xoauth2), as ${NAME}.",
        examples=["${SMTP_PASSWORD}"],
    )
    auth: Mechanism = Field(
        default="auto",
        description="How to log in: auto (the default: plain, else login), plain, login or xoauth2.",
        examples=["auto"],
    )
    auth_without_tls: bool = Field(
        default=False,
        strict=True,
        description="Whether the password may be sent to another machine in plain text; the default is false.",
        examples=[False],
    )
    connections: Connections = Field(
        default=4, description="At most so many connections at once; the default is 4.", examples=[4]
    )
    messages_per_connection: Messages = Field(
        default=1000,
        description="At most so many messages over one connection; the default is 1000, as many servers have it.",
        examples=[1000],
    )
    pipelining: Pipelining = Field(
        default="one-flight",
        description="How much is said at once to a relay that offers PIPELINING: a message with the commands of the "
        "next (one-flight, the default), the commands of one message (envelope), or one command (off). A relay that "
        "trips over it is stepped down to.",
        examples=["one-flight", "envelope", "off"],
    )
    dsn: bool = Field(
        default=False,
        strict=True,
        description="Whether to ask the relay for reports of failure and delay, where it offers DSN; the default is "
        "false.",
        examples=[True],
    )
    weight: Weight = Field(
        default=1,
        description="Its share of connections among several relays: the one of the greatest weight opens all of its "
        "own, the others in proportion. 0: only when no other is left. The default is 1.",
        examples=[3],
    )
    helo: HostName | None = Field(
        default=None,
        description="What digest calls itself in EHLO; this machine's full name, or its address, when left out.",
        examples=["news.example.org"],
    )
    provider: Provider | None = Field(
        default=None,
        description="The mail service it is, or hands mail on to: ses, postmark, mailgun or sendgrid. Its webhooks "
        "name the delivery then, by a header field that each message gets where that service needs one.",
        examples=["ses", "postmark", "mailgun", "sendgrid"],
    )

    def relay(self, host: str, root: Path) -> RelaySettings:
        """The relay as the sink needs it.

        Args:
            host: Its name or address.
            root: Where relative paths start.
        """
        security = self.security or ("tls" if self.port == SUBMISSIONS else "starttls")
        port = self.port or {"none": 25, "starttls": 587, "tls": SUBMISSIONS}[security]
        return RelaySettings(
            name=host_and_port(host, port),
            host=host,
            port=port,
            security=security,
            ca=None if self.ca is None else root / self.ca,
            verify=self.verify,
            username=self.username or "",
            variable=self.password or "",
            auth=self.auth,
            auth_without_tls=self.auth_without_tls,
            connections=self.connections,
            messages_per_connection=self.messages_per_connection,
            pipelining=self.pipelining,
            dsn=self.dsn,
            weight=self.weight,
            helo=self.helo or "",
            provider=self.provider,
        )

    @model_validator(mode="after")
    def _logs_in_with_both(self) -> Self:
        check_login(self.username, self.password, "SMTP_PASSWORD")
        return self


class RelayShape(RelayKeys):
    """One of several relays."""

    model_config = ConfigDict(title="relay")

    host: HostName = Field(description="Its name or address.", examples=["mail.example.org"])


class SmtpSinkShape(RelayKeys, LimitsShape):
    """Messages to readers by SMTP: by one relay, whose keys stand here, or by several."""

    model_config = ConfigDict(
        title="SMTP sink", json_schema_extra={"oneOf": [{"required": ["host"]}, {"required": ["relays"]}]}
    )

    type: Literal["smtp"] = Field(description="Messages are sent by SMTP.")
    name: Key | None = Field(
        default=None,
        description="Tells this sink from another one of its type: deliveries that wait are kept under it.",
        examples=["bulk"],
    )
    host: HostName | None = Field(
        default=None, description="The relay's name or address.", examples=["mail.example.org"]
    )
    relays: tuple[RelayShape, ...] | None = Field(
        default=None,
        description="Several relays in place of 'host', each with the keys of one; where one fails, others take over.",
        examples=[[{"host": "one.example.org", "weight": 3}, {"host": "two.example.org"}]],
        min_length=1,
    )

    @model_validator(mode="after")
    def _one_or_several(self) -> Self:
        if (self.host is None) == (self.relays is None):
            wrong = "has neither" if self.host is None else "has both"
            raise ValueError(
                f"an SMTP sink takes 'host' or 'relays', and this one {wrong}; for example host: mail.example.org"
            )
        if self.relays is not None:
            for key in sorted(self.model_fields_set - {"type", "name", "relays", *LimitsShape.model_fields}):
                raise MistakeAtError(key, "belongs to a relay: write it below 'relays', with each that it is for")
            names = [relay.name for relay in self._relays(Path())]
            for name in sorted({name for name in names if names.count(name) > 1}):
                raise MistakeAtError("relays", f"'{name}' is there twice; remove one of the two")
        return self

    def of(self, root: Path) -> SmtpSettings:
        """The settings.

        Args:
            root: Where relative paths start.
        """
        return SmtpSettings(f"smtp:{self.name}" if self.name else "smtp", self._relays(root), self.relay_limits())

    def _relays(self, root: Path) -> tuple[RelaySettings, ...]:
        if self.relays is None:
            return (self.relay(self.host or "", root),)
        return tuple(each.relay(each.host, root) for each in self.relays)
