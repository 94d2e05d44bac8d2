from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.wishes import ALL_DAYS, ALL_HOURS, Wishes, wishes

MONDAY = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ({}, 0),
        ({"ttl": "60"}, 60),
        ({"ttl": " 60\n"}, 60),
        ({"ttl": "0"}, 0),
        ({"ttl": "-5"}, 0),
        ({"ttl": "soon"}, 0),
        ({"ttl": "1e3"}, 0),
        ({"ttl": "٣"}, 0),
        ({"ttl": "9" * 5000}, 0),
        ({"ttl": "43200"}, 720),
        ({"period": "hourly"}, 60),
        ({"period": " Hourly\n", "frequency": "2"}, 30),
        ({"frequency": "4"}, 360),
        ({"period": "daily"}, 720),
        ({"period": "daily", "frequency": "0"}, 720),
        ({"period": "weekly", "frequency": "100"}, 100),
        ({"period": "sometimes", "frequency": "2"}, 0),
        ({"period": "hourly", "ttl": "90"}, 90),
        ({"period": "hourly", "ttl": "20"}, 60),
    ],
)
def test_how_long_it_wants_to_be_left_alone(said, minutes):
    assert wishes(**said) == Wishes(minutes)


@pytest.mark.parametrize(
    ("hours", "now", "quiet"),
    [
        (["7"], MONDAY, True),
        (["07", "7"], MONDAY, True),
        (["8"], MONDAY, False),
        (["8"], MONDAY.astimezone(timezone(HOUR)), False),
        (["7"], MONDAY.astimezone(timezone(HOUR)), True),
        (["24"], MONDAY.replace(hour=0), True),
        (["25", "x", "-1"], MONDAY, False),
        (map(str, range(24)), MONDAY, False),
        (map(str, range(23)), MONDAY, True),
    ],
)
def test_hours_in_which_it_is_not_asked_are_of_utc(hours, now, quiet):
    assert wishes(hours=hours).quiet(now, now - HOUR) == quiet


@pytest.mark.parametrize(
    ("days", "quiet"),
    [
        (["Monday"], True),
        ([" monday "], True),
        (["Sunday", "Saturday"], False),
        (["Montag"], False),
        (["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"], False),
    ],
)
def test_days_on_which_it_is_not_asked(days, quiet):
    assert wishes(days=days).quiet(MONDAY, MONDAY - HOUR) == quiet


def test_one_that_was_not_asked_for_a_day_is_asked_whatever_it_wants():
    shut = wishes(hours=["7"], days=["Monday"])
    assert shut.quiet(MONDAY, MONDAY - 22 * HOUR)
    assert not shut.quiet(MONDAY, MONDAY - 23 * HOUR)
    assert not shut.quiet(MONDAY, None)
    assert not shut.quiet(MONDAY, MONDAY + HOUR)  # by a clock that was wrong


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12), st.lists(st.text(max_size=4)))
def test_nothing_that_a_feed_says_keeps_it_from_being_asked(ttl, period, frequency, some):
    found = wishes(ttl=ttl, period=period, frequency=frequency, hours=some, days=some)
    assert 0 <= found.rest <= 720
    assert 0 <= found.hours < ALL_HOURS
    assert 0 <= found.days < ALL_DAYS
