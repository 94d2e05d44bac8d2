"""SVG: its size, whether it can be drawn the same everywhere, and its pixels for mail.

Nothing a drawing names is loaded: one that names a file or an address is refused, before anything is drawn. No font is
used: words in a drawing would look different on each machine, or vanish on one without fonts.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from digest.render.pictures import TALLEST, PictureError

MOST_OCTETS = 2_000_000
MOST_SECONDS = 10
"""Of a drawing's own time; it may wait six times as long, on a machine that does much else."""

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_XML = "http://www.w3.org/XML/1998/namespace"
_LENGTH = re.compile(r"\s*([0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]{1,3})?)\s*(px|pt|pc|mm|cm|in|q)?\s*", re.IGNORECASE)
_UNITS = {"": 1, "px": 1, "pt": 96 / 72, "pc": 16, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96, "q": 96 / 101.6}
_EMBEDDED = ("data:image/png", "data:image/jpeg", "data:image/jpg", "data:image/gif", "data:image/webp")
_LONGEST = 65_535
_LONGEST_RATIO = 50
_LEAST_SIDE = 0.01


class Drawing(NamedTuple):
    """An SVG that was read.

    Attributes:
        markup: Without a document type, comments, and what editors keep for themselves.
        width, height: In pixels, as it would be shown by itself; 0 when it does not say.
        ratio: Of height to width; 0 when it does not say.
        trouble: Why it cannot be drawn the same everywhere, and what to do; empty when it can.
    """

    markup: str
    width: int
    height: int
    ratio: float
    trouble: tuple[str, ...]


def is_drawing(content: bytes) -> bool:
    """Whether a file is XML rather than pixels."""
    return content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


def read(content: bytes) -> Drawing:
    """Read a drawing.

    Raises:
        PictureError: It is no SVG.
    """
    if len(content) > MOST_OCTETS:
        raise PictureError(f"has {len(content):,} octets, and {MOST_OCTETS:,} are the most of an SVG", "simplify it")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise PictureError(f"is no SVG that can be read ({error.msg})", "save it anew") from error
    if root.tag != f"{{{_SVG}}}svg":
        raise PictureError("is XML, but no SVG", f'it begins with <svg xmlns="{_SVG}">')
    _strip(root)
    width, height, ratio = _size(root)
    return Drawing(etree.tostring(root, encoding="unicode"), width, height, ratio, _trouble(root))


def draw(drawing: Drawing, width: int, seconds: int = MOST_SECONDS) -> bytes:
    """A drawing as PNG, so many pixels wide, transparent where it has no ground.

    Args:
        drawing: As read.
        width: In pixels.
        seconds: Of its own time at most.

    Raises:
        PictureError: It cannot be drawn, or not the same everywhere.
    """
    if drawing.trouble:
        raise PictureError(*drawing.trouble)
    if not drawing.ratio:
        raise PictureError("says neither width and height nor a viewBox", "add a viewBox to its <svg>")
    if not 1 / _LONGEST_RATIO <= drawing.ratio <= _LONGEST_RATIO:
        raise PictureError(f"has one side more than {_LONGEST_RATIO} times as long as the other", "mend its viewBox")
    if drawing.ratio > TALLEST:
        width = round(TALLEST * width / drawing.ratio)
    program = [sys.executable, "-I", str(Path(__file__).with_name("rasterise.py")), str(width), str(seconds)]
    try:
        # Our own program, by its full path; the drawing comes in as text and is no argument.
        done = subprocess.run(program, input=drawing.markup.encode(), capture_output=True, timeout=6 * seconds)  # noqa: PLW1510, S603 see above; how it ended is looked at below
    except (subprocess.TimeoutExpired, OSError) as error:
        raise PictureError(f"cannot be drawn ({error})", "simplify it, or give a PNG") from error
    if done.returncode < 0:
        raise PictureError("takes too much time or memory to draw", "simplify it, or give a PNG")
    if done.returncode > 0:
        said = done.stderr.decode(errors="replace").strip().rpartition("\n")[2][:200]
        raise PictureError(f"cannot be drawn ({said})", "mend it, or give a PNG")
    return done.stdout


def _strip(root: etree._Element) -> None:
    """Take out what is not the drawing: metadata, comments, what is of an editor's own namespace."""
    foreign = {str(each.tag) for each in root.iter(etree.Element) if etree.QName(each).namespace not in (_SVG, None)}
    etree.strip_elements(
        root, etree.Comment, etree.ProcessingInstruction, f"{{{_SVG}}}metadata", *sorted(foreign), with_tail=False
    )
    for element in root.iter(etree.Element):
        for key in element.attrib:
            if etree.QName(key).namespace not in (None, _XLINK, _XML):
                del element.attrib[key]
    etree.cleanup_namespaces(root)


def _trouble(root: etree._Element) -> tuple[str, ...]:
    if next(root.iter(etree.Entity), None) is not None:
        return "is an SVG that uses entities", "save it without them"
    for element in root.iter(etree.Element):
        name = _name(element)
        if name in ("text", "tref") and str(element.xpath("string()")).strip():
            return (
                "has words in it, which would look different on each machine",
                "turn them into paths ('object to path' in drawing programs)",
            )
        for key, value in element.attrib.items():
            if name != "a" and str(key).rpartition("}")[2] in ("href", "src") and _external(str(value)):
                return f"names another file or an address ({str(value)[:60]})", "put it into the drawing"
    return ()


def _external(address: str) -> bool:
    text = "".join(address.split()).lower()
    return bool(text) and not text.startswith(("#", *_EMBEDDED))


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname.lower()


def _size(root: etree._Element) -> tuple[int, int, float]:
    """Width and height in pixels, and the ratio of height to width; 0 for what it does not say."""
    width, height = (_pixels(root.get(name) or "") for name in ("width", "height"))
    box = re.split(r"[\s,]+", (root.get("viewBox") or "").strip())
    sides = [_pixels(each) for each in box[2:]] if len(box) == 4 else []
    ratio = sides[1] / sides[0] if sides and all(sides) else 0.0
    if not (width and height):
        if not ratio:
            return 0, 0, 0.0
        width, height = (
            (width, width * ratio) if width else (height / ratio, height) if height else (sides[0], sides[1])
        )
    whole = (max(1, round(width)), max(1, round(height)))
    return (*whole, height / width) if max(whole) <= _LONGEST else (0, 0, height / width)


def _pixels(text: str) -> float:
    match = _LENGTH.fullmatch(text)
    found = float(match[1]) * _UNITS[(match[2] or "").lower()] if match else 0.0
    return found if _LEAST_SIDE <= found <= 1e9 else 0.0
