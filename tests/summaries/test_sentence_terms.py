from __future__ import annotations

import pytest

from digest.summaries.terms import stem, terms


@pytest.mark.parametrize(
    ("words", "language", "stemmed"),
    [
        ("bank banks banking banked bank's bank’s", "en", "bank"),
        ("city cities", "en", "city"),
        ("price prices priced pricing", "en", "pric"),
        # Too short to lose an ending, or none of these endings.
        ("ring", "en", "ring"),
        ("bus", "en", "bus"),
        ("class", "en", "class"),
        ("brücke brücken", "de", "brücke"),
        ("l'europe d’europe europe", "fr", "europe"),
        ("правительство правительства", "ru", "прави"),
        ("الجسر والجسر جسر", "ar", "جسر"),
        ("정부는 정부가 정부의 정부에서", "ko", "정부"),
        # A language of which nothing is known.
        ("banks", "", "banks"),
    ],
)
def test_stem(words, language, stemmed):
    assert {stem(word, language) for word in words.split()} == {stemmed}


def test_terms_come_in_order_and_small():
    assert terms("The Bank's 3 banks said: 4.") == ["the", "bank", "3", "bank", "said", "4"]


def test_scripts_without_spaces_give_pairs_of_characters_where_they_stand():
    assert terms("銀行は Nexo 大", "ja") == ["銀行", "行は", "nexo", "大"]


def test_marks_that_may_be_left_out_make_no_difference():
    assert terms("كُتِبَ", "ar") == terms("كتب", "ar")
    assert terms("bri\u200bdge") == terms("bridge")
