"""Feeds of every kind, each with its oddities, compared whole with what is to be made of them."""

import json
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.sources.feed import FeedOrigin, FeedReading, NotAFeed, read_feed

NOW = datetime(2026, 3, 10, tzinfo=UTC)
SAMPLES = Path(__file__).parent / "samples"
GOLDEN = Path(__file__).parent / "golden"


def read(data, url="https://feeds.example/feed.xml", **more):
    return read_feed(data, FeedOrigin(source="feed:sample", place=url, url=url, **more), NOW)


def shown(article):
    values = {each.name: getattr(article, each.name) for each in fields(article)}
    values["body"] = article.body.html
    values["problems"] = [str(problem) for problem in article.problems]
    for name in ("published", "updated"):
        values[name] = str(values[name]) if values[name] else None
    values["image"] = [article.image.src, article.image.alt, article.image.credit] if article.image else None
    return {name: value for name, value in values.items() if value not in ((), "", None, False)}


@pytest.mark.parametrize("path", sorted(SAMPLES.iterdir()), ids=lambda path: path.name)
def test_golden_feeds_read(path, request):
    reading = read(path.read_bytes())
    found = {
        "format": reading.format,
        "title": reading.title,
        "link": reading.link,
        "entries": reading.entries,
        "repeated": reading.repeated,
        "problems": [str(problem) for problem in reading.problems],
        "articles": [shown(article) for article in reading.articles],
    }
    text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    golden = GOLDEN / f"{path.stem}.txt"
    if request.config.getoption("--write-golden"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_what_is_no_feed_says_what_it_is():
    assert read(b"") == NotAFeed("is empty")
    assert read(b"\xef\xbb\xbf \n") == NotAFeed("is empty")
    assert read(b"just text").reason.startswith("is no feed")
    assert read(b'{"a": 1}').reason == "is JSON without 'items': no feed"
    assert read(b"[" * 100_000).reason == "is JSON nested too deep to be read"
    assert read(b"[1, 2]").reason == "is JSON, but no feed"
    assert read(b"<html><body>Hello</body></html>").reason == "is a web page and no feed, and names none"


def test_a_feed_without_entries_is_a_problem_and_no_error():
    reading = read(b'<rss version="2.0"><channel><title>x</title></channel></rss>')
    assert isinstance(reading, FeedReading)
    assert [problem.message for problem in reading.problems] == ["has no entries"]


def test_a_page_names_its_feeds():
    page = b"""<!doctype html><html><head><base href="https://site.example/blog/">
    <link rel="alternate" type="application/rss+xml" title="Comments" href="comments/feed">
    <link rel="alternate" type="application/atom+xml" title="All" href="/all.atom">
    <link rel="alternate" type="application/json" href="/wp-json/x"><link rel="alternate" hreflang="de" href="/de">
    <link rel="stylesheet" type="text/css" href="/rss.xml"></head>
    <body><a href="/all.atom">again</a> <a href="news.rss">News</a> <a href="/feedback">no</a></body></html>"""
    found = read(page)
    assert [(each.url, each.title) for each in found.candidates] == [
        ("https://site.example/all.atom", "All"),
        ("https://site.example/blog/news.rss", "News"),
        ("https://site.example/blog/comments/feed", "Comments"),
    ]
    assert "https://site.example/all.atom" in found.reason


def test_the_charset_of_the_answer_counts():
    feed = '<rss version="2.0"><channel><item><title>Здравствуй</title><guid>1</guid></item></channel></rss>'
    assert read(feed.encode("koi8-r"), charset="koi8-r").articles[0].title == "Здравствуй"
    assert read(feed.encode(), charset="no-such-charset").articles[0].title == "Здравствуй"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig", "shift_jis", "gb2312", "windows-1251"])
def test_encodings_that_are_stated(encoding):
    text = {"shift_jis": "日本", "gb2312": "中国", "windows-1251": "мир"}.get(encoding, "日本")
    stated = encoding.removesuffix("-sig")
    item = f"<item><title>{text}</title></item>"
    feed = f'<?xml version="1.0" encoding="{stated}"?><rss version="2.0"><channel>{item}</channel></rss>'
    assert read(feed.encode(encoding)).articles[0].title == text


def test_a_reference_that_fells_feedparser_costs_no_entry():
    feed = b'<rss version="2.0"><channel><item><title>a&#99999999999999999999;b</title></item></channel></rss>'
    assert [article.title for article in read(feed).articles] == ["ab"]
    wide = feed.decode().encode("utf-16")  # not looked into beforehand: mended afterwards
    assert len(read(wide).articles) == 1


def test_an_entry_keeps_its_path_and_id_wherever_it_stands():
    item = "<item><title>T{0}</title><guid isPermaLink='false'>{0}</guid><link>https://a.example/{0}</link></item>"
    one, two = (
        read(f"<rss version='2.0'><channel>{''.join(map(item.format, order))}</channel></rss>".encode()).articles
        for order in ("123", "43 21".replace(" ", ""))
    )
    assert {(a.path, a.id) for a in one} < {(a.path, a.id) for a in two}


def test_a_json_feed_that_breaks_off_keeps_its_whole_entries():
    whole = (SAMPLES / "feed11.json").read_bytes()
    reading = read(whole[: whole.index(b'"31 Feb')])
    assert [article.title for article in reading.articles] == ["Typed"]
    assert reading.title == "Notes"
    assert "cut off" in reading.problems[0].message
