"""Pages that mean harm, or came to it: each is read or refused with a reason, and none takes long or raises."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.fetching import Fetched, Visit
from digest.sources.webpage import PageOrigin, WebPage, read_webpage
from digest.sources.webpage_jsonld import read_structured
from digest.sources.webpage_tree import MOST_ELEMENTS, parse_page

PAGES = sorted((Path(__file__).parent / "pages").glob("*.html"))
NOW = datetime(2026, 2, 10, tzinfo=UTC)
URL = "https://site.example/news/the-pump-runs-again"
TEXT = "".join(
    f"<p>On day {number} the pump was mended again, and the whole street came out to see the water run for an hour.</p>"
    for number in range(10)
)


def read(content: bytes | str, charset: str = "", media_type: str = "text/html", url: str = URL) -> WebPage:
    data = content.encode() if isinstance(content, str) else content
    return read_webpage(
        Fetched("k", url, "new", data, media_type, charset, Visit(url), ""), PageOrigin("webpage:x"), NOW
    )


def page(head: str = "", before: str = "", text: str = TEXT) -> str:
    return f"<html><head>{head}</head><body>{before}<article><h1>The pump runs again</h1>{text}</article></body></html>"


def ld(content: str) -> str:
    return f'<script type="application/ld+json">{content}</script>'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b" \n\t ", "is empty"),
        (b"\0" * 5000, "is no text"),
        (b"%PDF-1.7 ...", "is a PDF"),
        (b"PK\x03\x04....", "is no text"),
        (b"x" * 8_000_001, "has 8 MB"),
        (b"<div>" * 10_000 + b"x" + b"</div>" * 10_000, "nested deeper"),
        (b"<b>" * 300_000, "nested deeper"),
        (b"<html><body>" + b"<p>x</p>" * (MOST_ELEMENTS + 1), "is larger than"),
        (b"<html><body><p>" + b"word " * 1_000_000, "is larger than"),
        (b"<" * 1_000_000, "is larger than"),
        (b"<html><frameset><frame src=a></frameset></html>", "no more than 0 words"),
        (bytes(range(256)) * 40, "words"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(content, said):
    found = read(content)
    assert (found.kind, found.article) == ("nothing", None)
    assert said in found.reason


@pytest.mark.parametrize(
    "content",
    [
        page(before="<script>if (a<b) { document.write('<p>no</p>') }</script>" * 5000),
        page(before="<!-- x -->" * 50_000),
        page(before=f"<div class='{'share ' * 100_000}'>x</div>"),
        page(before=f"<img srcset='{'a ' * 100_000}'>"),
        page(
            head="<base href='http://[::1'><link rel=canonical href='https://[bad'>",
            before="<a href='http://[x'>y</a>",
        ),
        page(head=ld('{"@type":"NewsArticle","x":' + "[" * 10_000 + "]" * 10_000 + "}")),
        page(head=ld('{"@graph":[' * 900 + "]}" * 900)),
        page(head=ld('{"a":[' + '{"@id":"#a"},' * 80_000 + "1]}")),
        page(head=ld('{"@type":"NewsArticle","author":{"@id":"#a"},"@id":"#a"}')),
        page(head=ld('{"@type":5,"@graph":7,"headline":{"@value":[]},"image":[[]],"author":[null,3,{}]}')),
        page(head=ld('{"@type":["NewsArticle",{}],"headline":[{}],"datePublished":true,"url":[],"keywords":{}}')),
        page(before="<table><tr><td>" * 40),
        page(before="&#99999999999999999999999999; &#xD800; &#0; &bogus;"),
        "<?xml version='1.0' encoding='klingon'?>" + page(),
    ],
)
def test_what_surrounds_an_article_does_not_hide_it(content):
    found = read(content)
    assert found.article is not None, found.reason
    assert found.article.title == "The pump runs again"
    assert len(found.article.body.blocks) == 10


@pytest.mark.parametrize(
    "charset", ["klingon", "utf-7", "base64", "hex", "idna", "unicode_escape", "UTF-8", "\udcff", ""]
)
def test_no_name_of_an_encoding_raises(charset):
    assert read(page(), charset).kind == "article"


@pytest.mark.parametrize(
    ("data", "charset", "said"),
    [
        ("Fähre".encode("cp1252"), "iso-8859-1", ()),
        ("Fähre".encode("cp1252"), "", ()),
        ("Fähre".encode("cp1252"), "utf-8", ("says it is utf-8, which it is not; it is read as cp1252",)),
        (
            "Fähre über Förde".encode() + b"\xc3",
            "utf-8",
            ("has 1 place with bytes that are no utf-8; the rest is read",),
        ),
        ("Fähre".encode("utf-16"), "", ()),
        ("<meta charset=cp1251>Паром".encode("cp1251"), "", ()),
    ],
)
def test_a_page_is_read_in_its_encoding(data, charset, said):
    tree = parse_page(data, charset, "text/html", URL)
    assert not isinstance(tree, str)
    assert tree.notes == said
    text = "".join(tree.root.itertext())
    assert text.startswith(("Fähre", "Паром"))


def test_scripts_and_their_like_never_get_through():
    evil = "<p onclick='x()'>The pump <a href='javascript:x()'>was</a> mended<img src=x onerror=x()> with a pole.</p>"
    found = read(page(text=TEXT + evil + "<svg onload=x()></svg><iframe src=//x.example></iframe>"))
    assert found.article is not None
    assert not any(bad in found.article.body.html for bad in ("onclick", "onerror", "javascript", "<svg", "iframe"))


def test_nodes_that_name_each_other_come_to_an_end():
    node = '[{"@id":"#a","@type":"NewsArticle","author":{"@id":"#a"},"url":{"@id":"#b"}}]'
    tree = parse_page(page(head=ld(node)).encode(), "", "", URL)
    assert not isinstance(tree, str)
    assert read_structured(tree.root, URL, [URL], "").is_article


@given(st.sampled_from(PAGES), st.floats(0, 1))
@settings(max_examples=60)
def test_a_page_that_breaks_off_anywhere_is_read_or_refused(path, share):
    data = path.read_bytes()
    found = read(data[: int(len(data) * share)])
    assert (found.kind == "article") == (found.article is not None)
    assert found.article is not None or found.reason


@given(st.sampled_from(PAGES), st.data())
@settings(max_examples=60)
def test_a_page_with_a_piece_torn_out_or_doubled_is_read_or_refused(path, data):
    content = path.read_bytes()
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 400)))
    piece = data.draw(st.sampled_from([b"", content[start:end] * 2, b"<", b"</div>", b'"', b"\xff\x00"]))
    found = read(content[:start] + piece + content[end:])
    assert found.article is not None or found.reason
