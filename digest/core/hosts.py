"""Host names as protocols carry them: ASCII, other letters as `xn--` [RFC 5890, RFC 3492]; and where they lead."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from functools import lru_cache
from urllib.parse import urlsplit

_DOTS = re.compile("[.\u3002\uff0e\uff61]")
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
# The joiners are letters' business in Persian and Indic scripts [RFC 5892 appendix A].
_JOINERS = "\u200c\u200d"
_BAD = re.compile(r"[\x00-\x20\x7f<>\"\\^`{|}]")
_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HERE = ("localhost", "local", "internal", "lan", "home", "intranet", "corp", "localdomain", "home.arpa")


def host_and_port(host: str, port: int) -> str:
    """Both as one text: `news.example.org:8025`, `[::1]:8025` [RFC 3986, section 3.2.2]."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@lru_cache(maxsize=1024)
def ascii_host(host: str) -> str:
    """The ASCII form of a host name; one that is ASCII stays as written.

    The sharp s and the final sigma keep their identity, as in IDNA 2008: Python's own `idna` codec, which is of 2003,
    would make another host of them.

    Raises:
        ValueError: It is no host name; the message goes on from 'the domain'.
    """
    whole = ".".join(_ascii_label(label) for label in _DOTS.split(host))
    if len(whole) > 253:
        raise ValueError("is longer than 253 characters")
    return whole


def _ascii_label(label: str) -> str:
    found = label
    if not label.isascii():
        found = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", label).lower())
        if not all(char in _JOINERS or char == "-" or unicodedata.category(char)[0] in "LMN" for char in found):
            raise ValueError(f"has '{label[:80]}', which has a sign that no host name has")
        if not found.isascii():
            found = f"xn--{found.encode('punycode').decode()}"
    if not _LABEL.fullmatch(found):
        raise ValueError(f"has '{label[:80]}', which is no part of a host name")
    return found


def well_formed_host(address: str) -> str:
    """The host of a web address; empty when it is not well-formed [RFC 3986]."""
    if _BAD.search(address) or _ESCAPE.search(address):
        return ""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        # Asking for the port says whether it is a number that there is.
        if parts.port == 0 or not address[len(parts.scheme) :].startswith("://"):
            return ""
        return host if ":" in host else ascii_host(host.rstrip("."))
    except ValueError:
        return ""


@lru_cache(maxsize=1024)
def private_host(host: str) -> bool:
    """Whether a host's name or address is of this machine or a network that others do not reach."""
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        name = host.lower().rstrip(".")
        return "." not in name or any(name == each or name.endswith(f".{each}") for each in _HERE)


def leads_inside(url: str, near: str) -> bool:
    """Whether a web address leads to where others do not reach, out of a text from where they do.

    Args:
        url: The address.
        near: That of the text; empty when it is not known.
    """
    host = well_formed_host(url)
    if not host or not private_host(host):
        return False
    ours = well_formed_host(near)
    return not (ours and private_host(ours))


def mended(url: str) -> str:
    """A web address with what none may hold percent-encoded, as browsers do [RFC 3986 section 2.1]."""
    scheme, mark, rest = url.partition("://")
    host, slash, target = rest.partition("/")
    target = _BAD.sub(lambda match: f"%{ord(match[0]):02X}", _ESCAPE.sub("%25", target))
    return f"{scheme}{mark}{host}{slash}{target}"
