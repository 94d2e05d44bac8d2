"""Limits, counted in bounded memory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.web.limits import Limit, caller_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_so_often_within_the_span_and_anew_after_it():
    limit = Limit(2, MINUTE)
    assert [limit.allows("a", NOON) for _ in range(4)] == [True, True, False, False]
    assert limit.allows("b", NOON)
    assert not limit.allows("a", NOON + MINUTE - timedelta(seconds=1))
    assert limit.allows("a", NOON + MINUTE)


def test_a_clock_set_back_locks_nobody_out():
    limit = Limit(1, MINUTE)
    assert limit.allows("a", NOON)
    assert limit.allows("a", NOON - timedelta(days=3650))


def test_memory_is_bounded_and_the_oldest_count_goes_first():
    limit = Limit(1, MINUTE, callers=2)
    assert [limit.allows(each, NOON) for each in "abc"] == [True] * 3
    assert [limit.allows(each, NOON) for each in "cba"] == [False, False, True]
    assert len(limit._seen) == 2  # noqa: SLF001 its memory is what is tested


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 200)), max_size=40))
def test_within_any_window_from_the_first_no_more_than_so_many(calls):
    limit = Limit(3, MINUTE)
    seconds = sorted(calls, key=lambda each: each[1])
    allowed = [(who, at) for who, at in seconds if limit.allows(who, NOON + timedelta(seconds=at))]
    for who in "ab":
        times = [at for each, at in allowed if each == who]
        # Two windows may touch: never more than twice the limit within one span.
        assert all(sum(at <= other < at + 60 for other in times) <= 6 for at in times)


@pytest.mark.parametrize(
    ("host", "caller"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "unknown"),
        ("", "unknown"),
        ("<b>", "unknown"),
    ],
)
def test_callers_are_addresses_and_ipv6_networks(host, caller):
    assert caller_of(host) == caller
