"""The HTML of a message, parsed once for all that looks at it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree, html

from digest.checks.css import declarations, rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.checks.css import Rule

SPACE = re.compile(r"[\s\u00a0\u034f\u200b-\u200f\u2060\ufeff]+")
"""White space, and what fills up preheaders without being seen."""


class Page:
    """A message's HTML.

    Args:
        content: UTF-8; what is not is replaced, for it is looked at and not shown.
        place: What findings name: `weekly email.html`.

    Attributes:
        source: As text.
        elements: In the order of the document, without comments.
        comments: The text of each comment, conditional ones among them.
    """

    def __init__(self, content: bytes, place: str) -> None:
        self.source = content.decode("utf-8", "replace")
        self._place = place
        parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
        # An empty document parses to nothing; one with an element of its own is looked at like any other.
        root = etree.fromstring(self.source.encode() or b"<html></html>", parser)
        self.root = root if root is not None else etree.fromstring(b"<html></html>", parser)
        self.elements = [each for each in self.root.iter() if isinstance(each.tag, str)]
        self.comments = [str(each.text) for each in self.root.iter(etree.Comment)]
        self._styles: dict[etree._Element, tuple[tuple[str, str], ...]] = {}

    def at(self, element: etree._Element | None = None) -> str:
        """Where an element stands: `weekly email.html:31`."""
        line = element.sourceline if element is not None else None
        return f"{self._place}:{line}" if line else self._place

    def all(self, *tags: str) -> Iterator[etree._Element]:
        """The elements of these kinds, in order."""
        return (each for each in self.elements if each.tag in tags)

    def style(self, element: etree._Element) -> tuple[tuple[str, str], ...]:
        """What an element's own style attribute declares."""
        if element not in self._styles:
            self._styles[element] = declarations(element.get("style", ""))
        return self._styles[element]

    def sheets(self) -> Iterator[Rule]:
        """The rules of its style elements; those for Outlook on Windows stand in comments and are not among them."""
        for element in self.all("style"):
            yield from rules(element.text or "")

    @property
    def has_outlook_part(self) -> bool:
        """Whether something is written for Outlook on Windows alone: a table in place of what it does not know."""
        return any("[if" in each and "mso" in each and "<table" in each for each in self.comments)


def text_of(element: etree._Element) -> str:
    """The words of an element, white space folded."""
    return SPACE.sub(" ", str(element.xpath("string()"))).strip()  # without comments
