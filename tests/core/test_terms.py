from __future__ import annotations

import pytest

from digest.core.terms import dot, stem, terms, vector


@pytest.mark.parametrize(
    ("words", "stemmed"),
    [
        ("bank banks banking banked bank's bank’s", "bank"),
        ("city cities", "city"),
        ("price prices priced pricing", "pric"),
        # Too short to lose an ending, or none of these endings.
        ("ring", "ring"),
        ("bus", "bus"),
        ("class", "class"),
    ],
)
def test_stem(words, stemmed):
    assert {stem(word) for word in words.split()} == {stemmed}


def test_common_words_are_no_terms():
    assert terms("The bank said that it was Closed.") == ["bank", "clos"]


def test_scripts_without_spaces_give_pairs_of_characters_and_the_words_between():
    assert terms("銀行は Nexo 大") == ["nexo", "銀行", "行は", "大"]


def test_vector_weighs_one_plus_log_of_the_count():
    # 1 + ln 2 = 1.693
    assert vector(["a", "b", "a"]) == pytest.approx({"a": 1.693, "b": 1.0}, abs=0.001)


def test_dot_counts_shared_terms_either_way():
    assert dot({"a": 2.0, "b": 1.0}, {"a": 3.0}) == dot({"a": 3.0}, {"a": 2.0, "b": 1.0}) == 6.0
