"""One entry of a feed to an article, with every doubt about it.

Dates. The first of published, created, updated (dc:date is one) that can be read and can be true counts; then the day
in the entry's address; then none: it counts as published when first seen. Unlike that of a file, a date that cannot be
read holds nothing back: who writes a feed does not read what is reported here.

Texts. The longest of content and descriptions is the body. A description is the summary where somebody wrote it as one,
see `feed_text.own_summary`.

An entry that the feed breaks off in is held until the feed is whole, and so is one that says nothing at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from digest.core.feeddates import read_feed_date
from digest.core.hosts import leads_inside
from digest.core.model import Body, FoundArticle, Image, Problem
from digest.core.text import clean, one_line, short_hash
from digest.core.urls import canonical_url, date_in_path, is_proxy
from digest.sources.addresses import Addresses, http_address, resolved, web_image
from digest.sources.article_file import LONGEST_TITLE, shortened
from digest.sources.blocks import blocks_of
from digest.sources.feed_raw import RawText
from digest.sources.feed_text import (
    cut_short,
    made_title,
    own_summary,
    plain,
    title_text,
    without_counters,
    without_data,
    without_footer,
)
from digest.sources.markup import text_to_html
from digest.sources.sanitise import finish_fragment, parse_fragment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from digest.core.model import Published
    from digest.sources.feed_raw import RawEntry, Rung

MOST_CATEGORIES = 100
LONGEST_CATEGORY = 100
LONGEST_TEXT = 500_000
"""Characters, pictures in `data:` aside: a novel has so many. To sanitise what is longer can take minutes."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_FIRST_IMAGE = re.compile(r'<img src="([^"]*)" alt="([^"]*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOrigin:
    """What a feed cannot say of itself.

    Attributes:
        source: Name of its source, `feed:planet` say; stays when the feed moves.
        place: How it is shown in places: its address, or its file.
        url: Its address, after redirects; empty for a file.
        charset: Of the answer it came in; empty when unsaid.
        zone: For dates without one (the source's `assume_zone`).
    """

    source: str
    place: str
    url: str = ""
    charset: str = ""
    zone: ZoneInfo | None = None


@dataclass(frozen=True, slots=True)
class FeedPlace:
    """What all entries of a feed share: its origin, site, language and authors, and when it is read."""

    origin: FeedOrigin
    site: str
    language: str
    authors: tuple[str, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """An article whose id and path are still to be given: they depend on the other entries of the feed.

    Attributes:
        place: How the entry is shown in places.
        guid: As stated, one line; empty when it has none.
    """

    article: FoundArticle
    place: str
    guid: str


@dataclass(slots=True)
class _Reader:
    """Reads one entry; `notes` grows."""

    entry: RawEntry
    feed: FeedPlace
    notes: list[str] = field(default_factory=list)

    def url(self) -> str:
        """Where it is to be read, canonical; empty when it names no web address."""
        base = self.feed.origin.url or self.feed.site
        link = resolved(self.entry.link, base)
        original = http_address(self.entry.original) if self.entry.original else ""
        if original and (not link or is_proxy(canonical_url(link))):
            link = original
        elif link and is_proxy(link) and (guid := http_address(self.entry.guid)) and not is_proxy(guid):
            link = guid
        if not link and (guid := http_address(self.entry.guid)):
            link = guid
            if not self.entry.permalink:
                self.notes.append("has no link; its id is one, and is taken")
        if link and leads_inside(link, base):
            link = ""
        if not link:
            said = (
                f"its link '{one_line(self.entry.link)[:80]}' is no web address" if self.entry.link else "has no link"
            )
            self.notes.append(said)
        return canonical_url(link)

    def body(self, title: str, url: str) -> tuple[Body, str]:
        """The body, and its text as one line: of the longest text of the entry."""
        texts = [(plain(text.value), text) for text in self.entry.texts]
        # Of the same text twice, that which says it is HTML: the other shows its tags to the reader.
        line, text = max(texts, key=lambda each: (len(each[0]), each[1].html), default=("", RawText()))
        if not text.html:
            line = one_line(text.value)
        if not line and texts:  # pictures alone
            text = texts[0][1]
        value = without_data(text.value) if text.html else text.value
        if len(value) > LONGEST_TEXT:
            self.notes.append(f"its text has {len(value):,} characters; only the first {LONGEST_TEXT:,} are taken")
            value = cut_short(value, LONGEST_TEXT) if text.html else value[:LONGEST_TEXT]
        markup = without_footer(without_counters(value)) if text.html else text_to_html(clean(value))
        near = url or self.feed.site or self.feed.origin.url
        base = resolved(text.base, near) or near
        prefix = f"fn-{short_hash(self.entry.guid or url or title, 6)}-"
        fragment = parse_fragment(markup)
        fragment.take_title(title)
        addresses = Addresses(base, lambda src: web_image(resolved(src, base)), prefix, foreign=True)
        html = finish_fragment(fragment, addresses)
        self.notes += (one_line(note.message) for note in fragment.notes)
        if not html:
            self.notes.append("has no text")
        return Body(html, blocks_of(html)), line

    def title(self, body: str, url: str) -> str:
        """Its title, or one made of its text or address."""
        title = title_text(self.entry.title.value, html=self.entry.title.html)
        if not title:
            path = one_line(unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2])
            title = made_title(body) or re.sub(r"[-_]+", " ", path.partition(".")[0]).strip().capitalize() or "Untitled"
            of = "text" if body else "address" if title != "Untitled" else "nothing there is"
            self.notes.append(
                f"has no title; '{title[:80]}' is made of its {of}" if title != "Untitled" else "has no title"
            )
        if len(title) > LONGEST_TITLE:
            self.notes.append(f"the title has {len(title):,} characters; it is cut to {LONGEST_TITLE}")
        return shortened(title)

    def dates(self, url: str) -> tuple[Published | None, str, Published | None]:
        """When it was published, by which of its dates, and when it was updated."""
        read: dict[Rung, Published] = {}
        for rung, text in self.entry.dates:
            try:
                found = read_feed_date(text, self.feed.origin.zone, self.feed.now)
            except ValueError as error:
                self.notes.append(f"its date '{one_line(text)[:80]}' ({rung}) is not taken: {error}")
                continue
            read[rung] = found.published
            self.notes += (f"its date '{one_line(text)[:80]}' ({rung}) {doubt}" for doubt in found.doubts)
        if read:
            rung = next(iter(read))
            updated = read.get("updated") if rung != "updated" else None
            return read[rung], rung, updated if updated != read[rung] else None
        if day := date_in_path(url):
            try:
                found = read_feed_date(day.isoformat(), self.feed.origin.zone, self.feed.now)
            except ValueError:
                pass  # as good as no date
            else:
                self.notes.append(f"has no date that can be used: {day}, which its address names, is taken")
                return found.published, "url", None
        self.notes.append("has no date that can be used: it counts as published when first seen")
        return None, "", None

    def image(self, html: str, base: str) -> Image | None:
        """The first picture it names that has a web address, else the first of its text."""
        for image in self.entry.images:
            if address := resolved(image.url, base):
                return Image(address, one_line(image.alt), one_line(plain(image.credit)))
        match = _FIRST_IMAGE.search(html)
        return Image(unescape(match[1]), unescape(match[2])) if match else None

    def categories(self) -> tuple[str, ...]:
        """Its categories, each once whatever its case; none that is an address, or as long as a sentence."""
        found: dict[str, str] = {}
        for each in self.entry.categories:
            text = plain(each)
            if text and len(text) <= LONGEST_CATEGORY and not text.startswith(("http://", "https://")):
                found.setdefault(text.casefold(), text)
        return tuple(found.values())[:MOST_CATEGORIES]

    def language(self) -> str:
        """Its language, else the feed's."""
        for text in (self.entry.language, self.feed.language):
            tag = text.strip().replace("_", "-")
            if _LANGUAGE.fullmatch(tag):
                return tag
        return ""

    def authors(self) -> Iterator[str]:
        """Its authors' names, else the feed's."""
        for name in self.entry.authors or self.feed.authors:
            if text := plain(name):
                yield text


def draft_of(entry: RawEntry, feed: FeedPlace, number: int) -> Draft:
    """Read one entry.

    Args:
        entry: The entry.
        feed: What it shares with the others.
        number: Its place in the feed, from 1.
    """
    reader = _Reader(entry, feed)
    guid = one_line(entry.guid)
    if not guid:
        reader.notes.append("has no id; it is known again by its address or what it says")
    url = reader.url()
    title = title_text(entry.title.value, html=entry.title.html)
    body, line = reader.body(title, url)
    title = reader.title(" ".join(block.text for block in body.blocks[:3]), url)
    published, rung, updated = reader.dates(url)
    image = reader.image(body.html, url or feed.site or feed.origin.url)
    held = "its feed breaks off within it" if entry.cut else ""
    if not (body.html or url or entry.title.value.strip()):
        held = held or "it has neither title nor text nor link"
    if held:
        reader.notes.append(f"stays out: {held}")
    summary = ""
    if len(entry.texts) > 1:
        own = plain(entry.summary.value) if entry.summary.html else one_line(entry.summary.value)
        summary = own_summary(own, line)
    place = f"{feed.origin.place} entry {number} ({shortened(title, 60)})"
    article = FoundArticle(
        source=feed.origin.source,
        path="",
        title=title,
        body=body,
        url=url,
        published=published,
        published_by=rung,
        updated=updated,
        categories=reader.categories(),
        author=", ".join(dict.fromkeys(reader.authors())),
        summary=summary,
        image=image,
        credit=image.credit if image else "",
        language=reader.language(),
        held=held,
        problems=tuple(Problem(place, one_line(note)) for note in dict.fromkeys(reader.notes)),
    )
    return Draft(article, place, guid)
