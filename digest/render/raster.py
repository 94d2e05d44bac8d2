"""Pictures of pixels: decoded within bounds, upright, in sRGB; written small, without anything but the picture.

What is written comes from the pixels alone: no EXIF, no place or camera, no comment, no colour profile. The settings of
the encoders are fixed, so the same bytes come out of the same bytes.
"""

from __future__ import annotations

import io
import struct
import warnings
from typing import TYPE_CHECKING, NamedTuple

from PIL import GifImagePlugin, Image, ImageCms, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from digest.render.pictures import TALLEST, PictureError

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_PIXELS = 64_000_000
"""Of a picture as it comes: more than the largest common camera takes, and a quarter of a gigabyte once decoded."""

MOST_FRAMES = 500
FEW_COLOURS = 4096
"""A picture of no more is a drawing: it stays PNG, in which edges are sharp and flat areas small."""

LEAST_WIDTH = 32
QUALITIES = (85, 78, 70, 60, 50, 40)
FORMATS = [
    plugin.format
    for plugin in (
        PngImagePlugin.PngImageFile,
        JpegImagePlugin.JpegImageFile,
        GifImagePlugin.GifImageFile,
        WebPImagePlugin.WebPImageFile,
    )
]
"""Nothing else is tried, and no other decoder is imported."""

SUFFIXES = {"PNG": ".png", "JPEG": ".jpg", "GIF": ".gif"}

_LOSSY = ("JPEG", "MPO")
_TRIED_IN = ("GIF", "WEBP")
_TRIED = 50
"""Frames that are looked at for one that shows anything, in these formats."""

_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What decoders trip over, besides what they say themselves.
_BROKEN = (OSError, SyntaxError, ValueError, ArithmeticError, LookupError, TypeError, EOFError, struct.error)


class Encoded(NamedTuple):
    """A picture as it is published.

    Attributes:
        suffix: `.jpg`, `.png` or `.gif`.
        width, height: In pixels.
    """

    content: bytes
    suffix: str
    width: int
    height: int


class Decoded(NamedTuple):
    """A picture as pixels.

    Attributes:
        image: Upright, RGB or RGBA, the values those of sRGB.
        graphic: Whether it is a drawing of few colours.
        frames: More than one where it moved.
    """

    image: Image.Image
    graphic: bool
    frames: int


def decode(content: bytes, width: int) -> Decoded:
    """Decode a picture's first frame that shows anything.

    Args:
        content: PNG, JPEG, GIF or WebP, whatever its name says.
        width: No more pixels than this will be asked for; a JPEG that is far larger is read at a fraction.

    Raises:
        PictureError: It is none of these, is too large, or cannot be read to its end.
    """
    with warnings.catch_warnings():
        # Of a picture's size and of EXIF: the limits are ours, and EXIF is thrown away.
        warnings.simplefilter("ignore")
        return _decoded(content, width)


class Size(NamedTuple):
    """What a picture says of itself before it is decoded.

    Attributes:
        width, height: In pixels.
        work: How many pixels are decoded at most to find what is shown of it.
    """

    width: int
    height: int
    work: int


