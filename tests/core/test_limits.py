from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core import limits as module
from digest.core.allowances import DomainRule, DomainRules, Rate, RelayLimits, WarmUp
from digest.core.gauge import MINUTE, Gauge, GaugeState
from digest.core.limits import Limits
from digest.core.outbox import Reply
from digest.core.sendinghours import Hours

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
CLOSING = Reply(421, "", "too fast")
RATE_LIMITED = Reply(450, "4.7.1", "rate limited")


def relay(**limits):
    """Limits of the one relay `r`."""
    return Limits({"r": RelayLimits(**limits)})


def gone(limits, now, until, domain="a.example", *, most=10_000, name="r"):
    """Send as much as may leave in [now, until); when each left."""
    left = []
    while now < until and len(left) < most:
        due = limits.wait(name, domain, now)
        if due is None:
            limits.sent(name, domain, now)
            left.append(now)
        else:
            assert due > now
            now = due
    return left


def most_within(left, span):
    """The most of the instants that lie in any half-open span of a length."""
    return max((sum(start <= other < start + span for other in left[place:]) for place, start in enumerate(left)))


# Without limits


def test_without_limits_nothing_waits_and_nothing_is_kept():
    for limits in (Limits(), relay()):
        assert len(gone(limits, NOW, NOW + SECOND, most=50)) == 50
        limits.throttled("r", "a.example", Reply(550, "5.7.1", "no"), NOW)
        assert limits.wait("r", "a.example", NOW) is None
        assert limits.state() == ()


# A second


@pytest.mark.parametrize(("per_second", "in_ten_seconds"), [(20, 203), (2, 21), (0.5, 6), (0.1, 2)])
def test_a_rate_a_second_is_kept_on_average_with_a_tenth_to_catch_up(per_second, in_ten_seconds):
    # 10 s and the burst of 0.1 s hold 10.1 * 20 = 202 intervals, and one message more at the start.
    left = gone(relay(rate=Rate(per_second=per_second)), NOW, NOW + 10 * SECOND + timedelta(microseconds=1))
    assert len(left) == in_ten_seconds
    assert most_within(left, SECOND) <= 1.1 * per_second + 1


def test_after_a_rest_there_is_no_more_than_the_burst_to_catch_up():
    limits = relay(rate=Rate(per_second=10))
    limits.sent("r", "", NOW)
    # 100 ms between two, and 100 ms of burst: two at once, then one each 100 ms.
    steps = [b - a for a, b in pairwise(gone(limits, NOW + HOUR, NOW + HOUR + SECOND / 2))]
    assert steps == [timedelta(0), *[SECOND / 10] * (len(steps) - 1)]


def test_a_clock_set_back_holds_nothing_up():
    limits = relay(rate=Rate(per_second=10, per_hour=3))
    assert len(gone(limits, NOW, NOW + SECOND)) == 3
    limits.throttled("r", "", CLOSING, NOW)
    early = NOW - timedelta(days=3650)
    due = limits.wait("r", "", early)
    assert due is None or due - early <= SECOND
    gone(limits, early, early + SECOND)
    # What was halved comes back by the clock as it is now.
    assert len(gone(limits, early + 3 * HOUR, early + 3 * HOUR + SECOND)) == 3


# An hour


def test_an_hour_s_messages_leave_at_once_and_the_next_when_sixty_minutes_have_passed():
    limits = relay(rate=Rate(per_hour=3))
    start = NOW + timedelta(seconds=59)
    assert gone(limits, start, start + timedelta(minutes=59)) == [start] * 3
    # Its minute, 07:00 to 07:01, has wholly left the last sixty at 08:01.
    assert limits.wait("r", "", start) == datetime(2026, 3, 2, 8, 1, tzinfo=UTC)
    assert limits.wait("r", "", datetime(2026, 3, 2, 8, 0, 58, tzinfo=UTC)) is not None
    assert limits.wait("r", "", datetime(2026, 3, 2, 8, 1, tzinfo=UTC)) is None


@given(
    per_hour=st.integers(1, 8),
    pauses=st.lists(st.integers(0, 5000), max_size=30),
)
def test_no_sixty_minutes_hold_more_than_the_hour_s_limit(per_hour, pauses):
    limits = relay(rate=Rate(per_hour=per_hour))
    left, now = [], NOW
    for seconds in pauses:
        left += gone(limits, now, now + SECOND)
        now += timedelta(seconds=seconds)
    left += gone(limits, now, now + 2 * HOUR)
    assert most_within(left, HOUR) <= per_hour
    assert len(left) >= per_hour


