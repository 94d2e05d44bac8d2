"""Pictures as they are published: decoded and written anew within a budget, named by content.

A web page shows an SVG as it is; messages and feeds get its pixels.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from digest.core.text import slug

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.core.newsletter import ImageRules
    from digest.render.raster import Decoded, Encoded

MEDIA_TYPES = {
    ".gif": "image/gif",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}
"""Of what is published, by suffix."""

SMALL = 600
"""Pixels of a thumbnail's width: enough beside words, and on a phone, where it stands above them."""

TALLEST = 4
"""Times its width."""

_LEAST_BUDGET = 10_000


class PictureError(ValueError):
    """A picture cannot be published.

    Args:
        what: Why; goes on from 'the picture'.
        advice: What its author may do about it.
    """

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(f"{what}: {advice}")
        self.what = what


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture in one size.

    Attributes:
        path: Within the edition's folder, `images/busan-1a2b3c4d.png`; changes with the content, never without.
        width, height: In pixels; 0 when it does not say, as an SVG may.
    """

    path: str
    content: bytes
    media_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A local picture as it is published.

    Attributes:
        page: For web pages.
        mail: For messages and feeds; None where it cannot be made.
        small: The same as a thumbnail; `mail` itself where that is small enough.
        trouble: Why there is none for messages; empty when there is.
    """

    page: PictureFile
    mail: PictureFile | None = None
    small: PictureFile | None = None
    trouble: str = ""

    @property
    def files(self) -> Iterator[PictureFile]:
        """Those to publish."""
        yield from {each.path: each for each in (self.page, self.mail, self.small) if each is not None}.values()


def picture(src: str, content: bytes, rules: ImageRules, ground: str, *, lead: bool = True) -> Picture:
    """A picture from the path its article gives and its bytes.

    Args:
        src: Its name is kept, as far as it is fit for a URL; what it says of the format is not asked.
        content: PNG, JPEG, GIF, WebP or SVG.
        rules: How large it may be.
        ground: A colour `#rrggbb` that a drawing stands on in messages: drawings are made for paper, and dark mode
            would put black lines on black.
        lead: Whether it leads a story; one within a text is on web pages alone.

    Raises:
        PictureError: It cannot be published; the message goes on from 'the picture'.
    """
    # Pillow and lxml are imported only where there is a picture.
    from digest.render.drawings import is_drawing  # noqa: PLC0415 see above
    from digest.render.raster import decode  # noqa: PLC0415 see above

    if is_drawing(content):
        return _drawn(src, content, rules, ground, lead=lead)
    found = decode(content, rules.width)
    whole = _file(src, _moving(content, found, rules) or _encoded(found, rules.width, rules.budget))
    return Picture(whole, whole, _small(src, found, whole, rules)) if lead else Picture(whole)


def logo_file(src: str, content: bytes, width: int, budget: int) -> PictureFile:
    """A logo for messages, twice as wide as it is shown; transparent where it is, for it stands on the band.

    Args:
        src: As of `picture`.
        content: As of `picture`.
        width: Pixels it is shown wide.
        budget: Octets at most.

    Raises:
        PictureError: As `picture`.
    """
    from digest.render import drawings  # noqa: PLC0415 as in `picture`
    from digest.render.raster import decode  # noqa: PLC0415 as in `picture`

    if drawings.is_drawing(content):
        content = drawings.draw(drawings.read(content), 2 * width)
    return _file(src, _encoded(decode(content, 2 * width), 2 * width, budget))


def drawn(src: str, content: bytes, rules: ImageRules, ground: str, *, lead: bool, seconds: int) -> Picture:
    """As `picture`, of an SVG that is published nowhere but as pixels.

    Args:
        src: As of `picture`.
        content: An SVG, or anything at all.
        rules: As of `picture`.
        ground: The same.
        lead: The same.
        seconds: To draw it, at most.

    Raises:
        PictureError: As `picture`; also where it cannot be drawn.
    """
    from digest.render import drawings  # noqa: PLC0415 as in `picture`

    found = _pixels(drawings.draw(drawings.read(content), rules.width, seconds), rules, ground)
    whole = _file(src, _encoded(found, rules.width, rules.budget))
    return Picture(whole, whole, _small(src, found, whole, rules)) if lead else Picture(whole)


def _drawn(src: str, content: bytes, rules: ImageRules, ground: str, *, lead: bool) -> Picture:
    from digest.render import drawings  # noqa: PLC0415 as in `picture`

    drawing = drawings.read(content)
    page = _named(src, drawing.markup.encode(), ".svg", drawing.width, drawing.height)
    if not lead:
        return Picture(page)
    try:
        found = _pixels(drawings.draw(drawing, rules.width), rules, ground)
    except PictureError as error:
        return Picture(page, trouble=str(error))
    mail = _file(src, _encoded(found, rules.width, rules.budget))
    return Picture(page, mail, _small(src, found, mail, rules))


def _pixels(png: bytes, rules: ImageRules, ground: str) -> Decoded:
    """What was drawn, on its ground."""
    from digest.render.raster import decode, on_ground  # noqa: PLC0415 as in `picture`

    found = decode(png, rules.width)
    return found._replace(image=on_ground(found.image, ground))


def _moving(content: bytes, found: Decoded, rules: ImageRules) -> Encoded | None:
    """An animation as it is, where it fits as it is."""
    from digest.render.gifs import bare  # noqa: PLC0415 as in `picture`
    from digest.render.raster import MOST_FRAMES, Encoded  # noqa: PLC0415 as in `picture`

    width, height = found.image.size
    if not content.startswith(b"GIF8") or not 1 < found.frames <= MOST_FRAMES or width > rules.width:
        return None
    kept = bare(content)
    return Encoded(kept, ".gif", width, height) if len(kept) <= rules.budget else None


def _small(src: str, found: Decoded, whole: PictureFile, rules: ImageRules) -> PictureFile:
    if whole.width <= SMALL:
        return whole
    return _file(src, _encoded(found, SMALL, max(_LEAST_BUDGET, rules.budget // 4)))


def _encoded(found: Decoded, width: int, budget: int) -> Encoded:
    from digest.render.raster import encode  # noqa: PLC0415 as in `picture`

    return encode(found, width, budget)


def _file(src: str, encoded: Encoded) -> PictureFile:
    return _named(src, encoded.content, encoded.suffix, encoded.width, encoded.height)


def _named(src: str, content: bytes, suffix: str, width: int, height: int) -> PictureFile:
    name = slug(PurePosixPath(src).stem, 40) or "picture"
    digest = hashlib.sha256(content).hexdigest()[:8]
    return PictureFile(f"images/{name}-{digest}{suffix}", content, MEDIA_TYPES[suffix], width, height)
