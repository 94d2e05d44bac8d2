"""URLs of feeds and of an article's HTML."""

from __future__ import annotations

import html5lib
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.render.links import absolute, pictures_in, scrollable, uri, with_pictures
from digest.render.pictures import PictureFile
from digest.sources.addresses import Addresses
from digest.sources.allowlist import BLOCKS, INLINE, WRAPPERS
from digest.sources.sanitise import sanitise

BASE = "https://news.example.org/weekly/1/"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("", ""),
        ("https://e.example/a/b.html?c=d&e=%20#f", "https://e.example/a/b.html?c=d&e=%20#f"),
        ("https://e.example/ä b", "https://e.example/%C3%A4%20b"),
        ("https://e.example/100%", "https://e.example/100%25"),
        ("https://e.example/%zz%41", "https://e.example/%25zz%41"),
        ("https://e.example/a?x=[1]|{2}", "https://e.example/a?x=%5B1%5D%7C%7B2%7D"),
        ("https://e.example/#a#b", "https://e.example/#a%23b"),
        ("https://Bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://faß.example/", "https://xn--fa-hia.example/"),
        ("https://user@ä.example:8080/", "https://user@xn--4ca.example:8080/"),
        ("http://[::1]:8080/ä", "http://[::1]:8080/%C3%A4"),
        ("https://a😀.example/", "https://a%F0%9F%98%80.example/"),
        ("https://[bad/ä", "https://%5Bbad/%C3%A4"),
        ("mailto:ann@example.org?subject=ä", "mailto:ann@example.org?subject=%C3%A4"),
    ],
)
def test_a_uri_is_ascii_and_means_the_same(address, expected):
    assert uri(address) == expected


@given(path=st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_path_becomes_ascii_once(path):
    made = uri(f"https://e.example/{path}")
    assert made.isascii()
    assert uri(made) == made


def test_pictures_are_named_in_order():
    html = '<p><img src="b.png"><img src="https://e.example/x.png"></p><figure><img src="a.png"></figure><img alt="">'
    assert pictures_in(html) == ["b.png", "https://e.example/x.png", "a.png"]
    assert pictures_in("<p>none</p>") == []


def test_a_local_picture_gets_its_address_and_a_missing_one_goes_alone():
    html = '<p>a<img src="a.png" alt="A">b<img src="gone.png">c<img src="https://e.example/x.png">d</p>'
    assert with_pictures(html, {"a.png": PictureFile("images/a-1.png", b"", "image/png", 30, 20)}) == (
        '<p>a<img src="images/a-1.png" alt="A" width="30" height="20">bc<img src="https://e.example/x.png">d</p>'
    )
    assert with_pictures("<p>a &amp; b</p>", {}) == "<p>a &amp; b</p>"


def test_a_remote_picture_that_is_no_link_is_treated_like_a_local_one():
    html = '<p>a<img src="https://e.example/a.png">b<img src="https://e.example/x.png">c</p>'
    published = {"https://e.example/a.png": PictureFile("images/a-1.png", b"", "image/png", 30, 20)}
    assert with_pictures(html, published, linked=False) == (
        '<p>a<img src="images/a-1.png" width="30" height="20">bc</p>'
    )


def test_addresses_become_absolute():
    html = (
        '<p><a href="#fn-1">1</a> <a href="mailto:a@b.example">m</a> <img src="images/a.png"> '
        '<a href="/x?a&amp;b">x</a></p>'
    )
    assert absolute(html, BASE, BASE) == (
        f'<p><a href="{BASE}#fn-1">1</a> <a href="mailto:a@b.example">m</a> <img src="{BASE}images/a.png"> '
        '<a href="https://news.example.org/x?a&amp;b">x</a></p>'
    )
    assert absolute("<p>a &amp; b</p>", BASE, BASE) == "<p>a &amp; b</p>"


PIECES = st.one_of(
    st.sampled_from(["a ", "&amp;", "&lt;b&gt;", "\n", " ", "é👩", "<br>", "<hr>", "<pre>\n\nx</pre>", "\u00a0"]),
    st.sampled_from(['<img src="https://e.example/x.png" alt="x">', '<a href="https://e.example/?x=1&amp;y">l</a>']),
    st.sampled_from(sorted(INLINE | BLOCKS | WRAPPERS)).map(lambda tag: f"<{tag}>"),
    st.sampled_from(sorted(INLINE | BLOCKS | WRAPPERS)).map(lambda tag: f"</{tag}>"),
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(html=st.lists(PIECES, max_size=20).map("".join))
def test_html_without_anything_to_change_keeps_its_meaning(html):
    """Here lxml reads and writes what was sanitised: a browser must see the same tree before and after."""
    kept, _ = sanitise(html, Addresses(base="https://e.example/"))
    assert tree(absolute(kept, "https://e.example/", "https://e.example/")) == tree(kept)
    assert tree(with_pictures(kept, {})) == tree(kept)


def tree(html: str) -> str:
    return html5lib.serialize(html5lib.parseFragment(html), alphabetical_attributes=True, omit_optional_tags=False)


def test_notes_are_on_the_article_s_page_and_pictures_beside_the_edition():
    html = '<p><a href="#fn-1">1</a><img src="images/a.png" alt=""></p>'
    assert absolute(html, "https://e.example/article", "https://news.example.org/weekly/1/") == (
        '<p><a href="https://e.example/article#fn-1">1</a>'
        '<img src="https://news.example.org/weekly/1/images/a.png" alt=""></p>'
    )


def test_the_keyboard_reaches_tables_and_nothing_but_tables():
    html = '<p title="&lt;table&gt;">One &lt;table&gt;.</p><table><tr><td>Two</td></tr></table>'
    assert scrollable(html) == html.replace("<table><tr>", '<table tabindex="0"><tr>')
    assert scrollable(html.partition("<table>")[0]) == html.partition("<table>")[0]
