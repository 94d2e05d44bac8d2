"""Feeds out: RSS 2.0, Atom and JSON Feed 1.1 of one list of items, which agree on ids, order and titles.

Ids are made from the site's id and the key of the article or edition, never from a URL or a title, so they stay when
those change. Nothing stamps the clock: a feed's dates are those of its items.
"""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Any

from feedgen.feed import FeedGenerator
from lxml import etree

from digest.core.text import clean, one_line
from digest.render.links import uri

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedgen.entry import FeedEntry

JSON_FEED = "https://jsonfeed.org/version/1.1"

_ATOM = "{http://www.w3.org/2005/Atom}"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# What programs that guess take for HTML in a plain text: an end tag, a character reference.
_TAKEN_FOR_HTML = re.compile(r"</\w+>|&#?\w+;")
_ANGLED = re.compile(r"\s*<[^<>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """One item of a feed.

    Attributes:
        id: `urn:uuid:...`, the same for ever.
        summary: Plain text.
        html: Full content, URLs absolute; may be empty.
        published: Aware.
        updated: Aware; no two items of a feed share it.
    """

    id: str
    title: str
    url: str
    summary: str
    html: str
    author: str
    categories: tuple[str, ...]
    language: str
    published: datetime
    updated: datetime
    image_url: str = ""
    image_type: str = ""
    image_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed: the same in all three formats.

    Attributes:
        id: `urn:uuid:...`, the same for ever.
        home_url: The page it is the feed of; never the feed itself.
        base_url: The folder its three files are served in, ends with `/`.
        author: Name of who publishes.
        items: Newest first; at least one.
    """

    id: str
    title: str
    description: str
    home_url: str
    base_url: str
    language: str
    author: str
    items: tuple[FeedItem, ...]

    @property
    def updated(self) -> datetime:
        """When its last item changed."""
        return max(item.updated for item in self.items)


def stable_id(site_id: str, *parts: str) -> str:
    """An id that never changes: a version 5 UUID [RFC 9562] as a URN, from the site's id and the parts."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, '/'.join((f'digest:{site_id}', *parts)))}"


def feed_files(feed: Feed) -> dict[str, bytes]:
    """The three files of a feed, by name."""
    feed = _prepared(feed)
    return {"rss.xml": _rss(feed), "atom.xml": _atom(feed), "feed.json": _json(feed)}


def _prepared(feed: Feed) -> Feed:
    """The feed with texts that any format can hold, URLs that are URIs, and times in UTC without fractions."""
    return replace(
        feed,
        title=one_line(feed.title),
        description=one_line(feed.description),
        home_url=uri(feed.home_url),
        base_url=uri(feed.base_url),
        author=_name(feed.author) or one_line(feed.title),
        items=tuple(map(_prepared_item, feed.items)),
    )


def _prepared_item(item: FeedItem) -> FeedItem:
    title, summary = one_line(item.title), one_line(item.summary)
    return replace(
        item,
        title=title,
        url=uri(item.url),
        # The title again is no summary [RFC 4287 section 4.2.13].
        summary=summary if summary != title else "",
        html=clean(item.html),
        author=_name(item.author),
        categories=tuple(filter(None, map(one_line, item.categories))),
        published=_utc(item.published),
        updated=_utc(item.updated),
        image_url=uri(item.image_url),
    )


def _name(author: str) -> str:
    """A name alone: an address beside it, `Ann <ann@example.org>`, is not for the whole world to read."""
    return one_line(_ANGLED.sub("", one_line(author)))


def _utc(instant: datetime) -> datetime:
    """Offsets with seconds, which old local times have, are none that a feed may have [RFC 3339 section 5.6]."""
    return instant.astimezone(UTC).replace(microsecond=0)


def _generator(feed: Feed, file_name: str, media_type: str) -> FeedGenerator:
    generator = FeedGenerator()
    generator.id(feed.id)
    generator.title(feed.title)
    # The last link set becomes the channel's <link>, which must be the page.
    generator.link(href=feed.base_url + file_name, rel="self", type=media_type)
    generator.link(href=feed.home_url, rel="alternate", type="text/html")
    generator.language(feed.language)
    generator.updated(feed.updated)  # lastBuildDate in RSS
    generator.generator("digest")
    return generator


def _entry(generator: FeedGenerator, item: FeedItem) -> FeedEntry:
    # feedgen puts a new entry first unless it is told otherwise.
    entry = generator.add_entry(order="append")
    entry.id(item.id)
    entry.title(item.title)
    entry.link(href=item.url, rel="alternate")
    for category in item.categories:
        entry.category(term=category)
    entry.published(item.published)
    entry.updated(item.updated)
    return entry


def _rss(feed: Feed) -> bytes:
    generator = _generator(feed, "rss.xml", "application/rss+xml")
    generator.description(feed.description)
    generator.load_extension("dc", atom=False, rss=True)
    for item in feed.items:
        entry = _entry(generator, item)
        entry.guid(item.id, permalink=False)
        # Readers take this element for HTML, whatever it holds.
        entry.description(escape(item.summary or item.title, quote=False))
        if item.html:
            entry.content(item.html, type="html")
        if _is_enclosed(item):
            entry.enclosure(item.image_url, str(item.image_bytes), item.image_type)
        # RSS's own author element must be an address; Dublin Core's is a name.
        entry.dc.dc_creator(item.author or feed.author)
    root = _parsed(generator.rss_str())
    for element in _all(root, "channel/title", "channel/description", "channel/item/title", "channel/item/category"):
        if _TAKEN_FOR_HTML.search(element.text or ""):
            element.text = escape(element.text or "", quote=False)
    return _written(root)


def _atom(feed: Feed) -> bytes:
    generator = _generator(feed, "atom.xml", "application/atom+xml")
    generator.subtitle(feed.description)
    generator.author(name=feed.author)
    for item in feed.items:
        entry = _entry(generator, item)
        if item.summary or not item.html:
            entry.summary(item.summary or item.title)
        if item.html:
            entry.content(item.html, type="html")
        if item.author:
            entry.author(name=item.author)
    root = _parsed(generator.atom_str())
    for element in _all(root, *(_ATOM + name for name in ("title", "subtitle")), *_in_entries("title", "summary")):
        # Some readers take a plain text for HTML; one that says it is HTML is the same to all [RFC 4287 3.1.1].
        if set("<&") & set(element.text or ""):
            element.set("type", "html")
            element.text = escape(element.text or "", quote=False)
    for element, item in zip(root.iterfind(f"{_ATOM}entry"), feed.items, strict=True):
        _complete(element, item, feed)
    return _written(root)


def _complete(entry: etree._Element, item: FeedItem, feed: Feed) -> None:
    """What feedgen leaves out of an entry: the relation of its link, its picture as a second one, its language."""
    link = entry.find(f"{_ATOM}link")
    if link is not None:
        link.set("rel", "alternate")
        if _is_enclosed(item):
            picture = {"href": item.image_url, "type": item.image_type, "length": str(item.image_bytes)}
            link.addnext(etree.Element(f"{_ATOM}link", {"rel": "enclosure", **picture}))
    if item.language and item.language != feed.language:
        entry.set(_XML_LANG, item.language)


def _is_enclosed(item: FeedItem) -> bool:
    """Whether all is known of its picture that an enclosure must tell."""
    return bool(item.image_url and item.image_bytes and item.image_type)


def _in_entries(*names: str) -> Iterator[str]:
    return (f"{_ATOM}entry/{_ATOM}{name}" for name in names)


def _all(root: etree._Element, *paths: str) -> Iterator[etree._Element]:
    return (element for path in paths for element in root.iterfind(path))


def _parsed(content: bytes) -> etree._Element:
    return etree.fromstring(content, etree.XMLParser(huge_tree=True, resolve_entities=False))


def _written(root: etree._Element) -> bytes:
    whole = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    # The RSS profile asks for these two references in texts, the rest of the world does not mind.
    return whole.replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;")


def _json(feed: Feed) -> bytes:
    whole = {
        "version": JSON_FEED,
        "title": feed.title,
        "home_page_url": feed.home_url,
        "feed_url": feed.base_url + "feed.json",
        "description": feed.description,
        "language": feed.language,
        "authors": [{"name": feed.author}],
        "items": [_json_item(item) for item in feed.items],
    }
    return (json.dumps(whole, ensure_ascii=False, indent=2) + "\n").encode()


def _json_item(item: FeedItem) -> dict[str, Any]:
    whole: dict[str, Any] = {"id": item.id, "url": item.url, "title": item.title}
    if item.html:
        whole["content_html"] = item.html
    else:
        whole["content_text"] = item.summary or item.title
    if item.summary:
        whole["summary"] = item.summary
    if item.image_url:
        whole["image"] = item.image_url
    whole["date_published"] = _rfc3339(item.published)
    whole["date_modified"] = _rfc3339(item.updated)
    if item.author:
        whole["authors"] = [{"name": item.author}]
    if item.categories:
        whole["tags"] = list(item.categories)
    whole["language"] = item.language
    return whole


def _rfc3339(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"
