"""The text of a web page's article.

trafilatura says which text belongs to the article; the form is the page's own. What it gives back has lost much of that
(numbered lists, captions, code within a line, which way a text runs), so its text decides which of the page's blocks
stay, and these go through the sanitising that files go through.
"""

from __future__ import annotations

import logging
import re
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lxml import etree

from digest.core.model import Body
from digest.core.text import letters, short_hash, word_count
from digest.sources.addresses import Addresses, resolved
from digest.sources.allowlist import BLOCK_TAGS
from digest.sources.blocks import blocks_of
from digest.sources.sanitise import finish_fragment, parse_fragment
from digest.sources.webpage_furniture import prepare, take_dateline, take_furniture, take_standfirst
from digest.sources.webpage_tree import text_of

if TYPE_CHECKING:
    from datetime import datetime
    from types import ModuleType
    from zoneinfo import ZoneInfo

    from digest.sources.webpage_tree import PageTree

_LONG = 40
"""Letters from which a block is known by what it says; a shorter one may stand anywhere in another text."""

_PARTS = frozenset({"td", "th", "li", "dt", "dd", "pre"})
_SIZE = re.compile(r"(?:[-_]\d{2,4}x\d{2,4}|[-_](?:scaled|large|medium|small|thumb(?:nail)?)|@\dx)+(?=\.\w+$)")


@dataclass(frozen=True, slots=True)
class PageText:
    """An article's text.

    Attributes:
        body: Sanitised; pictures with absolute https addresses only.
        words: In it.
        dateline: A date that stood alone above it, and was taken out; empty when there was none.
        notes: What went wrong.
    """

    body: Body
    words: int
    dateline: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownOfText:
    """What is known of an article before its text is, and is not to be repeated in it.

    Attributes:
        url: Its canonical address.
        title: Its title.
        summary: A description; left out of the text where it is shown above it.
        lead: Address of its picture; empty when there is none.
        zone: Of a date that stands above the text.
        now: Aware.
    """

    url: str
    title: str
    summary: str
    lead: str
    zone: ZoneInfo | None
    now: datetime


