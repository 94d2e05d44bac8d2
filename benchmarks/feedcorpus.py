"""Feeds however broken, read by feedparser and by digest: what each finds, and what it takes.

python benchmarks/feedcorpus.py FOLDER...      each folder is a corpus: feedparser's own tests, say

The columns, of every corpus: files with a feed's suffix; those that are no feed to either, and those that are one
without entries; the entries that are there, by feedparser (of a JSON Feed, which it does not read, by its items);
those digest has; exceptions; entries lost; entries without id and address, or without a date, of which feedparser has
one; articles and feeds with a doubt. Files with anything lost are named, and those where the text seems to hold more.
"""

from __future__ import annotations

import io
import json
import re
import sys
import time
import warnings
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import feedparser

from digest.sources.feed import FeedOrigin, NotAFeed, read_feed

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.sources.feed import FeedReading

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SUFFIXES = {".xml", ".rss", ".atom", ".rdf", ".json"}
COLUMNS = (
    "files", "no feed", "empty", "entries", "by digest", "exceptions", "lost", "no identity", "no date",
    "doubtful articles", "doubtful feeds",
)  # fmt: skip
_DATES = ("published", "created", "updated")
_ASIDE = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)
_ENTRY = re.compile(rb"<(?:(?!content:)[\w.-]+:)?(?:item|entry)[\s/>]", re.IGNORECASE)


def main() -> None:
    """Print a table of the corpora, or the speed of one feed when none is named."""
    if len(sys.argv) == 1:
        one_feed()
        return
    warnings.simplefilter("ignore")
    rows: dict[str, Counter[str]] = {}
    for folder in map(Path, sys.argv[1:]):
        row = rows[folder.name] = Counter()
        for path in sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file()):
            data = path.read_bytes()
            if path.suffix.lower() != ".json" or b"jsonfeed.org" in data:  # others are what a test expects
                _look(path, data, row)
    if len(rows) > 1:
        rows["together"] = sum(rows.values(), Counter())
    print("| | " + " | ".join(COLUMNS) + " | seconds | feedparser's |\n" + "| --- " * (len(COLUMNS) + 3) + "|")
    for name, row in rows.items():
        cells = [f"{row[column]:,}" for column in COLUMNS]
        cells += [f"{row[side] / 1e9:.1f}" for side in ("digest", "feedparser")]
        print(f"| {name} | " + " | ".join(cells) + " |")


def _look(path: Path, data: bytes, row: Counter[str]) -> None:
    """Count what a file holds, and name what is lost of it."""
    row["files"] += 1
    started = time.perf_counter_ns()
    theirs, known = _theirs(data)
    row["feedparser"] += time.perf_counter_ns() - started
    row["entries"] += len(theirs)
    started = time.perf_counter_ns()
    try:
        reading = read_feed(data, FeedOrigin(source="feed:x", place=path.name, url="https://example.org/feed"), NOW)
    except Exception as error:  # noqa: BLE001 that it fails is what is counted
        row["exceptions"] += 1
        row["lost"] += len(theirs)
        print(f"{path}: {type(error).__name__}: {error}")
        return
    row["digest"] += time.perf_counter_ns() - started
    if isinstance(reading, NotAFeed):
        row["no feed"] += not theirs and not known
        row["lost"] += len(theirs)
        if theirs or known:
            print(f"{path}: {reading.reason}")
        return
    row["empty"] += not reading.entries and not theirs
    _compare(path, reading, theirs, row)
    shown = len(_ENTRY.findall(_ASIDE.sub(b"", data)))
    if shown > reading.entries:
        print(f"{path}: {shown} entries seem to stand there, {reading.entries} are found")


def _theirs(data: bytes) -> tuple[list[dict[str, Any]], bool]:
    """The entries by feedparser, or of a JSON Feed its items; and whether it is a feed at all."""
    if data.lstrip()[:1] == b"{":
        try:
            items = json.loads(data).get("items", [])
        except ValueError:
            return [], False
        names: dict[str, str] = {"url": "link", "date_published": "published", "date_modified": "updated"}
        objects = (item for item in items if isinstance(item, dict)) if isinstance(items, list) else ()
        return [{names.get(str(name), str(name)): value for name, value in item.items()} for item in objects], True
    try:
        found = feedparser.parse(io.BytesIO(data))
    except Exception as error:  # noqa: BLE001 the same
        print(f"feedparser fails: {type(error).__name__}: {error}")
        return [], False
    return list(found.entries), bool(found.get("version"))


def _compare(path: Path, reading: FeedReading, theirs: list[dict[str, Any]], row: Counter[str]) -> None:
    articles, repeated = reading.articles, reading.repeated
    row["by digest"] += len(articles) + repeated
    row["doubtful articles"] += sum(bool(article.problems) for article in articles)
    row["doubtful feeds"] += bool(reading.problems)
    identified = sum(bool(dict.get(entry, "id") or dict.get(entry, "link")) for entry in theirs)
    dated = sum(any(dict.get(entry, name) for name in _DATES) for entry in theirs)
    missing = {
        "lost": len(theirs) - len(articles),
        "no identity": identified - sum(bool(article.id or article.url) for article in articles),
        "no date": dated - sum(article.published_by in _DATES for article in articles),
    }
    for name, count in missing.items():
        if count > repeated:
            row[name] += count - repeated
            print(f"{path}: {name}: {count - repeated} of {len(theirs)}")


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
        readers: dict[str, Callable[[], object]] = {
            "feedparser": partial(feedparser.parse, data),
            "feedparser, texts as written": partial(
                feedparser.parse, data, sanitize_html=False, resolve_relative_uris=False
            ),
            "digest": partial(read_feed, data, origin, NOW),
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
