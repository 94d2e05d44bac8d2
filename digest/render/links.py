"""URLs: as feeds need them, and inside an article's HTML, relative for a page beside its pictures, else absolute."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit

import lxml.html

from digest.core.hosts import ascii_host
from digest.core.model import is_remote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from digest.render.pictures import PictureFile

_VOID_WRAPPER = "<div>{}</div>"
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_KEPT = "!$%&'()*+,;=:@/?"


def uri(address: str) -> str:
    """An absolute web address as a URI: ASCII only, its host as `xn--` where needed [RFC 3987 section 3.1].

    RSS allows nothing else, and some readers of Atom and JSON Feed take nothing else.
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        if not host.isascii():
            parts = parts._replace(netloc=parts.netloc.lower().replace(host, ascii_host(host)))
    except ValueError:
        # A host that is none: there is nothing to reach, but the feed must stay one.
        return quote(_STRAY_PERCENT.sub("%25", address), safe=_KEPT + "#")
    escaped = [quote(_STRAY_PERCENT.sub("%25", part), safe=_KEPT) for part in parts[2:]]
    return parts._replace(path=escaped[0], query=escaped[1], fragment=escaped[2]).geturl()


def pictures_in(html: str) -> list[str]:
    """The `src` of each picture, in order."""
    if "<img" not in html:
        return []
    sources = (str(image.get("src", "")) for image in lxml.html.fromstring(_VOID_WRAPPER.format(html)).iter("img"))
    return [src for src in sources if src]


def with_pictures(html: str, published: Mapping[str, PictureFile], *, linked: bool = True) -> str:
    """The HTML with each picture as it is published, with its size; one that is not there is dropped.

    Args:
        html: An article's.
        published: The pictures by their `src`.
        linked: Whether remote ones stay as they are.
    """
    if "<img" not in html:
        return html
    root = lxml.html.fromstring(_VOID_WRAPPER.format(html))
    images = [each for each in root.iter("img") if isinstance(each, lxml.html.HtmlElement)]
    for image in images:
        src = image.get("src", "")
        if linked and is_remote(src):
            continue
        found = published.get(src)
        if found is None:
            image.drop_tree()
            continue
        image.set("src", found.path)
        if found.width and found.height:
            image.set("width", str(found.width))
            image.set("height", str(found.height))
    return _inner(root)


def embedded_in(html: bytes, folder: str, files: Iterable[str]) -> list[str]:
    """The files of an edition that its message shows, by path.

    Args:
        html: The message.
        folder: Address of the edition's folder.
        files: Their paths.
    """
    return [path for path in files if f'src="{folder}{path}"'.encode() in html]


def absolute(html: str, page: str, pictures: str) -> str:
    """The HTML with every address made absolute.

    Every `href` against the page it stands on, fragments included; every `src`
    against the folder its pictures are in.
    """
    if "href=" not in html and "src=" not in html:
        return html
    root = lxml.html.fromstring(_VOID_WRAPPER.format(html))
    for element in root.iter("a", "img"):
        for name, base in (("href", page), ("src", pictures)):
            value = element.get(name)
            if value is not None:
                element.set(name, urljoin(base, value))
    return _inner(root)


def scrollable(html: str) -> str:
    """The HTML for a page that scrolls its wide tables: the keyboard can reach them [WCAG 2.2, 2.1.1]."""
    if "<table" not in html:
        return html
    root = lxml.html.fromstring(_VOID_WRAPPER.format(html))
    for table in root.iter("table"):
        table.set("tabindex", "0")
    return _inner(root)


def _inner(root: lxml.html.HtmlElement) -> str:
    whole: str = lxml.html.tostring(root, encoding="unicode")
    return whole.removeprefix("<div>").removesuffix("</div>")
