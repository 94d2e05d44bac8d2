"""Addresses on the web, and which of them may be asked: schemes, hosts, ports and the machines behind them."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote, unquote, urljoin, urlsplit

from digest.core.hosts import ascii_host

LONGEST_URL = 8000
"""Characters; servers refuse longer request lines [RFC 9110 section 4.1 asks for 8000]."""

_PORTS = {"http": 80, "https": 443}
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_SAFE = "/%:@!$&'()*+,;=~-._"
_LOGIN = re.compile(r"^([a-z][a-z0-9+.-]*:)?(//)[^/?#]*@", re.IGNORECASE)

_ELSE_WELL_KNOWN = frozenset(
    {1080, 1719, 1720, 1723, 2049, 3128, 3306, 3389, 3659, 4045, 5060, 5061, 5432, 6000, 6379}
    | {6566, *range(6660, 6670), 6697, 10080, 11211, 27017}
)
"""Ports from 1024 where something else than a web server listens: a request there may be taken for a command."""


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An address as it is asked: ASCII, without a fragment.

    Attributes:
        scheme: `http` or `https`.
        host: Lower-case ASCII; an IPv6 address without brackets.
        port: 1 to 65535.
        target: Path and query, percent-encoded; begins with a slash.
        login: `name:password`, decoded; empty when the address has none.
    """

    scheme: str
    host: str
    port: int
    target: str
    login: str = field(default="", repr=False)

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port: a login counts there and nowhere else [RFC 6454]."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """Host and port, the latter where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The address, never with its login."""
        return f"{self.scheme}://{self.authority}{self.target}"


def web_address(url: str, base: WebAddress | None = None) -> WebAddress:
    """Read an address.

    Args:
        url: As written; white space around it is dropped.
        base: Where it was found: what is left out is taken from there. A login is not.

    Raises:
        ValueError: It is none, or one that is not asked; the message goes on from the address.
    """
    text = url.strip()
    if len(text) > LONGEST_URL:
        raise ValueError(f"is longer than {LONGEST_URL} characters")
    if any(char < " " or char == "\x7f" for char in text):
        raise ValueError("has a control character")
    try:
        parts = urlsplit(urljoin(base.url, text) if base else text)
        port = parts.port
        host = _host(parts.hostname or "")
    except ValueError as error:
        raise ValueError(f"is no address: {error}") from error
    if parts.scheme not in _PORTS:
        raise ValueError("is not asked: only http and https are; write https://...")
    if not host:
        raise ValueError("names no host; write https://host/path")
    if port is None:
        port = _PORTS[parts.scheme]
    if trouble := port_trouble(port):
        raise ValueError(trouble)
    try:
        target = quote(parts.path or "/", safe=_SAFE)
        target += f"?{quote(parts.query, safe=_SAFE + '?')}" if parts.query else ""
        login = unquote(parts.netloc.rpartition("@")[0], errors="strict")
        login.encode("utf-8")
    except UnicodeError as error:
        raise ValueError("is no address: it has octets that are no text") from error
    if login and ":" not in login:
        login += ":"
    return WebAddress(parts.scheme, host, port, target, login)


def same_place(one: str, other: str) -> bool:
    """Whether two addresses have the same scheme, host and port, as they are written."""
    return urlsplit(one)[:2] == urlsplit(other)[:2]


def _host(host: str) -> str:
    """A host in its one spelling; empty where there is none.

    Raises:
        ValueError: It is none, or a number that only some programs read as an address.
    """
    if ":" in host:
        address = ipaddress.IPv6Address(host)
        if address.scope_id:
            raise ValueError("what follows the % is an interface of this machine; leave it out")
        return address.compressed
    if not host:
        return ""
    try:
        name = ascii_host(host.removesuffix(".")).lower()
    except ValueError as error:
        raise ValueError(f"the host {error}") from error
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        try:
            return str(ipaddress.IPv4Address(name))
        except ValueError as error:
            # 0x7f.1, 2130706433 and 0177.0.0.1 are all 127.0.0.1, for some; nobody writes them in good faith.
            raise ValueError("its host is a number; write it as 192.0.2.1, or the host's name") from error
    return name


def shown(url: str) -> str:
    """An address as it may stand in a message: without a login, without what is not seen, at most 200 characters."""
    text = _LOGIN.sub(r"\1\2", "".join(char for char in url if char.isprintable()).strip())
    return text if len(text) <= 200 else f"{text[:199]}…"


def port_trouble(port: int) -> str:
    """Why a port is not asked, going on from the address; empty when it may be."""
    if port in (80, 443) or (port >= 1024 and port not in _ELSE_WELL_KNOWN):
        return ""
    return f"has port {port}, where no web server listens; leave the port out, or use one from 1024"


Reach = Literal["public", "local", "never"]
"""Who has a machine there: everybody, whoever is in the same network, or nobody who publishes."""

_IPv4 = ipaddress.IPv4Address
_IPv6 = ipaddress.IPv6Address


def _ranges(text: str) -> tuple[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, Reach, str], ...]:
    found = []
    for line in text.strip().splitlines():
        reach, network, what = line.split(None, 2)
        kind: Reach = "local" if reach == "local" else "never"
        found.append((ipaddress.ip_network(network), kind, what))
    return tuple(found)


# Of the registries of special-purpose addresses, and of what clouds' machines ask for their own secrets. The standard
# library's `is_global` differs between releases of Python, and knows nothing of the latter. The first that fits counts.
_RANGES = _ranges("""
    never 169.254.169.254/32 a cloud's metadata address
    never 169.254.170.0/24 a cloud's metadata address
    never 100.100.100.200/32 a cloud's metadata address
    never 168.63.129.16/32 a cloud's metadata address
    never 0.0.0.0/8 unspecified
    local 10.0.0.0/8 private
    local 100.64.0.0/10 a provider's own (CGNAT)
    local 127.0.0.0/8 loopback
    local 169.254.0.0/16 link-local
    local 172.16.0.0/12 private
    never 192.0.0.0/24 reserved
    never 192.0.2.0/24 for documentation
    never 192.88.99.0/24 reserved
    local 192.168.0.0/16 private
    never 198.18.0.0/15 for benchmarks
    never 198.51.100.0/24 for documentation
    never 203.0.113.0/24 for documentation
    never 224.0.0.0/4 multicast
    never 240.0.0.0/4 reserved
    never fd00:ec2::/32 a cloud's metadata address
    never fd20:ce::254/128 a cloud's metadata address
    never ::/128 unspecified
    local ::1/128 loopback
    never 2001::/23 reserved (Teredo and others)
    never 2001:db8::/32 for documentation
    never 3fff::/20 for documentation
    local fc00::/7 private
    local fe80::/10 link-local
    local fec0::/10 private
    never ff00::/8 multicast
""")
_GLOBAL = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def reach(address: str) -> tuple[Reach, str]:
    """Who reaches an address, and what kind of address it is.

    An IPv4 address in an IPv6 one is looked at itself: mapped, NAT64 [RFC 6052] and 6to4 lead where it leads.

    Args:
        address: IPv4 or IPv6, as the system's resolver writes it.

    Returns:
        The kind in words: "loopback"; empty for a public one.

    Raises:
        ValueError: It is no address.
    """
    found: _IPv4 | _IPv6 = ipaddress.ip_address(address)
    if isinstance(found, _IPv6):
        inner = _IPv4(int(found) & 0xFFFFFFFF) if found in _NAT64 else found.ipv4_mapped or found.sixtofour
        found = inner or found
    for network, kind, what in _RANGES:
        if found in network:
            return kind, what
    if isinstance(found, _IPv6) and found not in _GLOBAL:
        return "never", "reserved"
    return "public", ""


def permitted(address: str, *, local: bool) -> bool:
    """Whether an address may be dialled.

    Args:
        address: IPv4 or IPv6.
        local: Whether the operator marked the source as being in the own network.
    """
    kind, _ = reach(address)
    return kind == "public" or (kind == "local" and local)
