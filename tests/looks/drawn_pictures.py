"""Pictures for sample editions, drawn anew each time: no file of them has to be kept."""

from __future__ import annotations

import io

PICTURES = ("towers.png", "gauge.jpg", "pipes.svg", "wide.png")

_PIPES = """\
<svg xmlns="http://www.w3.org/2000/svg" width="800" height="500" viewBox="0 0 800 500">
<rect width="800" height="500" fill="#dfe9ea"/>
<g fill="none" stroke="#1f6f6b" stroke-width="46"><path d="M0 130h520v370"/><path d="M800 250H220v250"/></g>
<circle cx="520" cy="250" r="62" fill="#b93c27"/>
</svg>
"""


def draw(name: str) -> bytes:
    """A picture by its file's name."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 most tests need it not

    if name.endswith(".svg"):
        return _PIPES.encode()
    wide = name.startswith("wide")
    picture = Image.new("RGB", (1800, 600) if wide else (1200, 675), "#14213d" if wide else "#e8dcc3")
    pen = ImageDraw.Draw(picture)
    if wide:
        for number in range(12):
            pen.rectangle((number * 150, 600 - (number * 97) % 500, number * 150 + 110, 600), fill="#d9b26a")
    elif name.startswith("towers"):
        pen.rectangle((0, 520, 1200, 675), fill="#1f6f6b")
        for left, height, colour in ((180, 300, "#b93c27"), (520, 400, "#14213d"), (860, 240, "#d98a4b")):
            pen.rectangle((left + 60, 520 - height, left + 100, 520), fill=colour)
            pen.ellipse((left, 420 - height, left + 160, 580 - height), fill=colour)
    else:
        pen.ellipse((300, 40, 900, 640), fill="#ffffff", outline="#14213d", width=24)
        pen.line((600, 340, 800, 180), fill="#b93c27", width=18)
        pen.ellipse((570, 310, 630, 370), fill="#14213d")
    stream = io.BytesIO()
    picture.save(stream, "JPEG" if name.endswith(".jpg") else "PNG", quality=90)
    return stream.getvalue()
