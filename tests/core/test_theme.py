from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.theme import PAIRS, Colours, Logo, Theme, contrast, faint, legible, read_colour, read_fonts

COLOUR = st.from_regex(r"\A#[0-9a-f]{6}\Z")
GREY = Colours(*["#ffffff"] * 2, *["#000000"] * 5, "#ffffff", "#000000", "#ffffff", "#888888")
DARK = Colours(*["#000000"] * 2, *["#ffffff"] * 5, "#000000", "#000000", "#ffffff", "#888888")
BASE = Theme(light=GREY, dark=DARK, heading_font="Georgia", text_font="Arial", spacing=32, width=640)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#767676", "#ffffff", 4.54),  # the lightest grey that passes on white
        ("#777777", "#ffffff", 4.48),
        ("#0000ff", "#ffffff", 8.59),
        ("#0a0a0a", "#000000", 1.06),  # both below the bend of the curve
    ],
)
def test_contrast_is_that_of_wcag(one, other, ratio):
    assert round(contrast(one, other), 2) == ratio
    assert contrast(one, other) == contrast(other, one)


@given(COLOUR, COLOUR)
def test_contrast_is_between_1_and_21(one, other):
    assert 1 <= contrast(one, other) <= 21.0000001


@given(COLOUR, COLOUR)
def test_a_legible_colour_is_legible_and_stays_as_it_was_where_it_is(front, back):
    # Black or white has 4.5:1 on any colour: what both lack, none has.
    found = legible(front, back)
    assert contrast(found, back) >= 4.5
    assert contrast(front, back) < 4.5 or found == front


def test_where_nothing_is_legible_enough_the_best_is_taken():
    assert legible("#777777", "#777777", 20) == "#000000"


@given(st.lists(COLOUR, min_size=11, max_size=11))
def test_faint_pairs_are_those_below_their_least(values):
    colours = Colours(*values)
    found = {one.pair: one for one in faint(colours)}
    for pair in PAIRS:
        front, back = getattr(colours, pair.front), getattr(colours, pair.back)
        assert (pair in found) == (contrast(front, back) < pair.least)
        if pair in found:
            assert contrast(found[pair].better, back) >= pair.least
            assert (found[pair].front, found[pair].back) == (front, back)


def test_colours_are_read():
    assert read_colour("#AbC") == "#aabbcc"
    assert read_colour("#B93C27") == "#b93c27"
    for wrong in ("red", "#12", "#12345", "#gggggg", "", "#fff ", "#fff;x:y", "#１２３"):
        with pytest.raises(ValueError, match="expected a colour"):
            read_colour(wrong)


def test_fonts_are_read():
    assert read_fonts("Charter,'Iowan Old Style' ,  serif") == "Charter, Iowan Old Style, serif"
    assert read_fonts("-apple-system, Arial") == "-apple-system, Arial"
    for wrong in ("", "Georgia,", "a;b", "a}b", "url(x)", "</style>", "Arial, 12px", "x\\41"):
        with pytest.raises(ValueError, match="expected names of fonts"):
            read_fonts(wrong)


def test_what_is_not_said_is_as_below():
    logo = Logo("https://example.org/a.png", "A", 90)
    site = Theme(light=Colours(text="#111111"), heading_font="Charter", logo=logo, width=500)
    own = Theme(light=Colours(text="#222222", line="#333333"), spacing=20)
    both = own.over(site)
    assert (both.light, both.heading_font, both.spacing, both.width, both.logo) == (
        Colours(text="#222222", line="#333333"), "Charter", 20, 500, logo,
    )  # fmt: skip
    whole = both.on(BASE)
    assert (whole.text_font, whole.light.page, whole.dark.page) == ("Arial", "#ffffff", "#000000")
    assert Theme().on(BASE) == BASE


def test_an_accent_brings_legible_words_and_its_like_in_the_dark():
    whole = Theme(light=Colours(accent="#7a0019", link="#7a0019", band="#ffeeee")).on(BASE)
    assert list(faint(whole.light)) == list(faint(whole.dark)) == []
    assert whole.dark.accent == whole.dark.link
    assert whole.dark.accent not in ("#7a0019", "#ffffff")
    assert whole.dark.band == "#ffeeee"
    assert contrast(whole.light.on_band, "#ffeeee") >= 4.5
    chosen = Theme(light=Colours(accent="#7a0019", on_accent="#eeeeee"), dark=Colours(accent="#00ff00", band="#111111"))
    assert chosen.on(BASE).light.on_accent == "#eeeeee"
    assert (chosen.on(BASE).dark.accent, chosen.on(BASE).dark.band) == ("#00ff00", "#111111")


@given(COLOUR)
def test_whatever_accent_is_taken_the_words_on_it_are_legible(accent):
    whole = Theme(light=Colours(accent=accent, band=accent)).on(BASE)
    names = {one.pair.front for colours in (whole.light, whole.dark) for one in faint(colours)}
    assert names <= {"accent"}
