from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from digest.sourcelines import with_sources, without_source

FEED = {"type": "feed", "url": "https://example.org/feed?a=1&b=2", "name": "Löwe: \"an\" 'apostrophe' # 1"}
BLOCK = """\
# Ours.
sources:
  # The folder.
  - {type: folder, path: articles}   # here

  - type: feed
    url: https://example.net/feed
    categories:
      - Mail
      - Feeds
    # Not this one:
    # - {type: page, path: pages}

newsletters:
  weekly: {title: W}  # kept
"""
TEXTS = {
    "a block": BLOCK,
    "without an indent": "sources:\n- type: folder\n  path: a\n- {type: page, path: b}\nx: 1\n",
    "in one line": "sources: [{type: folder, path: a}, {type: page, path: b}]\nx: 1\n",
    "over several lines": "x: 1\nsources: [\n  {type: folder, path: a},\n  {type: page, path: b},\n]\n",
    "a text that goes on": (
        "sources:\n  - type: folder\n    path: |\n      a\n  - type: feed\n    url: >-\n      b\n\nx: 1\n"
    ),
    "dashes on lines of their own": (
        "sources:\n  -\n    type: folder\n    path: a-b\n  -  # two\n\n    type: page\n    path: b\nx: 1\n"
    ),
    "lines that end with two characters": (
        "sources:\r\n  - {type: folder, path: a}\r\n  - type: page\r\n    path: b\r\nx: 1\r\n"
    ),
    "at the end, without a line break": "x: 1\nsources:\n  - {type: folder, path: a}",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_source_is_added_after_the_others(text):
    before = yaml.safe_load(text)
    after = yaml.safe_load(with_sources(text, [FEED, {"type": "page", "path": "c"}]))
    assert after == {**before, "sources": [*before["sources"], FEED, {"type": "page", "path": "c"}]}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_source_is_removed_and_nothing_else(text):
    before = yaml.safe_load(text)
    for position in range(len(before["sources"])):
        after = yaml.safe_load(without_source(text, position))
        left = [each for number, each in enumerate(before["sources"]) if number != position]
        assert after == {**before, "sources": left or after["sources"]}
        assert not after["sources"] or left


def test_comments_stay():
    changed = without_source(with_sources(BLOCK, [FEED]), 1)
    for said in ("# Ours.", "# The folder.", "# here", "# Not this one:", "# kept"):
        assert said in changed


@pytest.mark.parametrize("text", ["sources: []\nx: 1\n", "sources:\nx: 1\n", "x: 1\nsources:\n", "x: 1\nsources: []"])
def test_an_empty_list_is_filled(text):
    assert yaml.safe_load(with_sources(text, [FEED])) == {"x": 1, "sources": [FEED]}


def test_the_folder_that_is_there_unsaid_stays():
    changed = yaml.safe_load(with_sources("x: 1", [FEED]))
    assert changed == {"x": 1, "sources": [{"type": "folder", "path": "articles"}, FEED]}


def test_what_is_not_there_cannot_be_removed():
    with pytest.raises(IndexError):
        without_source(BLOCK, 2)
    with pytest.raises(IndexError):
        without_source("x: 1", 0)


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20)


@given(st.lists(NAMES, min_size=1, max_size=4), st.sampled_from(sorted(TEXTS)))
def test_whatever_is_added_can_be_removed(names, kind):
    text = TEXTS[kind] if TEXTS[kind].endswith("\n") else TEXTS[kind] + "\n"
    changed = with_sources(text, [{"type": "feed", "name": name} for name in names])
    there = len(yaml.safe_load(text)["sources"])
    for _ in names:
        changed = without_source(changed, there)
    assert changed == text


@pytest.mark.parametrize(
    "text",
    [
        "x: &all\n  - {type: folder, path: a}\n  - {type: page, path: b}\nsources: *all\n",
        "sources:\n  - &a {type: folder, path: a}\n  - {<<: *a, path: b}\n",
        "? sources\n: - {type: folder, path: a}\n  - {type: page, path: b}\n",
    ],
)
def test_what_only_a_person_can_change_is_refused(text):
    with pytest.raises(ValueError, match="only a person"):
        without_source(text, 0)


@pytest.mark.parametrize("text", ["x: 1\n...\n", "{x: 1}\n", "x: |+\n  kept\n\n\n", '{\n "sources": []\n}\n'])
def test_nothing_is_added_where_something_else_would_change(text):
    with pytest.raises(ValueError, match="only a person"):
        with_sources(text, [FEED])


def test_lines_end_as_they_did():
    text = TEXTS["lines that end with two characters"]
    for made in (with_sources(text, [FEED]), without_source(text, 1)):
        assert "\n" not in made.replace("\r\n", "")