def test_a_clock_that_was_ahead_for_a_while_leaves_nothing_behind():
    limits = relay(rate=Rate(per_hour=2))
    limits.sent("r", "", NOW)
    limits.sent("r", "", NOW + timedelta(days=3650))
    assert limits.wait("r", "", NOW + SECOND) is None
    # A step back within the minute or the hour is counted where the clock was.
    limits.sent("r", "", NOW - timedelta(minutes=5))
    assert limits.wait("r", "", NOW) == datetime(2026, 3, 2, 8, 1, tzinfo=UTC)
    one = relay(rate=Rate(per_hour=1))
    one.sent("r", "", NOW)
    one.sent("r", "", NOW - timedelta(minutes=5))
    assert one.wait("r", "", NOW) == datetime(2026, 3, 2, 8, 1, tzinfo=UTC)


# Domains


RULES = (
    DomainRule(("gmail.example", "googlemail.example"), Rate(per_hour=1)),
    DomainRule(("*.example.com",), Rate(per_hour=2)),
    DomainRule(("mx.sub.example.com",), Rate(per_hour=3)),
    DomainRule(("*.sub.example.com",), Rate(per_hour=4)),
)
EACH = (*RULES, DomainRule(("*",), Rate(per_hour=9)))


@pytest.mark.parametrize(
    ("domain", "name", "per_hour"),
    [
        ("gmail.example", "gmail.example googlemail.example", 1),
        ("googlemail.example", "gmail.example googlemail.example", 1),
        ("a.example.com", "*.example.com", 2),
        ("a.b.example.com", "*.example.com", 2),
        ("mx.sub.example.com", "mx.sub.example.com", 3),
        ("a.mx.sub.example.com", "*.sub.example.com", 4),
        ("sub.example.com", "*.example.com", 2),
        ("example.com", "example.com", None),
        ("xexample.com", "xexample.com", None),
        ("com", "com", None),
        ("", "", None),
    ],
)
def test_the_most_exact_pattern_decides(domain, name, per_hour):
    assert DomainRules(RULES).find(domain) == (name, Rate(per_hour=per_hour))
    # A star takes what no other does, each domain for itself.
    assert DomainRules(EACH).find(domain) == (name, Rate(per_hour=per_hour or 9))


def test_domains_of_one_rule_share_it_and_a_star_is_for_each():
    limits = relay(domains=EACH)
    assert len(gone(limits, NOW, NOW + SECOND, "gmail.example")) == 1
    assert len(gone(limits, NOW, NOW + SECOND, "googlemail.example")) == 0
    assert len(gone(limits, NOW, NOW + SECOND, "one.example")) == 9
    assert len(gone(limits, NOW, NOW + SECOND, "two.example")) == 9


def test_the_relay_s_own_limit_holds_for_all_domains_together():
    limits = relay(rate=Rate(per_hour=5), domains=EACH)
    assert [len(gone(limits, NOW, NOW + SECOND, domain)) for domain in ("a", "gmail.example", "b")] == [5, 0, 0]


def test_counts_that_say_nothing_any_more_are_dropped(monkeypatch):
    monkeypatch.setattr(module, "MANY", 3)
    limits = relay(domains=(DomainRule(("*",), Rate(per_second=1, per_hour=9)),))
    for number, domain in enumerate("abcdef"):
        limits.sent("r", domain, NOW + timedelta(minutes=number))
    # At d all three before it still count, so that only six are many; at the seventh, all but it are older than 61
    # minutes.
    assert [gauge.name for gauge in limits.state()[0].domains] == list("abcdef")
    limits.throttled("r", "f", RATE_LIMITED, NOW + 2 * HOUR)
    limits.sent("r", "g", NOW + 2 * HOUR)
    assert [gauge.name for gauge in limits.state()[0].domains] == ["f", "g"]


# Halving


def test_a_relay_that_closes_is_sent_half_as_much_and_within_an_hour_as_much_as_before():
    limits = relay(rate=Rate(per_second=10))
    limits.throttled("r", "a.example", CLOSING, NOW)

    def in_ten_seconds(later):
        start = NOW + later
        return len(gone(limits, start, start + 10 * SECOND))

    # .5 * 10 * 10 s; after half an hour .75; after an hour all of it. One more at the start, and a burst.
    assert 50 <= in_ten_seconds(timedelta(0)) <= 52
    assert 75 <= in_ten_seconds(HOUR / 2) <= 77
    assert 100 <= in_ten_seconds(HOUR) <= 102
    assert 100 <= in_ten_seconds(5 * HOUR) <= 102


