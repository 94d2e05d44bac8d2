from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.checks.css import Rule, declarations, rules


def test_declarations_are_parted_at_semicolons_that_end_one():
    text = "Color: Red !important; background:url(data:image/png;base64,AA==); font:1px 'a;b', \"c\"; x; :y; --Own: 1"
    assert declarations(text) == (
        ("color", "Red"),
        ("background", "url(data:image/png;base64,AA==)"),
        ("font", "1px 'a;b', \"c\""),
        ("--Own", "1"),
    )
    assert declarations("a:b /* c:d; */; e:f") == (("a", "b"), ("e", "f"))


def test_rules_know_what_they_stand_in():
    sheet = """
    @import url(a.css);
    .a, B > c { color: red }
    @media (max-width: 600px) { .a { color: blue } @supports (x: y) { .b { top: 0 } } }
    @font-face { font-family: X }
    .last { top: 1px }
    """
    assert list(rules(sheet)) == [
        Rule("@import url(a.css)", (), ()),
        Rule("", (".a", "B > c"), (("color", "red"),)),
        Rule("@media (max-width: 600px)", (".a",), (("color", "blue"),)),
        Rule("@media (max-width: 600px) @supports (x: y)", (".b",), (("top", "0"),)),
        Rule("@font-face", (), (("font-family", "X"),)),
        Rule("", (".last",), (("top", "1px"),)),
    ]


@pytest.mark.parametrize(
    "text", ["{", "}", "a{", "a{b:c", "@media x{a{b:c}", "@x", ";;;", "a:b}c{d:e", "/* x", "'", "(("]
)
def test_what_is_no_css_is_passed_over(text):
    assert len(list(rules(text))) <= 2
    assert len(declarations(text)) <= 2


def test_what_is_nested_without_end_is_passed_over():
    assert len(list(rules("@media x{" * 30 + "a{b:c}" + "}" * 30))) == 0
    assert len(list(rules("@media x{" * 8 + "a{b:c}" + "}" * 8))) == 1
    assert len(list(rules("@media x{" * 3000))) == 0


@given(st.text("a:;{}@()'\"/* ", max_size=60))
def test_anything_ends(text):
    list(rules(text))
    declarations(text)
