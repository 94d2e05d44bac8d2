"""Plain text fitted to columns: width as a terminal or a mail reader shows it, not as `len` counts it."""

from __future__ import annotations

import re
import unicodedata

COLUMNS = 72
"""Leaves room for two levels of '> ' in a reply of 78 columns [RFC 5322 section 2.1.1]."""

# Only what may break a line: a no-break space is there so that none is broken.
_BREAK = re.compile(r"[ \t\r\n]+")
_JOINER = "\u200d"
_EMOJI_STYLE = "\ufe0f"
_ISOLATE, _POP = "\u2068", "\u2069"
_OPENERS = "\u2066\u2067\u2068"
_EXPLICIT = frozenset(("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))
_RIGHT_TO_LEFT = _EXPLICIT | {"R", "AL", "AN"}
_LEFT_TO_RIGHT = _EXPLICIT | {"L"}
_NO_ISOLATES = dict.fromkeys(map(ord, _OPENERS + _POP))
# Closing marks of CJK never begin a line, opening ones never end it (the core of JIS X 4051).
_CLOSING = frozenset("、。，．・：；？！）］｝〉》」』】〕ー々…")
_OPENING = frozenset("（［｛〈《「『【〔")


def display_width(text: str) -> int:
    """Columns `text` takes: 2 for an emoji or a CJK character, 0 for a combining mark, else 1."""
    if text.isascii():
        return len(text)
    return sum(_cluster_width(cluster) for cluster in _clusters(text))


def wrap(text: str, first: str = "", rest: str = "", width: int = COLUMNS) -> str:
    """Fold `text` into lines, each but a URL at most `width` columns wide and without a space at its end.

    Args:
        text: Its line breaks and runs of spaces count as one space.
        first: What the first line begins with, '1. ' say.
        rest: What the other lines begin with.
        width: In columns.
    """
    lines: list[str] = []
    line, used, pending = first, display_width(first), False
    filled = False
    for word in _BREAK.split(text.strip(" \t\r\n")):
        for position, unit in enumerate(_units(word, width - max(display_width(first), display_width(rest)))):
            gap = 1 if pending and position == 0 else 0
            size = display_width(unit)
            if filled and used + gap + size > width:
                lines.append(line.rstrip())
                line, used, gap = rest, display_width(rest), 0
            line += " " * gap + unit
            used += gap + size
            filled = True
        pending = True
    lines.append(line.rstrip())
    return _closed(lines, rest) if any(opener in text for opener in _OPENERS) else "\n".join(lines)


def isolate(text: str, direction: str = "ltr") -> str:
    """`{{ story.author | isolate }}`: a text that cannot move what stands beside it in a line [Unicode UAX 9].

    An Arabic name in an English line would pull the figures next to it over to its side. What is written in the line's
    own direction stays as it is.

    Args:
        text: One line.
        direction: Of the line, `ltr` or `rtl`; in a template that of the newsletter's language.
    """
    moving = _LEFT_TO_RIGHT if direction == "rtl" else _RIGHT_TO_LEFT
    if not any(unicodedata.bidirectional(char) in moving for char in text):
        return text
    return f"{_ISOLATE}{text.translate(_NO_ISOLATES)}{_POP}"


def _closed(lines: list[str], indent: str) -> str:
    """The lines joined: what is isolated over a line's end is closed there and opened again, for bidi goes by lines."""
    depth = 0
    closed: list[str] = []
    for number, line in enumerate(lines):
        begun = line[: len(indent)] + _ISOLATE * depth + line[len(indent) :] if number and depth else line
        for char in line:
            depth = depth + 1 if char in _OPENERS else max(0, depth - 1) if char == _POP else depth
        closed.append(begun + _POP * depth)
    return "\n".join(closed)


def cut(text: str, width: int) -> str:
    """The beginning of `text`, at most `width` columns wide, cut at a word and with '…' where something is missing."""
    if display_width(text) <= width:
        return text
    return wrap(text, width=width - 1).partition("\n")[0].rstrip(" ,;:.–—-") + "…"


def underline(text: str, mark: str = "-", width: int = COLUMNS) -> str:
    """`text`, wrapped, above a rule of `mark` as long as its longest line."""
    wrapped = wrap(text, width=width)
    return f"{wrapped}\n{mark * min(width, max(display_width(line) for line in wrapped.split(chr(10))))}"


def _clusters(text: str) -> list[str]:
    """Split into what a reader sees as one character; a small part of Unicode TR 29, enough never to halve an emoji."""
    clusters: list[str] = []
    for char in text:
        if clusters and _extends(clusters[-1], char):
            clusters[-1] += char
        else:
            clusters.append(char)
    return clusters


def _extends(cluster: str, char: str) -> bool:
    if cluster[-1] == _JOINER or char == _JOINER or unicodedata.category(char).startswith("M"):
        return True
    if "\U0001f3fb" <= char <= "\U0001f3ff":  # a skin tone
        return True
    return _is_flag_half(char) and len(cluster) == 1 and _is_flag_half(cluster)


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _cluster_width(cluster: str) -> int:
    first = cluster[0]
    is_flag = len(cluster) > 1 and _is_flag_half(first)
    if is_flag or _EMOJI_STYLE in cluster or _is_wide(first):
        return 2
    if unicodedata.category(first) in ("Mn", "Me", "Cf"):
        return 0
    return 1


def _units(word: str, width: int) -> list[str]:
    """The parts of a word between which a line may break: anywhere in CJK; elsewhere only where it must be cut."""
    if word.isascii() and (len(word) <= width or "://" in word):
        return [word]
    units: list[str] = []
    whole = "://" in word
    for cluster in _clusters(word):
        if units and _holds(units[-1], cluster) and (whole or display_width(units[-1] + cluster) <= width):
            units[-1] += cluster
        else:
            units.append(cluster)
    return units


def _holds(before: str, after: str) -> bool:
    if after[0] in _CLOSING or before[-1] in _OPENING:
        return True
    return not (_is_wide(before[-1]) or _is_wide(after[0]))


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"
