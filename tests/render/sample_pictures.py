"""Pictures as people give them, good and bad, made here."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image, ImageCms, PngImagePlugin

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
BOX = f'{SVG}width="30" height="20"><rect width="20" height="20" fill="#336699"/></svg>'
SECRET = b"Secret Street 9"


def saved(image: Image.Image, kind: str, **settings: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **settings)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def photo(width: int = 900, height: int = 600) -> Image.Image:
    """Many colours, and corners that tell which is which: red, green, blue and white."""
    band = Image.radial_gradient("L").resize((width, height))
    image = Image.merge(
        "RGB", (band, band.transpose(Image.Transpose.FLIP_LEFT_RIGHT), Image.linear_gradient("L").resize(band.size))
    )
    size = (width // 5, height // 5)
    for colour, place in (
        ("#ff0000", (0, 0)), ("#00ff00", (width - size[0], 0)), ("#0000ff", (0, height - size[1])),
        ("#ffffff", (width - size[0], height - size[1])),
    ):  # fmt: skip
        image.paste(colour, (*place, place[0] + size[0], place[1] + size[1]))
    return image


def noise(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """What no encoder makes small; the same each time."""
    state, values = 1, bytearray()
    for _ in range(width * height * len(mode)):
        state = (state * 1_103_515_245 + 12_345) % 2**31
        values.append(state >> 16 & 0xFF)
    return Image.frombytes(mode, (width, height), bytes(values))


def with_exif(kind: str = "JPEG", orientation: int = 6) -> bytes:
    """A photo with everything a camera writes: where, with what, and how it was held."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = SECRET.decode()
    exif.get_ifd(0x8825)[1] = "N"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    more: dict[str, object] = {"exif": exif, "icc_profile": profile}
    if kind == "JPEG":
        more |= {"comment": SECRET, "xmp": b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"}
    if kind == "PNG":
        notes = PngImagePlugin.PngInfo()
        notes.add_itxt("XML:com.adobe.xmp", SECRET.decode())
        notes.add_text("Comment", SECRET.decode(), zip=True)
        more["pnginfo"] = notes
    return saved(photo(), kind, **more)


def animation(kind: str = "GIF", *, frames: int = 3, size: int = 60, empty_first: bool = False) -> bytes:
    images = [Image.new("RGB", (size, size), "#ffffff" if empty_first and not n else "#202020") for n in range(frames)]
    for number, image in enumerate(images):
        if not (empty_first and number == 0):
            image.paste("#ff0000", (number * 10, 5, number * 10 + 10, 15))
    more = {"comment": SECRET} if kind == "GIF" else {}
    return saved(images[0], kind, save_all=True, append_images=images[1:], duration=100, loop=0, **more)


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG of very many pixels in few octets."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compressobj(9)
    line = bytes(1 + width // 8)
    packed = b"".join(rows.compress(line) for _ in range(height)) + rows.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def broken_exif() -> bytes:
    """A sound JPEG whose EXIF points outside of itself."""
    content = with_exif()
    place = content.index(b"Exif\0\0") + 6
    return content[: place + 8] + b"\xff" * 40 + content[place + 48 :]
