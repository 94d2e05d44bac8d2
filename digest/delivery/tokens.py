"""Tokens in links to readers: opaque, unguessable, and one altered character is refused.

A token is a MAC over what it is for and the subscriber's number, and that number, masked by the MAC: deterministic
authenticated encryption in the manner of SIV [RFC 5297]. So it needs no row in a store, the same reader gets the same
token in every edition, and nobody learns from it how many subscribers there are. The MAC is keyed BLAKE2 [RFC 7693].
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from hmac import compare_digest
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from typing import TypeAlias

KEY_BYTES = 32
"""Length of the key: random, secret, and kept for as long as links are to work."""

Purpose: TypeAlias = "Literal['unsubscribe', 'confirm', 'preferences', 'bounce']"

_MAC = 16
_NUMBER = 8
_EXPIRY = 6
# Multiples of three bytes: every bit of every character counts, so that none can be altered unnoticed.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}|[A-Za-z0-9_-]{40}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_END = (datetime.max.replace(tzinfo=UTC) - _EPOCH).total_seconds()


def unsubscribe_token(key: bytes, newsletter: str, subscriber: int) -> str:
    """The token by which a subscriber leaves a newsletter: 32 characters of base64url [RFC 4648].

    Args:
        key: `KEY_BYTES` random bytes.
        newsletter: Its key.
        subscriber: Number of the subscriber, below 2^64; 0 is nobody, for test messages.
    """
    return _token(key, "unsubscribe", newsletter, subscriber, _NUMBER)


def read_unsubscribe_token(key: bytes, newsletter: str, token: str) -> int | None:
    """The subscriber's number; None when it is no such token of this newsletter."""
    return _read(key, "unsubscribe", newsletter, token, _NUMBER)


def preferences_token(key: bytes, newsletter: str, subscriber: int) -> str:
    """The token by which a subscriber sees and changes preferences; as `unsubscribe_token`."""
    return _token(key, "preferences", newsletter, subscriber, _NUMBER)


def read_preferences_token(key: bytes, newsletter: str, token: str) -> int | None:
    """The subscriber's number; None when it is no such token of this newsletter."""
    return _read(key, "preferences", newsletter, token, _NUMBER)


def confirm_token(key: bytes, newsletter: str, subscriber: int, expires: datetime) -> str:
    """The token that confirms a subscription, until it expires: 40 characters.

    Args:
        key: `KEY_BYTES` random bytes.
        newsletter: Its key.
        subscriber: Number of the subscriber, below 2^64.
        expires: Aware, to the second; from 1970 on.
    """
    seconds = int((expires - _EPOCH).total_seconds())
    return _token(key, "confirm", newsletter, subscriber << 8 * _EXPIRY | seconds, _NUMBER + _EXPIRY)


def read_confirm_token(key: bytes, newsletter: str, token: str, now: datetime) -> int | None:
    """The subscriber's number; None when it is no such token of this newsletter, or has expired by `now` (aware)."""
    found = read_confirmation(key, newsletter, token)
    return found[0] if found is not None and now < found[1] else None


def read_confirmation(key: bytes, newsletter: str, token: str) -> tuple[int, datetime] | None:
    """The subscriber's number and when the token expires, in UTC, also if it has; None when it is no such token."""
    both = _read(key, "confirm", newsletter, token, _NUMBER + _EXPIRY)
    if both is None:
        return None
    seconds = both & (1 << 8 * _EXPIRY) - 1
    # Such a token was never made; far beyond the year 9999 there is no instant.
    return (both >> 8 * _EXPIRY, _EPOCH + timedelta(seconds=seconds)) if seconds < _END else None


def seal(key: bytes, purpose: Purpose, scope: str, number: int, *, size: int, mac: int) -> bytes:
    """A number as a MAC over purpose, scope and number, and the number masked by it.

    Args:
        key: `KEY_BYTES` random bytes.
        purpose: What it is for: a token for one thing is none for another.
        scope: Within which it counts: a newsletter's key; without line breaks.
        number: At least 0.
        size: Bytes that hold the number.
        mac: Bytes of the MAC.

    Raises:
        ValueError: The key has another length.
        OverflowError: The number does not fit.
    """
    if len(key) != KEY_BYTES:
        raise ValueError(f"the key must have {KEY_BYTES} bytes, and has {len(key)}")
    said = f"{purpose}\n{scope}\n".encode() + number.to_bytes(size, "big")
    found = blake2b(said, key=key, digest_size=mac).digest()
    return found + (number ^ _mask(key, found, size)).to_bytes(size, "big")


def unseal(key: bytes, purpose: Purpose, scope: str, sealed: bytes, *, size: int, mac: int) -> int | None:
    """The number that `seal` made these bytes of; None when it did not."""
    number = int.from_bytes(sealed[mac:], "big") ^ _mask(key, sealed[:mac], size)
    again = seal(key, purpose, scope, number, size=size, mac=mac)
    return number if compare_digest(again, sealed) else None


def _mask(key: bytes, mac: bytes, size: int) -> int:
    return int.from_bytes(blake2b(mac, key=key, digest_size=size, person=b"mask").digest(), "big")


def _token(key: bytes, purpose: Purpose, newsletter: str, number: int, size: int) -> str:
    return urlsafe_b64encode(seal(key, purpose, newsletter, number, size=size, mac=_MAC)).decode("ascii")


def _read(key: bytes, purpose: Purpose, newsletter: str, token: str, size: int) -> int | None:
    # Python's decoder skips what is not of the alphabet.
    if not _TOKEN.fullmatch(token):
        return None
    sealed = urlsafe_b64decode(token)
    return unseal(key, purpose, newsletter, sealed, size=size, mac=_MAC) if len(sealed) == _MAC + size else None
