"""Spans between two marks taken out of a text, in time that grows with its length alone.

`<!--.*?-->` as a regular expression looks through all the rest of a text for each beginning without an end: a feed of
nothing but beginnings would take hours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, AnyStr

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping


def without_spans(
    text: AnyStr, beginning: re.Pattern[AnyStr], endings: Mapping[AnyStr, re.Pattern[AnyStr]], instead: AnyStr
) -> AnyStr:
    """A text without its spans; one that does not end stays.

    Args:
        text: The text.
        beginning: Of a span; its group 1 says of which kind, in whichever case.
        endings: Of each kind, in lower case.
        instead: What stands in the place of each.
    """
    parts: list[AnyStr] = []
    begun = position = 0
    endless: set[AnyStr] = set()
    while match := beginning.search(text, position):
        kind, position = match[1].lower(), match.end()
        end = None if kind in endless else endings[kind].search(text, position)
        if end is None:
            endless.add(kind)  # looked for once: no later one ends either
            continue
        parts.append(text[begun : match.start()])
        begun = position = end.end()
    parts.append(text[begun:])
    return instead.join(parts)
