from __future__ import annotations

import pytest

from digest.checks.colours import BLACK, WHITE, Colour, background, colour, contrast


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#fff", WHITE),
        ("#FFFFFF", WHITE),
        ("#0008", Colour(0, 0, 0, 0x88 / 255)),
        ("#01020380", Colour(1, 2, 3, 128 / 255)),
        (" White ", WHITE),
        ("transparent", Colour(0, 0, 0, 0)),
        ("rgb(1, 2, 3)", Colour(1, 2, 3)),
        ("rgba(1,2,3,.5)", Colour(1, 2, 3, 0.5)),
        ("rgb(100% 0% 0% / 50%)", Colour(255, 0, 0, 0.5)),
        ("hsl(1, 2%, 3%)", None),
        ("#ff", None),
        ("rgb(a, b, c)", None),
        ("inherit", None),
        ("", None),
    ],
)
def test_colours_are_read(text, expected):
    assert colour(text) == expected


def test_a_background_may_have_more_than_a_colour():
    assert background("#fff url(a.png) no-repeat") == WHITE
    assert background("rgb(0, 0, 0)") == BLACK
    assert background("url(a.png) 0 0 / cover, white") == WHITE
    assert background("url(a.png)") is None


def test_contrast_is_that_of_wcag():
    assert contrast(BLACK, WHITE) == contrast(WHITE, BLACK) == pytest.approx(21)
    assert contrast(WHITE, WHITE) == 1
    assert contrast(Colour(0x76, 0x76, 0x76), WHITE) == pytest.approx(4.54, abs=0.01)  # the lightest grey that passes
    assert contrast(Colour(0x77, 0x77, 0x77), WHITE) < 4.5
    assert str(Colour(0, 0, 0, 0.5).over(WHITE)) == "#808080"
