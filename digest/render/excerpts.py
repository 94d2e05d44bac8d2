"""What templates print in place of the whole: the beginning of a text, the host of a link."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from digest.render.wrap import cut, display_width

# Not within "3.5" or "e.g. this": a capital or a sign of another script follows.
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’»)]*\s+(?=[^a-z\s])|(?<=[。！？])")


def excerpt(text: str, width: int = 300) -> str:
    """As many whole sentences as fit, else the beginning with '…': `{{ story.summary | excerpt }}`.

    Args:
        text: Plain text.
        width: At most so many columns: a Chinese character takes two.
    """
    if display_width(text) <= width:
        return text
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    whole = next((text[:end].rstrip() for end in reversed(ends) if display_width(text[:end].rstrip()) <= width), "")
    # One short sentence of a long text says too little.
    return whole if display_width(whole) >= width // 3 else cut(text, width)


def host(url: str) -> str:
    """Where a link leads, `example.org`: `{{ story.url | host }}`; empty for what leads to no host."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
