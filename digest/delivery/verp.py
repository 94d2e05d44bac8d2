"""The envelope sender of each delivery, so that a bounce says by its address alone what it is about (VERP).

`bounces+TOKEN@lists.example.org`: the token holds the delivery's number, and nobody can forge one; see `tokens`. Some
servers change the case of a local part: here it does not matter.

The message that asks for a confirmation is in no ledger: its token holds the subscriber's number in place of a
delivery's, and none of the one kind can be taken for one of the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.core.address import LONGEST_LOCAL
from digest.delivery.tokens import TOKEN_LENGTH, Tokens

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_BASE = LONGEST_LOCAL - 1 - TOKEN_LENGTH
"""Octets that the local part of the configured address may have, to leave room for the token."""

_CONFIRMATION = "confirmation"


def senders(base: str, key: bytes, scope: str = "") -> Callable[[int], str]:
    """What writes the envelope sender of a delivery, by its number in the ledger.

    Args:
        base: The configured address for bounces, `local@domain`; `local` in plain atoms.
        key: Secret, of `tokens.KEY_BYTES`.
        scope: What the numbers are of; empty for deliveries.

    Raises:
        ValueError: The local part of `base` is longer than `LONGEST_BASE`.
    """
    local, _, domain = base.rpartition("@")
    if len(local) > LONGEST_BASE:
        raise ValueError(
            f"{base} has more than {LONGEST_BASE} characters before the @, which leaves no room for a token"
        )
    write = Tokens(key, "bounce", scope).write
    return lambda number: f"{local}+{write(number)}@{domain}"


def encode(base: str, delivery: int, key: bytes) -> str:
    """The envelope sender of one delivery; as `senders`."""
    return senders(base, key)(delivery)


def encode_confirmation(base: str, subscriber: int, key: bytes) -> str:
    """The envelope sender of a message that asks a subscriber to confirm; as `senders`."""
    return senders(base, key, _CONFIRMATION)(subscriber)


def decode(address: str, key: bytes, scope: str = "") -> int | None:
    """The number of the delivery whose envelope sender this is; None when it is none, or was altered.

    Args:
        address: As a bounce was sent to, in any case of letters, also in angle brackets or with its local part quoted.
        key: Secret, of `tokens.KEY_BYTES`.
        scope: As of `senders`.
    """
    local, at, _ = address.strip().strip("<>").rpartition("@")
    _, plus, token = local.strip('"').rpartition("+")
    return Tokens(key, "bounce", scope).read(token.lower()) if at and plus else None


def decode_confirmation(address: str, key: bytes) -> int | None:
    """The number of the subscriber who was asked to confirm from this envelope sender; None when it is none."""
    return decode(address, key, _CONFIRMATION)
