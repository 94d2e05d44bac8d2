"""A newsletter's feeds, on their bytes: RSS 2.0, Atom [RFC 4287], JSON Feed 1.1; each alone and beside the others."""

from __future__ import annotations

import json
import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from digest.checks.catalogue import found
from digest.core.hosts import private_host, well_formed_host

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from digest.core.finding import Finding

NAMES = ("atom.xml", "rss.xml", "feed.json")
JSON_VERSION = "https://jsonfeed.org/version/1.1"
_ATOM = "{http://www.w3.org/2005/Atom}"
_REFERENCE = re.compile(r"&#?\w+;")
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")


class Entry(NamedTuple):
    """An entry as a feed has it; what is missing is empty."""

    id: str
    title: str
    url: str


class Feed(NamedTuple):
    """A feed as it was read.

    Attributes:
        lacking: What it must have and has not.
        dates: All of them, with whether each is in the form the format asks for.
        own: The address it gives as its own.
        home: The address of the page it belongs to.
    """

    lacking: tuple[str, ...]
    dates: tuple[tuple[str, bool], ...]
    own: str
    home: str
    entries: tuple[Entry, ...]


def feeds(files: Mapping[str, bytes], newsletter: str, home: str) -> Iterator[Finding]:
    """What is wrong with the feeds of a newsletter.

    Args:
        files: The newsletter's, by path within its folder: each `atom.xml`, `rss.xml` and `feed.json` is looked at.
        newsletter: Its key: places begin with it.
        home: Address of that folder, ends with "/".
    """
    folders: dict[str, dict[str, Feed]] = {}
    for path in sorted(files):
        folder, _, name = path.rpartition("/")
        if name not in NAMES:
            continue
        place = f"{newsletter} {path}"
        try:
            feed = _READERS[name](files[path])
        except (etree.XMLSyntaxError, ValueError, TypeError, AttributeError) as error:
            yield found("FEED001", place, f"cannot be read: {error}")
            continue
        folders.setdefault(folder, {})[name] = feed
        yield from _alone(feed, place, f"{home}{path}")
    for folder, together in folders.items():
        yield from _together(together, f"{newsletter} {folder}".rstrip())


def _alone(feed: Feed, place: str, own: str) -> Iterator[Finding]:
    for what in feed.lacking:
        yield found("FEED002", place, f"lacks {what}")
    for date, right in feed.dates:
        if not right:
            yield found("FEED003", place, f"has the date '{date}'")
    ids = [entry.id for entry in feed.entries]
    twice = sorted({each for each in ids if ids.count(each) > 1})
    if twice:
        yield found("FEED004", place, f"has {len(twice)} ids more than once, {twice[0]} among them")
    if feed.own != own:
        yield found("FEED005", place, f"says it is at {feed.own or 'no address'}, and is at {own}")
    if feed.home == feed.own:
        yield found("FEED005", place, f"names itself, {feed.home}, as the page it belongs to")
    for address in (feed.home, *(entry.url for entry in feed.entries)):
        host = well_formed_host(address)
        if not host or private_host(host):
            why = "which readers cannot reach" if host else "which is no web address"
            yield found("FEED006", place, f"links to '{address[:90]}', {why}")


def _together(feeds_of: Mapping[str, Feed], place: str) -> Iterator[Finding]:
    """Whether the formats tell the same, in the same order."""
    first, *others = sorted(feeds_of)
    told = [_told(entry) for entry in feeds_of[first].entries]
    for name in others:
        other = [_told(entry) for entry in feeds_of[name].entries]
        if other != told:
            at = next((n for n, pair in enumerate(zip(told, other, strict=False), 1) if pair[0] != pair[1]), 0)
            said = f"differ in entry {at}" if at else f"have {len(told)} and {len(other)} entries"
            yield found("FEED007", place, f"{first} and {name} {said}")


def _told(entry: Entry) -> tuple[str, str]:
    return entry.id, " ".join(entry.title.split())


