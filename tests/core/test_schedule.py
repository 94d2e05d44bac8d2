from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.core.edition import Window
from digest.core.schedule import CAP, FIRST_WINDOW, Changed, earlier, edition_id, latest_slots, slots_between, window_of

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia")
zones = st.sampled_from(ZONES).map(ZoneInfo)
instants = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 zoned here


class Listed:
    """A schedule of the slots it is given, in order."""

    def __init__(self, *slots: datetime) -> None:
        self.slots = slots

    def previous(self, at: datetime) -> datetime | None:
        return max((slot for slot in self.slots if slot <= at), default=None)

    def next(self, after: datetime) -> datetime | None:
        return min((slot for slot in self.slots if slot > after), default=None)


def test_an_edition_id_is_the_minute_in_utc():
    assert edition_id(datetime(2026, 3, 2, 8, 0, tzinfo=BERLIN)) == "2026-03-02T0700Z"
    assert edition_id(datetime(2026, 7, 6, 8, 0, tzinfo=BERLIN)) == "2026-07-06T0600Z"


def test_both_times_of_the_autumn_hour_have_an_id_of_their_own():
    first = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)
    assert [edition_id(first), edition_id(first.replace(fold=1))] == ["2026-10-25T0030Z", "2026-10-25T0130Z"]


minutes = st.datetimes(timezones=st.just(UTC)).map(lambda instant: instant.replace(second=0, microsecond=0))
# The two hours of one autumn night, written on the wall clock.
autumn = st.builds(
    lambda minute: (datetime(2026, 10, 25, tzinfo=UTC) + timedelta(minutes=minute)).astimezone(BERLIN),
    st.integers(0, 120),
)


