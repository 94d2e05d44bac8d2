"""What a feed must satisfy, checked on its bytes: RSS 2.0, Atom and JSON Feed 1.1. The rules' names: `value_rules`."""

from __future__ import annotations

import json
import re
from collections import Counter
from email.utils import parsedate_to_datetime
from html.entities import name2codepoint
from typing import TYPE_CHECKING, Any

from lxml import etree
from value_rules import (
    HARMLESS,
    WEB,
    Finding,
    check_identifier,
    check_language,
    check_media_type,
    check_plausible,
    check_timestamp,
    check_unique,
    check_uri,
    html_findings,
    names,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


RELATIONS = names("alternate related self enclosure via first last previous next")
RSS_CHANNEL = names("title link description docs generator language lastBuildDate pubDate item")
RSS_ITEM = names("title link description guid category enclosure pubDate") | {CONTENT, CREATOR}
ATOM_FEED = names("id title updated author link generator subtitle entry", ATOM)
ATOM_ENTRY = names("id title updated published author link content summary category", ATOM)
REPEATED = names("link entry category author", ATOM) | {"item", "category", CREATOR}

_RFC822 = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}")
_END_TAG = re.compile(r"</(\w+)>")
_REFERENCE = re.compile(r"&(#?\w+)")
_EMAIL = re.compile(r"<[^<>\s]+@[^<>\s]+>")


def findings(name: str, content: bytes, now: datetime) -> list[Finding]:
    """All findings for a file of a feed; `now` is what no date may lie after."""
    if name.endswith(".json"):
        return list(_json(content, now))
    if not content.startswith((b"<?xml version='1.0' encoding='UTF-8'?>", b'<?xml version="1.0" encoding="UTF-8"?>')):
        return [Finding("encoding", "no XML declaration that says UTF-8")]
    try:
        root = etree.fromstring(content)
    except etree.XMLSyntaxError as error:
        return [Finding("well-formed", str(error))]
    checker = _Xml(content.decode().split("\n"), now)
    found = list(checker.rss(root) if root.tag == "rss" else checker.atom(root))
    texts = [text for each in root.iter() for text in (each.text, *map(str, each.attrib.values())) if text]
    found += [Finding("bad-character", repr(text[:40])) for text in texts if re.search("[\x80-\x9f\ufffd]", text)]
    return found


