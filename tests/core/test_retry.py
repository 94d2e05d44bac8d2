from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.retry import LONGEST, expires, next_attempt

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
FAR = NOW + timedelta(days=365)
MINUTE = timedelta(minutes=1)


def waits(key, count=12):
    return [next_attempt(attempts, NOW, key, FAR) - NOW for attempts in range(1, count + 1)]


@given(key=st.text())
def test_the_first_wait_is_5_to_15_minutes_and_each_after_it_twice_as_long_up_to_4_hours(key):
    found = waits(key)
    assert 5 * MINUTE <= found[0] <= 15 * MINUTE
    # 5, 10, 20, 40, 80, 160, 240 minutes; 15, 30, 60, 120, 240 minutes.
    assert found == [min(found[0] * 2**doublings, 240 * MINUTE) for doublings in range(12)]
    assert found[-1] == LONGEST


def test_keys_spread_over_the_ten_minutes():
    minutes = {waits(f"<{number}@news.example.org>", 1)[0] // MINUTE for number in range(500)}
    assert minutes >= set(range(5, 15))


def test_the_same_key_has_the_same_times():
    # SHA-256 of "a" begins ca978112: 3398926610 % 601 = 559 seconds more than five minutes.
    assert waits("a", 2) == [timedelta(seconds=859), timedelta(seconds=1718)]


@pytest.mark.parametrize("attempts", [-1, 0, 1])
def test_no_attempt_counts_as_the_first(attempts):
    assert next_attempt(attempts, NOW, "a", FAR) == NOW + timedelta(seconds=859)


def test_a_million_attempts_are_no_trouble():
    assert next_attempt(10**6, NOW, "a", FAR) == NOW + LONGEST


def test_what_would_come_at_its_expiry_or_after_is_not_tried():
    due = NOW + timedelta(seconds=859)
    assert next_attempt(1, NOW, "a", due + timedelta(microseconds=1)) == due
    assert next_attempt(1, NOW, "a", due) is None
    assert next_attempt(1, NOW, "a", NOW - MINUTE) is None


@pytest.mark.parametrize(
    ("next_slot", "patience", "expected"),
    [
        (None, timedelta(hours=48), timedelta(hours=48)),
        (NOW + timedelta(hours=24), timedelta(hours=48), timedelta(hours=24)),  # daily: the next edition is first
        (NOW + timedelta(days=7), timedelta(hours=48), timedelta(hours=48)),  # weekly: patience is first
        (NOW + timedelta(days=7), timedelta(hours=6), timedelta(hours=6)),
        (NOW, timedelta(hours=48), timedelta(hours=48)),  # made late, by hand: its next slot is past
        (NOW - timedelta(days=30), timedelta(hours=48), timedelta(hours=48)),
    ],
)
def test_the_earlier_of_patience_and_the_next_edition(next_slot, patience, expected):
    assert expires(NOW, next_slot, patience) == NOW + expected
