from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.identity import (
    SHORT,
    Known,
    Sighting,
    free_key,
    is_short,
    key_base,
    normalise_url,
    path_identity,
    place,
    recognise,
    see,
)
from digest.core.model import Block, Body, FoundArticle

SOURCE = "folder:articles"
LONG = " ".join(f"word{number}" for number in range(SHORT))
STUB = "No news this week."


def found(path: str, text: str = LONG, *, title: str = "A title", **fields: str) -> FoundArticle:
    body = Body(f"<p>{text}</p>", (Block("paragraph", text),))
    return FoundArticle(source=SOURCE, path=path, title=title, body=body, **fields)


def sight(path: str, text: str = LONG, **fields: str) -> Sighting:
    return see(path, found(path, text, **fields))


def known(key: str, sighting: Sighting, *, withdrawn: bool = False, vacated: bool = False) -> Known:
    article = sighting.article
    return Known(
        key=key,
        source=article.source,
        path=article.path,
        identities=sighting.identities,
        withdrawn=withdrawn,
        vacated=vacated,
    )


def remember(*articles: Known) -> dict:
    return {identity: article for article in articles for identity in article.identities.items()}


def keys(sightings, *articles: Known) -> list[str]:
    """For each sighting the key it was recognised by, 'new' or 'aside'."""
    recognition = recognise(sightings, remember(*articles))
    return [
        "aside" if position in recognition.set_aside else getattr(recognition.same.get(position), "key", "new")
        for position in range(len(sightings))
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HTTPS://Example.ORG/a", "https://example.org/a"),
        ("https://example.org:443/a", "https://example.org/a"),
        ("http://example.org:80/", "http://example.org"),
        ("https://example.org/a/", "https://example.org/a"),
        ("https://example.org/a#top", "https://example.org/a"),
        ("https://[2001:DB8::1]:443/a", "https://[2001:db8::1]/a"),
        ("https://me:pw@Example.org/a", "https://me:pw@example.org/a"),
    ],
)
def test_urls_that_are_one(one, other):
    assert normalise_url(one) == normalise_url(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/a", "https://example.org/A"),
        ("https://example.org/a?x=1", "https://example.org/a?x=2"),
        ("https://example.org:8443/a", "https://example.org/a"),
        ("http://example.org/a", "https://example.org/a"),
        ("https://me@example.org/a", "https://example.org/a"),
    ],
)
def test_urls_that_are_two(one, other):
    assert normalise_url(one) != normalise_url(other)


@pytest.mark.parametrize("broken", ["https://example.org:port/", "https://[::1/", "https://example.org:99999/"])
def test_a_url_that_cannot_be_parsed_is_compared_as_it_stands(broken):
    assert normalise_url(f" {broken} ") == broken


@given(st.text(st.characters(exclude_categories=("Z", "C"))))  # a URL has neither white space nor controls
def test_normalising_a_url_never_raises_and_is_stable(text):
    once = normalise_url("https://example.org/" + text)
    assert normalise_url(once) == once


def test_source_and_path_cannot_be_confused():
    assert path_identity("a", "b/c") != path_identity("a/b", "c")


@pytest.mark.parametrize(
    ("source", "where"), [("folder:articles", "articles/a.md"), ("page", "page/a.md"), ("folder:x:y", "x:y/a.md")]
)
def test_a_place_is_where_a_person_looks(source, where):
    assert place(source, "a.md") == where


def test_the_key_does_not_depend_on_the_path():
    assert key_base(sight("a.md")) == key_base(sight("elsewhere/b.md"))


def test_the_key_comes_of_the_strongest_identity():
    bases = {
        key_base(sight("a.md", id="x", url="https://e.org/")),
        key_base(sight("a.md", "other text", id="x")),  # the same: the id decides
        key_base(sight("a.md", url="https://e.org/")),
        key_base(sight("a.md")),
    }
    assert len(bases) == 3
    assert all(base.startswith("a-title-") for base in bases)


def test_a_title_without_latin_letters_has_a_key():
    assert key_base(sight("a.md", title="日本")).startswith("article-")


def test_a_key_that_is_taken_gets_a_number():
    assert free_key("a", {"a", "a-2"}) == "a-3"
    assert free_key("b", {"a"}) == "b"


