"""Animations in GIF, without what is not the picture [GIF89a]: comments, text, extensions of programs."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from digest.render.pictures import PictureError

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD = 13
_IMAGE, _EXTENSION, _TRAILER = 0x2C, 0x21, 0x3B
_CONTROL, _APPLICATION = 0xF9, 0xFF
_LOOPS = (b"\x0bNETSCAPE2.0", b"\x0bANIMEXTS1.0")


def bare(content: bytes) -> bytes:
    """The same animation: its frames, their times and how often they are repeated, nothing else.

    Raises:
        PictureError: It is broken off, or no GIF.
    """
    if content[:6] not in (b"GIF87a", b"GIF89a") or len(content) < _HEAD:
        raise PictureError("is no GIF", "save it anew")
    start = _HEAD + _table(content[10])
    places = [start, *_ends(content, start)]
    blocks = [content[begin:end] for begin, end in pairwise(places)]
    return content[:start] + b"".join(each for each in blocks if _kept(each)) + bytes([_TRAILER])


def _kept(block: bytes) -> bool:
    if block[0] == _IMAGE:
        return True
    return block[1] == _CONTROL or (block[1] == _APPLICATION and block[2:].startswith(_LOOPS))


def _ends(content: bytes, place: int) -> Iterator[int]:
    """Where each block ends, up to the trailer."""
    try:
        while content[place] != _TRAILER:
            if content[place] == _IMAGE:
                place += 10 + _table(content[place + 9]) + 1
            elif content[place] == _EXTENSION:
                place += 2
            else:
                raise PictureError("is a broken GIF", "save it anew")
            while size := content[place]:
                place += size + 1
            place += 1
            yield place
    except IndexError:
        raise PictureError("is a GIF that breaks off", "save it anew") from None


def _table(flags: int) -> int:
    """Octets of the colour table that flags announce."""
    return 3 * 2 ** ((flags & 0x07) + 1) if flags & 0x80 else 0
