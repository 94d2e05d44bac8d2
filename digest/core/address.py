"""Addresses of mail: the one form they are kept in, what two spellings share, and the name before one [RFC 5321]."""

from __future__ import annotations

import re

from digest.core.hosts import ascii_host

LONGEST_ADDRESS = 254
"""Octets of an address: a path of 256 without its angle brackets [RFC 5321 section 4.5.3.1.3]."""

LONGEST_LOCAL = 64
"""Octets before the @ [RFC 5321 section 4.5.3.1.1]."""

# More than any spelling of an address of 254 octets has. Longer ones are not looked at: checking would take its time.
_FAR_TOO_LONG = 4 * LONGEST_ADDRESS

_ATOMS = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_DOT_ATOM = re.compile(_ATOMS)
_QUOTED = re.compile(r'"((?:[ !#-\[\]-~]|\\[ -~])+)"')
_ESCAPE = re.compile(r"\\(.)")
_MAILBOX = re.compile(r'(?P<name>"(?:[^"\\]|\\.)*"|[^"<>@]*)\s*<(?P<address>[^<>]*)>')
# Separators outside quotes: of them, a list is made. Every text fits in one way alone, or it would take long to fail.
_SEVERAL = re.compile(r'[^",;\s]*(?:"[^"]*"[^",;\s]*)*[,;\s]')
# What nearly every address is like: it is checked at one go.
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_PLAIN = re.compile(rf"(?P<local>{_ATOMS})@(?P<domain>{_LABEL}(?:\.{_LABEL})*)")


def normalise_address(text: str) -> str:
    """One address in the form it is kept in: the domain in lower-case ASCII, the part before the @ as written.

    Normalising again changes nothing. Two addresses that differ in case only are one person's; see `address_key`.

    Args:
        text: `local@domain`, white space around it is dropped.

    Raises:
        ValueError: It is no address, or one that cannot be written to; the message goes on from the address.
    """
    plain = _PLAIN.fullmatch(text)
    if plain is not None and len(text) <= LONGEST_ADDRESS and plain.end("local") <= LONGEST_LOCAL:
        return f"{plain['local']}@{plain['domain'].lower()}"
    if not text.isprintable() and not text.replace("\t", "").isprintable():
        raise ValueError("has a line break or a control character")
    whole = text.strip()
    if len(whole) > _FAR_TOO_LONG:
        raise ValueError(f"has more than {LONGEST_ADDRESS} characters, which no server takes")
    local, at, domain = whole.rpartition("@")
    if whole.count("@") > 1 and _SEVERAL.match(whole):
        raise ValueError("is a list of addresses; give one")
    if not at or not local or not domain:
        raise ValueError("is no address; write local@domain")
    if not local.isascii():
        raise ValueError(
            "has letters outside ASCII before the @: few servers take such an address, and digest takes none"
        )
    local = _local(local)
    try:
        domain = ascii_host(domain).lower()
    except ValueError as error:
        raise ValueError(f"is no address: the domain {error}") from error
    if len(local) > LONGEST_LOCAL:
        raise ValueError(f"has more than {LONGEST_LOCAL} characters before the @, which no server takes")
    if len(local) + 1 + len(domain) > LONGEST_ADDRESS:
        raise ValueError(f"has more than {LONGEST_ADDRESS} characters, which no server takes")
    return f"{local}@{domain}"


def _local(local: str) -> str:
    """The part before the @ in its shortest spelling: quotes go where they are not needed [RFC 5321 section 4.1.2]."""
    if _DOT_ATOM.fullmatch(local):
        return local
    quoted = _QUOTED.fullmatch(local)
    if quoted is None:
        raise ValueError("is no address: what stands before the @ is not allowed there")
    content = _ESCAPE.sub(r"\1", quoted[1])
    if _DOT_ATOM.fullmatch(content):
        return content
    return '"' + re.sub(r'(["\\])', r"\\\1", content) + '"'


def address_key(address: str) -> str:
    """What two spellings of one person's address have in common: the address without case.

    Args:
        address: Normalised, or a recipient as a configuration has it, with or without a name before it.
    """
    _, bare = split_mailbox(address)
    try:
        return normalise_address(bare).lower()
    except ValueError:  # it was taken as an address elsewhere: it is what it is
        return bare.lower()


def split_mailbox(text: str) -> tuple[str, str]:
    """The name and the address of `Name <local@domain>`; the name is empty where there is none."""
    found = _MAILBOX.fullmatch(text.strip()) if "<" in text else None
    if found is None:
        return "", text.strip()
    name = found["name"].strip()
    if name.startswith('"'):
        name = _ESCAPE.sub(r"\1", name[1:-1])
    return name, found["address"].strip()
