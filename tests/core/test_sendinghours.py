from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.sendinghours import Hours

BERLIN = ZoneInfo("Europe/Berlin")
APIA = ZoneInfo("Pacific/Apia")
MINUTE = timedelta(minutes=1)


def span(hours, zone, now):
    """The span at an instant, both ends as the clock of the zone shows them."""
    start, end = (time.fromisoformat(part) for part in hours.split("-"))
    found = Hours(start, end, zone).span(datetime.fromisoformat(now))
    assert {each.tzinfo for each in found} == {UTC}
    return " ".join(each.astimezone(zone).isoformat(timespec="minutes") for each in found)


@pytest.mark.parametrize(
    ("hours", "now", "expected"),
    [
        ("07:00-21:00", "2026-03-02T05:59+00:00", "2026-03-02T07:00+01:00 2026-03-02T21:00+01:00"),
        ("07:00-21:00", "2026-03-02T06:00+00:00", "2026-03-02T07:00+01:00 2026-03-02T21:00+01:00"),
        ("07:00-21:00", "2026-03-02T19:59+00:00", "2026-03-02T07:00+01:00 2026-03-02T21:00+01:00"),
        ("07:00-21:00", "2026-03-02T20:00+00:00", "2026-03-03T07:00+01:00 2026-03-03T21:00+01:00"),
        # Over midnight, seen from both sides of it and from outside.
        ("21:00-07:00", "2026-03-02T22:59+00:00", "2026-03-02T21:00+01:00 2026-03-03T07:00+01:00"),
        ("21:00-07:00", "2026-03-02T05:59+00:00", "2026-03-01T21:00+01:00 2026-03-02T07:00+01:00"),
        ("21:00-07:00", "2026-03-02T06:00+00:00", "2026-03-02T21:00+01:00 2026-03-03T07:00+01:00"),
        ("07:00-00:00", "2026-03-02T12:00+00:00", "2026-03-02T07:00+01:00 2026-03-03T00:00+01:00"),
        # Spring, 29 March: 02:00 to 03:00 is skipped.
        ("07:00-21:00", "2026-03-28T22:00+00:00", "2026-03-29T07:00+02:00 2026-03-29T21:00+02:00"),
        ("02:30-21:00", "2026-03-29T00:59+00:00", "2026-03-29T03:00+02:00 2026-03-29T21:00+02:00"),
        ("21:00-02:30", "2026-03-29T00:59+00:00", "2026-03-28T21:00+01:00 2026-03-29T03:00+02:00"),
        ("02:10-02:50", "2026-03-29T00:00+00:00", "2026-03-30T02:10+02:00 2026-03-30T02:50+02:00"),
        # Autumn, 25 October: 02:00 to 03:00 comes twice, and the first one is meant.
        ("02:30-21:00", "2026-10-25T01:10+00:00", "2026-10-25T02:30+02:00 2026-10-25T21:00+01:00"),
        ("21:00-02:30", "2026-10-25T00:29+00:00", "2026-10-24T21:00+02:00 2026-10-25T02:30+02:00"),
        ("21:00-02:30", "2026-10-25T00:30+00:00", "2026-10-25T21:00+01:00 2026-10-26T02:30+01:00"),
    ],
)
def test_the_span_an_instant_lies_in_or_the_next(hours, now, expected):
    assert span(hours, BERLIN, now) == expected


def test_a_day_that_is_left_out_has_no_hours_and_a_night_over_it_is_one():
    # Samoa went from the end of 29 December 2011 straight to the 31st.
    assert span("07:00-21:00", APIA, "2011-12-30T09:00+00:00") == "2011-12-31T07:00+14:00 2011-12-31T21:00+14:00"
    assert span("21:00-07:00", APIA, "2011-12-30T09:59+00:00") == "2011-12-29T21:00-10:00 2011-12-31T00:00+14:00"


@given(
    start=st.times(),
    end=st.times(),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"]),
    now=st.datetimes(datetime(2011, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 hypothesis adds it
)
def test_a_span_is_found_close_by_and_the_clock_within_it_shows_its_hours(start, end, zone, now):
    if start == end:
        return
    first, last = Hours(start, end, ZoneInfo(zone)).span(now)
    assert first < last
    assert now < last
    assert first - now <= timedelta(days=3)
    assert last - first <= timedelta(hours=26)
    # Of two days without a change of the clocks, each wall time is open exactly when it lies between the two.
    around = [(now + timedelta(days=days)).astimezone(ZoneInfo(zone)).utcoffset() for days in range(-2, 3)]
    if len(set(around)) == 1:
        shown = now.astimezone(ZoneInfo(zone)).time()
        within = start <= shown < end if start < end else shown >= start or shown < end
        assert (first <= now) is within
