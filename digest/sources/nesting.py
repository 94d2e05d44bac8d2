"""A guard in front of HTML parsers: how deep, and how costly, is this markup?

What an HTML5 parser does for one tag grows with the number of elements open at that place, so a small hostile file
can occupy it for minutes. One linear pass over the tags bounds that beforehand.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from digest.core.text import unescaped

if TYPE_CHECKING:
    from collections.abc import Iterator

DEEPEST = 200
MOST_WORK = 3_000_000
"""Sum, over all tags, of the elements open there; a long page of well-formed HTML stays below a tenth of it."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Never on the stack of open elements, or closed by the next one of their kind.
_NO_DEPTH = _names(
    "area base br col embed hr img input link meta param source track wbr "
    "p li dt dd tr td th thead tbody tfoot colgroup option optgroup rt rp html head body"
)
_BARRIERS = _names("table caption select button object applet marquee template")
_RAW = _names("script style textarea title xmp iframe noembed noframes")
_TAG = re.compile(r"<(?:!--|[!?]|(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*))")


def too_nested(html: str) -> bool:
    """Whether parsing this would cost more than an article may."""
    opened: list[str] = []
    work = 0
    for name, end, _, _ in _tags(html):
        work += len(opened)
        if work > MOST_WORK or len(opened) > DEEPEST:
            return True
        if name in _NO_DEPTH or name in _RAW:
            continue
        if not end:
            opened.append(name)
            continue
        for position in range(len(opened) - 1, -1, -1):
            if opened[position] == name:
                del opened[position]
                break
            if opened[position] in _BARRIERS:
                break  # an end tag in a table does not close what was opened outside it
    return False


def text_only(html: str) -> str:
    """The text between the tags as one paragraph of HTML: what is left of markup that is too nested to parse."""
    parts: list[str] = []
    last = 0
    for _, _, start, stop in _tags(html):
        parts.append(html[last:start])
        last = stop
    parts.append(html[last:])
    text = " ".join(" ".join(parts).split())
    return f"<p>{escape(unescaped(text), quote=False)}</p>"


def _tags(html: str) -> Iterator[tuple[str, bool, int, int]]:
    """Name, whether it is an end tag, start and end of each tag; what a script holds belongs to its tag."""
    position = 0
    while match := _TAG.search(html, position):
        name = (match["name"] or "").lower()
        end = bool(match["end"])
        if not name:
            stop = _after(html, "-->" if match[0] == "<!--" else ">", match.end())
        elif name in _RAW and not end:
            closing = re.compile(rf"</{name}\b[^>]*>?", re.IGNORECASE).search(html, match.end())
            stop = closing.end() if closing else len(html)
        else:
            stop = _after(html, ">", match.end())
        if name:
            yield name, end, match.start(), stop
        else:
            yield "br", False, match.start(), stop
        position = stop


def _after(html: str, text: str, start: int) -> int:
    found = html.find(text, start)
    return len(html) if found < 0 else found + len(text)
