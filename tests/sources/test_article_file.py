"""One file to one article."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.model import Block, Image, Problem
from digest.core.text import one_line
from digest.sources.article_file import Origin, read_article

if TYPE_CHECKING:
    from digest.core.model import FoundArticle
    from digest.core.ports import Reading

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SEOUL = ZoneInfo("Asia/Seoul")
NO_DATE = "has no date: it counts as published when first seen; add 'date: 2026-02-03' to say otherwise"


def image(src: str) -> str:
    if src.startswith("https://") or src == "a.png":
        return src
    raise ValueError("there is no such file")


def read(text: str | bytes, path: str = "a.md", zone: ZoneInfo | None = SEOUL) -> Reading:
    data = text.encode() if isinstance(text, str) else text
    return read_article(data, Origin("folder:x", path, f"x/{path}", zone, image), NOW)


def article(text: str | bytes, path: str = "a.md", zone: ZoneInfo | None = SEOUL) -> FoundArticle:
    reading = read(text, path, zone)
    assert reading.problems == ()
    return reading.articles[0]


def said(text: str | bytes, path: str = "a.md") -> list[str]:
    return [str(problem) for problem in article(text, path).problems]


FULL = """\
---
title: A title
date: March 6, 2026, 11:47 PM
updated: 2026-03-07T08:00+01:00
category: Markets
categories: [Policy, markets]
tags: one, Two, one
authors: [Ada, {name: Ben}]
summary: >
  Two
  lines
