"""The envelope sender of each delivery, so that a bounce says by its address alone what it is about (VERP).

`bounces+TOKEN@lists.example.org`: the token holds the delivery's number and a MAC, so that nobody can forge a bounce of
somebody else's mail. It is base32 in small letters [RFC 4648]: some servers change the case of a local part.

The message that asks for a confirmation is in no ledger: its token holds the subscriber's number in place of a
delivery's, and none of the one kind can be taken for one of the other.
"""

from __future__ import annotations

import re
from base64 import b32decode

from digest.delivery.tokens import seal, unseal

LONGEST_LOCAL = 64
"""Octets of a local part [RFC 5321 section 4.5.3.1.1]."""

_CONFIRMATION = "confirmation"
_NUMBER = 7
_MAC = 8
_TOKEN_LENGTH = 24
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
# 15 bytes are 24 characters without a bit to spare: none can be altered unnoticed.
_TOKEN = re.compile(r"[a-z2-7]{24}", re.IGNORECASE | re.ASCII)

LONGEST_BASE = LONGEST_LOCAL - 1 - _TOKEN_LENGTH
"""Octets that the local part of the configured address may have, to leave room for the token."""


def encode(base: str, delivery: int, key: bytes) -> str:
    """The envelope sender of a delivery.

    Args:
        base: The configured address for bounces, `local@domain`; `local` in plain atoms.
        delivery: Its number in the ledger, below 2^56.
        key: Secret, of `tokens.KEY_BYTES`.

    Raises:
        ValueError: The local part of `base` is longer than `LONGEST_BASE`.
        OverflowError: The number does not fit.
    """
    return _encoded(base, "", delivery, key)


def encode_confirmation(base: str, subscriber: int, key: bytes) -> str:
    """The envelope sender of a message that asks a subscriber to confirm; see `encode`."""
    return _encoded(base, _CONFIRMATION, subscriber, key)


def _encoded(base: str, scope: str, number: int, key: bytes) -> str:
    local, _, domain = base.rpartition("@")
    if len(local) > LONGEST_BASE:
        raise ValueError(
            f"{base} has more than {LONGEST_BASE} characters before the @, which leaves no room for a token"
        )
    bits = int.from_bytes(seal(key, "bounce", scope, number, size=_NUMBER, mac=_MAC), "big")
    # Two characters at a time: in a third of the time that Python's own encoder takes, and each message has one.
    token = "".join([_PAIRS[bits >> shift & 1023] for shift in range(110, -1, -10)])
    return f"{local}+{token}@{domain}"


def decode(address: str, key: bytes) -> int | None:
    """The number of the delivery whose envelope sender this is; None when it is none, or was altered.

    Args:
        address: As a bounce was sent to, in any case of letters, also in angle brackets or with its local part quoted.
        key: Secret, of `tokens.KEY_BYTES`.
    """
    return _decoded(address, "", key)


def decode_confirmation(address: str, key: bytes) -> int | None:
    """The number of the subscriber who was asked to confirm from this envelope sender; None when it is none."""
    return _decoded(address, _CONFIRMATION, key)


def _decoded(address: str, scope: str, key: bytes) -> int | None:
    local, at, _ = address.strip().strip("<>").rpartition("@")
    _, plus, token = local.strip('"').rpartition("+")
    if not (at and plus and _TOKEN.fullmatch(token)):
        return None
    return unseal(key, "bounce", scope, b32decode(token.upper()), size=_NUMBER, mac=_MAC)
