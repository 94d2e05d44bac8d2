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
    if len(sys.argv) != 2:
        sys.exit(str(__doc__))
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


if __name__ == "__main__":
    main()
