"""The HTML of a message as various programs would show it, for a frame in which no script runs.

The message itself stays as it is; what a program does to it is done here, to its tags and styles: the words between
tags are never touched.
"""

from __future__ import annotations

import re
from colorsys import hls_to_rgb, rgb_to_hls
from typing import Literal

Variant = Literal["light", "dark", "outlook", "gmail", "bare", "large"]
"""How a message is shown.

`light`, `dark`: by a program that asks the message how it is to look. `outlook`, `gmail`: in the dark, by programs that
recolour it, about as they do. `bare`: without pictures. `large`: text at twice its size.
"""
VARIANTS: tuple[Variant, ...] = ("light", "dark", "outlook", "gmail", "bare", "large")

HERE = "/site/"
"""Where the preview serves a newsletter's folder."""

_PIECE = re.compile(
    r"""(?P<sheet><style\b[^>]*>.*?</style\s*>)|(?P<tag><[a-z](?:[^>"']|"[^"]*"|'[^']*')*>)""",
    re.DOTALL | re.IGNORECASE,
)
_LEAVES = re.compile(r"""\bhref\s*=\s*["']?(?:https?:|mailto:|/site/)""", re.IGNORECASE)
_SCHEME = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)", re.IGNORECASE)
_BOTH = re.compile(r"\b(?:light\s+dark|dark\s+light)\b", re.IGNORECASE)
_STYLE = re.compile(r"""(\bstyle\s*=\s*)("[^"]*"|'[^']*')""", re.IGNORECASE)
_SIZED = re.compile(r"""(?<![\w-])(?:font|font-size|line-height)\s*:[^;{}]*""", re.IGNORECASE)
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)(px|pt)\b", re.IGNORECASE)
_COLOUR = re.compile(
    r"(?<![\w-])((?:background-)?color|background)(\s*:\s*)(#[0-9a-f]{6}|#[0-9a-f]{3})\b", re.IGNORECASE
)
_INVERTED = (
    "<style>html { background: #fff; filter: invert(1) hue-rotate(180deg) }"
    " img { filter: invert(1) hue-rotate(180deg) }</style>"
)


def framed(html: str, variant: Variant, base: str) -> str:
    """A message's HTML, or a web page's, as it goes into a frame.

    What lies in the newsletter's folder is asked of the preview, where it is though it was never published; links that
    lead away open beside the preview.

    Args:
        html: As it leaves.
        variant: How it is shown.
        base: Address of the newsletter's folder, ends with "/".
    """
    dark = variant == "dark"

    def mended(piece: re.Match[str]) -> str:
        text = piece[0].replace(base, HERE)
        kind = text[1:6].lower()
        if piece["sheet"] or kind.startswith(("meta", "sourc")):
            text = _decided(text, dark=dark)
            return _SIZED.sub(_doubled, text) if variant == "large" else text
        if kind.startswith("a ") and _LEAVES.search(text):
            text = f'<a target="_blank"{text[2:]}'
        if variant == "large":
            return _STYLE.sub(lambda style: style[1] + _SIZED.sub(_doubled, style[2]), text)
        return _STYLE.sub(_recoloured, text) if variant == "outlook" else text

    made = _PIECE.sub(mended, html)
    return made + _INVERTED if variant == "gmail" else made


def _decided(text: str, *, dark: bool) -> str:
    """A style sheet or tag that knows whether it is dark: what it would ask the browser is answered."""
    wanted = "dark" if dark else "light"
    answered = _SCHEME.sub(lambda asked: "(min-width: 0)" if asked[1].lower() == wanted else "(max-width: 0)", text)
    return _BOTH.sub(wanted, answered)


def _doubled(declaration: re.Match[str]) -> str:
    """Twice the size of text, as a reader's setting makes it; boxes keep theirs."""
    return _LENGTH.sub(lambda length: f"{float(length[1]) * 2:g}{length[2]}", declaration[0])


def _recoloured(style: re.Match[str]) -> str:
    """A style attribute as Outlook.com makes it: colours turned dark, and marked, so that style sheets can answer."""
    turned = _COLOUR.sub(
        lambda found: found[1] + found[2] + _turned(found[3], ground="back" in found[1].lower()), style[2]
    )
    return f'{style[1]}{turned} data-ogsc="" data-ogsb=""' if turned != style[2] else style[0]


def _turned(colour: str, *, ground: bool) -> str:
    """A light ground made dark, dark ink made light; its hue kept."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    red, green, blue = (int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4))
    hue, lightness, saturation = rgb_to_hls(red, green, blue)
    within = min(lightness, 1.13 - lightness) if ground else max(lightness, 1 - lightness)
    return "#" + "".join(f"{round(max(0.0, part) * 255):02x}" for part in hls_to_rgb(hue, max(0.0, within), saturation))
