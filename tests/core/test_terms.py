from __future__ import annotations

import pytest

from digest.core.terms import dot, stem


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


def test_dot_counts_shared_terms_either_way():
    assert dot({"a": 2.0, "b": 1.0}, {"a": 3.0}) == dot({"a": 3.0}, {"a": 2.0, "b": 1.0}) == 6.0
