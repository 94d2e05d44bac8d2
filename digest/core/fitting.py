"""How much of an edition stands in its message: mail programs cut a long one off, and the footer with it.

Gmail does so at about 102 kB of HTML and shows 'View entire message' in place of the rest. So a message that would be
longer gives up stories by a rule, and says where to read them.
"""

from __future__ import annotations

from binascii import b2a_qp
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST_OCTETS = 102_000
"""Of a message's HTML, as it is sent."""
RESERVE = 2_000
"""Of these, what the values of any reader may take: an address has up to 320 octets, and may be escaped."""


def encoded_octets(html: str) -> int:
    """How many octets a text has as a part of a message: quoted-printable [RFC 2045 section 6.7], CRLF line ends."""
    encoded = b2a_qp(html.encode(), istext=True)
    return len(encoded) + encoded.count(b"\n")


def fits(html: str) -> bool:
    """Whether it is short enough for every reader."""
    return encoded_octets(html) <= MOST_OCTETS - RESERVE


def shares(counts: Sequence[int], total: int) -> tuple[int, ...]:
    """How many stories each section keeps when `total` are shown.

    A section that shows most gives up its last story; of several, the one that stands last. So each section keeps
    something as long as there is room, what stands first in a section goes last, and the lead last of all.

    Args:
        counts: How many stories each section has, in order.
        total: How many are to be shown; at most their sum.
    """
    kept = list(counts)
    for _ in range(sum(counts) - total):
        most = max(kept)
        last = max(place for place, count in enumerate(kept) if count == most)
        kept[last] -= 1
    return tuple(kept)


def most_that_fit(total: int, fitting: Callable[[int], bool]) -> int:
    """The number of stories to show: the greatest of which it is known that it fits; 0 where none does.

    Fewer stories make a shorter message, so it is found in as many tries as `total` has binary digits.

    Args:
        total: How many there are; it is known that they do not fit.
        fitting: Whether so many fit.
    """
    low, high = 0, total
    while high - low > 1:
        middle = (low + high) // 2
        if fitting(middle):
            low = middle
        else:
            high = middle
    return low
