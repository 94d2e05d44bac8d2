from __future__ import annotations

import quopri

from hypothesis import given
from hypothesis import strategies as st

from digest.core.fitting import MOST_OCTETS, RESERVE, encoded_octets, fits, most_that_fit, shares

COUNTS = st.lists(st.integers(min_value=0, max_value=12), min_size=1, max_size=8)


@given(st.text())
def test_octets_are_those_of_quoted_printable_with_its_line_ends(text):
    encoded = quopri.encodestring(text.replace("\r", "").encode())
    assert encoded_octets(text.replace("\r", "")) == len(encoded.replace(b"\n", b"\r\n"))


def test_room_is_left_for_the_reader_s_own():
    assert (MOST_OCTETS, RESERVE) == (102_000, 2_000)
    # 75 characters and "=" CR LF a line.
    assert fits("x" * (75 * 1282))
    assert not fits("x" * (75 * 1283))
    assert encoded_octets("漢") == 9


def test_the_section_that_shows_most_gives_up_its_last_of_several_the_last_one():
    assert shares((3, 2, 3), 8) == (3, 2, 3)
    assert shares((3, 2, 3), 7) == (3, 2, 2)
    assert shares((3, 2, 3), 6) == (2, 2, 2)
    assert shares((3, 2, 3), 4) == (2, 1, 1)
    assert shares((3, 2, 3), 2) == (1, 1, 0)
    assert shares((3, 2, 3), 1) == (1, 0, 0)
    assert shares((3, 2, 3), 0) == (0, 0, 0)


@given(COUNTS, st.data())
def test_shares_are_fair_and_the_lead_goes_last(counts, data):
    total = data.draw(st.integers(min_value=0, max_value=sum(counts)))
    kept = shares(counts, total)
    assert sum(kept) == total
    assert all(0 <= mine <= had for mine, had in zip(kept, counts, strict=True))
    if total:
        first = next(place for place, count in enumerate(counts) if count)
        assert kept[first] >= 1
        # Who gave something up shows at most one less than who shows most.
        cut = [mine for mine, had in zip(kept, counts, strict=True) if mine < had]
        assert all(mine >= max(kept) - 1 for mine in cut)
        fewer = shares(counts, total - 1)
        assert sum(mine - less for mine, less in zip(kept, fewer, strict=True)) == 1


@given(st.integers(min_value=1, max_value=500), st.data())
def test_the_greatest_that_fits_is_found_and_nothing_is_taken_on_trust(total, data):
    most = data.draw(st.integers(min_value=0, max_value=total - 1))
    asked: list[int] = []

    def fitting(count: int) -> bool:
        asked.append(count)
        return count <= most

    assert most_that_fit(total, fitting) == most
    assert len(asked) <= total.bit_length()
    assert most == 0 or most in asked
