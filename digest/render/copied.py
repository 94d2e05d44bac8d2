"""Pictures that other people publish, made into ours: as those of our own, and trusted with less."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from digest.render.pictures import PictureError, drawn, picture

if TYPE_CHECKING:
    from digest.core.newsletter import ImageRules
    from digest.render.pictures import Picture

MOST_WORK = 100_000_000
"""Pixels that are decoded for one of them: a file of ten kilobytes can have them by the milliard."""

ALL_WORK = 500_000_000
"""Pixels that are decoded for all of an edition, most of a minute at worst: it is to go out, whatever servers send."""

DRAWING = 50_000_000
"""What an SVG counts; it has two seconds."""

SHOWS_NOTHING = 2
"""Pixels of a side: what is no wider or no higher counts readers, or holds a layout apart."""

_SECONDS = 2
_TOO_MUCH = "takes too much to decode"
_ADVICE = "leave it out, or give a file of your own"


class Copies:
    """Makes the copied pictures of one edition, each once however many stories show it.

    Args:
        rules: How large one may be.
        ground: See `picture`.
    """

    def __init__(self, rules: ImageRules, ground: str) -> None:
        self._rules = rules
        self._ground = ground
        self._left = ALL_WORK
        self._made: dict[tuple[str, bytes, bool], Picture | None] = {}

    def make(self, url: str, content: bytes, *, lead: bool) -> Picture | None:
        """A picture from the bytes that came from an address; None where it shows nothing.

        Args:
            url: Where it was; what its path ends with is kept in its name.
            content: As of `picture`, or anything at all.
            lead: Whether it leads a story.

        Raises:
            PictureError: It is none, or takes too much.
        """
        name = unquote(urlsplit(url).path)
        key = (name, content, lead)
        if key not in self._made:
            self._made[key] = self._make(name, content, lead=lead)
        return self._made[key]

    def _make(self, name: str, content: bytes, *, lead: bool) -> Picture | None:
        # Pillow and lxml are imported only where there is a picture.
        from digest.render.drawings import is_drawing  # noqa: PLC0415 see above
        from digest.render.raster import measure  # noqa: PLC0415 see above

        if is_drawing(content):
            if b"<svg" not in content:
                raise PictureError("is a web page and no picture", _ADVICE)
            self._take(DRAWING)
            # Only its pixels: opened by its address, an SVG is a document, and on our site it would be ours.
            return drawn(name, content, self._rules, self._ground, lead=lead, seconds=_SECONDS)
        size = measure(content)
        if min(size.width, size.height) <= SHOWS_NOTHING:
            return None
        self._take(size.work)
        return picture(name, content, self._rules, self._ground, lead=lead)

    def _take(self, work: int) -> None:
        if work > MOST_WORK:
            raise PictureError(_TOO_MUCH, _ADVICE)
        if work > self._left:
            raise PictureError(f"{_TOO_MUCH}, after the others of the edition", _ADVICE)
        self._left -= work
