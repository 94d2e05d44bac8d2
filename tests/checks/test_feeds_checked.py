"""Each kind of finding on feeds, by the bytes of the golden edition's: as they are, and with one thing broken."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.checks.feeds import NAMES, feeds
from digest.render.feeds import Feed, FeedItem, feed_files

GOLDEN = Path(__file__).parents[1] / "golden/edition/weekly"
HOME = "https://news.example.org/weekly/"
FIRST = b"urn:uuid:04f0240e-57b5-594a-8e26-48c254f427ff"


@pytest.fixture
def files():
    return {str(path.relative_to(GOLDEN)): path.read_bytes() for path in GOLDEN.rglob("*") if path.name in NAMES}


def found(files):
    return [(each.code, each.place) for each in feeds(files, "weekly", HOME)]


def test_the_golden_feeds_have_no_finding(files):
    assert len(files) >= 9
    assert found(files) == []


@pytest.mark.parametrize(
    ("code", "name", "old", "new"),
    [
        ("FEED001", "atom.xml", b"</feed>", b""),
        ("FEED001", "rss.xml", b"<title>", b"<title>&"),
        ("FEED001", "rss.xml", b"rss", b"rdf"),
        ("FEED001", "feed.json", b'"version"', b"version"),
        ("FEED002", "atom.xml", b"<updated>2026-03-02T07:00:04+00:00</updated>", b""),
        ("FEED002", "atom.xml", b"<id>" + FIRST + b"</id>", b""),
        ("FEED002", "rss.xml", b"<description>The Test Weekly</description>", b""),
        ("FEED002", "rss.xml", b'<guid isPermaLink="false">' + FIRST + b"</guid>", b""),
        ("FEED002", "feed.json", b"version/1.1", b"version/1"),
        ("FEED002", "feed.json", b'"id": "' + FIRST + b'"', b'"id": 7'),
        ("FEED002", "feed.json", b'"items"', b'"things"'),
        ("FEED002", "feed.json", b'"content_html"', b'"contents"'),
        ("FEED003", "atom.xml", b"2026-03-02T07:00:04+00:00", b"2026-03-02"),
        ("FEED003", "rss.xml", b"Fri, 27 Feb 2026 23:00:00 +0000", b"2026-02-27"),
        ("FEED003", "feed.json", b"2026-02-27T23:00:00Z", b"2026-02-27T23:00:00"),
        ("FEED005", "atom.xml", b'weekly/atom.xml" rel="self"', b'weekly/rss.xml" rel="self"'),
        ("FEED005", "rss.xml", b"<link>https://news.example.org/weekly/</link>", b"<link>https://news.example.org/weekly/rss.xml</link>"),
        ("FEED005", "feed.json", b"weekly/feed.json", b"weekly/feed"),
        ("FEED006", "rss.xml", b"<link>https://news.example.org/weekly/2026", b"<link>https://localhost/weekly/2026"),
        ("FEED006", "feed.json", b'"url": "https://news', b'"url": "news'),
        ("FEED007", "rss.xml", b"<title>Rich", b"<title>Poor"),
    ],
)  # fmt: skip
def test_what_is_broken_is_found(files, code, name, old, new):
    assert old in files[name]
    files[name] = files[name].replace(old, new) if code == "FEED001" else files[name].replace(old, new, 1)
    assert (code, "weekly" if code == "FEED007" else f"weekly {name}") in found(files)


@pytest.mark.parametrize("title", ['<script>"</script> & more', "AT&amp;T", "a < b <c>", "&#8212;"])
def test_a_title_that_looks_like_markup_is_the_same_in_all_formats(title):
    slot = datetime(2026, 3, 2, 7, tzinfo=UTC)
    item = FeedItem(
        id=FIRST.decode(),
        title=title,
        url=f"{HOME}a.html",
        summary="Words.",
        html="<p>Words.</p>",
        author="Ann",
        categories=(),
        language="en",
        published=slot,
        updated=slot,
    )
    feed = Feed(
        id=FIRST.decode(),
        title="T",
        description="D",
        home_url=HOME,
        base_url=HOME,
        language="en",
        author="A",
        items=(item,),
    )
    assert found(feed_files(feed)) == []


def test_an_id_that_is_there_twice(files):
    _, first, second, *_ = re.findall(rb"<id>(.*?)</id>", files["atom.xml"])
    assert first == FIRST
    files["atom.xml"] = files["atom.xml"].replace(second, FIRST)
    assert ("FEED004", "weekly atom.xml") in found(files)


def test_a_format_with_an_entry_less(files):
    start, end = files["rss.xml"].index(b"<item>"), files["rss.xml"].index(b"</item>") + len(b"</item>")
    files["rss.xml"] = files["rss.xml"][:start] + files["rss.xml"][end:]
    assert found(files) == [("FEED007", "weekly")]


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"7", b'{"items": [7]}', b"\xff"])
def test_what_is_no_feed_is_said(files, content):
    for name in NAMES:
        files[name] = content
    codes = [code for code, place in found(files) if place.count(" ") == 1 and "/" not in place]
    assert codes.count("FEED001") + codes.count("FEED002") >= 3
