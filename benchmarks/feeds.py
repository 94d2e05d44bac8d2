"""Feeds: one of many entries, and all that a newsletter has."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from feedgen.feed import FeedGenerator

from benchmarks.harness import Figure, Side, measure
from benchmarks.sample import NEWSLETTER, SLOT, STORIES, Sample
from digest.core.edition import EditionRecord, Entry, Window
from digest.core.schedule import edition_id
from digest.render.feeds import Feed, FeedItem, feed_files, stable_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from digest.core.model import Article

REPEAT = 9
ENTRIES = 1000
WEEK = timedelta(days=7)
URL = f"https://sluice.example.org/{NEWSLETTER}/"


def feeds(sample: Sample) -> Iterator[Figure]:
    """One feed in three formats, then every feed a run writes, beside feedgen alone making one of them once."""
    articles = sample.first(ENTRIES)
    entries, records = _history(articles)
    feed = _feed(entries)
    alone = Side("feedgen alone, RSS once", lambda: _plain_rss(feed))
    name = f"{len(entries):,} entries"
    yield measure(f"a feed of {name}, three formats", Side("ours", lambda: feed_files(feed)), alone, REPEAT)
    with sample.newsroom() as newsroom:
        newsletter, renderer = newsroom.newsletter(NEWSLETTER), newsroom.publisher.renderer
        count = len(renderer.newsletter_files(newsletter, entries, records))
        yield measure(
            f"archive and feeds of {name}, {count} files",
            Side("ours", lambda: renderer.newsletter_files(newsletter, entries, records)),
            alone,
            REPEAT,
        )


def _history(articles: Sequence[Article]) -> tuple[list[Entry], list[EditionRecord]]:
    """The articles as weekly editions have them, newest edition first."""
    entries, records = [], []
    for week, start in enumerate(range(0, len(articles), STORIES)):
        slot = SLOT - week * WEEK
        stories = articles[start : start + STORIES]
        entries += [_entry(article, slot, position) for position, article in enumerate(stories)]
        records.append(
            EditionRecord(
                newsletter=NEWSLETTER,
                id=edition_id(slot),
                slot=slot,
                window=Window(slot - WEEK, slot),
                status="composed",
                title=f"The Sluice, {slot:%Y-%m-%d}",
                subject=stories[0].title,
                preheader=stories[-1].title,
                articles=tuple(article.key for article in stories),
                titles=tuple(article.title for article in stories),
                sections=tuple(dict.fromkeys(article.categories[0] for article in stories)),
            )
        )
    return entries, records


def _entry(article: Article, slot: datetime, position: int) -> Entry:
    return Entry(
        key=article.key,
        edition=edition_id(slot),
        position=position,
        section=article.categories[0],
        title=article.title,
        url=f"{URL}{edition_id(slot)}/{article.key}.html",
        summary=article.summary,
        html=article.body.html,
        author=article.author,
        categories=article.categories,
        language="en",
        published=article.published.instant if article.published else None,
        appeared=slot + timedelta(seconds=position),
    )


def _feed(entries: Sequence[Entry]) -> Feed:
    return Feed(
        id=stable_id("sluice.example.org", "feed"),
        title="The Sluice",
        description="What moves on the water.",
        home_url=URL,
        base_url=URL,
        language="en",
        author="Sluice Press",
        items=tuple(map(_item, entries)),
    )


def _item(entry: Entry) -> FeedItem:
    return FeedItem(
        id=stable_id("sluice.example.org", "article", entry.key),
        title=entry.title,
        url=entry.url,
        summary=entry.summary,
        html=entry.html,
        author=entry.author,
        categories=entry.categories,
        language=entry.language,
        published=entry.published or entry.appeared,
        updated=entry.appeared,
    )


def _plain_rss(feed: Feed) -> bytes:
    generator = FeedGenerator()
    generator.title(feed.title)
    generator.link(href=feed.home_url)
    generator.description(feed.description)
    for item in feed.items:
        entry = generator.add_entry(order="append")
        entry.guid(item.id)
        entry.title(item.title)
        entry.link(href=item.url)
        entry.description(item.summary or item.title)
        entry.content(item.html, type="html")
        entry.published(item.published)
    return bytes(generator.rss_str())
