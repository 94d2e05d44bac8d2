"""Which of several texts, titles and names of an entry counts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digest.sources.feed import FeedOrigin, read_feed
from digest.sources.feed_text import cut_short

NOW = datetime(2026, 3, 10, tzinfo=UTC)
RSS = (
    "<rss version='2.0' xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'"
    " xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>T</title><item>{}</item></channel></rss>"
)
ATOM = "<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title><entry>{}</entry></feed>"


def first(form: str, inner: str):
    return read_feed(form.format(inner).encode(), FeedOrigin(source="feed:x", place="x"), NOW).articles[0]


def test_a_text_that_stands_there_twice_is_taken_as_html():
    text = "One, two.&lt;br clear=all&gt;"
    inner = f"<title>A</title><description>{text}</description><itunes:summary>{text}</itunes:summary>"
    assert first(RSS, inner).body.html == "<p>One, two.<br></p>"


def test_plain_text_alone_shows_what_looks_like_tags():
    html = "<p>The &lt;blink&gt; tag</p>"
    assert first(ATOM, "<title>A</title><content type='text'>The &lt;blink&gt; tag</content>").body.html == html


def test_tags_do_not_make_a_text_the_longest():
    inner = (
        "<title>A</title><content type='text'>&lt;a href='https://example.org/a/long/way'&gt;two&lt;/a&gt;</content>"
        "<summary type='html'>one two</summary>"
    )
    assert first(ATOM, inner).body.html == "<p>one two</p>"


def test_the_title_of_a_picture_within_an_entry_is_not_its_own():
    assert first(ATOM, "<title>Own</title><image><title>Picture</title></image>").title == "Own"


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("&lt;img src='https://example.org/a.gif' alt=''&gt;", "First words"),
        ("Using &lt;br&gt; well", "Using <br> well"),
        ("&lt;blink&gt;", "<blink>"),
    ],
)
def test_a_title_of_nothing_but_tags_is_none(title, shown):
    assert first(RSS, f"<title>{title}</title><description>First words. More.</description>").title == shown


def test_what_is_left_of_an_address_is_no_part_of_a_name():
    assert first(RSS, "<title>A</title><dc:creator>Bo Ek (mailto:bo@example.org)</dc:creator>").author == "Bo Ek"


def test_a_text_longer_than_a_novel_is_cut_and_says_so(monkeypatch):
    monkeypatch.setattr("digest.sources.feed_article.LONGEST_TEXT", 30)
    for kind in ("html", "text"):
        article = first(ATOM, f"<title>A</title><content type='{kind}'>{'word ' * 7}</content>")
        assert article.body.html == f"<p>{'word ' * 5}word</p>"
        assert any("characters; only the first 30 are taken" in each.message for each in article.problems)


@pytest.mark.parametrize(
    ("html", "longest", "left"),
    [
        ("<p>a b</p>", 10, "<p>a b</p>"),
        ("<p>a b</p>", 9, "<p>a b"),
        ("<p>a b</p>", 5, "<p>a "),
        ("a &amp; b", 5, "a "),
        ("a &amp; b", 8, "a &amp; "),
    ],
)
def test_no_half_of_a_tag_is_left_where_a_text_is_cut(html, longest, left):
    assert cut_short(html, longest) == left


def test_a_picture_that_a_text_holds_itself_does_not_count():
    picture = f"<img src='data:image/png;base64,{'A' * 600_000}' alt=''>"
    article = first(RSS, f"<title>A</title><description><![CDATA[<p>One.</p>{picture}<p>Two.</p>]]></description>")
    assert [block.text for block in article.body.blocks] == ["One.", "Two."]
    assert not [each for each in article.problems if "characters" in each.message]