def measure(content: bytes) -> Size:
    """The size of a picture that nobody has decoded yet.

    Raises:
        PictureError: As `decode`.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as in `decode`
        image = _opened(content)
        try:
            frames = min(int(getattr(image, "n_frames", 1)), _TRIED) if image.format in _TRIED_IN else 1
        except _BROKEN as error:
            raise _broken(error) from error
    # A large JPEG is read at a fraction.
    share = 4 if image.format in _LOSSY else 1
    return Size(image.width, image.height, image.width * image.height * frames // share)


def _opened(content: bytes) -> Image.Image:
    try:
        image: Image.Image = Image.open(io.BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise PictureError(f"has more than {MOST_PIXELS:,} pixels", "make it smaller") from error
    except _BROKEN as error:
        raise PictureError("is no PNG, JPEG, GIF or WebP that can be read", "save it anew") from error
    if image.width * image.height > MOST_PIXELS:
        raise PictureError(
            f"has {image.width:,} x {image.height:,} pixels, and {MOST_PIXELS:,} are the most", "make it smaller"
        )
    return image


def _broken(error: BaseException) -> PictureError:
    return PictureError(f"is broken ({error})", "save it anew")


def _decoded(content: bytes, width: int) -> Decoded:
    image = _opened(content)
    lossy = image.format in _LOSSY
    try:
        frames = min(int(getattr(image, "n_frames", 1)), MOST_FRAMES + 1)
        turned = _orientation(image)
        image.draft(None, (2 * width, 2 * width))
        image.load()
        upright = _in_srgb(_first_that_shows(image, frames))
    except (*_BROKEN, Image.DecompressionBombError, MemoryError) as error:
        raise _broken(error) from error
    if turned in _UPRIGHT:
        upright = upright.transpose(_UPRIGHT[turned])
    return Decoded(upright, not lossy and upright.getcolors(FEW_COLOURS) is not None, frames)


def encode(picture: Decoded, width: int, budget: int) -> Encoded:
    """Scale a picture to a width at most, and write it in a format that every mail client shows.

    A drawing and what is transparent become PNG, all else JPEG; one that does not fit becomes coarser, then smaller.

    Args:
        picture: As decoded.
        width: In pixels; nothing is made larger.
        budget: Octets at most.
    """
    image = _scaled(picture.image, width)
    while True:
        fitting = next((each for each in _ways(image, graphic=picture.graphic) if len(each.content) <= budget), None)
        if fitting is not None:
            return fitting
        if image.width <= LEAST_WIDTH:
            return list(_ways(image, graphic=picture.graphic))[-1]
        image = image.resize((max(1, image.width * 3 // 4), max(1, image.height * 3 // 4)), Image.Resampling.LANCZOS)


def on_ground(image: Image.Image, colour: str) -> Image.Image:
    """A picture over a colour `#rrggbb`, without transparency."""
    if image.mode != "RGBA":
        return image
    ground = Image.new("RGBA", image.size, colour)
    ground.alpha_composite(image)
    return ground.convert("RGB")


def _ways(image: Image.Image, *, graphic: bool) -> Iterator[Encoded]:
    """The picture in each way it can be written, the best first."""
    if image.mode == "RGBA":
        # A palette with transparency shifts colours a little: only where it has to be.
        yield _written(image, "PNG", optimize=True)
    if image.mode == "RGBA" or graphic:
        yield _written(_palette(image), "PNG", optimize=True)
    if image.mode == "RGB":
        for quality in QUALITIES:
            yield _written(image, "JPEG", quality=quality, optimize=True, progressive=True, subsampling="4:2:0")


def _written(image: Image.Image, kind: str, **settings: object) -> Encoded:
    out = io.BytesIO()
    image.info = {}  # else encoders write what the decoder had found
    image.save(out, kind, **settings)
    return Encoded(out.getvalue(), SUFFIXES[kind], image.width, image.height)


def _palette(image: Image.Image) -> Image.Image:
    # The median cut keeps up to 256 colours and flat areas exactly; it knows no transparency, the octree does. Without
    # dithering, whose noise takes room.
    method = Image.Quantize.FASTOCTREE if image.mode == "RGBA" else Image.Quantize.MEDIANCUT
    return image.quantize(256, method=method, dither=Image.Dither.NONE)


def _scaled(image: Image.Image, width: int) -> Image.Image:
    factor = min(1.0, width / image.width, TALLEST * width / image.height)
    if factor == 1.0:
        return image.copy()
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return image.resize(size, Image.Resampling.LANCZOS)


def _orientation(image: Image.Image) -> int:
    """How EXIF says the picture is turned; 1 where that cannot be read, for the picture still can."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except _BROKEN:
        return 1


def _first_that_shows(image: Image.Image, frames: int) -> Image.Image:
    """The first frame that is not of one colour: animations often begin with an empty one."""
    if frames == 1 or image.format not in _TRIED_IN:
        return image
    for number in range(min(frames, _TRIED)):
        image.seek(number)
        image.load()
        if image.convert("RGBA").getcolors(1) is None:
            return image
    image.seek(0)
    return image


def _in_srgb(image: Image.Image) -> Image.Image:
    """RGB, or RGBA where anything is transparent; by the picture's own colour profile, where it has a sound one."""
    profile = image.info.get("icc_profile")
    plain = _eight_bits(image)
    alpha = None
    if plain.mode in ("LA", "PA", "RGBA") or "transparency" in plain.info:
        alpha = plain.convert("RGBA").getchannel("A")
        if alpha.getextrema() == (255, 255):
            alpha = None
    if plain.mode not in ("L", "RGB", "CMYK"):
        plain = plain.convert("L" if plain.mode in ("1", "LA") else "RGB")
    colours = _by_profile(plain, profile) if profile else None
    whole = colours or plain.convert("RGB")
    if alpha is not None:
        whole = whole.convert("RGBA")
        whole.putalpha(alpha)
    return whole


def _by_profile(image: Image.Image, profile: bytes) -> Image.Image | None:
    try:
        found = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, found, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, *_BROKEN):
        return None  # a profile that is broken, or of another kind of colours: taken for sRGB, as browsers do


def _eight_bits(image: Image.Image) -> Image.Image:
    """A picture of sixteen bits a pixel with the upper eight; converting alone would cut off all that is bright."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return image
