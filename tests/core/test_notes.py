"""What the operator is told, and what is remembered of that: once when trouble is met, once when it is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.notes import (
    FIRST_WAIT,
    FORGOTTEN,
    LONGEST_WAIT,
    NOTHING,
    Correspondence,
    Matter,
    News,
    Situation,
    Told,
    Trouble,
    claimed,
    given_back,
    gone_out,
    may_write,
    news,
    settled,
)

NOW = datetime(2026, 3, 3, 7, tzinfo=UTC)
PUMPS, WELLS, WEEKLY = Matter("source", "Pumps"), Matter("source", "Wells"), Matter("failing", "weekly")
ALL = {each.place for each in (PUMPS, WELLS, WEEKLY)}


def trouble(*matters):
    return tuple(Trouble(each, f"{each.place} is broken") for each in matters)


def told(*matters):
    return Correspondence(tuple(Told(each, NOW) for each in matters))


@pytest.mark.parametrize(
    ("known", "situation", "begun", "over"),
    [
        (told(), Situation((), (), ALL), (), ()),
        (told(), Situation(trouble(PUMPS, WELLS), (), ALL), (PUMPS, WELLS), ()),
        (told(PUMPS), Situation(trouble(PUMPS), (), ALL), (), ()),
        (told(PUMPS), Situation(trouble(WELLS), (), ALL), (WELLS,), (PUMPS,)),
        # Its address was changed, and nothing is known of the new one.
        (told(PUMPS), Situation((), {PUMPS}, ALL), (), ()),
        # It was taken out.
        (told(PUMPS), Situation((), (), {"Wells"}), (), ()),
        # The same place, another matter.
        (told(Matter("held", "weekly")), Situation(trouble(WEEKLY), (), ALL), (WEEKLY,), (Matter("held", "weekly"),)),
    ],
)
def test_the_news_is_the_difference(known, situation, begun, over):
    assert news(known, situation) == News(trouble(*begun), over)


def test_what_was_told_is_no_news_and_what_could_not_be_told_still_is():
    bad = Situation(trouble(PUMPS, WELLS), (), ALL)
    first = news(NOTHING, bad)
    after = claimed(NOTHING, first, NOW)
    assert not any(news(after, bad))
    assert news(given_back(after, first, "no", NOW), bad) == first
    good = Situation((), (), ALL)
    second = news(after, good)
    assert second == News((), (PUMPS, WELLS))
    done = claimed(after, second, NOW)
    assert not any(news(done, good))
    assert news(given_back(done, second, "no", NOW), good) == second


def test_what_another_process_told_meanwhile_stays_told():
    mine = News(trouble(PUMPS))
    both = claimed(claimed(NOTHING, mine, NOW), News(trouble(WELLS)), NOW)
    assert [each.matter for each in given_back(both, mine, "no", NOW).told] == [WELLS]


def test_waits_grow_to_a_day_and_end_with_a_note_that_goes_out():
    known, waits = NOTHING, []
    for _ in range(20):
        known = given_back(known, News(trouble(PUMPS)), "451 later", NOW)
        assert not may_write(known, NOW)
        waits.append(known.due - NOW)
        assert may_write(known, known.due)
    assert waits[0] == FIRST_WAIT
    assert waits[1] == 2 * FIRST_WAIT
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT
    assert (known.tries, known.since, known.error) == (20, NOW, "451 later")
    assert gone_out(known) == Correspondence(known.told)


def test_a_wait_that_was_reckoned_by_a_clock_far_ahead_binds_nobody():
    known = given_back(NOTHING, News(trouble(PUMPS)), "no", NOW + timedelta(days=3650))
    assert may_write(known, NOW)


def test_what_is_no_longer_configured_is_forgotten_after_a_day_and_what_waits_at_once():
    gone = Situation((), (), {"Wells"})
    known = given_back(told(PUMPS, WELLS), News((), (PUMPS,)), "no", NOW)
    assert settled(known, gone, NOW + FORGOTTEN / 2) == told(PUMPS, WELLS)
    assert settled(known, gone, NOW + FORGOTTEN) == told(WELLS)
    assert settled(known, gone, NOW - FORGOTTEN) == told(WELLS)
    assert settled(known, Situation(trouble(PUMPS), (), {"Wells"}), NOW + FORGOTTEN) == told(PUMPS, WELLS)


MATTERS = st.sampled_from((PUMPS, WELLS, WEEKLY))


@given(st.lists(st.tuples(st.sets(MATTERS), st.sets(MATTERS), st.booleans(), st.integers(0, 90))))
def test_beginnings_and_ends_alternate_whatever_happens(rounds):
    """Of each matter: a beginning, its end, a beginning; told or given back, doubtful or not."""
    known, now, last = NOTHING, NOW, {}
    for wrong, doubtful, taken, minutes in rounds:
        now += timedelta(minutes=minutes)
        situation = Situation(trouble(*sorted(wrong)), doubtful - wrong, ALL)
        what = news(known, situation)
        if not any(what):
            known = settled(known, situation, now)
            continue
        if not may_write(known, now):
            continue
        known = claimed(known, what, now)
        if not taken:
            known = given_back(known, what, "no", now)
            continue
        for matter, begins in (*((each.matter, True) for each in what.begun), *((each, False) for each in what.over)):
            assert last.get(matter, False) is not begins
            last[matter] = begins
        known = gone_out(known)
    assert {each.matter for each in known.told} == {matter for matter, begun in last.items() if begun}
