"""Mailboxes as envelopes and header fields need them [RFC 5321, RFC 5322]."""

from __future__ import annotations

import re
from email.headerregistry import Address

from digest.core.address import LONGEST_ADDRESS
from digest.core.hosts import ascii_host
from digest.core.text import clean, one_line

_BREAKS = re.compile("[\t\u2028\u2029]")
_NAMED = re.compile(r'(?P<name>"(?:[^"\\]|\\.)*"|[^"<>@,;:]*)\s*<(?P<address>[^<>]*)>')
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf'{_ATOM}(?:\.{_ATOM})*|"(?:[ !#-\[\]-~]|\\[ -~])+"')
_ATOMS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_PAIR = re.compile(r"\\(.)")
_TO_ESCAPE = re.compile(r'(["\\])')
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"

_PLAIN = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")


class _Mailbox(Address):
    """A mailbox. The standard library's forgets the quotes of a local part that has a dot where no atom is."""

    @property
    def addr_spec(self) -> str:
        """`local@domain`, the local part in quotes where it needs them."""
        if _ATOMS.fullmatch(self.username):
            return f"{self.username}@{self.domain}"
        escaped = _TO_ESCAPE.sub(r"\\\1", self.username)
        return f'"{escaped}"@{self.domain}'


def is_plain(address: str) -> bool:
    """Whether `mailbox` would leave an address as it is: what most readers have, told quickly."""
    return len(address) <= LONGEST_ADDRESS and _PLAIN.fullmatch(address) is not None


def mailbox(text: str) -> Address:
    """Read one mailbox, `Name <local@domain>` or `local@domain`; an international domain becomes its `xn--` form.

    Raises:
        ValueError: It is none, or has more than one, a line break, or a local part that is not ASCII.
    """
    if clean(text) != text or _BREAKS.search(text) or "\n" in text:
        raise ValueError("has a line break or a control character")
    named = _NAMED.fullmatch(text.strip())
    name, address = (named["name"].strip(), named["address"].strip()) if named else ("", text.strip())
    local, at, domain = address.rpartition("@")
    if not at or (local.isascii() and not _LOCAL.fullmatch(local)):
        raise ValueError("is no mailbox: write Name <local@domain>")
    if not local.isascii():
        raise ValueError("has letters outside ASCII before the @, which few servers take: give another address")
    try:
        domain = ascii_host(domain)
    except ValueError as error:
        raise ValueError(f"is no mailbox: the domain {error}") from error
    found = _Mailbox(one_line(_unquoted(name)), _unquoted(local), domain)
    if len(found.addr_spec) > LONGEST_ADDRESS:
        raise ValueError(f"has an address of more than {LONGEST_ADDRESS} characters, which no server takes")
    return found


def _unquoted(text: str) -> str:
    return _PAIR.sub(r"\1", text[1:-1]) if text.startswith('"') else text
