"""Host names as protocols carry them: ASCII, a label in other letters as `xn--` [RFC 5890, RFC 3492]."""

from __future__ import annotations

import re
import unicodedata

_DOTS = re.compile("[.\u3002\uff0e\uff61]")
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
# The joiners are letters' business in Persian and Indic scripts [RFC 5892 appendix A].
_JOINERS = "\u200c\u200d"


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
