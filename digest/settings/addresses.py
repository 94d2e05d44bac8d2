"""The kinds of value that config.yaml holds: addresses of mail, the web, machines and the store."""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.utils import unquote
from ipaddress import ip_address
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, PlainValidator, WithJsonSchema

from digest.core.hosts import ascii_host
from digest.settings.kinds import parse_distinct, parse_line
from digest.yamlwords import describe

_SITE_ID = r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?"
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = rf"{_ATOM}(?:\.{_ATOM})*@{LABEL}(?:\.{LABEL})*"  # dot-atom on both sides, RFC 5322 section 3.4.1
_MAILBOX = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")
_LISTEN = re.compile(r"(?:\[(?P<six>[0-9a-f:.]+)\]|(?P<host>[a-z0-9.-]+)):(?P<port>\d{1,5})", re.IGNORECASE | re.ASCII)


def parse_mail_address(value: str) -> str:
    """Read one bare address, `desk@news.example.org`: ASCII, without a name."""
    local, _, domain = value.partition("@")
    if re.fullmatch(_ADDRESS, value) and len(local) <= 64 and len(domain) <= 253:
        return value
    hint = ""
    if not value.isascii():
        hint = "; only ASCII can be delivered everywhere: write the domain in its xn-- form"
    elif "," in value or ";" in value:
        hint = "; several addresses are a list, one in each item"
    raise ValueError(f"expected one address such as ann@example.org, found {describe(value)}{hint}")


def parse_mailbox(value: str) -> str:
    """Read one mailbox, an address with or without a name; the same in one form, quoted where it must be."""
    value = parse_line(value)
    match = _MAILBOX.fullmatch(value)
    if match is None:
        return parse_mail_address(value)
    name = match["name"].strip()
    quoted = len(name) > 1 and name[0] == name[-1] == '"'
    if not quoted and ("@" in name or '"' in name):
        raise ValueError(f"expected one mailbox such as 'The Desk <desk@example.org>', found {describe(value)}")
    return str(Address(unquote(name) if quoted else name, addr_spec=parse_mail_address(match["address"].strip())))


def _url(value: str) -> str:
    expected = "expected an address such as https://news.example.org/"
    parts = parse_web_address(value, expected)
    if parts.query or parts.fragment:
        raise ValueError(f"{expected}, without '?' and '#', found {describe(value)}")
    return value if value.endswith("/") else value + "/"


def parse_web_address(value: str, expected: str) -> SplitResult:
    """Read an http or https URL that every program understands the same."""
    try:
        parts = urlsplit(value)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        parts, sound = urlsplit(""), False
    if parts.username is not None or parts.password is not None:
        raise ValueError(f"{expected}, without a user name or password in it")
    if len(value) > 500:
        raise ValueError(f"is {len(value)} characters long; at most 500 fit")
    if not sound or not re.fullmatch(r"[!-~]+", value) or re.search(r'[<>"\\^`{|}]', value):
        raise ValueError(f"{expected} (http or https, ASCII only), found {describe(value)}")
    _host(parts.hostname or "")
    return parts


def _host(host: str) -> None:
    """Refuse what is no host name; an IP literal may stand."""
    if ":" in host:
        return
    try:
        ascii_host(host)
    except ValueError as error:
        raise ValueError(f"expected an address such as https://news.example.org/; its host {error}") from error


def _site_id(value: str) -> str:
    if not re.fullmatch(_SITE_ID, value):
        raise ValueError(
            f"expected a name such as news.example.org, of letters, digits, '.' and '-', found {describe(value)}"
        )
    return value


def _store(value: str) -> str:
    # After the name, what else the server is to be told; there a path stands for its socket: ?host=/run/postgresql.
    if re.fullmatch(r"postgresql(?:\+psycopg)?://[^/?\s]*/[^/?\s]+(?:\?\S*)?", value):
        return value
    scheme, sign, rest = value.partition(":///")
    if scheme != "sqlite" or not sign or not rest.strip("/") or rest.startswith(":") or set("?#\0\n") & set(rest):
        # What was found is not repeated: the URL of another database may hold a password.
        raise ValueError(
            "expected sqlite:/// and the path of a file, sqlite:///digest.db, or postgresql://user@host/database"
        )
    return value


def parse_listen(value: Any) -> tuple[str, int] | None:
    """Read the address and port at which the daemon answers: of this machine alone; None for 'off'."""
    expected = "an address of this machine and a port such as 127.0.0.1:8025, or 'off'"
    found = _listening(value, expected)
    if found is None:
        return None
    host, port = found
    try:
        near = host == "localhost" or ip_address(host).is_loopback
    except ValueError:  # the name of a machine
        near = False
    if not near:
        raise ValueError(
            f"expected {expected}, found '{host[:60]}': whoever reaches it would be told how this newsroom fares, so "
            "only 127.0.0.0/8, [::1] and localhost are taken; to show it elsewhere, put a web server that asks who "
            "calls before it"
        )
    return host, port


def parse_public_listen(value: Any) -> tuple[str, int] | None:
    """Read the address and port of the pages for readers, of any network of this machine's; None for 'off'."""
    return _listening(value, "an address of this machine and a port such as 127.0.0.1:8026, or 'off'")


def _listening(value: Any, expected: str) -> tuple[str, int] | None:
    if isinstance(value, str) and value.strip().lower() == "off":
        return None
    match = _LISTEN.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or int(match["port"]) > 65_535:
        raise ValueError(f"expected {expected}, found {describe(value)}")
    return (match["six"] or match["host"]).lower(), int(match["port"])


def parse_heartbeat(value: str) -> str:
    """Read where the daemon's heartbeat goes: a path, or an http or https URL."""
    value = parse_line(value)
    if "://" in value:
        parse_web_address(
            value, "expected a path such as out/heartbeat, or an address such as https://example.org/ping"
        )
    elif not value.strip("/. "):
        raise ValueError(f"expected the path of a file such as out/heartbeat, found {describe(value)}")
    return value


def _host_name(value: str) -> str:
    """Read the name or address of a machine."""
    try:
        return str(ip_address(value.strip("[]")))
    except ValueError:
        pass  # a name, then
    try:
        return ascii_host(value).lower()
    except ValueError as error:
        message = f"expected a host name such as mail.example.org, or an address, found {describe(value)}: {error}"
        raise ValueError(message) from error


Listen = Annotated[tuple[str, int] | None, PlainValidator(parse_listen), WithJsonSchema({"type": "string"})]
PublicListen = Annotated[
    tuple[str, int] | None, PlainValidator(parse_public_listen), WithJsonSchema({"type": "string"})
]
Heartbeat = Annotated[str, AfterValidator(parse_heartbeat)]
MailAddress = Annotated[str, AfterValidator(parse_mail_address)]
Mailbox = Annotated[str, AfterValidator(parse_mailbox)]
Url = Annotated[str, AfterValidator(_url), WithJsonSchema({"type": "string", "pattern": "^https?://"})]
SiteId = Annotated[str, AfterValidator(_site_id), WithJsonSchema({"type": "string", "pattern": f"^{_SITE_ID}$"})]
StoreUrl = Annotated[
    str, AfterValidator(_store), WithJsonSchema({"type": "string", "pattern": "^(sqlite:///|postgresql://)."})
]
Recipients = Annotated[tuple[MailAddress, ...], AfterValidator(parse_distinct)]
HostName = Annotated[str, AfterValidator(_host_name)]
