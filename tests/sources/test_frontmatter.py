"""Splitting off and reading front matter."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.model import Problem
from digest.sources.frontmatter import read_front_matter


def test_yaml():
    front = read_front_matter("---\ntitle: A\n\ndate: 2026-02-03\ntags:\n  - x\n---\n\nText\n", "a.md")
    assert front.values == {"title": "A", "date": date(2026, 2, 3), "tags": ["x"]}
    assert front.lines == {"title": 2, "date": 4, "tags": 5}
    assert (front.body, front.body_line, front.problems) == ("\nText\n", 8, ())


def test_toml():
    text = "+++\ntitle = 'A'\n\ndate = 2026-02-03\n\n[image]\nsrc = 'x.png'\n+++\nText\n"
    front = read_front_matter(text, "a.md")
    assert front.values == {"title": "A", "date": date(2026, 2, 3), "image": {"src": "x.png"}}
    assert front.lines == {"title": 2, "date": 4, "image": 6}
    assert (front.body, front.body_line) == ("Text\n", 9)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Text\n",
        "text\n---\ntitle: A\n---\n",
        "---\n",
        "---\n\nA rule, and then text.\n",
        "----\ntitle: A\n---\n",
        " ---\na: b\n---\n",
    ],
)
def test_no_front_matter(text):
    front = read_front_matter(text, "a.md")
    assert (front.values, front.body, front.body_line, front.problems) == ({}, text, 1, ())


def test_blank_lines_before_it_and_dots_after_it():
    front = read_front_matter("\n\n--- \ndraft: true\n...\nText", "a.md")
    assert (front.values, front.lines, front.body, front.body_line) == ({"draft": True}, {"draft": 4}, "Text", 6)


def test_empty_front_matter():
    front = read_front_matter("---\n---\nText", "a.md")
    assert (front.values, front.body, front.problems) == ({}, "Text", ())


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("---\n- a\n- b\n---\n", "a.md:2", "front matter must be lines of the form 'key: value', this is a list"),
        (
            "---\njust text\n---\n",
            "a.md:2",
            "front matter must be lines of the form 'key: value', this is the text 'just text'",
        ),
        (
            "---\ntitle: A\nimage:\n\tsrc: x\n---\n",
            "a.md:4",
            "a tab stands where indentation is read; indent with spaces",
        ),
        (
            "---\ntitle: A\nText\n",
            "a.md:1",
            "the front matter that starts here has no end; add a line '---' after its last key",
        ),
        (
            "\n+++\ntitle = 'A'\nText\n",
            "a.md:2",
            "the front matter that starts here has no end; add a line '+++' after its last key",
        ),
        ("+++\ntitle = 'A'\ntitle = 'B'\n+++\n", "a.md:3", "this cannot be read as TOML: Cannot overwrite a value"),
        ("+++\ntitle = A\n+++\n", "a.md:2", "this cannot be read as TOML: Invalid value"),
        ("+++\na = '''\n\n\n+++\n", "a.md:5", "this cannot be read as TOML: Expected \"'''\""),
        (f"+++\na = {'[' * 5000}\n+++\n", "a.md:2", "front matter nested too deep; nothing here needs that"),
        (
            f"+++\na = '{'x' * 1_000_000}'\n+++\n",
            "a.md:2",
            "front matter of more than 1,000,000 characters is not read; write less",
        ),
        (f"---\n{BOMB}---\n", "a.md:4", "more than 100 aliases (*name); write the values out"),
    ],
    ids=[
        "list",
        "text",
        "tab",
        "open yaml",
        "open toml",
        "twice in toml",
        "no toml",
        "end of toml",
        "deep",
        "long",
        "bomb",
    ],
)
def test_front_matter_that_cannot_be_read_sets_the_file_aside(text, place, message):
    front = read_front_matter(text, "a.md")
    assert front.unusable
    assert front.values == {}
    assert front.problems == (Problem(place, message, set_aside=True),)


def test_a_key_given_twice_and_a_python_tag_are_reported_and_the_rest_goes_on():
    front = read_front_matter(
        "---\ntitle: A\ntitle: B\nauthor: !!python/object/apply:os.system ['x']\n---\nText", "a.md"
    )
    assert not front.unusable
    assert front.values["title"] == "A"
    assert [problem.place for problem in front.problems] == ["a.md:3", "a.md:4"]
    assert "'title' stands on line 2 already" in front.problems[0].message
    assert "the tag '!!python/object/apply:os.system' is refused" in front.problems[1].message


JUNK = st.text(alphabet="ab:-+=[]{}'\"#&*!|>%@`\t\n ,.01T", max_size=60)


@given(st.sampled_from(["---", "+++"]), JUNK, JUNK)
def test_junk_never_raises_and_loses_no_body(fence, junk, body):
    front = read_front_matter(f"{fence}\n{junk}\n{fence}\n{body}", "a.md")
    assert front.unusable or front.body.endswith(body)


@given(st.text(max_size=300))
def test_any_text_is_taken_apart_without_an_error(text):
    front = read_front_matter(text, "a.md")
    assert front.unusable or text.endswith(front.body)
    assert text.count("\n") + 1 == front.body.count("\n") + front.body_line or front.unusable