def test_answers_to_what_was_on_its_way_halve_only_once():
    limits = relay(rate=Rate(per_second=16))

    def factor():
        return limits.state()[0].gauge.factor

    for milliseconds in range(0, 10_000, 100):
        limits.throttled("r", "", CLOSING, NOW + timedelta(milliseconds=milliseconds))
    assert factor() == 0.5
    for number in range(1, 9):
        limits.throttled("r", "", CLOSING, NOW + number * 10 * SECOND)
    # Each time half of what it was, which had grown by 10 s of 0.5 an hour; a sixteenth is the least.
    assert factor() == pytest.approx(1 / 16)


def test_an_hour_s_limit_is_halved_too():
    limits = relay(rate=Rate(per_second=1000, per_hour=5))
    limits.throttled("r", "", CLOSING, NOW)
    assert len(gone(limits, NOW, NOW + SECOND)) == 2  # of 2.5
    limits = relay(rate=Rate(per_second=1000, per_hour=1))
    limits.throttled("r", "", CLOSING, NOW)
    assert len(gone(limits, NOW, NOW + SECOND)) == 1


def test_a_domain_that_limits_us_is_sent_less_and_no_other():
    limits = relay(domains=(DomainRule(("a.example",), Rate(per_hour=4)),))
    limits.throttled("r", "a.example", RATE_LIMITED, NOW)
    # Two of the four, once the minute's rest is over: no rate a second says how fast it had been.
    assert limits.wait("r", "a.example", NOW) == NOW + 60 * SECOND
    assert len(gone(limits, NOW + 60 * SECOND, NOW + 61 * SECOND)) == 2
    assert limits.wait("r", "b.example", NOW) is None


@pytest.mark.parametrize(("reply", "domain"), [(CLOSING, "a.example"), (CLOSING, ""), (RATE_LIMITED, "")])
def test_what_is_not_about_a_reader_slows_the_relay(reply, domain):
    limits = Limits()
    limits.throttled("r", domain, reply, NOW)
    # No rate to halve: a rest of 1 minute, then 3, 7, 15 and 15 (the factor halves to 1/2, 1/4, 1/8, 1/16, 1/16).
    now = NOW
    for minutes in (1, 3, 7, 15, 15):
        due = limits.wait("r", "b.example", now)
        assert (due - now).total_seconds() == pytest.approx(60 * minutes, rel=0.1)
        now += 10 * SECOND
        limits.throttled("r", domain, reply, now)
    assert limits.wait("r", "b.example", now + timedelta(minutes=16)) is None
    assert limits.wait("other", "a.example", NOW) is None


def test_a_domain_without_a_rule_rests_too():
    limits = Limits()
    limits.throttled("r", "a.example", RATE_LIMITED, NOW)
    assert limits.wait("r", "a.example", NOW) == NOW + 60 * SECOND
    assert limits.wait("r", "b.example", NOW) is None
    limits.sent("r", "a.example", NOW)
    assert limits.wait("r", "a.example", NOW + 60 * SECOND) is None


# Warm-up


@pytest.mark.parametrize(
    ("warm_up", "days"),
    [
        (WarmUp(), [50, 100, 200, 400, 800]),
        (WarmUp(first=200, factor=1.5, days=3), [200, 300, 450, None]),
        (WarmUp(first=1, factor=1, days=2), [1, 1, None, None]),
        (WarmUp(table=(5, 7)), [5, 7, None]),
    ],
)
def test_the_days_of_a_warm_up(warm_up, days):
    assert [warm_up.of_day(day) for day in range(len(days))] == days


def test_a_warm_up_counts_days_with_mail_each_from_its_first_message():
    limits = relay(warm_up=WarmUp(first=2, factor=2, days=2))
    late = NOW + timedelta(hours=9)
    assert gone(limits, late, late + 23 * HOUR) == [late] * 2
    assert limits.wait("r", "", late) == late + 24 * HOUR
    # A week without mail does not count as days of it.
    week = NOW + timedelta(days=7)
    assert gone(limits, week, week + 23 * HOUR) == [week] * 4
    assert len(gone(limits, week + 24 * HOUR, week + 25 * HOUR, most=99)) == 99


def test_a_clock_set_back_makes_no_day_of_a_warm_up_longer():
    limits = relay(warm_up=WarmUp(first=1))
    limits.sent("r", "", NOW)
    early = NOW - timedelta(days=365)
    assert limits.wait("r", "", early) == early + 24 * HOUR
    assert limits.wait("r", "", early + HOUR) == early + 24 * HOUR


