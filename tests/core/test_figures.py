"""Numbers, amounts and dates are found however they are written, and none passes for another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.figures import figures, plain, unsupported


def missing(said: str, known: str, language: str = "en") -> str:
    return unsupported(figures(plain(said), language), figures(plain(known), language))


SAME = [
    ("It cost 1,000 euros", "1 000 EUR", "en"),
    ("1.000 €", "EUR 1,000", "de"),
    ("1’000 Franken", "CHF 1000", "de"),
    ("two men", "2 men", "en"),
    ("2 men", "two men", "en"),
    ("Twenty-five people", "25 people", "en"),
    ("zwölf Leute", "12 Leute", "de"),
    ("in the third quarter", "in quarter 3", "en"),
    ("On 3 March 2026", "2026-03-03", "en"),
    ("March 3, 2026", "3 March 2026", "en"),
    ("3rd of March", "March 3", "en"),
    ("in March", "on March 3, 2026", "en"),
    ("March 2026", "03.03.2026", "en"),
    ("am 3. März", "Am 3. März 2026", "de"),
    ("le 3 mars", "le 3 mars 2026", "fr"),
    ("el 3 de marzo de 2026", "3/3/2026", "es"),
    ("3/4/2026", "4 March 2026", "en"),
    ("3/4/2026", "3 April 2026", "en"),
    ("$5m", "5 million dollars", "en"),
    ("1.5 million", "1,500,000", "en"),
    ("1,5 Millionen Euro", "1,5 Mio. Euro", "de"),
    ("2 mil millones", "2,000 millones", "es"),
    ("5%", "five per cent", "en"),
    ("5% to 7%", "between 5 and 7 percent", "en"),
    ("5 percentage points", "5 percentage points", "en"),
    ("1.50 euros", "€1.5", "en"),
    ("US$5", "5 US dollars", "en"),
    ("5 percent points", "5 percentage points", "en"),
    ("1.234,50 Euro", "1,234.5 euros", "de"),
    ("It began at 5:30pm", "5.30 p.m.", "en"),
    ("$1.2-1.3 billion", "between $1.2 billion and $1.3 billion", "en"),
    ("a two-year wait", "2 years", "en"),
    ("Smith is 54 years old", "Smith, 54, left", "en"),
    ("1.1m tall", "1.1 metres tall", "en"),
    ("3–1", "3:1", "de"),
    ("12 degrees below zero", "-12C", "en"),
    ("zweieinhalb Jahre", "2,5 Jahre", "de"),
    ("Sie kam um 3 am Montag", "um 3 kam sie", "de"),
    ("un train neuf", "un train", "fr"),
    ("Her own she paid first.", "She paid her own.", "en"),
    ("im 3. Quartal", "im dritten Quartal", "de"),
    ("dreitausendfünfhundert Leute", "3.500 Leute", "de"),
    ("einundzwanzig Leute", "21 Leute", "de"),
    ("three times", "3 times", "en"),
    ("two thirds of them", "two-thirds of them", "en"),
    ("500 people", "five hundred people", "en"),
    ("1\u202f234\u202f567 personnes", "1.234.567 personnes", "fr"),
]


@pytest.mark.parametrize(("said", "known", "language"), SAME, ids=lambda value: value)
def test_the_same_figure_in_another_form(said, known, language):
    assert missing(said, known, language) == ""


@pytest.mark.parametrize(
    ("said", "known", "named"),
    [
        ("It cost 1,300 euros", "It cost 1,200 euros", "1,300 euros"),
        ("$5 billion", "5 million dollars", "$5 billion"),
        ("5%", "5 percentage points", "5%"),
        ("€5", "$5", "€5"),
        ("A$5", "$5", "A$5"),
        ("1.5", "15", "1.5"),
        ("three men", "two men, 4 women", "three men"),
        ("March 4", "3 March, 4 men", "March 4"),
        ("3 April", "3 March and in April 2025 also 3", "3 April"),
        ("in March 2025", "March 2024 and 2025", "March 2025"),
        ("March 3, 2025", "March 3, 2026; 2025 was colder", "March 3, 2025"),
        ("3/4/2026", "4 March", "3/4/2026"),
        ("dozens of men", "12 men", "dozens"),
        ("twice as many", "many", "twice"),
        ("millions of men", "2 million men", "millions"),
        ("2026", "in the year", "2026"),
        ("31/31/2026", "on 31 days of 2026", ""),
        ("13 may come", "13 came", ""),
        ("3 months", "3 years", "3 months"),
        ("-5C", "5C", "5C"),
        ("5C", "-5C", "5C"),
        ("2-3", "3-2", "2-3"),
        ("6am", "6pm", "6am"),
        ("40 books", "40 desks and 50 books", "40 books"),
        ("the second half", "the first half, two goals", "second half"),
        ("two thirds", "one third of two", "two thirds"),
        ("1.4 jobs", "1,400 jobs", "1.4 jobs"),
        ("3,000 men", "3 men", "3,000 men"),
        ("three times", "three men", "three times"),
    ],
)
def test_another_figure(said, known, named):
    assert missing(said, known) == named


def test_one_and_a_half_in_a_word():
    assert not missing("anderthalb Jahre", "1,5 Jahre", "de")
    assert missing("anderthalb Jahre", "2,5 Jahre", "de") == "anderthalb Jahre"


def test_a_number_of_endless_digits_is_not_reckoned_with():
    assert missing("9" * 5000, "8" * 5000) == "9" * 5000


@given(number=st.integers(0, 10**12), mark=st.sampled_from([",", " ", "\u00a0", "'", "’", "\u202f"]))
def test_thousands_are_parted_in_many_ways(number, mark):
    grouped = f"{number:,}".replace(",", mark)
    assert missing(f"It was {grouped} in all.", f"In all {number} came.") == ""
    assert missing(f"It was {grouped} in all.", f"In all {number + 1} came.") != ""


@given(st.text(max_size=300))
def test_a_text_has_its_own_figures(text):
    assert missing(text, text) == ""


@given(st.text(alphabet="0123456789.,/- '$€%marchofk", max_size=200))
def test_no_run_of_signs_is_too_odd(text):
    assert missing(text, text) == ""
