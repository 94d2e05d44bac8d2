from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from digest.core.edition import Window
from digest.core.relaylog import LogReport, joined, settle

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def span(start, end):
    """Minutes from noon."""
    return Window(NOON + timedelta(minutes=start), NOON + timedelta(minutes=end))


@pytest.mark.parametrize(
    ("covered", "expected"),
    [
        ([(-10, 11)], "not taken"),  # the attempt from 0 to 1, and ten minutes on both sides
        ([(-9, 11)], "unknown"),
        ([(-10, 10)], "unknown"),
        ([(-10, 0), (2, 11)], "unknown"),
        ([(-90, -80), (-10, 11)], "not taken"),
        ([], "unknown"),
    ],
)
def test_what_the_log_does_not_have_was_not_taken_if_the_log_covers_it(covered, expected):
    report = LogReport(tuple(span(*each) for each in covered))
    assert settle("<a@x>", span(0, 1), set(), report) == expected


def test_what_was_taken_is_settled_whatever_the_log_covers():
    assert settle("<a@x>", span(0, 1), {"<a@x>"}, LogReport(begun=frozenset({"<a@x>"}))) == "taken"


def test_what_came_and_has_no_end_in_the_log_is_not_known():
    report = LogReport((span(-60, 60),), begun=frozenset({"<a@x>"}))
    assert settle("<a@x>", span(0, 1), set(), report) == "unknown"
    assert settle("<b@x>", span(0, 1), set(), report) == "not taken"


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], []),
        ([(0, 5), (65, 70)], [(0, 70)]),  # an hour apart: rotated in a quiet time
        ([(0, 5), (66, 70)], [(0, 5), (66, 70)]),  # a file is missing
        ([(66, 70), (0, 5)], [(0, 5), (66, 70)]),
        ([(0, 50), (10, 20)], [(0, 50)]),  # one copy within another
        ([(0, 5), (50, 60), (110, 120), (500, 501)], [(0, 120), (500, 501)]),
    ],
)
def test_files_that_lie_close_together_are_one_log(spans, expected):
    assert joined(span(*each) for each in spans) == tuple(span(*each) for each in expected)