# Hours, pauses


def test_nothing_leaves_outside_the_sending_hours():
    berlin = ZoneInfo("Europe/Berlin")
    limits = relay(hours=Hours(time(7), time(21), berlin), rate=Rate(per_hour=1))
    night = datetime(2026, 3, 28, 23, 0, tzinfo=berlin)
    morning = datetime(2026, 3, 29, 7, 0, tzinfo=berlin)  # the clocks go forward between them: 7 hours
    assert limits.wait("r", "", night) == morning
    assert morning.astimezone(UTC) - night.astimezone(UTC) == 7 * HOUR
    assert limits.wait("r", "", morning) is None
    # The latest of all that holds a message back is when to ask again.
    evening = datetime(2026, 3, 29, 20, 59, tzinfo=berlin)
    limits.sent("r", "", evening)
    assert limits.wait("r", "", evening) == datetime(2026, 3, 29, 22, 0, tzinfo=berlin)
    assert limits.wait("r", "", datetime(2026, 3, 29, 21, 0, tzinfo=berlin)) == morning + 24 * HOUR


def test_a_pause_holds_until_it_is_lifted():
    limits = Limits()
    limits.paused("r", "535 5.7.8 wrong", NOW)
    limits.paused("r", "another", NOW + HOUR)
    for later in (NOW, NOW + timedelta(days=3650)):
        assert limits.wait("r", "a.example", later) == later + timedelta(minutes=15)
    assert (limits.state()[0].pause.reason, limits.state()[0].pause.since) == ("535 5.7.8 wrong", NOW)
    assert limits.wait("other", "a.example", NOW) is None
    limits.lifted("r")
    assert limits.wait("r", "a.example", NOW) is None


# Restarts


def test_a_restart_changes_nothing():
    rules = {
        "r": RelayLimits(Rate(per_hour=10), EACH, WarmUp(first=3, factor=3)),
        "s": RelayLimits(Rate(per_hour=5)),
    }
    limits, twin = Limits(rules), Limits(rules)
    now = NOW
    for number in range(300):
        name, domain = ("r", "s", "t")[number % 3], ("gmail.example", "x.example.com", "d.example")[number // 3 % 3]
        assert limits.wait(name, domain, now) == twin.wait(name, domain, now), number
        for each in (limits, twin):
            each.sent(name, domain, now)
            if number % 50 == 7:
                each.throttled(name, domain, (RATE_LIMITED, CLOSING)[number % 2], now)
            if number == 200:
                each.paused("s", "wrong password", now)
        now += timedelta(minutes=7)
        twin = Limits(rules, twin.state())
        assert limits.state() == twin.state()
    assert [state.relay for state in limits.state()] == ["r", "s", "t"]
    assert limits.state()[0].warm_up.day > 0


def test_a_warm_up_taken_out_of_the_configuration_is_not_begun_anew():
    limits = relay(warm_up=WarmUp(first=2))
    limits.sent("r", "", NOW)
    state = limits.state()
    without = Limits({"r": RelayLimits(Rate(per_hour=9))}, state)
    assert without.state()[0].warm_up == state[0].warm_up


def test_what_is_known_of_a_domain_outlasts_a_change_of_rules():
    limits = relay(domains=EACH)
    limits.sent("r", "gmail.example", NOW)
    # Under its old name it is of no more use, but a rule of the same name takes it up.
    fewer = Limits({"r": RelayLimits(domains=EACH[1:])}, limits.state())
    assert fewer.wait("r", "gmail.example", NOW) is None
    again = Limits({"r": RelayLimits(domains=EACH)}, fewer.state())
    assert again.wait("r", "gmail.example", NOW) is not None


def test_a_gauge_is_idle_when_a_new_one_would_say_the_same():
    at = 60 * MINUTE * 1000
    slow = Gauge(Rate(per_second=0.001), GaugeState("a"))
    slow.sent(at)
    assert not slow.idle(at + 16 * MINUTE)  # 1000 s to the next
    assert slow.idle(at + 17 * MINUTE)
    gauge = Gauge(Rate(per_hour=5), GaugeState("a"))
    assert gauge.idle(at)
    gauge.sent(at)
    assert not gauge.idle(at + 60 * MINUTE)
    assert gauge.idle(at + 61 * MINUTE)
    gauge.throttled(at + 61 * MINUTE)
    assert not gauge.idle(at + 62 * MINUTE)
    assert gauge.idle(at + 121 * MINUTE)
