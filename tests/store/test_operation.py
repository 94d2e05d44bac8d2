"""How newsletters stand, their pauses, and the daemons, as the store keeps them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.core.catchup import Pause
from digest.core.operation import FORGOTTEN, DaemonState, Failure
from digest.store.opening import open_store

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
INSTANT = timedelta(microseconds=1)


def test_a_newsletter_is_met_and_met_again(store):
    standings = store.standings
    assert standings.since("weekly") is None
    standings.meet("weekly", "mon 08:00", NOON)
    assert standings.since("weekly") == (NOON, "mon 08:00")
    assert standings.since("daily") is None
    standings.meet("weekly", "tue 08:00", NOON + HOUR)
    assert standings.since("weekly") == (NOON + HOUR, "tue 08:00")


def test_a_failure_keeps_its_beginning_while_its_text_changes_and_is_cleared(store):
    standings = store.standings
    assert standings.failure("weekly") is None
    standings.fail("weekly", None, NOON)
    standings.fail("weekly", "no template", NOON)
    standings.fail("weekly", "no template", NOON + HOUR)
    assert standings.failure("weekly") == Failure(NOON, "no template")
    standings.fail("weekly", "no disk", NOON + 2 * HOUR)
    assert standings.failure("weekly") == Failure(NOON, "no disk")
    assert standings.failure("daily") is None
    standings.fail("weekly", None, NOON + 3 * HOUR)
    assert standings.failure("weekly") is None
    standings.fail("weekly", "no disk", NOON + 4 * HOUR)
    assert standings.failure("weekly") == Failure(NOON + 4 * HOUR, "no disk")


def test_failing_and_being_met_leave_each_other_alone(store):
    standings = store.standings
    standings.fail("weekly", "no template", NOON)
    assert standings.since("weekly") is None  # failing is not having been met
    standings.meet("weekly", "mon 08:00", NOON + HOUR)
    assert standings.failure("weekly") == Failure(NOON, "no template")
    standings.fail("weekly", None, NOON)
    assert standings.since("weekly") == (NOON + HOUR, "mon 08:00")


def test_pauses_come_back_in_order_those_that_ended_left_out(store):
    standings = store.standings
    open_ended, short = Pause(NOON + HOUR, None, "summer"), Pause(NOON, NOON + 2 * HOUR, "move")
    for pause in (open_ended, short):
        standings.pause("weekly", pause)
    assert standings.pauses("weekly") == (short, open_ended)
    assert standings.pauses("weekly", NOON + 2 * HOUR - INSTANT) == (short, open_ended)
    assert standings.pauses("weekly", NOON + 2 * HOUR) == (open_ended,)
    assert standings.pauses("daily") == ()
    standings.pause("weekly", replace(short, end=None, reason="longer"))
    assert standings.pauses("weekly") == (Pause(NOON, None, "longer"), open_ended)


def test_resuming_ends_what_covers_now_and_drops_what_is_later(store):
    standings = store.standings
    over, now_on = Pause(NOON - 3 * HOUR, NOON), Pause(NOON - 2 * HOUR, NOON + HOUR, "move")
    for pause in (over, now_on, Pause(NOON - HOUR), Pause(NOON), Pause(NOON + HOUR, NOON + 2 * HOUR)):
        standings.pause("weekly", pause)
    standings.pause("daily", Pause(NOON - HOUR))
    assert standings.resume("weekly", NOON) == 4
    assert standings.pauses("weekly") == (over, replace(now_on, end=NOON), Pause(NOON - HOUR, NOON))
    assert standings.pauses("daily") == (Pause(NOON - HOUR),)
    assert standings.resume("weekly", NOON) == 0


hours = st.integers(-5, 5).map(lambda hour: NOON + hour * HOUR)


@given(st.lists(st.tuples(hours, st.one_of(st.none(), st.integers(1, 6))), max_size=6), hours, hours)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_after_resuming_nothing_is_paused_from_then_on_and_what_was_before_stays(spans, now, at):
    kept = {start: Pause(start, None if length is None else start + length * HOUR) for start, length in spans}
    with open_store("sqlite://") as store:
        for start, length in spans:
            store.standings.pause("weekly", Pause(start, None if length is None else start + length * HOUR))
        assert store.standings.pauses("weekly") == tuple(kept[start] for start in sorted(kept))
        store.standings.resume("weekly", now)
        paused = any(pause.covers(at) for pause in store.standings.pauses("weekly"))
        assert paused == (at < now and any(pause.covers(at) for pause in kept.values()))


def daemon(holder: str, ticked: datetime, **more) -> DaemonState:
    given = {"started": NOON, "tick": 30.0, "version": "0.1", "config": "config.yaml", "state": "running", **more}
    return DaemonState(holder=holder, ticked=ticked, **given)


def test_a_daemon_is_known_as_it_last_said_of_itself(store):
    first = daemon("one", NOON, trouble="no such file", address="127.0.0.1:8025")
    store.daemons.note(first)
    assert store.daemons.all() == [first]
    later = replace(first, ticked=NOON + HOUR, state="stopped", trouble="", tick=0.5)
    store.daemons.note(later)
    assert store.daemons.all() == [later]


def test_daemons_are_listed_by_their_last_tick_then_by_name(store):
    for holder, ticked in (("c", NOON), ("a", NOON), ("b", NOON + HOUR)):
        store.daemons.note(daemon(holder, ticked))
    assert [each.holder for each in store.daemons.all()] == ["b", "a", "c"]


@pytest.mark.parametrize(("silent", "known"), [(FORGOTTEN, True), (FORGOTTEN + INSTANT, False)])
def test_a_daemon_that_said_nothing_for_a_week_is_forgotten_when_another_comes(store, silent, known):
    store.daemons.note(daemon("old", NOON))
    store.daemons.note(daemon("new", NOON + silent))
    assert [each.holder for each in store.daemons.all()] == (["new", "old"] if known else ["new"])
