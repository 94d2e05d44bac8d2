from __future__ import annotations

import csv

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.rosterfiles.guarding import csv_line, guarded, unguarded

texts = st.text(st.sampled_from("'=+-@\t\r\n\",;ax\uff1d ") | st.characters(codec="utf-8"), max_size=12)


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "-2", "@SUM(A1)", "\t=1", "'=1", "\uff1d1"])
def test_what_a_spreadsheet_takes_for_a_formula_is_text(text):
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "ann@example.org", "o'neil", "'tis", "2026-03-02T07:00:00Z", "a = b"])
def test_other_texts_stay(text):
    assert guarded(text) == text == unguarded(text)


@given(texts)
@example("'=1")
@example("''")
def test_taking_it_off_gives_back_what_was_there(text):
    assert unguarded(guarded(text)) == text


@given(st.lists(texts, min_size=2, max_size=5).map(tuple))
def test_a_line_is_csv_whose_cells_begin_no_formula(cells):
    line = csv_line(cells)
    (found,) = csv.reader([line], strict=True)
    assert tuple(map(unguarded, found)) == cells
    assert all(cell[:1] not in tuple("=+-@\t\r\n") for cell in found if cell)
    # Nor where semicolons or tabs part the columns.
    assert not any(sign in _bare(line) for sign in ";\t")


def _bare(line):
    """What stands outside quotation marks."""
    return "".join(line.split('"')[::2])
