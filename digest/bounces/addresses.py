"""Addresses as they stand in reports."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 320
_ADDRESS = re.compile(
    r"""(?:"(?:[^"\\\s]|\\.){1,64}"|[^\s<>()\[\]:;,@"'“”‘’]{1,200})@(?:[\w-]{1,63}\.){0,10}[\w-]{1,63}""",
)
_MANY = 50


def addresses_in(text: str) -> list[str]:
    """Every address in a text, in its order, each once, as written."""
    found = (match[0].strip(".") for match in _ADDRESS.finditer(text[:20_000]))
    return list(dict.fromkeys(each.removeprefix("mailto:") for each in found if len(each) <= _LONGEST))[:_MANY]


def address_in(text: str) -> str:
    """The address of a field such as `rfc822; <reader@example.com>`; empty when there is none."""
    return next(iter(addresses_in(text[:2000])), "")


def merged(groups: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """The addresses of all groups, in their order, each once."""
    return tuple(dict.fromkeys(address for group in groups for address in group if address))[:_MANY]
