"""What a server offers: its answer to EHLO [RFC 5321 section 4.1.1.1]."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Offers:
    """The extensions of a server that we make use of.

    Attributes:
        pipelining: Several commands at once [RFC 2920].
        starttls: TLS on this connection [RFC 3207].
        eight_bit: Octets above 127 in messages [RFC 6152].
        utf8: Addresses outside ASCII [RFC 6531].
        dsn: Says what to report and to whom [RFC 3461].
        size: Takes the parameter SIZE [RFC 1870].
        largest: Octets of the largest message it takes; 0 where it names no limit.
        auth: Names of the mechanisms to log in by, in capitals [RFC 4954].
    """

    pipelining: bool = False
    starttls: bool = False
    eight_bit: bool = False
    utf8: bool = False
    dsn: bool = False
    size: bool = False
    largest: int = 0
    auth: frozenset[str] = frozenset()


def read_offers(text: bytes) -> Offers:
    """Read an answer to EHLO; its first line is the server's name."""
    keywords: dict[str, list[str]] = {}
    for line in text.decode("ascii", "replace").upper().split("\n")[1:]:
        # Some old servers write AUTH=LOGIN beside AUTH LOGIN.
        name, *rest = line.replace("=", " ", 1).split() or [""]
        keywords.setdefault(name, []).extend(rest)
    largest = next((word for word in keywords.get("SIZE", ()) if word.isdecimal() and len(word) < 20), "0")
    return Offers(
        pipelining="PIPELINING" in keywords,
        starttls="STARTTLS" in keywords,
        eight_bit="8BITMIME" in keywords,
        utf8="SMTPUTF8" in keywords,
        dsn="DSN" in keywords,
        size="SIZE" in keywords,
        largest=int(largest),
        auth=frozenset(keywords.get("AUTH", ())),
    )
