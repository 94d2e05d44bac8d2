"""The mappings of config.yaml that say how mail goes out and where readers can leave.

Annotations are not postponed here: pydantic reads them while the classes are made.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, WithJsonSchema, field_validator

from digest.core.hosts import ascii_host
from digest.delivery.verp import LONGEST_BASE
from digest.settings.addresses import (
    LABEL,
    MailAddress,
    PublicListen,
    Recipients,
    Url,
    parse_mail_address,
    parse_web_address,
)
from digest.settings.kinds import Line, as_list, below
from digest.settings.parts import Shape
from digest.settings.times import Day
from digest.yamlwords import describe

_SELECTOR = rf"(?=.{{1,63}}$){LABEL}(?:\.{LABEL})*"


def parse_link(value: str) -> str:
    """Read the address of a page."""
    parse_web_address(value, "expected an address such as https://news.example.org/help")
    return value


def parse_bounces(value: str) -> str:
    """Read the address that bounces go to: there must be room in it for what says which delivery bounced."""
    local = parse_mail_address(value).partition("@")[0]
    if len(local) > LONGEST_BASE:
        raise ValueError(
            f"has {len(local)} characters before the @; at most {LONGEST_BASE} leave room for what is added to say "
            "which message came back; for example bounces@lists.example.org"
        )
    return value


def parse_domain(value: str) -> str:
    """Read the domain of a key; its ASCII form, in small letters."""
    try:
        return ascii_host(value.strip()).lower()
    except ValueError as error:
        raise ValueError(f"expected a domain such as example.org, found {describe(value)}; it {error}") from error


def parse_selector(value: str) -> str:
    """Read the selector of a key: labels of a host name."""
    if re.fullmatch(_SELECTOR, value):
        return value.lower()
    raise ValueError(f"expected a selector such as d2026, of letters, digits, '-' and '.', found {describe(value)}")


Notify = Annotated[
    Recipients,
    BeforeValidator(
        partial(as_list, expected="an address or a list of them", example="ops@example.org"),
        json_schema_input_type=str | list[str],
    ),
]
Bounces = Annotated[str, AfterValidator(parse_bounces)]
Domain = Annotated[str, AfterValidator(parse_domain)]
Selector = Annotated[
    str, AfterValidator(parse_selector), WithJsonSchema({"type": "string", "pattern": f"^{_SELECTOR}$"})
]
Link = Annotated[str, AfterValidator(parse_link), WithJsonSchema({"type": "string", "pattern": "^https?://"})]


@dataclass(frozen=True, slots=True)
class DkimSettings:
    """A key that signs messages.

    Attributes:
        domain: ASCII, in small letters.
        selector: Unique within the domain.
        path: Of the private key's file, absolute.
        start: The first day it signs; None: always.
    """

    domain: str
    selector: str
    path: Path
    start: date | None


@dataclass(frozen=True, slots=True)
class MailSettings:
    """What messages need besides newsletter and site.

    Attributes:
        bounces: Address that bounces go to; empty when there is none.
        dkim: In the order of the file.
    """

    bounces: str
    dkim: tuple[DkimSettings, ...]


@dataclass(frozen=True, slots=True)
class WebSettings:
    """The pages for readers; where they are reachable from outside stands in the site.

    Attributes:
        listen: Host and port at which the daemon answers them; None: nowhere.
        subscribe: Whether there is a form to subscribe.
    """

    listen: tuple[str, int] | None
    subscribe: bool


class DkimShape(Shape):
    """A key that signs messages, and where its public half is published."""

    model_config = ConfigDict(title="DKIM key")

    domain: Domain = Field(
        description="The domain it signs for: that of the From address, or one above it.", examples=["example.org"]
    )
    selector: Selector = Field(
        description="Its name: the public half stands in the DNS at SELECTOR._domainkey.DOMAIN.", examples=["d2026"]
    )
    key: Line = Field(
        description="File of the private key, relative to this file's folder; `digest keys make` makes one.",
        examples=["keys/d2026.pem"],
    )
    start: Day | None = Field(
        default=None,
        alias="from",
        description="The first day it signs; until then it is only to be published. From the start when left out.",
        examples=["2026-07-01"],
    )


class MailShape(Shape):
    """What the newsroom's messages carry besides the edition."""

    model_config = ConfigDict(title="mail")

    bounces: Bounces | None = Field(
        default=None,
        description="Address that bounces go to; each message gets one of its own, bounces+TOKEN@. The newsletter's "
        "own, without a token, when left out.",
        examples=["bounces@lists.example.org"],
    )
    dkim: tuple[DkimShape, ...] = Field(
        default=(),
        description="Keys that sign messages: RSA, and Ed25519 beside it. Of each kind the newest whose day has come "
        "signs; the others stay published.",
        examples=[[{"domain": "example.org", "selector": "d2026", "key": "keys/d2026.pem"}]],
    )
    unsubscribe_mailto: MailAddress | None = Field(
        default=None,
        description="Address that takes unsubscriptions by mail; none when left out.",
        examples=["leave@lists.example.org"],
    )
    help: Link | None = Field(
        default=None, description="A page of help for readers.", examples=["https://news.example.org/help"]
    )
    preferences: Link | None = Field(
        default=None,
        description="A page of yours where readers change what they get; a link below each message leads there.",
        examples=["https://news.example.org/preferences"],
    )
    organisation: Line | None = Field(
        default=None,
        description="Who publishes, and the postal address, as printed below each message; the site's organisation and "
        "address when left out.",
        examples=["Example Press, 1 High Street, Exampleton"],
    )

    def of(self, root: Path) -> MailSettings:
        """The settings.

        Args:
            root: Where relative paths start.
        """
        keys = (DkimSettings(one.domain, one.selector, below(root, one.key), one.start) for one in self.dkim)
        return MailSettings(self.bounces or "", tuple(keys))

    @field_validator("dkim")
    @classmethod
    def _each_once(cls, value: tuple[DkimShape, ...]) -> tuple[DkimShape, ...]:
        seen = set()
        for one in value:
            if (one.domain, one.selector) in seen:
                raise ValueError(f"the selector '{one.selector}' of {one.domain} stands here twice; remove one")
            seen.add((one.domain, one.selector))
        return value


class WebShape(Shape):
    """The pages for readers: where they leave, and confirm that they want to come."""

    model_config = ConfigDict(title="web")

    url: Url | None = Field(
        default=None,
        description="Where these pages are reachable from outside, https; without it there is no link to leave by.",
        examples=["https://lists.example.org/"],
    )
    listen: PublicListen = Field(
        default=("127.0.0.1", 8026),
        description="Address and port at which the daemon answers them, for the web server before it; or 'off'. "
        "Nothing listens without 'url'.",
        examples=["127.0.0.1:8026", "0.0.0.0:8026", "off"],
        json_schema_extra={"default": "127.0.0.1:8026"},
    )
    subscribe: bool = Field(
        default=False,
        strict=True,
        description="Whether there is a form by which anybody may ask to subscribe, at subscribe/NEWSLETTER.",
        examples=[True],
    )

    def settings(self) -> WebSettings:
        """The settings."""
        return WebSettings(self.listen if self.url else None, self.subscribe)
