"""Whether two pictures of a page show the same.

Where fonts are drawn alike, every pixel is the same; where they are not, one in twenty is another. What is allowed lies
close to the first: a link that is a shade lighter changes one in a thousand.
"""

from __future__ import annotations

import io

from PIL import Image, ImageChops, ImageStat

SCALE = 2
"""Pictures are kept and compared at half their size: a fourth of the octets, and edges that are told apart less."""
APART = 8
"""From this difference of a colour channel on, of 255, a pixel counts as another one."""
MOST_APART = 0.0002
"""Share of the pixels that may be others."""
MOST_MEAN = 0.05
"""What the channels may differ on average: a change of colour too faint for `APART`, but on a whole ground."""
_COLOURS = 4
"""Steps of a channel that are kept as one, so that files stay small."""


def reduced(png: bytes) -> Image.Image:
    """A screenshot as it is kept."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    half = picture.resize((picture.width // SCALE, picture.height // SCALE), Image.Resampling.BOX)
    return half.point([value - value % _COLOURS for value in range(256)] * 3)


def packed(picture: Image.Image) -> bytes:
    """A picture as a PNG."""
    stream = io.BytesIO()
    picture.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def difference(golden: Image.Image, now: Image.Image) -> str:
    """What differs, for a person; empty where nothing does."""
    if golden.size != now.size:
        return f"is {now.width}x{now.height}, was {golden.width}x{golden.height} (at half size)"
    apart = ImageChops.difference(golden, now)
    red, green, blue = apart.split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    counted = sum(most.histogram()[APART:])
    share = counted / (most.width * most.height)
    mean = max(ImageStat.Stat(apart).mean)
    if share > MOST_APART or mean > MOST_MEAN:
        box = most.point(lambda value: 255 if value >= APART else 0).getbbox()
        where = f", all of it within {box}" if box else ""
        return f"{share:.2%} of the pixels are others, channels differ by {mean:.2f} on average{where}"
    return ""
