"""Lists of feeds as feed readers exchange them [OPML 2.0]."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from lxml import etree

from digest.core.model import Problem
from digest.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_FEEDS = 10_000
MOST_BYTES = 20_000_000
DEEPEST = 50


@dataclass(frozen=True, slots=True)
class Outline:
    """A feed of a list.

    Attributes:
        title: As the list calls it; may be empty.
        url: Of the feed.
        home: Of its web page; empty when the list does not say.
        categories: The folders it lies in and those it names, outermost first, each once.
        language: As the list says.
    """

    title: str
    url: str
    home: str = ""
    categories: tuple[str, ...] = ()
    language: str = ""


def read_opml(content: bytes, place: str) -> tuple[list[Outline], list[Problem]]:
    """The feeds of a list, each address once, and what could not be used. Never raises for what stands in it.

    Args:
        content: The file.
        place: Its name, for problems.
    """
    if len(content) > MOST_BYTES:
        return [], [Problem(place, f"is larger than {MOST_BYTES:,} bytes; divide it", set_aside=True)]
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(content.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None or _name(root) != "opml":
        return [], [Problem(place, "is no OPML file: it must begin with <opml>", set_aside=True)]
    found: dict[str, Outline] = {}
    problems = [
        # What comes after may be lost: the first slip is where to look.
        Problem(f"{place}:{each.line}", f"is no well-formed XML ({each.message}): mend it, or look what is missing")
        for each in islice(parser.error_log, 1)
    ]
    for line, one in _outlines(root, (), 0):
        if isinstance(one, str):
            problems.append(Problem(f"{place}:{line}", one, set_aside=True))
        elif len(found) >= MOST_FEEDS:
            problems.append(
                Problem(f"{place}:{line}", f"more than {MOST_FEEDS} feeds; the rest is left", set_aside=True)
            )
            break
        else:
            earlier = found.get(one.url)
            # In two folders: one feed of two categories.
            merged = tuple(dict.fromkeys((*(earlier.categories if earlier else ()), *one.categories)))
            found[one.url] = Outline(one.title, one.url, one.home, merged, one.language)
    if not found and not problems:
        problems.append(Problem(place, "names no feed", set_aside=True))
    return list(found.values()), problems


def _name(element: etree._Element) -> str:
    """Its name without a namespace; of a damaged file it may be no name at all, which a QName would refuse."""
    return str(element.tag).rpartition("}")[2].lower()


def _outlines(parent: etree._Element, folders: tuple[str, ...], depth: int) -> Iterator[tuple[int, Outline | str]]:
    """Each feed below an element with its line, or why an outline that should be one is none."""
    for element in parent.iterchildren(tag=etree.Element):
        values = {str(name).lower(): one_line(str(value)) for name, value in element.attrib.items()}
        title = values.get("title") or values.get("text", "")
        inner = folders
        if _name(element) == "outline":
            if url := values.get("xmlurl", ""):
                categories = dict.fromkeys((*folders, *_named(values.get("category", ""))))
                outline = Outline(title, url, values.get("htmlurl", ""), tuple(categories), values.get("language", ""))
                yield _line(element), outline
            elif values.get("type", "").lower() in ("rss", "atom", "feed"):
                yield _line(element), f"'{title[:80]}' has no xmlUrl: the address of its feed is missing"
            elif title:
                inner = tuple(dict.fromkeys((*folders, title)))
        if depth < DEEPEST:
            yield from _outlines(element, inner, depth + 1)


def _line(element: etree._Element) -> int:
    line: Any = element.sourceline
    return int(line or 1)


def _named(text: str) -> Iterator[str]:
    """The categories of an attribute: `/Tech/Mail,Feeds`."""
    for path in text.split(","):
        yield from (part.strip() for part in path.split("/") if part.strip())


def write_opml(title: str, outlines: Sequence[Outline]) -> bytes:
    """A list of feeds; the same list gives the same bytes.

    Args:
        title: Of the list.
        outlines: In order; one of several categories lies in the folder of its first and names all of them.
    """
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    body = etree.SubElement(root, "body")
    folders: dict[str, etree._Element] = {}
    for one in outlines:
        parent = body
        if one.categories:
            name = one.categories[0]
            if name not in folders:
                folders[name] = etree.SubElement(body, "outline", text=name)
            parent = folders[name]
        said = {"type": "rss", "text": one.title or one.url, "title": one.title or one.url, "xmlUrl": one.url}
        said |= {"htmlUrl": one.home} if one.home else {}
        said |= {"language": one.language} if one.language else {}
        said |= {"category": ",".join(f"/{name}" for name in one.categories)} if one.categories else {}
        etree.SubElement(parent, "outline", said)
    etree.indent(root, "  ")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"
