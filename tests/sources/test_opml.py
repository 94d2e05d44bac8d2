from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from digest.sources.opml import DEEPEST, MOST_FEEDS, Outline, read_opml, write_opml

LIST = b"""<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.0"><head><title>Mine</title></head><body>
<outline text="Mail">
  <outline type="rss" text="Postmarks" xmlUrl="https://a.example/feed" htmlUrl="https://a.example/"/>
  <outline text="Servers"><outline xmlurl="https://b.example/rss" title="Sendings" text="x" language="de"/></outline>
</outline>
<outline type="rss" text="Again" xmlUrl="https://a.example/feed" category="/Post/Old,Letters"/>
<outline type="rss" text="Nowhere"/>
<outline type="link" text="A page" url="https://c.example/"/>
</body></opml>
"""


def test_folders_and_names_become_categories():
    found, problems = read_opml(LIST, "list.opml")
    assert found == [
        Outline("Again", "https://a.example/feed", "", ("Mail", "Post", "Old", "Letters")),
        Outline("Sendings", "https://b.example/rss", "", ("Mail", "Servers"), "de"),
    ]
    assert [str(each) for each in problems] == [
        "list.opml:8: 'Nowhere' has no xmlUrl: the address of its feed is missing"
    ]


def test_broken_lists_give_what_they_hold():
    torn = LIST.split(b'<outline type="link"')[0].replace(b"Postmarks", b"Post & marks")
    assert len(read_opml(torn, "list.opml")[0]) == 2


def test_what_is_no_list_is_named():
    for content in (b"", b"<html></html>", b"\x00\xff", b"{}", b"  <rss/>"):
        assert read_opml(content, "x")[1][0].set_aside


def test_no_entity_is_read_from_a_file(tmp_path):
    (tmp_path / "secret").write_text("s3cret")
    evil = (
        f'<!DOCTYPE opml [<!ENTITY e SYSTEM "file://{tmp_path}/secret">]><opml><body><outline text="&e;" xmlUrl="u"/>'
    )
    found, _ = read_opml(f"{evil}</body></opml>".encode(), "x")
    assert "s3cret" not in str(found)


def test_a_deep_list_ends():
    deep = b"<opml><body>" + b'<outline text="a">' * (DEEPEST * 4) + b'<outline xmlUrl="u"/>'
    assert read_opml(deep, "x")[0] == []


def test_a_very_long_list_is_cut_and_that_is_said():
    many = b"".join(b'<outline xmlUrl="https://e.example/%d"/>' % number for number in range(MOST_FEEDS + 5))
    found, problems = read_opml(b"<opml><body>" + many + b"</body></opml>", "x")
    assert len(found) == MOST_FEEDS
    assert "the rest is left" in problems[0].message


WORDS = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=12)
OUTLINES = st.builds(
    Outline,
    WORDS,
    st.uuids().map(lambda one: f"https://example.org/{one}?a=1&b=<2>"),
    st.sampled_from(["", "https://example.org/"]),
    st.lists(WORDS, max_size=3, unique=True).map(tuple),
    st.sampled_from(["", "en"]),
)


@given(st.lists(OUTLINES, max_size=5))
def test_what_is_written_is_read_again(outlines):
    found, problems = read_opml(write_opml("Mine", outlines), "x")
    assert sorted(found, key=lambda each: each.url) == sorted(outlines, key=lambda each: each.url)
    assert [str(each) for each in problems] == ([] if outlines else ["x: names no feed"])


@given(st.integers(0, len(LIST)), st.binary(max_size=3))
@example(1, b":")
def test_no_damage_raises(at, noise):
    read_opml(LIST[:at] + noise + LIST[at + 2 :], "x")
