"""Delivery status notifications [RFC 3464], as servers write them and as they should be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.bounces.addresses import address_in
from digest.bounces.message import fields_of
from digest.bounces.verdict import STATUS
from digest.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from digest.bounces.message import Part

_BLOCKS = re.compile(r"\n[ \t]*\n")
_TYPED = re.compile(r"^\s*[\w.+-]{1,40}\s*;\s*")
_ACTION = re.compile(r"[a-z]+")
_INLINE = re.compile(r"^(?:final|original)-recipient\s*:", re.IGNORECASE | re.MULTILINE)
_MOST = 100


@dataclass(frozen=True, slots=True)
class Block:
    """What a notification says of one recipient.

    Attributes:
        address: The final recipient; the original one where that is missing or no address.
        action: In small letters; empty where missing.
        status: The enhanced code; empty where missing.
        diagnostic: The words of the server that refused.
    """

    address: str
    action: str
    status: str
    diagnostic: str


@dataclass(frozen=True, slots=True)
class Notification:
    """A delivery status.

    Attributes:
        blocks: One a recipient.
        senders: The original's envelope sender, where the server says it.
    """

    blocks: tuple[Block, ...]
    senders: tuple[str, ...] = ()


def find_notification(message: Part) -> Notification | None:
    """The delivery status inside a message: its own part, or the same lines within a text."""
    for part in message.walk():
        if part.type in {"message/delivery-status", "message/global-delivery-status"}:
            found = _read(part.text())
            if found.blocks:
                return found
    for part in message.walk():
        if part.type.startswith(("text/", "message/delivery")) and not part.is_message:
            text = part.text()
            start = _INLINE.search(text)
            if start:
                # From the block's beginning: other fields may stand before the recipient's.
                begin = max((match.end() for match in _BLOCKS.finditer(text, 0, start.start())), default=0)
                found = _read(text[begin:])
                if found.blocks:
                    return found
    return None


def _read(text: str) -> Notification:
    blocks: list[Block] = []
    senders: list[str] = []
    for chunk in _BLOCKS.split(text.strip("\n"))[:_MOST]:
        for fields in _recipients(chunk):
            senders += [fields[name] for name in ("x-postfix-sender", "x-original-sender") if name in fields]
            block = _block(fields)
            if block is not None:
                blocks.append(block)
    return Notification(tuple(blocks), tuple(filter(None, map(address_in, senders))))


def _recipients(chunk: str) -> Iterator[Mapping[str, str]]:
    """The fields of a chunk, once a recipient: some servers leave out the empty lines between."""
    fields: dict[str, str] = {}
    for name, value in fields_of(chunk.lstrip("\n")):
        if name == "final-recipient" and name in fields:
            yield fields
            fields = {}
        fields.setdefault(name, value)
    if fields:
        yield fields


def _block(fields: Mapping[str, str]) -> Block | None:
    named = [fields.get(name, "") for name in ("final-recipient", "original-recipient", "x-actual-recipient")]
    status = STATUS.search(fields.get("status", ""))
    action = _ACTION.match(fields.get("action", "").lower())
    if not (any(named) or (status and action)):
        return None
    texts = (fields.get(name, "") for name in ("diagnostic-code", "x-supplementary-info", "x-display-name"))
    diagnostic = one_line(" ".join(_TYPED.sub("", text) for text in texts if text))
    return Block(
        next(filter(None, map(address_in, named)), ""),
        action[0] if action else "",
        status[0] if status else "",
        diagnostic,
    )