class _Xml:
    """The rules of RSS and Atom over one document."""

    def __init__(self, lines: list[str], now: datetime) -> None:
        self.lines = lines
        self.now = now

    def rss(self, root: etree._Element) -> Iterator[Finding]:
        if root.get("version") != "2.0":
            yield Finding("version", f"rss version {root.get('version')}")
        (channel,) = root
        yield from _shape(channel, RSS_CHANNEL | {f"{ATOM}link"}, {"title", "link", "description", "language"})
        links = channel.findall(f"{ATOM}link")
        yield from self._self_link(links, "application/rss+xml")
        for path in ("title", "description"):
            yield from self._plain(channel.find(path))
        yield from check_language(channel.findtext("language"))
        home = channel.findtext("link") or ""
        yield from check_uri(home)
        if any(link.get("href") == home for link in links):
            yield Finding("home", home)
        items = channel.findall("item")
        if any(child.tag == "item" for child in list(channel)[: -len(items) or None]):
            yield Finding("order", "an item before the channel's own elements")
        for date in channel.findall("lastBuildDate") + channel.findall("pubDate"):
            yield from self._rfc822(date.text)
        yield from check_unique("unique-id", [item.findtext("guid") for item in items])
        for item in items:
            yield from self._item(item)

    def _item(self, item: etree._Element) -> Iterator[Finding]:
        yield from _shape(item, RSS_ITEM, {"title", "link", "description", "guid", "pubDate"})
        yield from check_uri(item.findtext("link"))
        for element in (item.find("title"), *item.findall("category")):
            yield from self._plain(element)
        yield from self._rfc822(item.findtext("pubDate"))
        for guid in item.findall("guid"):
            if guid.get("isPermaLink") == "false":
                yield from check_identifier(guid.text)
            elif not WEB.fullmatch(guid.text or ""):
                yield Finding("id", f"a permalink that is none: {guid.text}")
        for enclosure in item.findall("enclosure"):
            if set(enclosure.attrib) != {"url", "length", "type"} or not str(enclosure.get("length")).isdecimal():
                yield Finding("enclosure", str(dict(enclosure.attrib)))
            yield from check_uri(enclosure.get("url"))
            yield from check_media_type(enclosure.get("type"))
        tags = [child.tag for child in item]
        if CONTENT in tags and "description" in tags and tags.index(CONTENT) < tags.index("description"):
            yield Finding("order", "content:encoded before description")
        for path in ("description", CONTENT):
            if item.findtext(path):
                yield from html_findings(item.findtext(path) or "")

    def atom(self, root: etree._Element) -> Iterator[Finding]:
        if root.tag != f"{ATOM}feed":
            yield Finding("element", str(root.tag))
            return
        yield from _shape(root, ATOM_FEED, {f"{ATOM}{name}" for name in ("id", "title", "updated")})
        yield from check_language(root.get(LANG))
        yield from check_identifier(root.findtext(f"{ATOM}id"))
        yield from self._rfc3339(root.findtext(f"{ATOM}updated"))
        yield from self._links(root.findall(f"{ATOM}link"))
        yield from self._self_link(root.findall(f"{ATOM}link"), "application/atom+xml")
        for name in ("title", "subtitle"):
            yield from self._text(root.find(f"{ATOM}{name}"))
        yield from self._authors(root)
        entries = root.findall(f"{ATOM}entry")
        if any(child.tag == f"{ATOM}entry" for child in list(root)[: -len(entries) or None]):
            yield Finding("order", "an entry before the feed's own elements")
        yield from check_unique("unique-id", [entry.findtext(f"{ATOM}id") for entry in entries])
        yield from check_unique("unique-updated", [entry.findtext(f"{ATOM}updated") for entry in entries])
        for entry in entries:
            yield from self._entry(entry)
            if root.find(f"{ATOM}author") is None and entry.find(f"{ATOM}author") is None:
                yield Finding("required", "an author, of the feed or of each entry")

    def _entry(self, entry: etree._Element) -> Iterator[Finding]:
        yield from _shape(entry, ATOM_ENTRY, {f"{ATOM}{name}" for name in ("id", "title", "updated")})
        yield from check_identifier(entry.findtext(f"{ATOM}id"))
        if entry.get(LANG) is not None:
            yield from check_language(entry.get(LANG))
        for name in ("updated", "published"):
            if entry.find(f"{ATOM}{name}") is not None:
                yield from self._rfc3339(entry.findtext(f"{ATOM}{name}"))
        links = entry.findall(f"{ATOM}link")
        yield from self._links(links)
        for name in ("title", "summary", "content"):
            yield from self._text(entry.find(f"{ATOM}{name}"))
        yield from self._authors(entry)
        for category in entry.findall(f"{ATOM}category"):
            if not category.get("term"):
                yield Finding("required", "a category's term")
        content, summary = entry.find(f"{ATOM}content"), entry.find(f"{ATOM}summary")
        if content is None and (summary is None or not any(link.get("rel") == "alternate" for link in links)):
            yield Finding("summary", "neither content, nor a summary and an alternate")
        if content is not None and summary is not None and summary.text == entry.findtext(f"{ATOM}title"):
            yield Finding("summary", "the title again")

    def _links(self, links: list[etree._Element]) -> Iterator[Finding]:
        alternates = [
            f"{link.get('type', '')} {link.get('hreflang', '')}"
            for link in links
            if link.get("rel", "alternate") == "alternate"
        ]
        yield from check_unique("one-alternate", alternates)
        for link in links:
            if link.get("rel", "alternate") not in RELATIONS:
                yield Finding("link-relation", str(link.get("rel")))
            if unknown := set(link.attrib) - {"href", "rel", "type", "length", "title", "hreflang"}:
                yield Finding("attribute", f"{unknown} of a link")
            yield from check_uri(link.get("href"))
            if link.get("type") is not None:
                yield from check_media_type(link.get("type"))
            if link.get("length") is not None and not str(link.get("length")).isdecimal():
                yield Finding("enclosure", f"length {link.get('length')}")

    def _self_link(self, links: list[etree._Element], media_type: str) -> Iterator[Finding]:
        selves = [link for link in links if link.get("rel") == "self"]
        if len(selves) != 1 or selves[0].get("type") != media_type or not WEB.fullmatch(str(selves[0].get("href"))):
            yield Finding("self", str([dict(link.attrib) for link in selves]))

    def _authors(self, parent: etree._Element) -> Iterator[Finding]:
        for author in parent.findall(f"{ATOM}author"):
            name = author.find(f"{ATOM}name")
            if name is None or not name.text:
                yield Finding("required", "an author's name")
                continue
            yield from self._plain(name)
            if _EMAIL.search(name.text):
                yield Finding("email", name.text)

    def _text(self, element: etree._Element | None) -> Iterator[Finding]:
        """A text construct [RFC 4287 section 3.1]."""
        if element is None:
            return
        kind = element.get("type", "text")
        if kind not in ("text", "html"):
            yield Finding("text-type", kind)
        elif kind == "html":
            yield from html_findings(element.text or "")
        else:
            yield from self._plain(element)

    def _plain(self, element: etree._Element | None) -> Iterator[Finding]:
        """A text that must not look like HTML; `&#x26;` and `&#x3C;` in it show that somebody thought about it."""
        if element is None or not element.text:
            return
        text = element.text
        deliberate = "&#x" in self.lines[(element.sourceline or 1) - 1]
        tags = [tag for tag in _END_TAG.findall(text) if tag.lower() in HARMLESS | {"script", "style"}]
        references = [
            name for name in _REFERENCE.findall(text) if name in name2codepoint or name == "apos" or not name.isalpha()
        ]
        in_rss = element.getroottree().getroot().tag == "rss"
        if tags or (not deliberate and (references or (in_rss and re.search(r"&#[x0-9]|<[/a-zA-Z]", text)))):
            yield Finding("plain-text", text)

    def _rfc822(self, text: str | None) -> Iterator[Finding]:
        if not _RFC822.fullmatch(text or ""):
            yield Finding("date", str(text))
            return
        instant = parsedate_to_datetime(str(text))
        if f"{instant:%a}" != str(text)[:3]:
            yield Finding("date", f"not that day of the week: {text}")
        yield from check_plausible(instant, self.now)

    def _rfc3339(self, text: str | None) -> Iterator[Finding]:
        yield from check_timestamp(text, self.now)


