"""One slot for each day that exists: a sample of zones and half hours. tests/faults/every_zone.py has them all."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from daily import check_daily, expected

from digest.schedules import clock
from digest.schedules.timetable import Timetable

SAMPLE = [
    # Zone, years, half hours; the years hold the zone's hardest changes.
    ("Europe/Berlin", 2015, 2016, range(0, 1440, 30)),
    ("Australia/Lord_Howe", 2015, 2016, range(0, 1440, 30)),
    ("America/St_Johns", 2006, 2007, range(0, 1440, 30)),
    ("America/Havana", 2015, 2016, range(0, 1440, 90)),
    ("Asia/Beirut", 2022, 2023, range(0, 1440, 90)),
    ("Africa/Cairo", 2023, 2024, range(0, 1440, 90)),
    ("Africa/Casablanca", 2018, 2020, range(0, 1440, 90)),
    ("America/Asuncion", 2022, 2023, range(0, 1440, 90)),
    ("America/Nuuk", 2023, 2026, range(0, 1440, 30)),
    ("America/Caracas", 2007, 2008, range(0, 1440, 90)),
    ("Antarctica/Casey", 2009, 2010, range(0, 1440, 30)),
    ("Asia/Pyongyang", 2018, 2018, range(0, 1440, 30)),
    ("Pacific/Apia", 2011, 2012, range(0, 1440, 30)),
    ("Pacific/Kwajalein", 1993, 1993, range(0, 1440, 30)),
    ("Pacific/Kiritimati", 1994, 1995, range(0, 1440, 30)),
    ("Africa/Monrovia", 1971, 1972, range(0, 1440, 90)),
    ("UTC", 2016, 2016, range(0, 1440, 360)),
]


@pytest.mark.unmeasured
@pytest.mark.parametrize(("zone", "first", "last", "minutes"), SAMPLE, ids=[case[0] for case in SAMPLE])
def test_each_day_that_exists_has_its_slot(zone, first, last, minutes):
    for minute in minutes:
        assert check_daily(ZoneInfo(zone), minute, first, last) >= 365 * (last - first + 1) - 1


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("day_exists", lambda day, zone: True),
        ("_after_gap", lambda local, zone: local.astimezone(tz=None)),
    ],
)
def test_the_checker_finds_what_is_wrong(monkeypatch, name, broken):
    monkeypatch.setattr(clock, name, broken)
    with pytest.raises(AssertionError, match="Pacific/Apia"):
        check_daily(ZoneInfo("Pacific/Apia"), 210, 2011, 2012)  # 03:30: also in the gap of 24 September 2011


def test_the_checker_finds_windows_that_do_not_join(monkeypatch):
    monkeypatch.setattr(Timetable, "previous", lambda self, at: at - timedelta(days=1))
    with pytest.raises(AssertionError, match="the window of"):
        check_daily(ZoneInfo("UTC"), 480, 2016, 2016)


def test_the_checker_knows_the_days():
    apia = expected(ZoneInfo("Pacific/Apia"), 0, 2011, 2011)
    assert len(apia) == 364
    assert f"{apia[-1]:%m-%d %H:%M}" == "12-30 10:00"
    assert len(expected(ZoneInfo("Europe/Berlin"), 150, 2016, 2016)) == 366
