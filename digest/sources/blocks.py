"""Sanitised HTML to plain blocks, the form in which summaries, plain text and identity use a body.

Left out: captions, pictures, and footnotes with their markers. In HTML that `digest.sources.sanitise` made, a link to
`#…` is a marker and a list entry with an id is a footnote; nothing else has either.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from digest.core.model import Block
from digest.sources.allowlist import INLINE

if TYPE_CHECKING:
    from digest.core.model import BlockKind

_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")  # str.translate takes twenty times as long on what is not ASCII
_MARKER = re.compile(r"[\[(]?[\d:]{1,7}[\])]?|[a-z*†‡§↑↩^\ufe0e]{1,3}")
_WITHIN_A_LINE = INLINE | {"pre"}
_HEADINGS = {f"h{level}": level for level in range(2, 7)}
_STRUCTURE = frozenset({"ul", "ol", "dl", "blockquote", "figure", "table", "pre", "hr"})


def blocks_of(html: str) -> tuple[Block, ...]:
    """The blocks of sanitised HTML, in reading order."""
    if not html:
        return ()
    parser = etree.HTMLParser(huge_tree=True)
    reader = _Reader()
    reader.flow(etree.fromstring(f"<html><body><div>{html}</div></body></html>", parser)[0][0], "paragraph")
    return tuple(reader.blocks)


class _Reader:
    """One walk over a body; `blocks` grows."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []

    def flow(self, element: etree._Element, kind: BlockKind) -> None:
        """Read a container; the text found directly in it, up to the next list or quote, is one block."""
        run = [element.text or ""]
        for child in element:
            tag = str(child.tag)
            if tag in _STRUCTURE or tag in _HEADINGS:
                self._add(kind, run)
                run = []
                self._structure(child, tag, kind)
            elif tag == "p" and kind != "item":
                self._add(kind, run)
                self._add(kind, [_line(child)])
                run = []
            else:
                run.append(f" {_line(child)} " if tag == "p" else _line(child))
            run.append(child.tail or "")
        self._add(kind, run)

    def _structure(self, element: etree._Element, tag: str, kind: BlockKind) -> None:
        if tag in {"blockquote", "figure"}:
            self.flow(element, "quote" if tag == "blockquote" else kind)
        elif tag == "pre":
            if text := _INVISIBLE.sub("", "".join(_pieces(element, "\n"))).strip("\n"):
                self.blocks.append(Block("code", text))
        elif tag == "table":
            for row in element.iterfind("./*/tr"):
                self._row(row)
        elif tag in _HEADINGS:
            if text := _folded(_line(element)):
                self.blocks.append(Block("heading", text, _HEADINGS[tag]))
        else:
            for entry in element:
                if entry.get("id") is None:
                    self.flow(entry, "item")

    def _row(self, row: etree._Element) -> None:
        cells = [_folded(_line(cell)) for cell in row]
        if any(cells):
            self.blocks.append(Block("table", " | ".join(cells)))

    def _add(self, kind: BlockKind, run: list[str]) -> None:
        if text := _folded("".join(run)):
            self.blocks.append(Block(kind, text))


def _line(element: etree._Element) -> str:
    return "".join(_pieces(element, " "))


def _pieces(element: etree._Element, line_break: str) -> list[str]:
    """The texts of an element and all in it, without captions, footnotes and their markers."""
    if element.tag == "br":
        return [line_break]
    if element.tag == "figcaption" or (element.tag == "li" and element.get("id") is not None):
        return []
    pieces = [element.text or ""]
    for child in element:
        pieces += _pieces(child, line_break)
        pieces.append(child.tail or "")
    if element.tag == "a" and element.get("href", "").startswith("#") and _MARKER.fullmatch("".join(pieces).strip()):
        return []
    # In a line, the text of two blocks (of a table's cell, say) must not run together.
    return pieces if element.tag in _WITHIN_A_LINE else [" ", *pieces, " "]


def _folded(text: str) -> str:
    return " ".join(_INVISIBLE.sub("", text).split())