@cache
def load_trafilatura() -> ModuleType:
    """Import trafilatura, which takes half a second, and silence it: what it thinks of a page is told as a problem."""
    import trafilatura  # noqa: PLC0415 see above

    for name in ("trafilatura", "htmldate", "courlan", "readability", "justext", "charset_normalizer"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return trafilatura


def page_text(page: PageTree, known: KnownOfText) -> PageText:
    """Read the text of a page, which is not changed."""
    root = deepcopy(page.root)
    prepare(root)
    take_standfirst(root, known.summary)
    _wrap_bare_text(root)
    extracted, why = _extract(root, page.url)
    if why:
        return PageText(Body("", ()), 0, notes=(why,))
    return _finished(_own_form(root, extracted) or _plain_form(extracted), page, known)


def text_body(text: str, url: str) -> PageText:
    """The same of plain text, as JSON-LD has it."""
    paragraphs = [part.strip() for part in re.split(r"\n+|\r\n|(?:<br\s*/?>\s*)+", text) if part.strip()]
    html = text if "<p" in text else "".join(f"<p>{part}</p>" for part in paragraphs)
    fragment = parse_fragment(html)
    kept = finish_fragment(fragment, Addresses(url, foreign=True))
    return _counted(kept)


def image_key(address: str) -> str:
    """What the addresses of one picture in several sizes share."""
    try:
        path = urlsplit(address).path
    except ValueError:
        return address
    return _SIZE.sub("", path.rpartition("/")[2]).casefold() or address


def https_image(address: str, base: str) -> str:
    """A picture's absolute https address; one at http on the page's own https site is asked for there.

    Raises:
        ValueError: It has none; the message goes on from 'the image x is left out: '.
    """
    found = resolved(address, base)
    if found.startswith("http:") and base.startswith("https:") and urlsplit(found).netloc == urlsplit(base).netloc:
        found = f"https{found[4:]}"
    if not found.startswith("https:"):
        raise ValueError("it has no https address")
    return found


def _extract(root: etree._Element, url: str) -> tuple[etree._Element, str]:
    """What trafilatura takes for the text; or why it takes nothing."""
    try:
        document = load_trafilatura().bare_extraction(
            deepcopy(root),
            url=url,
            output_format="html",  # 'python' would work out its plain text too
            include_comments=False,
            include_tables=True,
            include_images=True,
            include_formatting=True,
            include_links=True,
            deduplicate=False,  # remembers texts from page to page, so the same page would give another result
            with_metadata=False,
            date_extraction_params={"max_date": ""},  # not used; without it the clock is read
        )
    except (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
        return etree.Element("body"), f"cannot be read by trafilatura ({type(error).__name__}: {error})"
    except etree.Error as error:
        return etree.Element("body"), f"cannot be read by trafilatura ({error})"
    return (etree.Element("body") if document is None else document.body), ""


def _wrap_bare_text(root: etree._Element) -> None:
    """Make paragraphs of text that stands in wrappers beside blocks, or is parted by double line breaks."""
    for element in list(root.iter("div", "section", "article", "main", "td", "body", "center")):
        children = list(element)
        bare = [child for child in children if child.tag not in BLOCK_TAGS]
        beside = len(bare) < len(children)
        breaks = sum(child.tag == "br" for child in bare)
        if not (beside or breaks > 1) or not _has_bare_text(element):
            continue
        _rewrap(element, children)


def _has_bare_text(element: etree._Element) -> bool:
    loose = [element.text, *(child.tail for child in element)]
    return any(text and text.strip() for text in loose)


def _rewrap(element: etree._Element, children: list[etree._Element]) -> None:
    text, element.text = element.text, None
    for child in children:
        element.remove(child)
    run = etree.SubElement(element, "p")
    run.text = text
    for child in children:
        tail, child.tail = child.tail, None
        if child.tag in BLOCK_TAGS or (
            child.tag == "br" and len(run) and run[-1].tag == "br" and not (run[-1].tail or "").strip()
        ):
            if child.tag in BLOCK_TAGS:
                element.append(child)
            run = etree.SubElement(element, "p")
            run.text = tail
        else:
            run.append(child)
            child.tail = tail
    for paragraph in element.iterchildren("p"):
        while len(paragraph) and paragraph[-1].tag == "br" and not (paragraph[-1].tail or "").strip():
            paragraph.remove(paragraph[-1])
    for paragraph in [each for each in element if each.tag == "p" and not len(each) and not (each.text or "").strip()]:
        element.remove(paragraph)


def _own_form(root: etree._Element, extracted: etree._Element) -> str:
    """The page's own blocks with the text extracted; empty where most of that is not found in them."""
    whole = letters("".join(map(str, extracted.itertext())))
    short = {letters(text_of(each)) for each in extracted.iter(etree.Element)}
    sources = {image_key(each.get("src", "")) for each in extracted.iter("graphic", "img")}
    kept: list[etree._Element] = []
    seen: set[str] = set()
    for leaf in _leaves(root):
        said = letters(text_of(leaf))
        if leaf.tag != "figcaption" and len(said) >= _LONG and said in whole and said not in seen:
            kept.append(leaf)
            seen.add(said)
    if sum(len(letters(text_of(each))) for each in kept) < 0.6 * len(whole):
        return ""
    container = _common(kept)
    keeper = _Keeper(whole, short, sources, kept)
    keeper.prune(container)
    return etree.tostring(container, encoding="unicode", method="html", with_tail=False)


def _leaves(root: etree._Element) -> list[etree._Element]:
    """Blocks without blocks in them, and wrappers with nothing but text."""
    return [
        each
        for each in root.iter(etree.Element)
        if each.tag in BLOCK_TAGS and not any(inner.tag in BLOCK_TAGS for inner in each.iterdescendants())
    ]


def _common(elements: list[etree._Element]) -> etree._Element:
    """The smallest element around all of them; of a single one its parent."""
    if not elements:
        return etree.Element("div")
    path = [*reversed(list(elements[0].iterancestors()))]
    for element in elements[1:]:
        other = [*reversed(list(element.iterancestors()))]
        same = 0
        while same < min(len(path), len(other)) and path[same] is other[same]:
            same += 1
        path = path[:same]
    # Not one entry or row: its list belongs to the text.
    while path[-1].tag in {"ul", "ol", "dl", "li", "tr", "tbody", "table", "td", "blockquote"} and len(path) > 1:
        path.pop()
    return path[-1]


class _Keeper:
    """Takes out of a container what is no text of the article.

    Args:
        whole: Letters of all the text.
        short: Letters of each block of it.
        sources: Keys of its pictures.
        kept: Leaves that are known to stay; others that say the same go.
    """

    def __init__(self, whole: str, short: set[str], sources: set[str], kept: list[etree._Element]) -> None:
        self._whole = whole
        self._short = short
        self._sources = sources
        self._kept = set(kept)
        self._left = len(kept)

    def prune(self, element: etree._Element) -> bool:
        """Prune what is in an element; returns whether anything stays."""
        stays = False
        for child in list(element):
            if self._stays(child):
                stays = True
            elif child.tag in BLOCK_TAGS or child.tag == "img":
                tail = child.tail
                child.clear()
                child.tag, child.tail = "span", tail
        return stays

    def _stays(self, element: etree._Element) -> bool:
        if element in self._kept:
            self._left -= 1
            return True
        if element.tag == "figure":
            # A picture before the text or behind it is of the page's head or foot, but for those trafilatura took.
            shows = next(element.iter("img", "pre", "table", "blockquote"), None) is not None
            return shows and (0 < self._left < len(self._kept) or self._pictured(element))
        if element.tag == "hr":
            return 0 < self._left < len(self._kept)
        if any(child.tag in BLOCK_TAGS for child in element.iterdescendants()):
            return self.prune(element)
        if element.tag in BLOCK_TAGS:
            return self._known(element) or (not text_of(element) and self._pictured(element))
        return element.tag != "img" or self._pictured(element)

    def _known(self, leaf: etree._Element) -> bool:
        """Whether a short block is one of the text; a cell or an entry counts wherever its words stand in it."""
        said = letters(text_of(leaf))
        if not 0 < len(said) < _LONG:
            return False
        return said in self._short or (leaf.tag in _PARTS and said in self._whole)

    def _pictured(self, element: etree._Element) -> bool:
        return any(image_key(each.get("src", "")) in self._sources for each in element.iter("img"))


def _plain_form(extracted: etree._Element) -> str:
    """The text extracted, as paragraphs and headings."""
    names = {"head": "h2", "item": "li", "quote": "blockquote", "p": "p"}
    parts = []
    for child in extracted:
        tag = names.get(str(child.tag), "p")
        lines = [text_of(each) for each in child.iter("item")] if child.tag == "list" else [text_of(child)]
        parts += [f"<{tag}>{escape(line, quote=False)}</{tag}>" for line in lines if line]
    return "".join(parts)


def _finished(html: str, page: PageTree, known: KnownOfText) -> PageText:
    fragment = parse_fragment(html)
    fragment.take_title(known.title)
    take_furniture(fragment.root)
    dateline = take_dateline(fragment.root, known.zone, known.now)
    key = image_key(known.lead) if known.lead else ""

    def image(source: str) -> str:
        found = https_image(source, page.base)
        if key and image_key(found) == key:
            raise ValueError("it is the article's own picture, which is shown above the text")
        return found

    # Relative links are of the page that was fetched, whatever address it goes by.
    addresses = Addresses(page.base, image, f"fn-{short_hash(known.url, 6)}-", foreign=True)
    return _counted(finish_fragment(fragment, addresses), dateline)


def _counted(html: str, dateline: str = "") -> PageText:
    blocks = blocks_of(html)
    return PageText(Body(html, blocks), sum(word_count(block.text) for block in blocks), dateline)