def _shape(parent: etree._Element, allowed: frozenset[str], required: set[str]) -> Iterator[Finding]:
    counted = Counter(str(child.tag) for child in parent)
    for tag, number in counted.items():
        if tag not in allowed:
            yield Finding("element", f"{tag} in {parent.tag}")
        if number > 1 and tag not in REPEATED:
            yield Finding("once", f"{number} of {tag}")
    for tag in sorted(required - set(counted)):
        yield Finding("required", f"{tag} in {parent.tag}")
    for child in parent:
        if not (child.text or len(child) or child.attrib):
            yield Finding("blank", str(child.tag))


JSON_FEED = names("version title home_page_url feed_url description language authors items")
JSON_ITEM = names(
    "id url title content_html content_text summary image date_published date_modified authors tags language"
)


def _json(content: bytes, now: datetime) -> Iterator[Finding]:
    try:
        feed = json.loads(content.decode())
    except ValueError as error:
        yield Finding("well-formed", str(error))
        return
    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        yield Finding("version", str(feed.get("version")))
    for name in sorted({"title", "items"} - set(feed)):
        yield Finding("required", name)
    for name in sorted(set(feed) - JSON_FEED):
        yield Finding("element", name)
    yield from _json_values(feed, ("home_page_url", "feed_url"))
    yield from check_unique("unique-id", [item.get("id") for item in feed.get("items", [])])
    for item in feed.get("items", []):
        yield from _json_item(item, now)


def _json_item(item: dict[str, Any], now: datetime) -> Iterator[Finding]:
    for name in sorted(set(item) - JSON_ITEM):
        yield Finding("element", name)
    if not isinstance(item.get("id"), str):
        yield Finding("required", "an item's id, a string")
    else:
        yield from check_identifier(item["id"])
    yield from _json_values(item, ("url", "image"))
    if not (item.get("content_html") or item.get("content_text")):
        yield Finding("content", str(item.get("id")))
    yield from html_findings(item.get("content_html", ""))
    for name in ("date_published", "date_modified"):
        if name in item:
            yield from check_timestamp(item[name], now)


def _json_values(values: dict[str, Any], urls: tuple[str, ...]) -> Iterator[Finding]:
    """The types of what a feed and an item have in common."""
    for name in urls:
        if name in values:
            yield from check_uri(values[name])
    if "language" in values:
        yield from check_language(values["language"])
    shapes: dict[str, Callable[[Any], bool]] = {
        "title": lambda value: isinstance(value, str) and value != "",
        "summary": lambda value: isinstance(value, str),
        "tags": lambda value: isinstance(value, list) and all(isinstance(tag, str) for tag in value),
        "authors": lambda value: isinstance(value, list) and all(author.get("name") for author in value),
    }
    for name, fits in shapes.items():
        if name in values and not fits(values[name]):
            yield Finding("type", f"{name}: {values[name]!r}")
