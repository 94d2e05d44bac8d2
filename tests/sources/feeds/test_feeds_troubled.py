"""Feeds cut off and spoilt anywhere: nothing is raised, and no entry lost that feedparser finds."""

import io
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.sources.feed import FeedOrigin, FeedReading, is_feed, read_feed
from digest.sources.feed_text import made_title, own_summary, plain, title_text, without_counters, without_footer

NOW = datetime(2026, 3, 10, tzinfo=UTC)
WHOLE = [path.read_bytes() for path in sorted((Path(__file__).parent / "samples").iterdir())]
ORIGIN = FeedOrigin(source="feed:sample", place="feed.xml", url="https://feeds.example/feed.xml")


def entries(data):
    try:
        return len(feedparser.parse(io.BytesIO(data)).entries)
    except Exception:  # noqa: BLE001 the reference may fail, ours may not
        return 0


def holds(data):
    reading = read_feed(data, ORIGIN, NOW)
    taken = len(reading.articles) + reading.repeated if isinstance(reading, FeedReading) else 0
    assert taken >= entries(data)
    if isinstance(reading, FeedReading):
        assert taken == reading.entries
        assert len({article.path for article in reading.articles}) == len(reading.articles)
        named = [article.id for article in reading.articles if article.id]
        assert len(set(named)) == len(named)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(WHOLE), st.data())
def test_feeds_that_break_off_anywhere(whole, data):
    holds(whole[: data.draw(st.integers(0, len(whole)))])


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(WHOLE), st.data())
def test_feeds_spoilt_anywhere(whole, data):
    spoilt = bytearray(whole)
    bits = st.sampled_from([b"<", b"&", b">", b"\0", b"\xff", b"]]>", b"<![CDATA[", b"<!--", b"</item>", b"&#0;", b'"'])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(spoilt)))
        spoilt[at : at + data.draw(st.integers(0, 8))] = data.draw(bits)
    holds(bytes(spoilt))


def test_an_element_without_its_end_costs_no_entry():
    (whole,) = (each for each in WHOLE if b"Harbour &amp; Town" in each and each.startswith(b"<?xml"))
    assert whole.count(b"</content:encoded>")
    holds(whole.replace(b"</content:encoded>", b"<ontent:encoded>"))


@given(st.binary(max_size=200))
def test_any_bytes(data):
    holds(data)


@pytest.mark.parametrize("piece", [b"<", b"&", b"<a ", b"<![CDATA[", b"<!--", b"<x>", b"a", b"&#x110000;", b"a@"])
def test_long_rows_of_one_thing_come_to_an_end(piece):
    for name in (b"title", b"author"):
        holds(b"<rss version='2.0'><channel><item><" + name + b">" + piece * 3000)


def test_only_the_beginning_tells_what_is_a_feed():
    assert all(is_feed(each) for each in WHOLE)
    assert not is_feed(b"<html><body><p>rss</p></body></html>")
    assert is_feed("<?xml version='1.0'?><rss>".encode("utf-16"))


@pytest.mark.parametrize(
    ("summary", "own"),
    [
        ("Why the wall had to go.", True),
        ("The first words of the text […]", False),
        ("A longer thing to say… Read more", False),
        ("Ein langer Satz, der hier endet. Weiterlesen →", False),
        ("the first words of the text, as they stand", False),
        ("Too short", False),
        ("Own words stay here. The post X appeared first on Y.", True),
        (" ".join(["word"] * 200), False),
        ("", False),
    ],
)
def test_what_is_a_summary_of_its_own(summary, own):
    content = "The first words of the text, as they stand here, and a good many more of them besides, to the end."
    found = own_summary(summary, content)
    assert bool(found) == own
    assert "appeared first" not in found


def test_texts_of_feeds():
    assert title_text("AT&amp;amp;T <b>wins</b>, again", html=True) == "AT&T wins, again"
    assert title_text("a < b & c", html=False) == "a < b & c"
    assert plain("<p>a</p><script>x</script><p>b&nbsp;c</p>") == "a b c"
    assert made_title("One sentence. Another.") == "One sentence"
    assert len(made_title("word " * 100)) <= 80
    assert len(made_title("w" * 500)) == 80


@pytest.mark.parametrize(
    "tag",
    [
        '<img src="x" width="1" height="1">', "<img height=0 width=0 src=x>",
        '<IMG style="width:1px; height:1px" src=x>',
        '<img src="https://feeds.feedburner.com/~r/x/~4/y">',
    ],
)  # fmt: skip
def test_pictures_that_count_readers_go(tag):
    assert without_counters(f"<p>a{tag}b</p>") == "<p>ab</p>"


@pytest.mark.parametrize("tag", ['<img src="x" width="1">', '<img src="x" width="100" height="10">', '<img src="a">'])
def test_other_pictures_stay(tag):
    assert without_counters(tag) == tag


def test_the_footer_of_wordpress_goes_and_nothing_else():
    footer = '<p>Der Beitrag <a href="x">A</a> erschien zuerst auf <a href="y">B</a>.</p>'
    assert without_footer(f"<p>The post was late.</p>\n{footer}\n") == "<p>The post was late.</p>\n"
    assert without_footer(f"{footer}<p>b</p>") == f"{footer}<p>b</p>"


# 'Beginnings without an end': looking for the end of each one anew would take hours here.
@pytest.mark.parametrize("piece", ["<!--", "<script", "<STYLE>", "<img ", "<img width=1 ", "<script></style>"])
def test_beginnings_without_an_end_are_read_in_one_go(piece):
    row = piece * 200_000
    assert plain(f"{row}<b>end</b>").endswith("end")
    assert without_counters(f"{row}end") == f"{row}end"


@pytest.mark.parametrize("piece", [b"<!--", b"<![CDATA["])
def test_comments_without_an_end_hide_no_entry(piece):
    holds(b"<rss version='2.0'><channel><item><title>a</title></item>" + piece * 300_000)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<!-- <script> -->b<SCRIPT>c</Script >d", "a b d"),
        ("a<style>b<!-- </style>c --> d", "a c --> d"),
        ("a<script>b", "a b"),
        ("a<!-- b <i>c</i>", "a<!-- b c"),
    ],
)
def test_what_is_hidden_in_markup_is_no_text(html, text):
    assert plain(html) == text


def test_a_feed_of_more_entries_than_anybody_writes_is_cut_and_says_so(monkeypatch):
    monkeypatch.setattr("digest.sources.feed.MOST_ENTRIES", 3)
    entries = b"".join(b"<item><title>Title %d</title></item>" % number for number in range(5))
    reading = read_feed(b"<rss version='2.0'><channel>" + entries + b"</channel></rss>", ORIGIN, NOW)
    assert [each.title for each in reading.articles] == ["Title 0", "Title 1", "Title 2"]
    assert [each.message for each in reading.problems] == ["has 5 entries: only the first 3 are taken"]
