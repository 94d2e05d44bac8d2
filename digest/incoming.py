"""Builds what takes the mail that comes back: reports of servers, and readers who leave by mail."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from digest.bounces.classify import classify
from digest.bounces.leaving import asks_to_leave
from digest.bounces.ways import ImapWay, MaildirWay
from digest.bouncing import Bouncing, Leaver
from digest.delivery.tokens import read_unsubscribe_token
from digest.delivery.verp import decode, decode_confirmation

if TYPE_CHECKING:
    from digest.bounces.ways import Box
    from digest.config import Settings
    from digest.store.opening import Store


class Incoming:
    """How one newsroom takes what comes back. Not shared between threads.

    Args:
        settings: What config.yaml says.
        store: Has the ledger, the readers and the secret of tokens.
    """

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store

    @cached_property
    def bouncing(self) -> Bouncing:
        """Takes what comes back."""
        store, key = self._store, self._store.secret

        def leaver(raw: bytes) -> Leaver | None:
            asked = asks_to_leave(raw)
            if asked is None:
                return None
            return Leaver(asked.id, asked.newsletter, read_unsubscribe_token(key, asked.newsletter, asked.token))

        return Bouncing(
            ledger=store.ledger,
            roster=store.roster,
            bounces=store.bounces,
            decode=lambda address: decode(address, key),
            classify=classify,
            leaver=leaver,
            asked=lambda address: decode_confirmation(address, key),
        )

    @property
    def mailboxes(self) -> tuple[Box, ...]:
        """The mailboxes that reports come into."""
        return tuple(way for way in self._settings.bounces if isinstance(way, MaildirWay | ImapWay))

    def takes_mail_for(self, address: str) -> bool:
        """Whether reports or unsubscriptions come to an address: a VERP address of ours, or the one to leave by."""
        leave, bouncing = self._settings.site.unsubscribe_mailto, self.bouncing
        if leave and address.lower() == leave.lower():
            return True
        return bouncing.decode(address) is not None or bouncing.asked(address) is not None
