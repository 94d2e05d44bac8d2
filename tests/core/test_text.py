from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.core.text import (
    WORDS_A_MINUTE,
    as_paragraph,
    clean,
    one_line,
    reading_minutes,
    short_hash,
    slug,
    word_count,
)

# Surrogates and controls too: what a broken file may hold.
anything = st.text(st.characters())
nasty = st.text(
    st.sampled_from("\x00\x08\t\n\v\f\r\x1b\x1f \x7f\x85\xa0\u2028\u2029\ud800\udfff\ufdd0\ufffe\U0001ffff-aZ")
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("Grüße, 世界 👩\u200d🚀", "Grüße, 世界 👩\u200d🚀"),
        ("tab\tand\nbreak", "tab\tand\nbreak"),
        ("a\x00b\x08c\x1b[31md\x7f", "abc[31md"),
        ("a\r\nb\rc\vd\fe\x85f", "a\nb\nc\nd\ne\nf"),
        ("a\x9fb", "ab"),
        ("a\ud800b\udfffc", "abc"),
        ("a\ufdd0b\ufdefc\ufffed\uffffe\U0001fffef\U0010ffffg", "abcdefg"),
        ("a\ufdcfb\ufdf0c\ufffdd", "a\ufdcfb\ufdf0c\ufffdd"),
    ],
)
def test_clean(text, expected):
    assert clean(text) == expected


@given(st.one_of(anything, nasty))
def test_clean_text_may_stand_in_xml(text):
    cleaned = clean(text)
    # XML 1.0 section 2.2, Char.
    assert re.fullmatch("[\t\n\\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*", cleaned)
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        (" \n\t ", ""),
        ("  two\r\n\t words ", "two words"),
        ("no\u00a0break\u2028separator\x85next\x1ffield", "no break separator next field"),
        ("a \x00 b", "a b"),
        ("\x00 a", "a"),
        ("Subject\r\nBcc: all@example.org", "Subject Bcc: all@example.org"),
    ],
)
def test_one_line(text, expected):
    assert one_line(text) == expected


def test_one_line_turns_the_direction_of_nothing_else():
    assert one_line("\u202egnp.exe \u202a\u202bx\u202c\u202d") == "gnp.exe x"
    assert one_line("\u2067a\u2069 \u200fb") == "\u2067a\u2069 \u200fb"


@given(st.one_of(anything, nasty))
def test_one_line_is_one_line(text):
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in line)
    assert "  " not in line
    assert line == line.strip()
    assert one_line(line) == line


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("Hello, World!", 60, "hello-world"),
        ("Café & Crème Brûlée", 60, "cafe-and-creme-brulee"),
        ("R&D", 60, "r-and-d"),
        ("  --x--  ", 60, "x"),
        ("../../etc/passwd\x00", 60, "etc-passwd"),
        ("ﬁne ½", 60, "fine-1-2"),
        ("Budget—what next?", 60, "budget-what-next"),
        ("Rock\u2011n\u2011roll, isn’t it", 60, "rock-n-roll-isnt-it"),
        ("news\u00adletter", 60, "newsletter"),
        ("世界", 60, ""),
        ("", 60, ""),
        # At a word: "one-two" is seven.
        ("one two three", 7, "one-two"),
        ("one two three", 8, "one-two"),
        ("one two three", 6, "one"),
        ("one two three", 13, "one-two-three"),
        ("incomprehensibilities", 8, "incompre"),
    ],
)
def test_slug(text, limit, expected):
    assert slug(text, limit) == expected


def test_a_slug_has_sixty_characters_unless_told():
    assert slug("x" * 61) == "x" * 60


@given(st.one_of(anything, st.text("aB &-é"), nasty), st.integers(1, 20))
@example("ab-cd", 3)
def test_a_slug_is_fit_for_a_url_and_a_file_name(text, limit):
    result = slug(text, limit)
    assert len(result) <= limit
    assert result == "" or re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", result)
    assert slug(result, limit) == result
    assert slug(text, 10_000).startswith(result)


def test_short_hash_is_sha_256():
    # FIPS 180-4, the example "abc".
    assert short_hash("abc") == "ba7816bf8f"
    assert short_hash("abc", 64) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@given(st.one_of(anything, nasty), st.integers(1, 64))
@example("\ud800", 10)
def test_short_hash_takes_any_text(text, length):
    assert re.fullmatch(f"[0-9a-f]{{{length}}}", short_hash(text, length))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        (" - … — ! ", 0),
        ("One two  three.", 3),
        ("It's the reader’s well-known 3.5 1,000", 6),
        ("one -two- three", 3),
        ("end.Start", 1),
        ("世界", 1),
        ("世界人", 2),
        ("ไทย", 2),
        ("Hello 世界 again", 3),
        ("カタカナabc", 3),
    ],
)
def test_word_count(text, expected):
    assert word_count(text) == expected


@given(st.lists(st.from_regex(r"[a-z]+", fullmatch=True)))
def test_words_between_spaces_are_counted(words):
    assert word_count(" ".join(words)) == len(words)


@pytest.mark.parametrize(
    ("words", "minutes"),
    [(0, 1), (1, 1), (220, 1), (329, 1), (331, 2), (440, 2), (2200, 10)],
)
def test_reading_minutes(words, minutes):
    assert WORDS_A_MINUTE == 220
    assert reading_minutes(words) == minutes


@given(st.text(st.characters(codec="utf-8") | st.sampled_from(" \t\n\x00\u2028 ")))
@example("a  b")
@example(" a")
@example("a ")
def test_the_quick_way_for_one_line_is_that_of_the_others(text):
    text = re.sub("[\u202a-\u202e]", "", text)
    long_way = re.sub(r"\s+", " ", clean(re.sub(r"\s+", " ", text))).strip()
    assert one_line(text) == one_line(long_way) == long_way


@pytest.mark.parametrize(
    ("sentences", "paragraph"),
    [
        ((), ""),
        (("One.", "Two."), "One. Two."),
        (("新桥开放。", "它很长。", "2029年完工。"), "新桥开放。它很长。2029年完工。"),
        (("「橋だ。」", "彼は言った。"), "「橋だ。」彼は言った。"),
        (("新桥开放。", "Ω is a letter."), "新桥开放。 Ω is a letter."),
        (("Das sagt 王.", "新桥开放。"), "Das sagt 王. 新桥开放。"),
        (("새 다리가 열렸다.", "길다."), "새 다리가 열렸다. 길다."),
    ],
)
def test_sentences_stand_beside_one_another_as_their_script_asks(sentences, paragraph):
    assert as_paragraph(sentences) == paragraph
