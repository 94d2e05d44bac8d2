from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.render.wrap import cut, display_width, isolate, underline, wrap

FAMILY = "👩‍👩‍👧"  # three emoji joined into one
WORDS = st.text(alphabet=st.sampled_from("abcé  ,。「漢字かな한국👍👩\u200d\u0301🇩🇪🏽שלום"), max_size=200)


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("abc", 3),
        ("漢字", 4),
        ("한국", 4),
        ("👍", 2),
        ("👍🏽", 2),
        (FAMILY, 2),
        ("🇩🇪", 2),
        ("e\u0301", 1),
        ("❤\ufe0f", 2),
    ],
)
def test_display_width(text, width):
    assert display_width(text) == width


def test_lines_are_folded_at_spaces_with_their_indents():
    assert wrap("one two three four", "1. ", "   ", width=12) == "1. one two\n   three\n   four"


def test_cjk_is_folded_anywhere_but_before_closing_marks():
    assert wrap("漢字漢字漢字。", width=12) == "漢字漢字漢\n字。"
    assert wrap("漢字漢字漢「字」", width=12) == "漢字漢字漢\n「字」"


def test_an_emoji_is_never_halved():
    assert wrap(FAMILY * 3, width=4) == f"{FAMILY}{FAMILY}\n{FAMILY}"


def test_a_url_is_never_cut_and_a_long_word_is():
    url = "https://example.org/" + "x" * 80
    assert wrap(f"see {url} there") == f"see\n{url}\nthere"
    assert wrap("https://example.org/é" + "x" * 80).count("\n") == 0
    assert wrap("x" * 100) == "x" * 72 + "\n" + "x" * 28


def test_a_no_break_space_breaks_no_line():
    assert wrap("aaa bbb\u00a0ccc", width=8) == "aaa\nbbb\u00a0ccc"
    assert wrap("aaaa \u00a0 bbbb", width=6) == "aaaa\nbbbb"  # nor does it stay at a line's end


@given(WORDS, st.integers(min_value=10, max_value=72))
def test_no_line_is_too_wide_none_ends_in_a_space_and_nothing_is_lost(text, width):
    lines = wrap(text, "  1. ", "     ", width=width).split("\n")
    assert all(display_width(line) <= width for line in lines)
    assert not any(line.endswith(" ") for line in lines)
    assert "".join(lines).replace(" ", "") == "1." + text.replace(" ", "")


@given(WORDS, st.integers(min_value=4, max_value=40))
def test_cut_keeps_to_its_width(text, width):
    assert display_width(cut(text, width)) <= width


def test_cut_ends_at_a_word():
    assert cut("One, two and three", 10) == "One, two…"
    assert cut("One, two", 10) == "One, two"


def test_underline_is_as_wide_as_the_text():
    assert underline("漢字ab", "=") == "漢字ab\n======"


def test_what_is_isolated_cannot_move_what_stands_beside_it():
    assert isolate("Ann Author") == "Ann Author"
    assert isolate("Clémence, 4 漢字") == "Clémence, 4 漢字"
    assert isolate("ليلى", "rtl") == "ليلى"
    assert isolate("Ann", "rtl") == "\u2068Ann\u2069"
    assert isolate("12 · 3", "rtl") == "12 · 3"
    assert isolate("a\u202eb") == "\u2068a\u202eb\u2069"
    assert isolate("ليلى") == "\u2068ليلى\u2069"
    # What it opens itself, or closes too often, ends with it.
    assert isolate("\u2067ليلى\u2069\u2069") == "\u2068ليلى\u2069"


def test_an_isolate_over_two_lines_is_closed_and_opened_again():
    assert wrap("a \u2068אא בב\u2069 c", "- ", "  ", width=7) == "- a \u2068אא\u2069\n  \u2068בב\u2069 c"


@given(st.lists(WORDS.map(isolate) | st.sampled_from(["\u2068", "\u2069", "a", "12"]), max_size=8), st.integers(10, 72))
def test_every_line_closes_what_it_opens(parts, width):
    for line in wrap(" ".join(parts), "1. ", "   ", width=width).split("\n"):
        depth = 0
        for char in line:
            depth = depth + 1 if char == "\u2068" else max(0, depth - 1) if char == "\u2069" else depth
        assert depth == 0
        assert display_width(line) <= width