@given(st.one_of(minutes, autumn), st.one_of(minutes, autumn))
@example(datetime(999, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
def test_ids_sort_as_time_and_differ_for_different_minutes(one, other):
    first, second = one.astimezone(UTC), other.astimezone(UTC)
    assert (edition_id(one) < edition_id(other)) == (first < second)
    assert (edition_id(one) == edition_id(other)) == (first == second)


def test_a_window_begins_where_the_one_before_it_ended():
    slots = [datetime(2026, 3, day, 7, tzinfo=UTC) for day in (2, 9, 11, 30)]
    schedule = Listed(*slots)
    windows = [window_of(slot, schedule, length=None, zone=BERLIN) for slot in slots]
    assert [window.end for window in windows] == slots
    assert [window.start for window in windows[1:]] == slots[:-1]
    # The first has none before it: a week, though the clock says so only from the 2nd to the 23rd.
    assert windows[0].start == datetime(2026, 2, 23, 7, tzinfo=UTC)
    assert timedelta(days=7) == FIRST_WINDOW


@given(st.lists(instants, min_size=2, max_size=6, unique=True), zones)
def test_windows_join_without_a_gap(slots, zone):
    slots = sorted(slots)
    schedule = Listed(*slots)
    windows = [window_of(slot, schedule, length=None, zone=zone) for slot in slots]
    assert all(one.end == other.start for one, other in pairwise(windows))
    assert all(window.start < window.end for window in windows)


def test_a_window_of_fixed_length_does_not_ask_for_the_slot_before():
    slot = datetime(2026, 3, 30, 6, tzinfo=UTC)
    schedule = Listed(slot - timedelta(hours=1), slot)
    assert window_of(slot, schedule, length=timedelta(days=7), zone=BERLIN) == Window(
        datetime(2026, 3, 23, 7, tzinfo=UTC), slot
    )


DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone", "local", "length", "expected"),
    [
        # Berlin: 2026-03-29 02:00 to 03:00, 2026-10-25 03:00 to 02:00.
        ("Europe/Berlin", "2026-03-30T08:00", 7 * DAY, "2026-03-23T08:00+01:00"),
        ("Europe/Berlin", "2026-10-26T08:00", 7 * DAY, "2026-10-19T08:00+02:00"),
        ("Europe/Berlin", "2026-03-30T08:00", 0 * DAY, "2026-03-30T08:00+02:00"),
        # Hours are elapsed time: 24 h before is 07:00 or 09:00; but a day is a day.
        ("Europe/Berlin", "2026-03-29T08:00", DAY, "2026-03-28T08:00+01:00"),
        ("Europe/Berlin", "2026-03-29T08:00", 23 * HOUR, "2026-03-28T08:00+01:00"),
        ("Europe/Berlin", "2026-10-25T08:00", 23 * HOUR, "2026-10-24T10:00+02:00"),
        ("Europe/Berlin", "2026-03-30T08:00", DAY + 12 * HOUR, "2026-03-28T19:00+01:00"),
        # A day before is in the gap, or in the hour that comes twice.
        ("Europe/Berlin", "2026-03-30T02:30", DAY, "2026-03-29T03:30+02:00"),
        ("Europe/Berlin", "2026-10-26T02:30", DAY, "2026-10-25T02:30+02:00"),
        ("America/New_York", "2026-03-09T09:00", 7 * DAY, "2026-03-02T09:00-05:00"),
        ("Australia/Lord_Howe", "2026-04-06T09:00", 2 * DAY, "2026-04-04T09:00+11:00"),
        ("Pacific/Apia", "2012-01-02T08:00", 7 * DAY, "2011-12-26T08:00-10:00"),
    ],
)
def test_whole_days_go_by_the_wall_clock(zone, local, length, expected):
    where = ZoneInfo(zone)
    result = earlier(datetime.fromisoformat(local).replace(tzinfo=where), length, where)
    assert result.tzinfo is UTC
    assert result.astimezone(where).isoformat(timespec="minutes") == expected


def test_less_than_a_day_is_exact_in_the_second_of_two_equal_hours():
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # 02:30 in Berlin, for the second time
    assert earlier(second, timedelta(0), BERLIN) == second
    assert earlier(second, HOUR, BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(instants, st.timedeltas(timedelta(0), timedelta(days=400)), zones)
def test_whole_days_before_is_the_same_wall_clock_where_it_exists(instant, length, zone):
    days = timedelta(days=length.days)
    result = earlier(instant, length, zone) + (length - days)
    if not days:
        assert result == instant
        return
    wanted = instant.astimezone(zone).replace(tzinfo=None) - days
    shown = result.astimezone(zone).replace(tzinfo=None)
    exists = wanted.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wanted
    assert (shown == wanted) if exists else (shown > wanted)


def hourly(count: int) -> list[datetime]:
    return [datetime(2026, 3, 2, tzinfo=UTC) + number * HOUR for number in range(count)]


def test_slots_between_has_its_start_and_not_its_end_and_the_latest_have_their_end_and_not_their_start():
    slots = hourly(5)
    schedule = Listed(*slots)
    assert slots_between(schedule, slots[1], slots[3]) == slots[1:3]
    assert latest_slots(schedule, slots[1], slots[3]) == slots[2:4]
    assert slots_between(schedule, slots[2], slots[2]) == latest_slots(schedule, slots[2], slots[2]) == []
    assert slots_between(schedule, slots[3], slots[1]) == latest_slots(schedule, slots[3], slots[1]) == []


def test_of_too_many_slots_those_from_the_start_or_the_latest_count():
    slots = hourly(CAP + 2)
    schedule, before, after = Listed(*slots), slots[0] - DAY, slots[-1] + DAY
    assert slots_between(schedule, before, after) == slots[:CAP]
    assert latest_slots(schedule, before, after) == slots[-CAP:]
    assert slots_between(schedule, before, after, cap=2) == slots[:2]
    assert latest_slots(schedule, before, after, cap=2) == slots[-2:]


@given(st.lists(instants, max_size=8, unique=True), instants, instants, st.integers(0, 8))
def test_listed_slots_are_those_of_the_span_in_order(slots, one, other, cap):
    slots = sorted(slots)
    schedule, (start, end) = Listed(*slots), sorted((one, other))
    from_start = [slot for slot in slots if start <= slot < end]
    up_to_end = [slot for slot in slots if start < slot <= end]
    assert slots_between(schedule, start, end, cap) == from_start[:cap]
    assert latest_slots(schedule, start, end, cap) == up_to_end[len(up_to_end) - min(cap, len(up_to_end)) :]


@given(
    st.lists(st.integers(0, 40), unique=True),
    st.lists(st.integers(0, 40), unique=True),
    st.integers(0, 40),
    st.integers(-1, 41),
)
def test_a_changed_schedule_has_the_old_slots_until_then_and_the_new_ones_since(old, new, at, asked):
    def hour(number: int) -> datetime:
        return datetime(2026, 3, 2, tzinfo=UTC) + timedelta(hours=number)

    spliced = Changed(Listed(*map(hour, old)), Listed(*map(hour, new)), hour(at))
    expected = Listed(*(hour(each) for each in old if each < at), *(hour(each) for each in new if each >= at))
    assert spliced.previous(hour(asked)) == expected.previous(hour(asked))
    assert spliced.next(hour(asked)) == expected.next(hour(asked))
