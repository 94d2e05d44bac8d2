from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.operation import Claim

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LEASE = timedelta(minutes=2)
INSTANT = timedelta(microseconds=1)
CLAIM = Claim("newsletter:weekly", "host/1/place-7", 3, NOON, NOON + LEASE)


def nobody(holder: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("after", "free"),
    [
        (timedelta(0), False),
        (LEASE - INSTANT, False),
        (LEASE, True),
        (timedelta(days=3650), True),
        # The clock was set back: by less than a lease it may have been a correction, and the lease soon ends anyway.
        (-INSTANT, False),
        (-LEASE, False),
        # By more, it would be held until the clock comes back to where it was.
        (-LEASE - INSTANT, True),
        (-timedelta(hours=1), True),
        (-timedelta(days=3650), True),
    ],
)
def test_a_claim_is_free_at_the_end_of_its_lease_and_when_its_clock_was_wrong(after, free):
    assert CLAIM.free(NOON + after, nobody) is free


@pytest.mark.parametrize("after", [timedelta(0), -INSTANT, LEASE - INSTANT])
def test_the_claim_of_a_process_that_is_gone_is_free_at_once(after):
    assert CLAIM.free(NOON + after, lambda holder: holder == CLAIM.holder)
    assert not CLAIM.free(NOON + after, lambda holder: holder != CLAIM.holder)


@given(
    st.timedeltas(timedelta(seconds=1), timedelta(days=1)), st.timedeltas(timedelta(days=-4000), timedelta(days=4000))
)
def test_nobody_is_waited_for_longer_than_two_leases(lease, off):
    """However wrong the clock was: a claim that is not renewed is free two leases after any instant."""
    claim = Claim("x", "h", 1, NOON, NOON + lease)
    assert claim.free(NOON + off, nobody) or claim.free(NOON + off + 2 * lease, nobody)
