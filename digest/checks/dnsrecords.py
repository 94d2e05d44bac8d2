"""What the DNS says of a domain that mail comes from: MX, SPF, DKIM, DMARC [RFC 7208, RFC 6376, RFC 7489].

Decisions over answers; `dnsask` asks.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, Protocol

from digest.checks.catalogue import found

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digest.core.finding import Finding

MOST_LOOKUPS = 10
"""Mechanisms of an SPF record that ask the DNS, included ones counted [RFC 7208 section 4.6.4]."""

_TERM = re.compile(r"([+?~-]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?=[:/]|$)(.*)", re.IGNORECASE)
_MODIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*=.*")
_ASKS = ("include", "a", "mx", "ptr", "exists")


class UnansweredError(Exception):
    """The DNS gave no answer at all: no record may be concluded to be missing."""


class Resolver(Protocol):
    """Asks the DNS. Both raise `UnansweredError`, and give nothing where the name or the type does not exist."""

    def txt(self, name: str) -> Sequence[str]:
        """The texts at a name, each with its strings joined."""
        ...

    def hosts(self, name: str, kind: str) -> Sequence[str]:
        """What records of a kind (MX, A, AAAA) name, without preferences."""
        ...


class DkimKey(NamedTuple):
    """A key that signs: where its public half is published, and that half as its record's `p=`."""

    domain: str
    selector: str
    public: str


def check(resolver: Resolver, domain: str, *, envelope: bool = True, author: bool = True) -> Iterator[Finding]:
    """What is wrong with the records of a domain.

    Args:
        resolver: Asks.
        domain: ASCII.
        envelope: Whether envelope senders have it: SPF is judged for those.
        author: Whether From has it: DMARC is.
    """
    place = f"DNS {domain}"
    for wanted, part in ((True, _mx), (envelope, _spf), (author, _dmarc)):
        try:
            yield from part(resolver, domain) if wanted else ()
        except UnansweredError as error:
            yield found("DNS009", place, str(error))


def dkim(resolver: Resolver, key: DkimKey) -> Iterator[Finding]:
    """What is wrong with the record of a key."""
    name = f"{key.selector}._domainkey.{key.domain}"
    place = f"DNS {name}"
    try:
        texts = resolver.txt(name)
    except UnansweredError as error:
        yield found("DNS009", place, str(error))
        return
    if not texts:
        yield found("DNS004", place, "has no TXT record")
        return
    tags = _tags(texts[0])
    published = re.sub(r"\s", "", tags.get("p", ""))
    if len(texts) > 1 or "p" not in tags or tags.get("v", "DKIM1") != "DKIM1":
        said = f"has {len(texts)} TXT records" if len(texts) > 1 else f"is {texts[0][:80]}"
        yield found("DNS004", place, f"{said}, and one of v=DKIM1 with p= is wanted")
    elif published != key.public:
        yield found("DNS005", place, "is of another key" if published else "says that the key is revoked")
    elif "y" in tags.get("t", "").split(":"):
        yield found("DNS006", place, "has t=y")


def _mx(resolver: Resolver, domain: str) -> Iterator[Finding]:
    hosts = resolver.hosts(domain, "MX")
    place = f"DNS {domain}"
    if any(host in ("", ".") for host in hosts):
        yield found("DNS001", place, "says by a null MX that it takes no mail")
    elif not hosts and not (resolver.hosts(domain, "A") or resolver.hosts(domain, "AAAA")):
        yield found("DNS001", place, "has neither MX nor address")


def _spf(resolver: Resolver, domain: str) -> Iterator[Finding]:
    place = f"DNS {domain}"
    records = _spf_of(resolver, domain)
    if not records:
        yield found("DNS002", place, "has no TXT record that begins with v=spf1")
    elif len(records) > 1:
        yield found("DNS003", place, f"has {len(records)} SPF records, and one is the most")
    else:
        wrong = _wrong_with_spf(records[0])
        count = _lookups(resolver, records[0], {domain.lower()}) if not wrong else 0
        if count > MOST_LOOKUPS:
            wrong = f"asks the DNS more than {MOST_LOOKUPS} times"
        if wrong:
            yield found("DNS003", place, f"'{records[0][:120]}' {wrong}")


def _spf_of(resolver: Resolver, domain: str) -> list[str]:
    return [text for text in resolver.txt(domain) if re.match(r"v=spf1( |$)", text, re.IGNORECASE)]


def _wrong_with_spf(record: str) -> str:
    for term in record.split()[1:]:
        match = _TERM.fullmatch(term)
        if match is None and not _MODIFIER.fullmatch(term):
            return f"has '{term}', which is no mechanism"
        if match and match[2].lower() == "all" and match[1] in ("", "+"):
            return "lets everybody send"
    return ""


def _lookups(resolver: Resolver, record: str, seen: set[str]) -> int:
    """How often a record asks the DNS; counting ends once there are too many."""
    count = 0
    for term in record.split()[1:]:
        match = _TERM.fullmatch(term)
        redirect = re.fullmatch(r"redirect=(.+)", term, re.IGNORECASE)
        target = redirect[1] if redirect else match[3].lstrip(":") if match and match[2].lower() == "include" else ""
        count += bool(redirect) or (match is not None and match[2].lower() in _ASKS)
        if target and "%" not in target and target.lower() not in seen and count <= MOST_LOOKUPS:
            seen.add(target.lower())
            count += sum(_lookups(resolver, inner, seen) for inner in _spf_of(resolver, target)[:1])
    return count


def _dmarc(resolver: Resolver, domain: str) -> Iterator[Finding]:
    """The domain's own record, else that of the nearest domain above it [RFC 7489 section 6.6.3]."""
    labels = domain.split(".")
    for start in range(max(1, len(labels) - 1)):
        name = "_dmarc." + ".".join(labels[start:])
        records = [text for text in resolver.txt(name) if re.match(r"v\s*=\s*DMARC1\b", text)]
        if records:
            policy = _tags(records[0]).get("p", "").lower()
            if len(records) > 1:
                yield found("DNS008", f"DNS {name}", f"has {len(records)} DMARC records, and one is the most")
            elif policy not in ("none", "quarantine", "reject"):
                yield found("DNS008", f"DNS {name}", f"'{records[0][:80]}' has no p= that there is")
            return
    yield found("DNS007", f"DNS _dmarc.{domain}", "has no TXT record that begins with v=DMARC1")


def _tags(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, equals, value in pairs if equals}
