"""Feeds of a folder, however broken, read by feedparser and by digest: what each finds, and what it takes.

python benchmarks/feedcorpus.py FOLDER      (feedparser's own tests, say)
"""

from __future__ import annotations

import io
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import feedparser

from digest.sources.feed import FeedOrigin, NotAFeed, read_feed

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SUFFIXES = {".xml", ".rss", ".atom", ".rdf", ".json"}


def main() -> None:
    """Print the figures."""
    if len(sys.argv) == 1:
        one_feed()
        return
    figures: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    for path in sorted(path for path in Path(sys.argv[1]).rglob("*") if path.suffix in SUFFIXES and path.is_file()):
        data = path.read_bytes()
        figures["files"] += 1
        started = time.perf_counter()
        try:
            found = len(feedparser.parse(io.BytesIO(data)).entries)
        except Exception:  # noqa: BLE001 that it fails is what is counted
            found = 0
            figures["exceptions of feedparser"] += 1
        seconds["feedparser"] += time.perf_counter() - started
        started = time.perf_counter()
        try:
            reading = read_feed(data, FeedOrigin(source="feed:x", place=path.name, url="https://example.org/feed"), NOW)
        except Exception as error:  # noqa: BLE001 the same
            figures["exceptions of digest"] += 1
            print(f"{path}: {type(error).__name__}: {error}")
            continue
        seconds["digest"] += time.perf_counter() - started
        figures["entries by feedparser"] += found
        if isinstance(reading, NotAFeed):
            figures["no feed, says digest"] += 1
            figures["entries lost"] += found
            if found:
                print(f"{path}: {reading.reason}")
            continue
        taken = len(reading.articles) + reading.repeated
        figures["entries by digest"] += taken
        figures["of them repeated"] += reading.repeated
        figures["entries lost"] += max(0, found - taken)
        figures["articles with a guid"] += sum(bool(article.id) for article in reading.articles)
        figures["articles with a URL"] += sum(bool(article.url) for article in reading.articles)
        figures["articles with a date"] += sum(article.published is not None for article in reading.articles)
        figures["articles with a doubt"] += sum(bool(article.problems) for article in reading.articles)
        figures["feeds with a doubt"] += bool(reading.problems)
        if found > taken:
            print(f"{path}: feedparser finds {found}, digest {taken}")
    for name, value in figures.items():
        print(f"{name:28}{value:8,}")
    for name, value in seconds.items():
        print(f"seconds of {name:17}{value:8.2f}")


def one_feed(entries: int = 50, rounds: int = 5) -> None:
    """Print the best of some rounds for a feed that is as it should be, and for one with an undeclared entity."""
    text = "<p>" + "</p><p>".join(" ".join(f"word{word}" for word in range(100)) for _ in range(3)) + "</p>"
    items = "".join(
        f"<item><title>Entry {number}</title><link>https://example.org/{number}</link><guid>https://example.org/{number}"
        f"</guid><pubDate>Tue, 03 Feb 2026 08:{number % 60:02}:00 +0100</pubDate><category>News</category>"
        f"<description><![CDATA[{number} {text}]]></description></item>"
        for number in range(entries)
    )
    origin = FeedOrigin(source="feed:x", place="x", url="https://example.org/feed")
    for name, mark in (("well-formed", ""), ("an undeclared entity", "&nbsp;")):
        data = f'<rss version="2.0"><channel><title>T{mark}</title>{items}</channel></rss>'.encode()
        readers = {
            "feedparser": lambda data=data: feedparser.parse(io.BytesIO(data)),
            "feedparser, texts as written": lambda data=data: feedparser.parse(
                io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False
            ),
            "digest": lambda data=data: read_feed(data, origin, NOW),
        }
        for reader, read in readers.items():
            best = float("inf")
            for _ in range(rounds):
                started = time.perf_counter()
                read()
                best = min(best, time.perf_counter() - started)
            print(f"{name:22}{reader:30}{best * 1000:8.1f} ms")


if __name__ == "__main__":
    main()