image: {src: a.png, alt: What it shows, credit: Cleo}
canonical: https://x.example/a
lang: en_GB
draft: no
pinned: yes
id: id-1
layout: post
---
Text.
"""


def test_every_key_of_yaml():
    found = article(FULL)
    assert found.problems == ()
    assert (found.title, found.author, found.summary) == ("A title", "Ada, Ben", "Two lines")
    assert (found.categories, found.tags) == (("Markets", "Policy"), ("one", "Two"))
    assert (found.image, found.credit) == (Image("a.png", "What it shows", "Cleo"), "Cleo")
    assert (found.url, found.language, found.id) == ("https://x.example/a", "en-GB", "id-1")
    assert (found.draft, found.pinned, found.held) == (False, True, "")
    assert (str(found.published), str(found.updated)) == ("2026-03-06T23:47:00+09:00", "2026-03-07T08:00:00+01:00")
    assert (found.source, found.path) == ("folder:x", "a.md")
    assert found.body.blocks == (Block("paragraph", "Text."),)


def test_every_key_of_toml():
    found = article(
        "+++\ntitle = 'A'\npubdate = 2026-02-03T08:00:00\nlastmod = 2026-02-04\ntags = ['x']\nauthor = 'Ada'\n"
        "image = 'a.png'\nimage_alt = 'alt'\nimage-credit = 'Cleo'\nsticky = true\n+++\nText"
    )
    assert found.problems == ()
    assert (str(found.published), str(found.updated)) == ("2026-02-03T08:00:00+09:00", "2026-02-04")
    assert (found.tags, found.author, found.image, found.pinned) == (("x",), "Ada", Image("a.png", "alt", "Cleo"), True)


@pytest.mark.parametrize(
    ("text", "instant", "precision", "zone"),
    [
        ("2026-02-03", "2026-02-03T00:00:00+09:00", "day", "source"),
        ("2026-02-03 08:00", "2026-02-03T08:00:00+09:00", "minute", "source"),
        ("2026-02-03T08:00Z", "2026-02-03T08:00:00+00:00", "minute", "stated"),
        ("Tue, 03 Feb 2026 08:00:00 +0100", "2026-02-03T08:00:00+01:00", "minute", "stated"),
        ("June 12, 2023, 11:47 PM", "2023-06-12T23:47:00+09:00", "minute", "source"),
        ("Mar 06, 2024", "2024-03-06T00:00:00+09:00", "day", "source"),
    ],
)
def test_dates(text, instant, precision, zone):
    found = article(f"---\ntitle: A\ndate: {text}\n---\nText")
    assert found.published is not None
    assert found.problems == ()
    assert (found.published.instant.isoformat(), found.published.precision) == (instant, precision)
    assert found.published.zone == zone


def test_no_date_is_reported_unless_it_is_a_draft():
    assert said("# A\n\nText") == [f"x/a.md: {NO_DATE}"]
    assert said("---\ndraft: true\n---\n# A\n\nText") == []


@pytest.mark.parametrize("text", ["2026-02-30", "03/04/2026", "tomorrow", "[2026]", "12", "true-ish", "1492-10-12"])
def test_a_date_that_cannot_be_read_holds_the_article(text):
    found = article(f"---\ntitle: A\n\ndate: {text}\n---\nText")
    assert found.published is None
    assert found.held == "its date cannot be read"
    [problem] = found.problems
    assert problem.place == "x/a.md:4"
    assert problem.message.startswith("its date cannot be read: ")
    assert problem.message.endswith(". The article stays out until that is mended")
    assert not problem.set_aside


def test_a_date_more_than_a_year_ahead_counts_and_is_reported():
    assert said("---\ntitle: A\ndate: 2031-02-03\n---\nText") == [
        "x/a.md:3: is dated 2031-02-03: it stays out until then; mend the date if that is a slip"
    ]
    assert said("---\ntitle: A\ndate: 2027-03-01\n---\nText") == []


def test_an_update_that_cannot_be_read_is_ignored():
    found = article("---\ntitle: A\ndate: 2026-02-03\nmodified: never\n---\nText")
    assert (found.updated, found.held) == (None, "")
    assert str(found.problems[0]).startswith("x/a.md:4: 'modified' is ignored: 'never' is no date")


@pytest.mark.parametrize(
    ("text", "path", "title", "blocks"),
    [
        ("# A *b*\n\nText", "a.md", "A b", ["Text"]),
        ("Intro\n\n# A\n\nText", "a.md", "A", ["Intro", "Text"]),
        ("---\ntitle: A\n---\n# a\n\nText", "a.md", "A", ["Text"]),
        ("---\ntitle: A\n---\n# Other\n\nText", "a.md", "A", ["Other", "Text"]),
        ("---\ntitle: A\n---\nIntro\n\n# A\n", "a.md", "A", ["Intro", "A"]),
        ("\n A  b \nText\n\nmore", "a.txt", "A b", ["Text", "more"]),
        ("---\ntitle: T\n---\nA\n\nText", "a.txt", "T", ["A", "Text"]),
        ("<h1>A</h1><p>Text", "a.html", "A", ["Text"]),
        ("<title>A | Site</title><body><h1>A</h1><p>Text", "a.html", "A", ["Text"]),
        ("<title>A</title><body><h1>Other</h1><p>Text", "a.HTM", "A", ["Other", "Text"]),
        ("---\ntitle: 2024\n---\nText", "a.markdown", "2024", ["Text"]),
    ],
)
def test_titles(text, path, title, blocks):
    found = article(text, path)
    assert found.title == title
    assert [block.text for block in found.body.blocks] == blocks
    assert [str(problem) for problem in found.problems] == [f"x/{path}: {NO_DATE}"]


def test_a_file_name_stands_in_for_a_title():
    found = article("---\ndate: 2026-02-03\n---\nText", "deep/2026-02-03-some_thing-new.md")
    assert found.title == "Some thing new"
    assert [problem.message for problem in found.problems] == [
        "has no title: its file name is taken, 'Some thing new'; add 'title: …'"
    ]


@pytest.mark.parametrize(
    ("written", "title"), [('"A\\r\\nB: x"', "A B: x"), ('"A\\0\\x1bB"', "AB"), ("|\n  A\n  B", "A B")]
)
def test_line_breaks_and_control_characters_are_taken_out_of_a_title(written, title):
    found = article(f"---\ndate: 2026-02-03\ntitle: {written}\n---\nText")
    assert found.title == title
    assert [str(problem) for problem in found.problems] == [
        "x/a.md:3: the title held line breaks or control characters; they are taken out"
    ]


def test_emoji_stay():
    assert article("# 👩🏽‍🚀 läuft\n\nText").title == "👩🏽‍🚀 läuft"


@pytest.mark.parametrize("word", ["word ", "x"])
@pytest.mark.parametrize("path", ["a.md", "a.txt"])
def test_a_title_of_ten_thousand_characters_is_cut_and_nothing_is_lost(word, path):
    long = (word * 10_000)[:10_000].strip()
    found = article(f"---\ndate: 2026-02-03\n---\n{'# ' if path == 'a.md' else ''}{long}\n\nText", path)
    assert len(found.title) <= 300
    assert found.title.endswith("word…" if word == "word " else "x…")
    assert [block.text for block in found.body.blocks] == [long, "Text"]
    [problem] = found.problems
    assert problem.message == f"the title has {len(long):,} characters; it is cut to 300"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("title: [a]", "'title' is ignored: it must be text, this is a list"),
        (
            "categories: {a: b}",
            "'categories' is ignored: it must be text or a list of texts, this is a mapping (keys with values)",
        ),
        ("tags: [a, [b]]", "an entry of 'tags' is ignored: it must be text, this is a list"),
        ("author: true", "'author' is ignored: it must be text or a list of texts, this is true"),
        ("summary: [x]", "'summary' is ignored: it must be text, this is a list"),
        ("pinned: maybe", "'pinned' must be true or false, this is the text 'maybe'; it counts as false"),
        ('pinned: "a\\0b"', "'pinned' must be true or false, this is the text 'ab'; it counts as false"),
        ("draft: maybe", "'draft' must be true or false, this is the text 'maybe'; it counts as true"),
        ("draft: 0", "'draft' must be true or false, this is the number 0; it counts as true"),
        ("url: /a", "'url' is ignored: '/a' is no absolute https address"),
        ("url: javascript:x", "'url' is ignored: 'javascript:x' is no absolute https address"),
        ("language: Klingon!", "'language' is ignored: 'Klingon!' is no language tag such as en or pt-BR"),
        ("image: b.png", "the image 'b.png' is left out: there is no such file"),
        ("image: {alt: x}", "'image' names no file: give it 'src', a path or an https address"),
        ("image: {src: [a]}", "'image.src' is ignored: it must be text, this is a list"),
        ("catagory: x", "the key 'catagory' is unknown; is 'category' meant?"),
        ("Titel: x", "the key 'Titel' is unknown; is 'title' meant?"),
        ("pubdate: 2026-02-04", "'pubdate' is ignored: 'date' says the same, and counts"),
        (f"id: {'x' * 301}", "'id' is ignored: 301 characters are more than 300"),
    ],
)
def test_a_wrong_value_is_reported_at_its_line_and_the_article_goes_on(line, message):
    found = article(f"---\ndate: 2026-02-03\n\n{line}\n---\n# A\n\nText")
    assert found.title == "A"
    [problem] = found.problems
    assert problem.place == "x/a.md:4"
    assert problem.message.startswith(message)
    assert not problem.set_aside


@pytest.mark.parametrize("key", ["layout: post", "weight: 3", "slug: a", "toc: true", "comments: []", "title:"])
def test_keys_of_other_tools_and_empty_ones_are_ignored(key):
    assert said(f"---\ndate: 2026-02-03\n{key}\n---\n# A\n\nText") == []


@pytest.mark.parametrize(
    ("line", "draft"), [("published: false", True), ("published: true", False), ("draft: 'No'", False)]
)
def test_other_ways_to_say_draft(line, draft):
    assert article(f"---\n{line}\n---\n# A\n\nText").draft is draft


@pytest.mark.parametrize(
    ("data", "place", "message"),
    [
        (b"# A\n\nText\xff\n", "x/a.md:3", "is no UTF-8 text: byte 0xff at line 3; save it as UTF-8"),
        (b"\x7fELF\x02\x01\x00\xff\n", "x/a.md:1", "is no UTF-8 text: byte 0x00 at line 1; save it as UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0", "x/a.md:1", "is no UTF-8 text: byte 0x89 at line 1; save it as UTF-8"),
        (b"A\r\nB\r\0", "x/a.md:3", "is no UTF-8 text: byte 0x00 at line 3; save it as UTF-8"),
        (b"", "x/a.md", "is empty; write a title and a text into it, or remove it"),
        (b" \n\n", "x/a.md", "is empty; write a title and a text into it, or remove it"),
        (b"---\n- a\n---\n", "x/a.md:2", "front matter must be lines of the form 'key: value', this is a list"),
    ],
)
def test_what_is_no_article_is_set_aside(data, place, message):
    reading = read(data)
    assert reading.articles == ()
    assert reading.problems == (Problem(place, message, set_aside=True),)


def test_a_byte_order_mark_and_windows_line_ends_change_nothing():
    plain = article("---\ntitle: A\ndate: 2026-02-03\n---\nText\n\nMore\n")
    assert article(b"\xef\xbb\xbf---\r\ntitle: A\r\ndate: 2026-02-03\r\n---\r\nText\r\n\r\nMore\r\n") == plain


def test_a_title_without_a_text_is_noted():
    assert said("---\ndate: 2026-02-03\n---\n# A\n") == ["x/a.md: has a title but no text"]


def test_what_is_left_out_of_a_body_is_reported_at_its_line():
    text = (
        "---\ndate: 2026-02-03\n---\n# A\n\nText `<script>`\n\n![x](b.png) ![y](a.png)\n\n"
        "<img src='data:x' onerror=x>\n\n<iframe src=x></iframe>\n"
    )
    found = article(text)
    assert [str(problem) for problem in found.problems] == [
        "x/a.md:12: <iframe> is left out: it is not allowed in an article",
        "x/a.md:8: the image 'b.png' is left out: there is no such file",
        "x/a.md:10: an image is left out: its address is missing, or of a kind that is not allowed (data:, file:)",
    ]
    assert '<img src="a.png" alt="y">' in found.body.html


PAGE = """\
<!DOCTYPE html>
<html lang="en-GB">
<head>
<title>A &amp; B | Site</title>
<meta name="author" content="Ada">
<meta name="description" content="What it is.">
<meta name="keywords" content="x, y">
<meta property="article:published_time" content="2026-02-03T08:00:00Z">
<meta property="article:modified_time" content="never">
<meta property="article:section" content="Markets">
<meta property="og:image" content="a.png">
<meta property="og:image:alt" content="alt">
<link rel="canonical" href="https://x.example/a">
</head>
<body><nav>Menu</nav>
<article><h1>A &amp; B</h1><p>Text <a href="b">link</a></article>
<footer>Foot</footer></body></html>
"""


def test_a_page_says_what_it_is_in_its_head():
    found = article(PAGE, "a.html")
    assert (found.title, found.author, found.summary) == ("A & B", "Ada", "What it is.")
    assert (found.categories, found.tags, found.language) == (("Markets",), ("x", "y"), "en-GB")
    assert (found.url, found.image) == ("https://x.example/a", Image("a.png", "alt"))
    assert str(found.published) == "2026-02-03T08:00:00+00:00"
    assert found.body.html == '<p>Text <a href="https://x.example/b">link</a></p>'
    assert str(found.problems[0]).startswith("x/a.html:9: 'updated' is ignored")
    assert len(found.problems) == 1


def test_front_matter_counts_before_the_head_of_a_page():
    found = article(f"---\nauthor: Ben\nupdated: 2026-02-04\n---\n{PAGE}", "a.html")
    assert (found.author, str(found.updated), found.problems) == ("Ben", "2026-02-04", ())


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<body><main><p>main</main><p>body", "main"),
        ("<html><article>a</article><article>b</article></html>", "a b"),
        ("<p>fragment", "fragment"),
        ("<html>bare", "bare"),
        ("<html>", ""),
        ("<!doctype html>" + "<div>" * 3000 + "deep", "deep"),
    ],
)
def test_the_article_of_a_page(html, text):
    assert " ".join(block.text for block in article(html, "a.html").body.blocks) == text


def test_footnote_ids_of_two_files_differ():
    text = "# A\n\nText[^1]\n\n[^1]: Note\n"
    assert article(text, "a.md").body.html != article(text, "b.md").body.html


VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=20), st.dates().map(str)
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=5,
)
KEYS = st.one_of(
    st.sampled_from(["title", "date", "updated", "category", "tags", "author", "summary", "image", "url", "language"]),
    st.sampled_from(["draft", "pinned", "id", "published", "image_alt"]),
    st.text(max_size=10),
)


@given(st.dictionaries(KEYS, VALUES, max_size=6), st.text(max_size=60), st.sampled_from(["a.md", "a.html", "a.txt"]))
def test_any_front_matter_gives_an_article_or_a_problem(values, body, path):
    reading = read(f"---\n{json.dumps(values)}\n---\n{body}", path)
    if not reading.articles:
        assert any(problem.set_aside for problem in reading.problems)
        return
    [found] = reading.articles
    assert found.title == one_line(found.title) != ""
    assert all(problem.place.startswith(f"x/{path}") for problem in found.problems)
    assert all(problem.message == one_line(problem.message) for problem in found.problems)


@given(st.binary(max_size=200), st.sampled_from(["a.md", "a.html", "a.txt"]))
def test_any_bytes_give_an_article_or_a_problem(data, path):
    reading = read(data, path)
    assert len(reading.articles) + len(reading.problems) >= 1


@pytest.mark.parametrize("value", ["0x" + "f" * 5000, "nan", "12:30:00", "1e400"])
def test_odd_values_of_toml_are_no_error(value):
    found = article(f"+++\ntitle = {value}\ndraft = {value}\ntags = [{value}]\ndate = {value}\n+++\nText")
    assert found.draft


TITLES = st.text(alphabet=st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=50)
MOMENTS = st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(2026, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 the bounds are naive, the moments are not


@given(TITLES, MOMENTS)
def test_a_title_and_a_date_come_back_as_written(title, moment):
    moment = moment.replace(microsecond=0)
    found = article(f"---\ntitle: {json.dumps(title, ensure_ascii=False)}\ndate: {moment.isoformat()}\n---\nText")
    assert found.published is not None
    assert (found.title, found.published.instant, found.problems) == (title, moment, ())
