"""Pictures as they are published: named by content, measured, typed."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import PurePosixPath

import imagesize

from digest.core.text import slug

MEDIA_TYPES = {
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
}

MOST_PIXELS = 65_535
"""Of an edge; a header that says more is broken."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A local picture.

    Attributes:
        path: Within the edition's folder, `images/busan-1a2b3c4d.png`; changes with the content, never without.
        width, height: In pixels; 0 when they cannot be told.
    """

    path: str
    content: bytes
    media_type: str
    width: int
    height: int


def picture(src: str, content: bytes) -> Picture:
    """A picture from the path its article gives and its bytes. Bytes that are no picture have no size."""
    name = PurePosixPath(src)
    suffix = name.suffix.lower()
    digest = hashlib.sha256(content).hexdigest()[:8]
    width, height = imagesize.get(io.BytesIO(content))
    known = 0 < width <= MOST_PIXELS and 0 < height <= MOST_PIXELS
    return Picture(
        path=f"images/{slug(name.stem, 40) or 'picture'}-{digest}{suffix}",
        content=content,
        media_type=MEDIA_TYPES.get(suffix, ""),
        width=int(width) if known else 0,
        height=int(height) if known else 0,
    )