def _atom(content: bytes) -> Feed:
    root = etree.fromstring(content, _parser())
    entries = root.findall(f"{_ATOM}entry")
    lacking = [f"<{name}>" for name in ("id", "title", "updated") if not _words(root, _ATOM + name)]
    for entry in entries:
        lacking += [f"<{name}> in an entry" for name in ("id", "title", "updated") if not _words(entry, _ATOM + name)]
    authored = root.find(f"{_ATOM}author") is not None
    if not authored and any(entry.find(f"{_ATOM}author") is None for entry in entries):
        lacking.append("<author>")
    dates = [_words(each) for name in ("updated", "published") for each in root.iter(_ATOM + name)]
    return Feed(
        tuple(dict.fromkeys(lacking)),
        tuple((date, bool(_RFC3339.fullmatch(date))) for date in dates),
        _atom_link(root, "self"),
        _atom_link(root, "alternate"),
        tuple(Entry(_words(each, f"{_ATOM}id"), _title(each), _atom_link(each, "alternate")) for each in entries),
    )


def _rss(content: bytes) -> Feed:
    root = etree.fromstring(content, _parser())
    channel = root.find("channel")
    if root.tag != "rss" or channel is None:
        raise ValueError("it is not <rss> with a <channel>")
    items = channel.findall("item")
    lacking = [f"<{name}>" for name in ("title", "link", "description") if not _words(channel, name)]
    for item in items:
        lacking += ["<guid> in an item"] if not _words(item, "guid") else []
        lacking += ["<title> or <description> in an item"] if not _words(item, "title") else []
    dates = [_words(each) for name in ("pubDate", "lastBuildDate") for each in channel.iter(name)]
    return Feed(
        tuple(dict.fromkeys(lacking)),
        tuple((date, _is_rfc822(date)) for date in dates),
        _atom_link(channel, "self"),
        _words(channel, "link"),
        tuple(Entry(_words(each, "guid"), _rss_title(each), _words(each, "link")) for each in items),
    )


def _json(content: bytes) -> Feed:
    data: dict[str, Any] = json.loads(content)
    lacking = [] if data.get("version") == JSON_VERSION else [f"the version {JSON_VERSION}"]
    lacking += [] if data.get("title") else ["a title"]
    items: list[dict[str, Any]] = data["items"] if isinstance(data.get("items"), list) else []
    lacking += [] if isinstance(data.get("items"), list) else ["a list of items"]
    for item in items:
        lacking += [] if isinstance(item.get("id"), str) and item["id"] else ["a string as an item's id"]
        lacking += [] if item.get("content_html") or item.get("content_text") else ["an item's content"]
    dates = [str(item[name]) for item in items for name in ("date_published", "date_modified") if name in item]
    return Feed(
        tuple(dict.fromkeys(lacking)),
        tuple((date, bool(_RFC3339.fullmatch(date))) for date in dates),
        str(data.get("feed_url", "")),
        str(data.get("home_page_url", "")),
        tuple(Entry(str(each.get("id", "")), str(each.get("title", "")), str(each.get("url", ""))) for each in items),
    )


_READERS = {"atom.xml": _atom, "rss.xml": _rss, "feed.json": _json}


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


def _words(element: etree._Element, name: str = "") -> str:
    """The text of an element, or of its first child of a name; empty when there is none."""
    inner = element.find(name) if name else element
    return (inner.text or "").strip() if inner is not None else ""


def _title(entry: etree._Element) -> str:
    """The title of an Atom entry as words: one of type="html" has markup and references in it."""
    element = entry.find(f"{_ATOM}title")
    text = _words(entry, f"{_ATOM}title")
    if element is None or element.get("type") != "html" or not text:
        return text
    return _as_read(text)


def _rss_title(item: etree._Element) -> str:
    """The title of an RSS item as words: what has a reference in it is read as HTML, by feed readers and by us."""
    text = _words(item, "title")
    return _as_read(text) if _REFERENCE.search(text) else text


def _as_read(html: str) -> str:
    return str(etree.fromstring(f"<p>{html}</p>", etree.HTMLParser()).xpath("string()"))


def _atom_link(element: etree._Element, rel: str) -> str:
    found_links = (each for each in element.findall(f"{_ATOM}link") if each.get("rel", "alternate") == rel)
    return next((each.get("href") or "" for each in found_links), "")


def _is_rfc822(date: str) -> bool:
    try:
        return parsedate_to_datetime(date).tzinfo is not None
    except ValueError:
        return False
