"""RSS, Atom and RDF by way of feedparser, with what it stumbles over taken out of its way.

feedparser gives texts as written here: it neither cleans HTML nor resolves addresses, nor is it asked for dates. It
reads what is broken by rules of its own; where it fails, or finds fewer entries than stand there, libxml2 mends the XML
first and it reads again.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lxml import etree

from digest.core.text import one_line
from digest.core.wishes import Wishes, wishes
from digest.sources.feed_bytes import prepared
from digest.sources.feed_raw import RawEntry, RawFeed, RawImage, RawText, Rung
from digest.sources.spans import without_spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

# feedparser looks for an e-mail address in a name, in time that grows with the square of its length.
# expat names the file it reads, and there is none.
_EXPAT_PLACE = re.compile(r"^<unknown>:(\d+):(\d+): ")
_NAME = re.compile(
    rb"(<(?:[\w.-]+:)?(?:author|creator|managingeditor|webmaster|name|publisher|email)\b[^<>]*>"
    rb"(?:\s*<!\[CDATA\[)?[^<]{500})[^<]+",
    re.IGNORECASE,
)
# A picture's description would become the entry's; under a name that feedparser does not know, it stays apart.
_MEDIA_TEXT = re.compile(rb"<(/?)media:description\b[^<>]*>", re.IGNORECASE)
_NOT_MARKUP = re.compile(rb"<!(\[CDATA\[|--)", re.IGNORECASE)
_NOT_MARKUP_ENDS = {b"[cdata[": re.compile(rb"\]\]>"), b"--": re.compile(rb"-->")}
_ENTRY = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry)[\s/>]", re.IGNORECASE)
_BEGUN = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry)\b", re.IGNORECASE)
_ENTRY_END = re.compile(rb"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.IGNORECASE)
_SKIPPED = re.compile(rb"<skip(hours|days)\s*>(.{0,3000}?)</skip\1\s*>", re.IGNORECASE | re.DOTALL)
_SKIPPED_ONE = re.compile(rb"<(?:hour|day)\s*>\s*(\w{1,12})\s*<", re.IGNORECASE)
_IMAGE_NAME = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)(?:[?#]|$)", re.IGNORECASE)
_RUNGS: tuple[Rung, ...] = ("published", "created", "updated")
_NO_PAGE = frozenset({"self", "edit", "enclosure", "replies", "hub", "next", "previous", "first", "last", "license"})
_PLAIN = frozenset({"text/plain", "text"})


def read_xml_feed(data: bytes, charset: str) -> RawFeed | str:
    """Read a feed of any format in XML.

    Args:
        data: The whole file.
        charset: Of the answer it came in; empty when unsaid.

    Returns:
        The feed, its `format` empty when nothing in the file is one; or why it cannot be read.
    """
    notes: list[str] = []
    clean, charset = prepared(data, charset, notes)
    named = _NAME.sub(rb"\1", clean)
    ready = _MEDIA_TEXT.sub(rb"<\1media:words>", named)
    found = _parsed(ready, charset)
    if isinstance(found, str) or found.get("bozo"):
        # In broken XML, whatever was taken out of feedparser's way may be what held an entry: the most entries count.
        best = max(_tries(data, named, ready, charset, found), key=_entry_count, default=None)
        if best is not None and (isinstance(found, str) or _entry_count(best) > _entry_count(found)):
            notes.append("is no well-formed XML; it was mended")
            found = best
        elif isinstance(found, str):
            return f"cannot be read: {found}"
        else:
            notes += _trouble(found.get("bozo_exception"))
    feed = found["feed"]
    entries = [_entry(entry) for entry in found["entries"]]
    if entries and found.get("bozo") and _breaks_off(ready):
        entries[-1] = replace(entries[-1], cut=True)
        notes.append("breaks off within its last entry")
    return RawFeed(
        format=found.get("version") or "",
        title=_text(feed, "title"),
        link=_link(feed),
        language=_text(feed, "language"),
        authors=_authors(feed) if str(found.get("version")).startswith("atom") else (),
        entries=tuple(entries),
        wishes=_wishes(feed, ready),
        notes=tuple(dict.fromkeys(notes)),
    )


def _parsed(data: bytes, charset: str) -> Any:
    """What feedparser makes of it, or why it fails."""
    import feedparser  # noqa: PLC0415 costs 50 ms, and most runs read no feed

    headers = {"content-type": f"application/xml; charset={charset}"} if charset else {}
    try:
        # As a stream: bytes it would take for a file's name.
        return feedparser.parse(
            io.BytesIO(data), response_headers=headers, resolve_relative_uris=False, sanitize_html=False
        )
    except Exception as error:  # noqa: BLE001 whatever stands in a feed, a parser's slip is no reason to lose the others
        return one_line(f"{type(error).__name__}: {error}")[:200]


def _mended(data: bytes) -> bytes:
    """Well-formed XML with as much of the input as libxml2 can make out; empty when that is nothing."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return b""
    return b"" if root is None else etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _tries(data: bytes, named: bytes, ready: bytes, charset: str, found: Any) -> Iterator[Any]:
    """Other readings of a feed that is broken, where they could win an entry; one that fails is left out."""
    # Where none was found, its letters may be of a kind in which '<item' cannot be seen, EBCDIC say.
    if not isinstance(found, str) and b"\0" not in data and _entry_count(found) >= max(1, len(_BEGUN.findall(data))):
        return
    if isinstance(found, str) or _count(ready) > _entry_count(found):
        yield from _read([_mended(ready)], "utf-8")
    yield from _read([each for each in dict.fromkeys((named, _NAME.sub(rb"\1", data))) if each != ready], charset)


