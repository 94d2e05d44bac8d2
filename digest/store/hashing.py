"""The keyed hash of an address: whoever has a list of hashes, but not the store, cannot try out addresses on it."""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING

from sqlalchemy import select

from digest.core.address import address_key
from digest.store.tables import meta

if TYPE_CHECKING:
    from digest.store.engine import Database

_KEY = "roster_key"


def secret(database: Database, name: str) -> bytes:
    """32 random bytes, made once and kept in the store. Not to be called within a transaction.

    Args:
        database: The store's.
        name: What they are for.
    """
    query = select(meta.c.value).where(meta.c.key == name)
    with database.read() as connection:
        kept: str | None = connection.execute(query).scalar()
    if kept is None:
        with database.write() as connection:
            kept = connection.execute(query).scalar()
            if kept is None:  # otherwise another process was quicker
                kept = secrets.token_hex(32)
                connection.execute(meta.insert(), {"key": name, "value": kept})
    return bytes.fromhex(kept)


class Hasher:
    """HMAC-SHA-256 over an address without case [RFC 2104].

    Not to be called within a transaction: the first call may need one.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._key = b""

    def __call__(self, address: str) -> str:
        """The hash of an address, or of the address within a mailbox, 64 hex digits."""
        return self._hashed(address_key(address))

    def of_normalised(self, address: str) -> str:
        """The same of an address that is known to be normalised: its key is itself without case."""
        return self._hashed(address.lower())

    def _hashed(self, key: str) -> str:
        self._key = self._key or secret(self._database, _KEY)
        return hmac.digest(self._key, key.encode(), "sha256").hex()
