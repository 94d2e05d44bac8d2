"""A fetched web page as a tree: decoded as its server, its bytes or its head say, and bounded before it is parsed."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.core.text import counted, one_line
from digest.sources.addresses import resolved
from digest.sources.nesting import too_nested
from digest.sources.tidy import remove

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

MOST_BYTES = 8_000_000
MOST_ELEMENTS = 20_000
"""Without scripts; a long page of a news site has 3,000. What is done with a page grows faster than its elements."""

MOST_TEXT = 600_000
"""Characters without scripts; a long book chapter has 100,000."""

LONGEST_CLASS = 2000
"""What goes beyond is cut off: each class is looked for in it, again and again."""

JSON_LD = "application/ld+json"
HTML_TYPES = frozenset({"text/html", "application/xhtml+xml", "application/xml", "text/xml", ""})
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# The HTML standard looks at the first 1024 bytes; sites that put scripts first are read all the same.
_META_CHARSET = re.compile(
    rb"<(?:meta|\?xml)\b[^>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE
)
_HEAD = 8192
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
# What bytes of such encodings are in truth, as browsers read them [WHATWG Encoding, names and labels].
_READ_AS = {
    "iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "ascii": "cp1252", "us-ascii": "cp1252",
    "iso-8859-9": "cp1254", "iso-8859-11": "cp874", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932",
    "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "utf-16": "utf-8",
}  # fmt: skip
# Python's names for what is no encoding of pages.
_NO_CHARSET = frozenset({"utf-7", "unicode_escape", "unicode-escape", "raw_unicode_escape", "idna", "punycode"})
_NOT_TEXT = frozenset({"script", "style", "template", "svg", "math", "iframe", "object", "noscript", "canvas"})


@dataclass(frozen=True, slots=True)
class PageTree:
    """A page, parsed.

    Attributes:
        root: Its <html>, as lxml.html makes it.
        url: Where it was fetched.
        base: Against which its relative addresses resolve.
        notes: What was odd about reading it.
    """

    root: etree._Element
    url: str
    base: str
    notes: tuple[str, ...] = ()


def parse_page(content: bytes, charset: str, media_type: str, url: str) -> PageTree | str:
    """Parse a page.

    Args:
        content: As it came, inflated.
        charset: As the server says; empty when it does not.
        media_type: The same.
        url: Where it was fetched.

    Returns:
        The tree, or why there is none, and what to do; goes on from the page's address.
    """
    if why := _not_html(content, media_type):
        return why
    text, notes = _decoded(content, charset)
    if not text.strip():
        return "is empty: open it in a browser, and take it out if it stays so"
    if too_nested(text):
        return "is nested deeper than any page should be, and is not read: name another page of the site"
    from lxml import etree, html  # noqa: PLC0415 with lxml.html comes a good deal that nothing else needs

    # huge_tree: else everything behind a text of 10 MB or at some depth is dropped; both are bounded above.
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = html.document_fromstring(text.encode("utf-8"), parser=parser)
    except (etree.ParserError, ValueError):
        return "is no HTML: open it in a browser"
    _lighten(root)
    if why := _too_large(root):
        return why
    base = next((resolved(each.get("href", ""), url) for each in root.iter("base")), "") or url
    return PageTree(root, url, base, notes)


def _lighten(root: etree._Element) -> None:
    """Take out scripts but for JSON-LD, and cut endless names of classes: pages are copied and searched many times."""
    for element in list(root.iter("script", "style", "svg", "template")):
        if element.get("type", "").partition(";")[0].strip().lower() != JSON_LD and element.getparent() is not None:
            remove(element)
    for element in root.iter():
        for name in ("class", "id", "style"):
            if len(value := element.get(name, "")) > LONGEST_CLASS:
                element.set(name, value[:LONGEST_CLASS])


def _not_html(content: bytes, media_type: str) -> str:
    kind = media_type.partition(";")[0].strip().lower()
    if content[:1024].lstrip().startswith(b"%PDF-") or kind == "application/pdf":
        return "is a PDF, not a web page: name the page that leads to it"
    if kind not in HTML_TYPES:
        return f"is {kind}, not a web page: name a page in HTML"
    if len(content) > MOST_BYTES:
        return f"has {len(content) // 1_000_000} MB, more than digest reads of a page: name another page of the site"
    if not content.strip():
        return "is empty: open it in a browser, and take it out if it stays so"
    if content[:4] == b"PK\x03\x04" or content.count(b"\0", 0, 4096) > 2048 + 512:
        return "is no text, whatever its server says: name a page in HTML"
    return ""


def _decoded(content: bytes, charset: str) -> tuple[str, tuple[str, ...]]:
    """The text, and what was odd: by its byte order mark, what the server says, what its head says, else by trying."""
    stated = next((name for mark, name in _BOMS if content.startswith(mark)), "") or charset.strip().lower()
    if not stated and (match := _META_CHARSET.search(content, 0, _HEAD)):
        stated = match[1].decode("ascii").lower()
    wanted = "" if stated in _NO_CHARSET else _READ_AS.get(stated, stated)
    for name in dict.fromkeys(filter(None, (wanted, "utf-8", "cp1252"))):
        text, bad = _tried(content, name)
        if text is not None:
            notes = []
            if stated and name != wanted:
                notes.append(f"says it is {one_line(stated)[:40]}, which it is not; it is read as {name}")
            if bad:
                notes.append(f"has {counted(bad, 'place')} with bytes that are no {name}; the rest is read")
            return _UNSEEN.sub("", text.removeprefix("\ufeff")), tuple(notes)
    return _UNSEEN.sub("", content.decode("cp1252", "replace")), ("has bytes that are no text; they are replaced",)


def _tried(content: bytes, name: str) -> tuple[str | None, int]:
    """The text in an encoding, and how many places are none; None where it is another one, or there is no such one."""
    try:
        return content.decode(name), 0
    except LookupError:
        return None, 0
    except UnicodeError:
        if name != "utf-8":
            return None, 0
    # Cut off, or pieced together: UTF-8 all the same, where most of what could fail does not.
    text = content.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    others = len(text) - len(text.encode("ascii", "ignore"))
    return (text, bad) if bad * 2 <= others else (None, 0)


def _too_large(root: etree._Element) -> str:
    characters = 0
    for number, element in enumerate(visible(root)):
        characters += len(element.text or "") + len(element.tail or "")
        if number > MOST_ELEMENTS or characters > MOST_TEXT:
            return "is larger than any article or list of articles, and is not read: name another page of the site"
    return ""


def visible(root: etree._Element) -> Iterator[etree._Element]:
    """The elements of a page in its order, less those that hold no text of it."""
    stack = [root]
    while stack:
        element = stack.pop()
        yield element
        stack += [child for child in reversed(element) if child.tag not in _NOT_TEXT]


def text_of(element: etree._Element) -> str:
    """All text in an element, on one line."""
    return one_line("".join(map(str, element.itertext())))


def tokens(element: etree._Element) -> list[str]:
    """The words of its class, id and role, in lower case."""
    return f"{element.get('class', '')} {element.get('id', '')} {element.get('role', '')}".lower().split()