def _read(texts: Iterable[bytes], charset: str) -> Iterator[Any]:
    yield from (each for each in (_parsed(text, charset) for text in texts) if not isinstance(each, str))


def _entry_count(found: Any) -> int:
    return len(found["entries"])


def _count(data: bytes) -> int:
    """How many entries seem to stand in it."""
    return len(_ENTRY.findall(_markup(data)))


def _markup(data: bytes) -> bytes:
    """What is neither a comment nor CDATA."""
    return without_spans(data, _NOT_MARKUP, _NOT_MARKUP_ENDS, b"")


def _breaks_off(data: bytes) -> bool:
    """Whether the last entry has no end."""
    markup = _markup(data)
    last = max((match.end() for match in _ENTRY.finditer(markup)), default=0)
    return last > 0 and _ENTRY_END.search(markup, last) is None


def _trouble(error: Any) -> list[str]:
    name = type(error).__name__
    if name in {"NonXMLContentType", "NoneType"}:
        return []
    said = _EXPAT_PLACE.sub(r"line \1, column \2: ", one_line(str(error))[:200])
    if name in {"CharacterEncodingOverride", "CharacterEncodingUnknown"}:
        return [f"states a wrong encoding: {said}"]
    return [f"is no well-formed XML ({said}); it was read all the same"]


def _get(found: Mapping[str, Any], name: str, default: Any = None) -> Any:
    """A value by the name it was noted under: feedparser's own look-up gives other values in place of missing ones."""
    return dict.get(found, name, default) if isinstance(found, dict) else default


def _text(found: Mapping[str, Any], name: str) -> str:
    value = _get(found, name)
    return value.strip() if isinstance(value, str) else ""


def _wishes(feed: Mapping[str, Any], data: bytes) -> Wishes:
    """How often it wants to be asked; of skipped hours and days feedparser keeps the last alone."""
    skipped: dict[bytes, list[str]] = {b"hours": [], b"days": []}
    if "skiphours" in feed or "skipdays" in feed:
        for match in _SKIPPED.finditer(_markup(data)):
            skipped[match[1].lower()] += (one.decode("ascii", "replace") for one in _SKIPPED_ONE.findall(match[2]))
    return wishes(
        ttl=_text(feed, "ttl"),
        period=_text(feed, "sy_updateperiod"),
        frequency=_text(feed, "sy_updatefrequency"),
        hours=skipped[b"hours"],
        days=skipped[b"days"],
    )


def _raw(found: Mapping[str, Any], *, plain: str = "") -> RawText:
    """A text with its details; `plain` is the value where there are none."""
    kind = (_text(found, "type") or "text/html").lower()
    value = _get(found, "value")
    return RawText(
        value if isinstance(value, str) else plain,
        html=kind not in _PLAIN,
        base=_text(found, "base"),
        language=_text(found, "language"),
    )


