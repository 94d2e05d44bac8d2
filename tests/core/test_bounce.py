"""What a report does to a reader: pure functions over instants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.bounce import DEFAULT_TOLERANCE, Report, ReportedRecipient, Tolerance, decide, score, worn_out

NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)
DAY = timedelta(days=1)
PAST = st.lists(st.timedeltas(timedelta(), timedelta(days=2000)).map(lambda age: NOW - age), max_size=30)


def report(kind, **more):
    return Report("id", kind, why="mailbox full", **more)


def ago(*days):
    return [NOW - day * DAY for day in days]


@pytest.mark.parametrize(
    ("kind", "effect", "cause"),
    [
        ("hard", "suppress", "hard bounce"),
        ("complaint", "suppress", "complaint"),
        ("soft", "count", ""),
        ("policy", "nothing", ""),
        ("auto-reply", "nothing", ""),
        ("none", "nothing", ""),
    ],
)
def test_each_kind_does_one_thing(kind, effect, cause):
    decision = decide(report(kind), 7, [], NOW)
    assert (decision.effect, decision.cause) == (effect, cause)


@pytest.mark.parametrize("kind", ["hard", "soft", "policy", "complaint", "auto-reply", "none"])
def test_a_report_that_came_to_no_address_of_ours_changes_nothing(kind):
    assert decide(report(kind), None, ago(1, 2, 3, 4, 5, 6, 7, 8), NOW).effect == "nothing"


def test_what_policy_refused_never_suppresses_however_often():
    assert decide(report("policy"), 7, ago(*range(100)), NOW).effect == "nothing"


def test_a_bounce_counts_half_after_each_half_life():
    # 1 + 1/2 + 1/4
    assert score([NOW, NOW - 10 * DAY, NOW - 20 * DAY], NOW, 10 * DAY) == pytest.approx(1.75)


def test_one_dated_in_the_future_counts_one():
    assert score([NOW + 10 * DAY], NOW, DAY) == 1


@pytest.mark.parametrize(("every", "bounces"), [(1, 6), (7, 6), (30, 10)])
def test_daily_weekly_and_monthly_readers_are_given_up_in_the_end(every, bounces):
    history = [NOW - every * step * DAY for step in range(bounces)]
    assert worn_out(history, NOW)
    assert not worn_out(history[:-1], NOW)


def test_many_bounces_in_two_days_suppress_nobody():
    history = [NOW - timedelta(hours=hours) for hours in range(24)]  # two calendar days
    assert score(history, NOW) > DEFAULT_TOLERANCE.threshold
    assert decide(report("soft"), 7, history[1:], NOW).effect == "count"


def test_days_are_those_of_utc():
    # Three instants on two days of UTC, on three of Auckland.
    history = [datetime(2026, 3, 1, 10, tzinfo=UTC), datetime(2026, 3, 1, 12, tzinfo=UTC), NOW]
    assert not worn_out(history, NOW, Tolerance(threshold=1))
    assert worn_out([NOW - 2 * DAY, *history], NOW, Tolerance(threshold=1))


def test_the_bounce_that_fills_the_measure_suppresses():
    decision = decide(report("soft"), 7, ago(1, 2, 3, 4, 5), NOW)
    assert (decision.effect, decision.cause) == ("suppress", "soft bounces")
    assert decide(report("soft"), 7, ago(1, 2, 3), NOW).effect == "count"


@given(PAST, PAST)
def test_the_score_grows_with_bounces_and_shrinks_with_time(history, more):
    whole = score(history + more, NOW)
    assert whole >= score(history, NOW)
    assert score(history, NOW + DAY) <= score(history, NOW)
    assert whole == score(list(reversed(history + more)), NOW)


@given(PAST)
def test_soft_bounces_alone_never_suppress_below_the_threshold(history):
    if score([*history, NOW], NOW) < DEFAULT_TOLERANCE.threshold:
        assert decide(report("soft"), 7, history, NOW).effect == "count"


@pytest.mark.parametrize(
    "wrong", [{"threshold": 0}, {"threshold": float("nan")}, {"days": 0}, {"half_life": timedelta()}]
)
def test_a_tolerance_of_nothing_is_refused(wrong):
    with pytest.raises(ValueError, match="more than nothing"):
        Tolerance(**wrong)


def test_why_is_said():
    assert "mailbox full" in decide(report("soft"), 7, [], NOW).why
    assert decide(Report("id", "policy"), 7, [], NOW).why == "policy"
    assert decide(report("policy"), 7, [], NOW).why == "policy: mailbox full"
    assert decide(Report("id", "complaint", feedback_type="opt-out"), 7, [], NOW).why == "complaint: opt-out"


def test_a_recipient_may_have_no_status():
    assert ReportedRecipient("a@example.org").status == ""
