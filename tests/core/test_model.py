from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.edition import Edition, SectionOfEdition, Story, Summary, Window
from digest.core.envelope import Envelope
from digest.core.errors import (
    ConfigError,
    DigestError,
    NotAPageError,
    OutputError,
    SourceError,
    StoreError,
    TemplateError,
    UsageError,
)
from digest.core.model import Article, Block, Body, FoundArticle, Image, Problem, Published
from digest.core.newsletter import Filter, Newsletter

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def article(title: str = "A title", *blocks: Block, **fields) -> FoundArticle:
    return FoundArticle(source="folder:articles", path="a.md", title=title, body=Body("", blocks), **fields)


def test_a_problem_reads_place_first():
    assert str(Problem("articles/a.md:3", "the date is missing")) == "articles/a.md:3: the date is missing"


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        (Published(datetime(2024, 3, 6, tzinfo=BERLIN), "day", "source"), "2024-03-06"),
        (Published(datetime(2024, 3, 6, tzinfo=UTC), "day", "unknown"), "2024-03-06"),
        (Published(datetime(2023, 6, 12, 23, 47, tzinfo=UTC), "minute", "unknown"), "2023-06-12T23:47:00"),
        (Published(datetime(2026, 2, 3, 8, tzinfo=BERLIN), "minute", "source"), "2026-02-03T08:00:00+01:00"),
        (Published(datetime(2026, 2, 3, 8, tzinfo=timezone(-timedelta(hours=5)))), "2026-02-03T08:00:00-05:00"),
        (Published(NOON), "2026-03-02T12:00:00+00:00"),
    ],
)
def test_a_date_is_written_as_far_as_it_is_known(published, expected):
    assert str(published) == expected


def test_a_body_gives_its_headings_and_the_rest_in_order():
    blocks = (
        Block("heading", "One", 1),
        Block("paragraph", "p"),
        Block("quote", "q"),
        Block("heading", "Two", 2),
        Block("code", "c"),
    )
    body = Body("", blocks)
    assert body.headings == ("One", "Two")
    assert body.paragraphs == ("p", "q", "c")


@pytest.mark.parametrize(
    ("src", "remote"),
    [
        ("https://example.org/a.png", True),
        ("http://example.org/a.png", True),
        ("images/a.png", False),
        ("https.png", False),
        ("//example.org/a.png", False),
    ],
)
def test_an_image_is_remote_when_it_is_a_url(src, remote):
    assert Image(src).is_remote is remote


def test_the_content_hash_is_that_of_title_and_text_alone():
    text = Block("paragraph", "Text.")
    same = article("T", text, id="x", url="https://example.org/", tags=("a",), draft=True, summary="S")
    assert article("T", text).content_hash == same.content_hash
    # Of json, in ASCII: '["T", [["paragraph", "Text."]]]'. It must never change: keys in stores hang on it.
    assert article("T", text).content_hash == "afb57b005345ea46e3a464acf083799d94513a16092df8ee8fda33692490129a"


blocks = st.lists(
    st.builds(Block, st.sampled_from(("heading", "paragraph", "code")), st.text(st.characters())), max_size=4
)


@given(st.text(st.characters()), blocks, st.text(st.characters()), blocks)
def test_content_hashes_are_equal_when_title_and_text_are(title, some, other_title, others):
    equal = (title, some) == (other_title, others)
    assert (article(title, *some).content_hash == article(other_title, *others).content_hash) == equal


def test_text_does_not_wander_between_blocks():
    joined = article("T", Block("paragraph", "ab"))
    apart = article("T", Block("paragraph", "a"), Block("paragraph", "b"))
    assert joined.content_hash != apart.content_hash


def test_a_summary_is_one_paragraph():
    assert Summary(("One.", "Two."), "extractive").text == "One. Two."
    assert Summary((), "none").text == ""


def test_an_edition_has_the_stories_of_its_sections_in_order():
    def story(key: str) -> Story:
        found = dataclasses.asdict(article()) | {"body": Body("", ()), "key": key, "first_seen": NOON}
        return Story(Article(**found), Summary((), "none"))

    one, two, three = story("one"), story("two"), story("three")
    sections = (SectionOfEdition("A", (one, two)), SectionOfEdition("B", (three,)))
    edition = Edition(
        newsletter="weekly", id="x", slot=NOON, window=Window(NOON, NOON + timedelta(1)), sections=sections
    )
    assert edition.stories == (one, two, three)


def test_a_newsletter_asks_nothing_unless_told():
    newsletter = Newsletter(key="w", title="W", sender="a@example.org", language="en", zone=BERLIN)
    assert newsletter.include == newsletter.exclude == Filter()
    assert (newsletter.minimum, newsletter.maximum, newsletter.too_few) == (1, None, "skip")


def test_nouns_are_frozen_and_can_be_keys():
    envelope = Envelope.whole("a@example.org", "b@example.org", "<x@example.org>", "x", b"")
    assert {envelope: 1}[envelope._replace()] == 1
    with pytest.raises(AttributeError):
        envelope.recipient = "c@example.org"  # type: ignore[misc]


@given(st.lists(st.sampled_from([b"", b".", b"..", b"a.b", b".a"]), max_size=8), st.booleans())
def test_a_message_on_the_wire_is_the_message_again(lines, ended):
    message = b"\r\n".join(lines) + b"\r\n" * ended
    wire = Envelope.whole("a@example.org", "b@example.org", "<x@example.org>", "x", message).wire
    *stuffed, dot, rest = wire.split(b"\r\n")
    assert (dot, rest) == (b".", b"")
    assert b"." not in stuffed
    read = b"".join(line.removeprefix(b".") + b"\r\n" for line in stuffed)
    assert read == (message if message.endswith(b"\r\n") else message + b"\r\n")


@pytest.mark.parametrize(
    ("error", "root", "code"),
    [
        (UsageError, DigestError, 2),
        (SourceError, DigestError, 1),
        (NotAPageError, SourceError, 1),
        (TemplateError, DigestError, 1),
        (StoreError, DigestError, 1),
        (OutputError, DigestError, 1),
    ],
)
def test_an_error_names_its_place_where_it_has_one(error, root, code):
    assert str(error("it is wrong", place="a.md:3")) == "a.md:3: it is wrong"
    assert str(error("it is wrong")) == "it is wrong"
    assert issubclass(error, root)
    assert error.exit_code == code


def test_a_config_error_carries_every_mistake():
    error = ConfigError([Problem("config.yaml:1", "one"), Problem("config.yaml:2", "two")])
    assert str(error) == "config.yaml:1: one\nconfig.yaml:2: two"
    assert [problem.message for problem in error.problems] == ["one", "two"]
    assert error.exit_code == 2
