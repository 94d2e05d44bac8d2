"""As much of CSS as messages have: declarations, rules, at-rules. Never fails: what is no CSS is passed over."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
# A semicolon or brace inside quotes or brackets ends nothing.
_PIECE = re.compile(r"""(?:[^;"'()]+|"[^"]*"|'[^']*'|\((?:[^()"']|"[^"]*"|'[^']*'|\([^()]*\))*\)|["'()])+""")
_DEEPEST = 8
"""At-rules in one another; what is deeper is passed over."""
_GROUPING = ("@media", "@supports", "@layer", "@container")


class Rule(NamedTuple):
    """A rule of a style sheet.

    Attributes:
        at: The at-rules it stands in, or that it is, in small letters: `@media (max-width:600px)`; empty at the top.
        selectors: One by one; none for `@font-face` and `@import`.
        declarations: Property, in small letters, and value.
    """

    at: str
    selectors: tuple[str, ...]
    declarations: tuple[tuple[str, str], ...]


def declarations(text: str) -> tuple[tuple[str, str], ...]:
    """The declarations of a style attribute or a rule: property in small letters and value, `!important` taken off."""
    found = []
    for piece in _PIECE.findall(_COMMENT.sub(" ", text)):
        name, colon, value = piece.partition(":")
        value = re.sub(r"\s*!\s*important\s*$", "", value.strip(), flags=re.IGNORECASE)
        if name.strip() and colon and value:
            found.append((name.strip().lower() if not name.strip().startswith("--") else name.strip(), value))
    return tuple(found)


def rules(text: str, at: str = "") -> Iterator[Rule]:
    """The rules of a style sheet, those inside at-rules too, in order."""
    text = _COMMENT.sub(" ", text).replace("<!--", " ").replace("-->", " ")
    position = 0
    while position < len(text):
        brace = text.find("{", position)
        semicolon = text.find(";", position)
        head = text[position : brace if brace >= 0 else None].strip()
        if head.startswith("@") and semicolon >= 0 and (brace < 0 or semicolon < brace):
            yield Rule(_joined(at, text[position:semicolon]), (), ())
            position = semicolon + 1
            continue
        if brace < 0:
            return
        end = _closing(text, brace)
        inner = text[brace + 1 : end]
        if head.lower().startswith(_GROUPING):
            yield from rules(inner, _joined(at, head)) if at.count("@") < _DEEPEST else ()
        elif head.startswith("@"):
            yield Rule(_joined(at, head), (), declarations(inner))
        else:
            yield Rule(at, tuple(each.strip() for each in head.split(",") if each.strip()), declarations(inner))
        position = end + 1


def _joined(outer: str, head: str) -> str:
    return " ".join(f"{outer} {head}".lower().split())


def _closing(text: str, brace: int) -> int:
    """Where the brace that is open at a position is closed; the end of the text when it is not."""
    depth = 0
    for position in range(brace, len(text)):
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        if depth == 0:
            return position
    return len(text)
