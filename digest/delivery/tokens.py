"""Tokens in links to readers and in envelope senders: opaque, unguessable, and one altered character is refused.

A token is one block of AES-256 [FIPS 197]: a number behind 64 zero bits, enciphered under a key of its own for each
purpose and scope. What deciphers to anything else is no token of ours, as all but one guess in 2^64 do: encode, then
encipher [Bellare and Rogaway, Asiacrypt 2000]. So it needs no row in a store, the same reader gets the same token in
every edition, and nobody learns from it how many subscribers there are. It is written in hexadecimal, in small letters:
nothing on its way takes a character of it for something else.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Literal

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

if TYPE_CHECKING:
    from typing import TypeAlias

KEY_BYTES = 32
"""Length of the key: random, secret, and kept for as long as links are to work."""

TOKEN_LENGTH = 32
"""Characters of a token."""

Purpose: TypeAlias = "Literal['unsubscribe', 'confirm', 'bounce']"

_ZEROS = bytes(8)
_TOKEN = re.compile(r"[0-9a-f]{32}")
_CONFIRMATION = re.compile(r"([0-9a-f]{10})([0-9a-f]{32})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_END = (datetime.max.replace(tzinfo=UTC) - _EPOCH).total_seconds()


class Tokens:
    """Writes and reads the tokens of one purpose.

    Args:
        key: `KEY_BYTES` random bytes.
        purpose: What they are for: a token for one thing is none for another.
        scope: Within which they count: a newsletter's key; without line breaks.

    Raises:
        ValueError: The key has another length.
    """

    __slots__ = ("_decipher", "_encipher")

    def __init__(self, key: bytes, purpose: Purpose, scope: str = "") -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"the key must have {KEY_BYTES} bytes, and has {len(key)}")
        own = blake2b(f"{purpose}\n{scope}".encode(), key=key, digest_size=32).digest()
        # One block by itself, never two: so there is nothing to chain, and no pattern to see.
        cipher = Cipher(AES(own), ECB())  # noqa: S305
        self._encipher, self._decipher = cipher.encryptor().update, cipher.decryptor().update

    def write(self, number: int) -> str:
        """The token of a number.

        Raises:
            OverflowError: It is not between 0 and 2^64 - 1.
        """
        return self._encipher(_ZEROS + number.to_bytes(8, "big")).hex()

    def read(self, token: str) -> int | None:
        """The number whose token this is; None when it is none of these."""
        if not _TOKEN.fullmatch(token):
            return None
        block = self._decipher(bytes.fromhex(token))
        return int.from_bytes(block[8:], "big") if block[:8] == _ZEROS else None


def unsubscribe_token(key: bytes, newsletter: str, subscriber: int) -> str:
    """The token by which a subscriber leaves a newsletter.

    Args:
        key: `KEY_BYTES` random bytes.
        newsletter: Its key.
        subscriber: Number of the subscriber; 0 is nobody, for test messages.
    """
    return Tokens(key, "unsubscribe", newsletter).write(subscriber)


def read_unsubscribe_token(key: bytes, newsletter: str, token: str) -> int | None:
    """The subscriber's number; None when it is no such token of this newsletter."""
    return Tokens(key, "unsubscribe", newsletter).read(token)


def confirm_token(key: bytes, newsletter: str, subscriber: int, expires: datetime) -> str:
    """The token that confirms a subscription until it expires: that instant, then a token that counts with it alone.

    Args:
        key: `KEY_BYTES` random bytes.
        newsletter: Its key.
        subscriber: Number of the subscriber.
        expires: Aware, to the second; from 1970 on.
    """
    until = int((expires - _EPOCH).total_seconds()).to_bytes(5, "big").hex()
    return until + Tokens(key, "confirm", f"{newsletter} {until}").write(subscriber)


def read_confirmation(key: bytes, newsletter: str, token: str) -> tuple[int, datetime] | None:
    """The subscriber's number and when the token expires, in UTC, also if it has; None when it is no such token."""
    match = _CONFIRMATION.fullmatch(token)
    if match is None:
        return None
    until = match[1]
    number, seconds = Tokens(key, "confirm", f"{newsletter} {until}").read(match[2]), int(until, 16)
    # Such a token was never made; far beyond the year 9999 there is no instant.
    return None if number is None or seconds >= _END else (number, _EPOCH + timedelta(seconds=seconds))
