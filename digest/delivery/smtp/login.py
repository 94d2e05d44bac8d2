"""Logging in at a relay: PLAIN [RFC 4616], LOGIN, and XOAUTH2 as Google and Microsoft take it [RFC 4954]."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from digest.delivery.smtp.settings import Mechanism


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who logs in.

    Attributes:
        username: The name.
        secret: The password, or the token for XOAUTH2; never shown.
        mechanism: How.
    """

    username: str
    secret: str = field(repr=False)
    mechanism: Mechanism = "auto"


def login_lines(credentials: Credentials, offered: Collection[str]) -> list[bytes]:
    """What to say one after the other, the first at once and the others each when asked (334), without line ends.

    Nothing where the server offers no mechanism that fits.
    """
    wanted = credentials.mechanism.upper()
    name, secret = credentials.username.encode(), credentials.secret.encode()
    if wanted in ("AUTO", "PLAIN") and "PLAIN" in offered:
        return [b"AUTH PLAIN " + b64encode(b"\0" + name + b"\0" + secret)]
    if wanted in ("AUTO", "LOGIN") and "LOGIN" in offered:
        return [b"AUTH LOGIN", b64encode(name), b64encode(secret)]
    if wanted == "XOAUTH2" and "XOAUTH2" in offered:
        token = b"user=" + name + b"\x01auth=Bearer " + secret + b"\x01\x01"
        # A server that refuses the token asks once more, and gives its reply to the empty line.
        return [b"AUTH XOAUTH2 " + b64encode(token), b""]
    return []
