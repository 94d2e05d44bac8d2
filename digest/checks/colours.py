"""Colours of CSS, and the contrast between two [WCAG 2.2, 1.4.3]."""

from __future__ import annotations

import re
from typing import NamedTuple

from digest.core.contrast import contrast as of_channels

# The names that stylesheets for mail use [CSS Color Module Level 4 section 6.1]; others are not judged.
_NAMES = {
    "black": "000000", "white": "ffffff", "silver": "c0c0c0", "gray": "808080", "grey": "808080", "red": "ff0000",
    "maroon": "800000", "yellow": "ffff00", "olive": "808000", "lime": "00ff00", "green": "008000", "aqua": "00ffff",
    "cyan": "00ffff", "teal": "008080", "blue": "0000ff", "navy": "000080", "fuchsia": "ff00ff", "magenta": "ff00ff",
    "purple": "800080", "orange": "ffa500", "darkgray": "a9a9a9", "lightgray": "d3d3d3", "whitesmoke": "f5f5f5",
    "dimgray": "696969", "crimson": "dc143c", "tomato": "ff6347", "gold": "ffd700", "ivory": "fffff0",
}  # fmt: skip
_HEX = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", re.IGNORECASE)
_FUNCTION = re.compile(r"rgba?\(\s*([^()]+)\)", re.IGNORECASE)


class Colour(NamedTuple):
    """Red, green and blue from 0 to 255, and how much of what lies behind is covered, from 0 to 1."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0

    def over(self, behind: Colour) -> Colour:
        """What is seen of it before another, opaque one."""
        mixed = (
            mine * self.alpha + theirs * (1 - self.alpha) for mine, theirs in zip(self[:3], behind[:3], strict=True)
        )
        return Colour(*mixed)

    def __str__(self) -> str:
        return "#" + "".join(f"{round(channel):02x}" for channel in self[:3])


BLACK, WHITE, LINK = Colour(0, 0, 0), Colour(255, 255, 255), Colour(0, 0, 238)


def colour(text: str) -> Colour | None:
    """Read a colour; None where it is none, or one of a kind that is not read here."""
    text = text.strip().lower()
    if text == "transparent":
        return Colour(0, 0, 0, 0)
    text = f"#{_NAMES[text]}" if text in _NAMES else text
    if _HEX.fullmatch(text):
        digits = text[1:] if len(text) > 5 else "".join(digit * 2 for digit in text[1:])
        red, green, blue, *alpha = (int(digits[at : at + 2], 16) for at in range(0, len(digits), 2))
        return Colour(red, green, blue, alpha[0] / 255 if alpha else 1.0)
    match = _FUNCTION.fullmatch(text)
    try:
        parts = [
            float(part[:-1]) / 100 * (255 if position < 3 else 1) if part.endswith("%") else float(part)
            for position, part in enumerate(re.split(r"[\s,/]+", match[1].strip()) if match else ())
        ]
    except ValueError:
        return None
    return Colour(*parts) if len(parts) in (3, 4) else None


def background(value: str) -> Colour | None:
    """The colour in a `background`; None where there is none."""
    whole = colour(value)
    if whole is not None:
        return whole
    words = re.findall(r"rgba?\([^()]*\)|[^\s,()]+(?:\([^()]*\))?", value)
    return next((known for known in map(colour, words) if known is not None), None)


def contrast(one: Colour, other: Colour) -> float:
    """From 1, none, to 21, black on white."""
    return of_channels(one[:3], other[:3])
