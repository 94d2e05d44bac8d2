"""Asks the DNS, through dnspython; for `digest check --online` alone."""

from __future__ import annotations

import ipaddress

import dns.exception
import dns.resolver

from digest.checks.dnsrecords import UnansweredError

LIFETIME = 5.0
"""Seconds for one question, tries included."""


class DnsResolver:
    """The system's name servers, or one that is named; see `digest.checks.dnsrecords.Resolver`.

    Answers are kept for as long as it lives.

    Args:
        nameserver: An address, with a port behind a colon where it is not 53 (`192.0.2.1:5353`, `[::1]:5353`); None:
            as the system is configured.

    Raises:
        ValueError: It is no address.
    """

    def __init__(self, nameserver: str | None = None) -> None:
        try:
            self._resolver = dns.resolver.Resolver(configure=nameserver is None)
        except dns.resolver.NoResolverConfiguration as error:
            raise ValueError("this system names no name server; name one with --nameserver") from error
        if nameserver is not None:
            address, port = name_server(nameserver)
            self._resolver.nameservers, self._resolver.port = [address], port
        self._resolver.lifetime = LIFETIME
        self._known: dict[tuple[str, str], list[str]] = {}

    def txt(self, name: str) -> list[str]:
        """The texts at a name, each with its strings joined."""
        return self._ask(name, "TXT")

    def hosts(self, name: str, kind: str) -> list[str]:
        """What records of a kind name."""
        return self._ask(name, kind)

    def _ask(self, name: str, kind: str) -> list[str]:
        if (name, kind) not in self._known:
            try:
                answer = self._resolver.resolve(f"{name.rstrip('.')}.", kind, search=False, raise_on_no_answer=False)
            except dns.resolver.NXDOMAIN:
                self._known[name, kind] = []
            except dns.exception.DNSException as error:
                raise UnansweredError(f"no answer for {kind} of {name}: {error}") from error
            else:
                self._known[name, kind] = [_value(each, kind) for each in answer.rrset or ()]
        return self._known[name, kind]


def _value(record: object, kind: str) -> str:
    if kind == "TXT":
        strings: tuple[bytes, ...] = getattr(record, "strings", ())
        return b"".join(strings).decode("ascii", "backslashreplace")
    return str(getattr(record, "exchange", record))


def name_server(text: str) -> tuple[str, int]:
    """The address and port of a name server; 53 where it has none.

    Raises:
        ValueError: It is no address.
    """
    host, colon, port = text.rpartition(":")
    if not colon or ("]" not in host and ":" in host):
        host, port = text, "53"
    try:
        address = str(ipaddress.ip_address(host.strip("[]")))
        number = int(port)
    except ValueError:
        number = 0
        address = ""
    if not 0 < number < 65536:
        raise ValueError(f"'{text}' is no address of a name server; write 192.0.2.1 or 192.0.2.1:5353")
    return address, number
