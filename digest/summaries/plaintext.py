"""Plain text as a body of paragraphs: lines, wrapped lines, or all in one."""

from __future__ import annotations

import re

from digest.core.model import Block, Body
from digest.core.text import clean

_STOPPED = re.compile(r"[.!?…:;。！？؟۔][\"'”’»“)\]」』]*\s*\Z")
_ANY_STOP = re.compile(r"\w[.!?…。！？؟۔][\"'”’»“)\]」』]*(?:\s|\Z)")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
_FEWEST_WRAPPED = 4  # lines
_NARROWEST, _WIDEST = 40, 100  # characters


def plain_body(text: str) -> Body:
    """A body without markup; any string will do."""
    return Body("", tuple(Block("paragraph", paragraph) for paragraph in paragraphs(clean(text))))


def paragraphs(text: str) -> list[str]:
    """The paragraphs of plain text, white space folded: its lines, or what blank lines part where these are wrapped."""
    lines = text.splitlines()
    full = [line for line in lines if line.strip()]
    parts = _BLANK_LINE.split("\n".join(lines)) if _is_wrapped(full) else full
    return [folded for part in parts if (folded := " ".join(part.split()))]


def _is_wrapped(lines: list[str]) -> bool:
    """Whether most lines are about as long as the longest, which is short, and end in no stop: not so with poems.

    Lines among which nothing ends are a list or a log.
    """
    widest = max(map(len, lines), default=0)
    if len(lines) < _FEWEST_WRAPPED or not _NARROWEST <= widest <= _WIDEST:
        return False
    open_ended = sum(_STOPPED.search(line[-8:]) is None for line in lines)
    full = sum(len(line) * 3 > widest * 2 for line in lines)
    ends = any(_ANY_STOP.search(line) for line in lines)
    return ends and open_ended * 3 > len(lines) * 2 and full * 3 > len(lines) * 2