def _entry(entry: Mapping[str, Any]) -> RawEntry:
    guid = _text(entry, "id")
    link = _link(entry)
    if link == guid and not guid.startswith(("https://", "http://")):
        link = ""  # feedparser takes any guid for a link
    summary = _raw(_get(entry, "summary_detail", {}), plain=_text(entry, "summary"))
    contents = [_raw(each) for each in _get(entry, "content", ()) if _is_text(each)]
    repeated = any(text.value == summary.value for text in contents)
    # feedparser gives the content as a summary too, without a word on its kind, where there is none.
    own = () if repeated and "summary_detail" not in entry else (summary,)
    texts = [text for text in dict.fromkeys((*contents, *own)) if text.value.strip()]
    if not texts and (words := _text(entry, "media_words")):
        texts = [RawText(words, html=False)]
    title = _title(entry)
    return RawEntry(
        title=title,
        guid=guid,
        link=link,
        original=_text(entry, "feedburner_origlink") or _text(entry, "pheedo_origlink"),
        permalink=bool(_get(entry, "guidislink", False)),
        texts=tuple(texts),
        summary=RawText() if repeated else summary,
        dates=tuple((rung, text) for rung in _RUNGS if (text := _text(entry, rung))),
        authors=_authors(entry),
        categories=tuple(_categories(_get(entry, "tags", ()))),
        images=tuple(_images(entry)),
        language=next((text.language for text in (*texts, title) if text.language), ""),
    )


def _title(entry: Mapping[str, Any]) -> RawText:
    """Its title; feedparser's detail may be of another title within the entry, a picture's say."""
    value = _text(entry, "title")
    detail = _raw(_get(entry, "title_detail", {}), plain=value)
    return detail if detail.value.strip() == value else replace(detail, value=value)


def _is_text(content: Any) -> bool:
    kind = (_text(content, "type") or "text/html").lower()
    return kind.startswith("text/") or kind.endswith(("xhtml+xml", "html")) or kind in _PLAIN


def _link(found: Mapping[str, Any]) -> str:
    if link := _text(found, "link"):
        return link
    others = [each for each in _get(found, "links", ()) if _text(each, "rel") not in _NO_PAGE]
    others.sort(key=lambda each: _text(each, "rel") != "alternate")
    return next((href for each in others if (href := _text(each, "href"))), "")


def _authors(found: Mapping[str, Any]) -> tuple[str, ...]:
    """Names; an e-mail address is nobody's name."""
    named = [_text(each, "name") for each in _get(found, "authors", ())]
    names = [name for name in named if name] or [_text(_get(found, "author_detail", {}), "name")]
    names = [name.removesuffix("(mailto:").rstrip() for name in names]  # what is left of 'Name (mailto:address)'
    return tuple(dict.fromkeys(name for name in names if name and not re.fullmatch(r"\S+@\S+", name)))


def _categories(tags: Iterable[Any]) -> Iterable[str]:
    for tag in tags:
        if text := _text(tag, "label") or _text(tag, "term"):
            yield text


def _images(entry: Mapping[str, Any]) -> Iterable[RawImage]:
    """The pictures named: Media RSS (the widest first), thumbnails, enclosures, iTunes."""
    credit = next((_text(each, "content") for each in _get(entry, "media_credit", ()) if _text(each, "content")), "")
    media = [each for each in _get(entry, "media_content", ()) if _is_image(each)]
    thumbnails = list(_get(entry, "media_thumbnail", ()))
    for each in (*sorted(media, key=_width, reverse=True), *sorted(thumbnails, key=_width, reverse=True)):
        if url := _text(each, "url"):
            yield RawImage(url, credit)
    for each in _get(entry, "links", ()):
        if _text(each, "rel") == "enclosure" and _is_image(each):
            yield RawImage(_text(each, "href"), credit)
    if url := _text(_get(entry, "image", {}), "href"):
        yield RawImage(url)


def _is_image(media: Mapping[str, Any]) -> bool:
    kind = _text(media, "type").lower()
    if kind or _text(media, "medium"):
        return kind.startswith("image/") or _text(media, "medium") == "image"
    return bool(_IMAGE_NAME.search(_text(media, "url") or _text(media, "href")))


def _width(media: Mapping[str, Any]) -> int:
    width = _text(media, "width")
    return int(width) if width.isascii() and width.isdecimal() and len(width) < 6 else 0