def test_short_is_counted_over_all_blocks():
    words = [Block("paragraph", "one two") for _ in range(SHORT // 2)]
    assert not is_short(FoundArticle(source="s", path="p", title="t", body=Body("", tuple(words))))
    assert is_short(FoundArticle(source="s", path="p", title="t", body=Body("", tuple(words[1:]))))


A = sight("a.md")


@pytest.mark.parametrize(
    ("sighting", "article", "expected"),
    [
        # An edited file is the same article, whatever changed in it
        (sight("a.md", LONG + " more"), known("A", A, vacated=True), "A"),
        (sight("a.md", "else", title="Else"), known("A", A, vacated=True), "A"),
        # ... also when it gains an id, or loses it
        (sight("a.md", id="x"), known("A", A, vacated=True), "A"),
        (sight("a.md"), known("A", sight("a.md", id="x"), vacated=True), "A"),
        # ... but not when it states another
        (sight("a.md", id="y"), known("A", sight("a.md", id="x"), vacated=True), "new"),
        # A moved file: by id, by URL, by content
        (sight("b.md", "else", id="x"), known("A", sight("a.md", id="x"), vacated=True), "A"),
        (sight("b.md", "e", url="https://E.org/#x"), known("A", sight("a.md", url="https://e.org"), vacated=True), "A"),
        (sight("b.md"), known("A", A, vacated=True), "A"),
        (sight("b.md"), known("A", A, withdrawn=True), "A"),
        # ... not when it states another id
        (sight("b.md", id="y"), known("A", sight("a.md", id="x"), vacated=True), "new"),
        (
            sight("b.md", "e", id="y", url="https://e.org"),
            known("A", sight("a.md", id="x", url="https://e.org"), vacated=True),
            "new",
        ),
        # A file that comes back
        (sight("a.md", "else"), known("A", A, withdrawn=True), "A"),
        # Few words: only a file that was renamed in this collection
        (sight("b.md", STUB), known("A", sight("a.md", STUB), vacated=True), "A"),
        (sight("b.md", STUB), known("A", sight("a.md", STUB), withdrawn=True), "new"),
        (sight("b.md", STUB), known("A", sight("a.md", STUB)), "new"),
        # The same at two living paths
        (sight("b.md"), known("A", A), "aside"),
        (sight("b.md", "e", id="x"), known("A", sight("a.md", id="x")), "aside"),
        (sight("b.md", "e", url="https://e.org/"), known("A", sight("a.md", url="https://e.org")), "aside"),
        # ... two ids say that they are two
        (sight("b.md", id="y"), known("A", sight("a.md", id="x")), "new"),
        # Nothing in common
        (sight("b.md", "else"), known("A", A), "new"),
    ],
)
def test_one_file_and_one_known_article(sighting, article, expected):
    assert keys([sighting], article) == [expected]


def test_an_identity_that_its_living_article_gave_up_is_free():
    before, now_there = sight("a.md", id="x"), known("A", sight("a.md", "else"))
    recognition = recognise([sight("b.md", id="x")], {("id", "x"): now_there, **remember(now_there)})
    assert before.identities["id"] == "x"
    assert not recognition.same
    assert not recognition.set_aside


def test_a_duplicate_is_told_with_both_places():
    recognition = recognise([sight("b.md", "e", id="x")], remember(known("A", sight("a.md", id="x"))))
    (problem,) = recognition.set_aside.values()
    assert problem.place == "articles/b.md"
    assert "'x'" in problem.message
    assert "articles/a.md" in problem.message
    assert problem.set_aside


def test_of_two_new_files_with_one_id_the_first_wins():
    assert keys([sight("a.md", "one", id="x"), sight("b.md", "two", id="x")]) == ["new", "aside"]


def test_of_two_read_files_the_recorded_one_wins_though_met_later():
    recorded = known("Z", sight("z.md", id="x"), vacated=True)
    assert keys([sight("a.md", "one", id="x"), sight("z.md", "two", id="x")], recorded) == ["aside", "Z"]


def test_the_stronger_layer_wins_whatever_the_order():
    recorded = known("A", sight("a.md", id="x"), vacated=True)
    moved, newcomer = sight("b.md", "else", id="x"), sight("a.md", "quite different")
    assert keys([newcomer, moved], recorded) == ["new", "A"]
    assert keys([moved, newcomer], recorded) == ["A", "new"]


def test_two_files_that_swap_their_content_stay_who_they_are():
    one, two = LONG + " one", LONG + " two"
    articles = known("A", sight("a.md", one), vacated=True), known("B", sight("b.md", two), vacated=True)
    assert keys([sight("a.md", two), sight("b.md", one)], *articles) == ["A", "B"]


def test_a_copy_whose_original_is_edited_is_a_new_article():
    assert keys([sight("a.md", LONG + " more"), sight("b.md")], known("A", A, vacated=True)) == ["A", "new"]


def test_of_its_former_and_its_present_path_the_present_one_is_the_article():
    moved = known("A", sight("b.md", "before"), vacated=True)
    former = {("path", path_identity(SOURCE, "a.md")): moved}
    recognition = recognise([sight("a.md", "one"), sight("b.md", "two")], {**former, **remember(moved)})
    assert recognition.same == {1: moved}
