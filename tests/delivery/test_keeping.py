"""Limits that outlast the process: over a real store, beside another process that lifts a pause."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from digest.core.allowances import Rate, RelayLimits
from digest.core.errors import StoreError
from digest.core.outbox import Reply
from digest.delivery.keeping import KeptLimits
from digest.store.opening import open_store

NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)
LIMITS = {"a:25": RelayLimits(Rate(None, 100))}


@pytest.fixture
def relays():
    with open_store("sqlite://") as store:
        yield store.relays


def kept(relays):
    return KeptLimits(LIMITS, relays.all(), relays.put, relays.all)


def test_a_pause_is_written_at_once_and_holds_in_the_next_process(relays):
    kept(relays).paused("b:25", "535 wrong password", NOW)
    assert kept(relays).wait("b:25", "", NOW) is not None


def test_a_pause_that_somebody_lifted_ends_and_is_not_written_again(relays):
    limits = kept(relays)
    limits.paused("a:25", "535 wrong password", NOW)
    assert relays.lift("a:25").reason == "535 wrong password"
    assert relays.lift("a:25") is None
    limits.throttled("a:25", "", Reply(421, "", "later"), NOW)  # something to be written
    limits.flush()
    assert relays.all()[0].pause is None
    limits = kept(relays)
    limits.paused("a:25", "535 again", NOW)
    relays.lift("a:25")
    limits.look()
    assert limits.wait("a:25", "", NOW + timedelta(hours=2)) is None


def test_a_pause_that_another_process_made_is_taken_over(relays):
    here, there = kept(relays), kept(relays)
    there.paused("a:25", "535 wrong password", NOW)
    assert here.wait("a:25", "", NOW) is None
    here.look()
    assert here.wait("a:25", "", NOW) is not None


def test_pausing_one_relay_does_not_pause_another_again_that_somebody_let_go(relays):
    limits = kept(relays)
    limits.paused("a:25", "535 wrong password", NOW)
    relays.lift("a:25")
    limits.paused("b:25", "535 wrong password", NOW)
    assert {each.relay: each.pause is not None for each in relays.all()} == {"a:25": False, "b:25": True}
    assert limits.wait("a:25", "", NOW) is None
    assert limits.wait("b:25", "", NOW) is not None


def test_what_could_not_be_written_is_written_the_next_time(relays):
    """The message has gone all the same: the loop that sends must not end over a count."""
    broken = [True]

    def put(states):
        if broken:
            raise StoreError("the store is locked", place="digest.db")
        relays.put(states)

    limits = KeptLimits(LIMITS, (), put, relays.all)
    limits.sent("a:25", "example.org", NOW)
    with pytest.raises(StoreError):
        limits.flush()
    broken.clear()
    limits.flush()
    assert sum(count for _, count in relays.all()[0].gauge.minutes) == 1
    broken.append(True)
    with pytest.raises(StoreError):
        limits.paused("a:25", "535 wrong password", NOW)
    broken.clear()
    limits.look()
    assert limits.wait("a:25", "", NOW) is not None
    limits.flush()
    assert relays.all()[0].pause.reason == "535 wrong password"


def test_lifting_what_is_not_known_changes_nothing(relays):
    assert relays.lift("nobody:25") is None
    assert relays.all() == []
