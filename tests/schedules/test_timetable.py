"""Timetables and their calendars: which slots there are, asked forwards, backwards and all at once."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.schedule import slots_between
from digest.schedules import timetable as module
from digest.schedules.calendar import Calendar
from digest.schedules.reading import divide, read_closed
from digest.schedules.rule import parse_rule
from digest.schedules.timetable import Timetable

BERLIN = ZoneInfo("Europe/Berlin")
TICK = timedelta(microseconds=1)


def days(calendar: Calendar, text: str = "every day at 8", start: str = "2025-12-01", count: int = 4) -> list[str]:
    """The days of the next slots."""
    timetable = Timetable([text], BERLIN, calendar)
    at: datetime | None = datetime.fromisoformat(start).replace(tzinfo=BERLIN)
    found = []
    for _ in range(count):
        assert at is not None
        at = timetable.next(at)
        found.append(at.astimezone(BERLIN).date().isoformat() if at else "none")
        if at is None:
            break
    return found


def closed(*texts: str) -> Calendar:
    dated, yearly = divide(map(read_closed, texts))
    return Calendar(closed=dated, yearly=yearly)


@pytest.mark.parametrize(
    ("calendar", "start", "expected"),
    [
        (Calendar(start=date(2026, 1, 5)), "2025-12-01", ["2026-01-05", "2026-01-06"]),
        (Calendar(end=date(2025, 12, 2)), "2025-12-01", ["2025-12-01", "2025-12-02", "none"]),
        (Calendar(date(2025, 12, 2), date(2025, 12, 2)), "2025-12-01", ["2025-12-02", "none"]),
        (closed("2025-12-02"), "2025-12-01", ["2025-12-01", "2025-12-03"]),
        (closed("2025-12-24 to 2026-01-01"), "2025-12-23", ["2025-12-23", "2026-01-02"]),
        (closed("2025-12-24 to 2025-12-27", "2025-12-26 to 2026-01-01", "2026-01-02"), "2025-12-24", ["2026-01-03"]),
        (closed("2025-12-24 to 2075-12-24"), "2025-12-23", ["2025-12-23", "2075-12-25"]),
        (closed("12-25"), "2025-12-24", ["2025-12-24", "2025-12-26"]),
        (closed("12-25"), "2026-12-24", ["2026-12-24", "2026-12-26"]),
        (closed("12-24 to 01-01"), "2026-12-23", ["2026-12-23", "2027-01-02"]),
        (closed("07-20 to 08-14"), "2026-07-19", ["2026-07-19", "2026-08-15"]),
        (closed("02-29"), "2028-02-28", ["2028-02-28", "2028-03-01"]),
        (closed("02-29"), "2027-02-28", ["2027-02-28", "2027-03-01"]),
        (closed("2025-12-24 to 9999-12-31"), "2025-12-23", ["2025-12-23", "none"]),
    ],
)
def test_the_calendar_is_kept(calendar, start, expected):
    assert days(calendar, start=start, count=len(expected)) == expected


def test_the_calendar_is_kept_going_back():
    closed_for_long = Timetable(
        ["every day at 8"], BERLIN, closed("0001-01-01 to 2025-12-31", "2026-03-01 to 2075-12-31")
    )
    at = closed_for_long.previous(datetime(2075, 6, 1, tzinfo=UTC))
    assert at == datetime(2026, 2, 28, 7, tzinfo=UTC)
    assert closed_for_long.previous(datetime(2026, 1, 1, 7, tzinfo=UTC)) == datetime(2026, 1, 1, 7, tzinfo=UTC)
    assert closed_for_long.previous(datetime(2026, 1, 1, 6, tzinfo=UTC)) is None
    ended = Timetable(["every day at 8"], BERLIN, Calendar(end=date(1950, 6, 1)))
    assert ended.previous(datetime(2026, 1, 1, tzinfo=UTC)) == datetime(1950, 6, 1, 7, tzinfo=UTC)
    begun = Timetable(["every day at 8"], BERLIN, Calendar(start=date(2200, 6, 1)))
    assert begun.next(datetime(2026, 1, 1, tzinfo=UTC)) == datetime(2200, 6, 1, 6, tzinfo=UTC)


def test_a_slot_is_judged_by_the_day_it_is_meant_for():
    # Nuuk, 2026-03-28 23:00 to 2026-03-29 00:00: half past eleven on the 28th is shown on the 29th.
    moved = datetime(2026, 3, 29, 1, tzinfo=UTC)
    nuuk = ZoneInfo("America/Nuuk")
    only = {
        "its own day open": Timetable(["every day at 23:30"], nuuk, Calendar(end=date(2026, 3, 28))),
        "the next day closed": Timetable(["every day at 23:30"], nuuk, closed("2026-03-29")),
        "its own day closed": Timetable(["every day at 23:30"], nuuk, closed("2026-03-28")),
        "the next day open": Timetable(["every day at 23:30"], nuuk, Calendar(start=date(2026, 3, 29))),
    }
    assert {name: each.previous(moved) == moved for name, each in only.items()} == {
        "its own day open": True,
        "the next day closed": True,
        "its own day closed": False,
        "the next day open": False,
    }
    assert only["its own day closed"].note(moved) == ""


@pytest.mark.parametrize(
    ("calendar", "happens"),
    [
        (Calendar(), True),
        (Calendar(end=date(1950, 1, 31)), True),
        (Calendar(start=date(9000, 1, 1)), True),
        (Calendar(date(2026, 1, 6), date(2026, 1, 11)), False),
        (Calendar(date(2026, 1, 6), date(2026, 1, 12)), True),
        (closed("01-01 to 12-31"), False),
        (closed("0001-01-01 to 9999-12-31"), False),
    ],
)
def test_whether_anything_is_left(calendar, happens):
    assert Timetable(["every Monday at 8"], BERLIN, calendar).happens is happens


class Counted:
    """A rule that counts how often it is asked about a day."""

    times = (time(8),)
    follows_clock = False
    start = None

    def __init__(self, text: str) -> None:
        self.rule = parse_rule(text)
        self.asked = 0

    def names(self, day: date) -> bool:
        self.asked += 1
        return self.rule.names(day)


def test_asking_again_and_again_looks_through_the_days_once(monkeypatch):
    rule = Counted("0 8 29 2 */7")
    monkeypatch.setattr(module, "parse_rule", lambda text: rule)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    rare = Timetable(["29 February, a Sunday"], ZoneInfo("UTC"))
    for second in range(0, 500, 5):
        assert rare.next(start + timedelta(seconds=second)) == datetime(2032, 2, 29, 8, tzinfo=UTC)
        assert rare.previous(start) == datetime(2004, 2, 29, 8, tzinfo=UTC)
    assert rule.asked < 30 * 366


@pytest.mark.parametrize("calendar", [Calendar(end=date(1950, 1, 1)), closed("1950-01-02 to 2900-12-31")])
def test_closed_days_are_not_walked_through(monkeypatch, calendar):
    rule = Counted("0 8 * * *")
    monkeypatch.setattr(module, "parse_rule", lambda text: rule)
    timetable = Timetable(["every day"], ZoneInfo("UTC"), calendar)
    for hour in range(100):
        now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
        assert timetable.previous(now) == datetime(1950, 1, 1, 8, tzinfo=UTC)
        assert timetable.next(now) == (None if calendar.end else datetime(2901, 1, 1, 8, tzinfo=UTC))
    assert rule.asked < 50


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Niue", "Europe/Amsterdam"])
@pytest.mark.parametrize("text", ["every day at 8", "every hour", "every other Friday at 9 from 2026-01-09"])
def test_whatever_the_clock_says_there_is_an_answer(zone, text):
    timetable = Timetable([text], ZoneInfo(zone))
    ends = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    for instant in (ends[0], ends[0] + timedelta(days=3), ends[1] - timedelta(days=3), ends[1]):
        before, after = timetable.previous(instant), timetable.next(instant)
        assert before is None or before <= instant
        assert after is None or after > instant
        assert timetable.note(instant) == ""
    assert timetable.next(ends[1]) is None
    assert timetable.previous(ends[0]) is None


def test_the_fingerprint_tells_timetables_apart():
    same = Timetable(["Every day at  8", "0 8 * * MON"], BERLIN, closed("2026-12-25", "12-24 to 01-01"))
    again = Timetable(
        ["0 8 * * mon", "every DAY at 8"], ZoneInfo("Europe/Berlin"), closed("12-24 to 01-01", "2026-12-25")
    )
    assert same.fingerprint == again.fingerprint
    texts = ["every day at 8", "0 8 * * mon"]
    others = [
        Timetable(texts, BERLIN),
        Timetable(texts[:1], BERLIN),
        Timetable(texts, ZoneInfo("Europe/Paris")),
    ]
    assert len({each.fingerprint for each in others}) == len(others)
    assert same.fingerprint == others[0].fingerprint == "Europe/Berlin | 0 8 * * mon | every day at 8"


TEXTS = (
    *(
        "every day at 0:15 and 2:30",
        "every 20 minutes",
        "every 2 hours",
        "every weekday at 23:45",
        "@daily",
        "30 2 * * *",
    ),
    *("every other Friday at 9 from 2011-01-07", "every 3 days at 2:30 from 2005-05-05", "last day of the month at 23"),
    *("first and third Sunday of the month at 0:30", "*/30 2 * * *", "weekends at midnight"),
)
ZONES = (
    *("UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia", "America/Nuuk"),
    *("America/Havana", "Antarctica/Casey", "Africa/Casablanca"),
)
# Within three days of a change of one of them, or anywhere.
CHANGES = (
    *("2026-03-29T01:00Z", "2026-10-25T01:00Z", "2026-10-03T15:30Z", "2006-10-29T02:31Z", "2011-12-30T10:00Z"),
    *("2026-03-08T05:00Z", "2010-03-04T15:00Z", "2018-10-28T02:00Z"),
)
instants = st.builds(
    lambda change, minutes, micros: datetime.fromisoformat(change) + timedelta(minutes=minutes, microseconds=micros),
    st.sampled_from(CHANGES),
    st.integers(-4320, 4320) | st.integers(-2_000_000, 2_000_000),
    st.integers(-1, 1),
)
spans = st.builds(
    lambda start, length: (start, start + timedelta(days=length)),
    st.dates(date(2005, 1, 1), date(2028, 1, 1)),
    st.integers(0, 800),
)
year_days = st.dates(date(2000, 1, 1), date(2000, 12, 31)).map(lambda day: (day.month, day.day))
calendars = st.builds(
    Calendar,
    st.none() | st.dates(date(2005, 1, 1), date(2012, 1, 1)),
    st.none() | st.dates(date(2011, 1, 1), date(2028, 1, 1)),
    st.lists(spans, max_size=3).map(tuple),
    st.lists(st.tuples(year_days, year_days).filter(lambda span: span[0] <= span[1]), max_size=1).map(tuple),
)
timetables = st.builds(
    Timetable,
    st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3, unique=True),
    st.sampled_from(ZONES).map(ZoneInfo),
    st.just(Calendar()) | calendars,
)


@given(timetables, instants)
def test_previous_and_next_agree(timetable, at):
    before, after = timetable.previous(at), timetable.next(at)
    assert before is None or before <= at
    assert after is None or after > at
    if before is not None:
        assert timetable.next(before) == after
        assert timetable.previous(before) == before
        assert timetable.next(before - TICK) == before
    if after is not None:
        assert timetable.previous(after) == after
        assert timetable.previous(after - TICK) == before


@given(
    st.sampled_from(("every day at 2:30", "every 2 hours")), st.sampled_from(ZONES).map(ZoneInfo), calendars, instants
)
def test_with_a_calendar_there_are_the_slots_of_its_open_days_and_no_others(text, zone, calendar, start):
    end = start + timedelta(days=20)
    every = slots_between(Timetable([text], zone), start, end)
    assert slots_between(Timetable([text], zone, calendar), start, end) == [
        slot for slot in every if calendar.is_open(slot.astimezone(zone).date())
    ]
