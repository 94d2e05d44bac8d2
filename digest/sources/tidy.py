"""A parsed tree of harmless elements, written anew as the HTML that digest keeps."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from digest.core.hosts import leads_inside
from digest.core.text import one_line
from digest.sources.addresses import Note, web_address
from digest.sources.allowlist import ATTRIBUTES, BLOCK_TAGS, ID_HOLDERS, INLINE, SHAPES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml import etree

    from digest.sources.addresses import Addresses

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


class Writer:
    """Writes a parsed tree anew. Depth is bounded by `digest.sources.nesting`.

    Args:
        root: The tree.
        notes: Grows by what is left out.
        addresses: What addresses in it mean.
    """

    def __init__(self, root: etree._Element, notes: list[Note], addresses: Addresses) -> None:
        self._addresses = addresses
        self._notes = notes
        self._ids = self._footnote_ids(root)
        self._special = {
            "hr": lambda _element, _kept: ["<hr>\n"],
            **dict.fromkeys(("ul", "ol", "menu", "dl"), self._list),
            "table": self._table,
            "figure": self._figure,
        }
        self._holders = {id(element): new for element, new in self._ids.values()}

    def _footnote_ids(self, root: etree._Element) -> dict[str, tuple[etree._Element, str]]:
        """The ids that links of this text point to: each with its element and the id it gets."""
        wanted = {
            link.get("href", "").strip()[1:] for link in root.iter("a") if link.get("href", "").strip()[:1] == "#"
        }
        found: dict[str, tuple[etree._Element, str]] = {}
        taken: set[str] = set()
        for element in root.iter(*ID_HOLDERS):
            old = element.get("id", "")
            if old not in wanted or old in found or not _keeps_id(element):
                continue
            bare = re.sub(r"[^A-Za-z0-9_.-]", "-", old.removeprefix(self._addresses.prefix))
            new = f"{self._addresses.prefix}{bare}"
            if new not in taken:
                taken.add(new)
                found[old] = element, new
        return found

    def flow(self, element: etree._Element, handed: dict[str, str], *, wrap: bool) -> list[str]:
        """What an element contains, as blocks.

        Args:
            element: The container.
            handed: `lang` and `dir` of wrappers that were taken off.
            wrap: Whether bare text becomes a paragraph.
        """
        parts: list[str] = []
        run = [_text(element.text)]
        for child in element:
            if not _is_block(child):
                run.append(self._inline(child))
            else:
                parts += _flush(run, handed, wrap=wrap, after=bool(parts))
                parts += self._block(child, handed)
                run = []
            run.append(_text(child.tail))
        return parts + _flush(run, handed, wrap=wrap, after=bool(parts))

    def _block(self, element: etree._Element, handed: dict[str, str]) -> list[str]:
        tag = str(element.tag)
        kept = _values(element, ("lang", "dir"))
        if handed:
            kept = {name: value for name in ("lang", "dir") if (value := kept.get(name) or handed.get(name, ""))}
        if tag in self._special:
            return self._special[tag](element, kept)
        if tag == "blockquote":
            return _wrapped(tag, self.flow(element, {}, wrap=True), kept)
        if tag == "pre":
            # A parser drops a line break right after <pre>, so there is none to begin with.
            return _wrapped(tag, [self._inlines(element).lstrip("\n")], kept)
        if tag in _HEADINGS:
            return _wrapped("h2" if tag == "h1" else tag, [self._inlines(element).strip()], kept)
        return self.flow(element, kept, wrap=True)

    def _list(self, element: etree._Element, kept: dict[str, str]) -> list[str]:
        tag = "ul" if element.tag == "menu" else str(element.tag)
        if tag == "ol" and (start := _value(element, "start")):
            kept["start"] = start
        allowed, other = (("dt", "dd"), "dd") if tag == "dl" else (("li",), "li")
        parts = [f"<{other}>{_text(element.text)}</{other}>\n"] if (element.text or "").strip() else []
        for child in element:
            if child.tag in allowed:
                attributes = _values(child, ("lang", "dir"))
                if id(child) in self._holders:
                    attributes["id"] = self._holders[id(child)]
                parts += _wrapped(str(child.tag), self.flow(child, {}, wrap=False), attributes)
            else:
                inner = self._block(child, {}) if _is_block(child) else [self._inline(child)]
                parts += _wrapped(other, inner, {})
            if (child.tail or "").strip():
                parts.append(f"<{other}>{_text(child.tail)}</{other}>\n")
        return _wrapped(tag, ["\n", *parts], kept)

    def _table(self, element: etree._Element, kept: dict[str, str]) -> list[str]:
        before: list[str] = []
        parts: list[str] = []
        for group in element:
            if group.tag == "caption":
                before += self.flow(group, {}, wrap=True)
                continue
            rows = [self._row(row) for row in group.iterchildren("tr")]
            parts += _wrapped("thead" if group.tag == "thead" else "tbody", rows, {})
        return before + _wrapped("table", ["\n", *parts], kept)

    def _row(self, row: etree._Element) -> str:
        cells: list[str] = []
        for cell in row.iterchildren("td", "th"):
            tag = str(cell.tag)
            names = sorted(ATTRIBUTES[tag] | {"lang", "dir"})
            attributes = _values(cell, names)
            # An empty cell keeps its place.
            cells.append(f"<{tag}{_written(attributes)}>{''.join(self.flow(cell, {}, wrap=False)).strip()}</{tag}>")
        return f"<tr>{''.join(cells)}</tr>\n" if cells else ""

    def _figure(self, element: etree._Element, kept: dict[str, str]) -> list[str]:
        captions = [child for child in element if child.tag == "figcaption"]
        for caption in captions:
            remove(caption)
        inner = self.flow(element, {}, wrap=False)
        if not "".join(inner).strip():
            return []  # a caption without its picture says nothing
        for caption in captions:
            inner += _wrapped("figcaption", self.flow(caption, {}, wrap=False), {})
        return _wrapped("figure", inner, kept)

    def _inlines(self, element: etree._Element) -> str:
        parts = [_text(element.text)]
        for child in element:
            # A block where none belongs becomes plain text, kept apart from its neighbours.
            parts.append(f" {self._inlines(child)} " if child.tag in BLOCK_TAGS else self._inline(child))
            parts.append(_text(child.tail))
        return "".join(parts)

    def _inline(self, element: etree._Element) -> str:
        tag = str(element.tag)
        if tag == "br":
            return "<br>"
        if tag == "img":
            return self._image(element)
        inner = self._inlines(element)
        attributes = _values(element, ("lang", "dir", "datetime", "title"))
        if tag == "a":
            href = self._href(element.get("href", "").strip())
            attributes = {"href": href, **attributes} if href else {}
        if id(element) in self._holders:
            attributes["id"] = self._holders[id(element)]
        if tag not in INLINE or (tag == "a" and not attributes) or (not inner.strip() and "id" not in attributes):
            return inner
        return f"<{tag}{_written(attributes)}>{inner}</{tag}>"

    def _href(self, href: str) -> str:
        if href.startswith("#"):
            return f"#{self._ids[href[1:]][1]}" if href[1:] in self._ids else ""
        kept = web_address(href, self._addresses.base) if href else ""
        if self._addresses.foreign and leads_inside(kept, self._addresses.base):
            kept = ""
        if href and not kept:
            message = f"the link to '{one_line(href)[:80]}' is left out: write an https or mailto address"
            self._notes.append(Note(message, href))
        return kept

    def _image(self, element: etree._Element) -> str:
        src = element.get("src", "").strip()
        if not src:
            self._notes.append(
                Note(
                    "an image is left out: its address is missing, or of a kind that is not allowed (data:, file:)",
                    "<img",
                )
            )
            return ""
        try:
            kept = self._addresses.image(src)
        except ValueError as error:
            self._notes.append(Note(f"the image {src[:200]!r} is left out: {error}", src))
            return ""
        attributes = {"src": kept, "alt": one_line(element.get("alt", ""))}
        for name in ("title", "width", "height"):
            if value := _value(element, name):
                attributes[name] = value
        return f"<img{_written(attributes)}>"


def _is_block(element: etree._Element) -> bool:
    """Whether it is a block, or contains one: a link around a paragraph counts as a wrapper."""
    return element.tag in BLOCK_TAGS or (len(element) > 0 and any(inner.tag in BLOCK_TAGS for inner in element.iter()))


def _keeps_id(element: etree._Element) -> bool:
    """Whether the element is written as such: an entry of a list, or truly within a line."""
    if element.tag != "li":
        return not _is_block(element)
    parent = element.getparent()
    return parent is not None and parent.tag in {"ul", "ol", "menu"}


def _flush(run: list[str], handed: dict[str, str], *, wrap: bool, after: bool) -> list[str]:
    """The text between two blocks, as written; `after` a block, which ends with a line break, it begins by itself."""
    text = "".join(run).lstrip() if after else "".join(run)
    if not text.strip():
        return []
    return [f"<p{_written(handed)}>{text.strip()}</p>\n"] if wrap else [text]


def _wrapped(tag: str, inner: list[str], attributes: dict[str, str]) -> list[str]:
    """An element with its content, or nothing when there is none (an entry that a link points to stays)."""
    text = "".join(inner)
    if not text.strip() and "id" not in attributes:
        return []
    return [f"<{tag}{_written(attributes)}>{text}</{tag}>\n"]


def _text(text: str | None) -> str:
    return escape(text, quote=False) if text else ""


def _value(element: etree._Element, name: str) -> str:
    """An attribute's value, or an empty text when it is missing or malformed."""
    value = element.get(name)
    if value is None:
        return ""
    value = one_line(value)
    shape = SHAPES.get(name)
    return value if shape is None or shape.fullmatch(value) else ""


def _values(element: etree._Element, names: Iterable[str]) -> dict[str, str]:
    """Of the attributes named, those it has, well-formed."""
    if not element.keys():  # as most have none
        return {}
    return {name: value for name in names if (value := _value(element, name))}


def _written(attributes: dict[str, str]) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())


def remove(element: etree._Element) -> None:
    """Take an element out; the text after it stays."""
    parent = element.getparent()
    if parent is None:
        return
    previous = element.getprevious()
    if previous is not None:
        previous.tail = (previous.tail or "") + (element.tail or "")
    else:
        parent.text = (parent.text or "") + (element.tail or "")
    parent.remove(element)
