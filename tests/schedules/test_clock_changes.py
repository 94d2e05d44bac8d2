"""Every kind of clock change, by name: where slots go, and what an operator is told of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from digest.core.schedule import slots_between
from digest.schedules.timetable import Timetable

MOVED = "{} does not exist that day: the first instant after it"
FIRST = "{} comes twice that day: the first time"
SECOND = "{} comes twice that day: the second time"


def told(text: str, zone: str, start: str, count: int) -> list[tuple[str, str]]:
    """The next slots after a local time, as the clock shows them, each with its note."""
    timetable = Timetable([text], ZoneInfo(zone))
    at = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(zone))
    found = []
    for _ in range(count):
        at = timetable.next(at)
        assert at.tzinfo is UTC
        found.append((f"{at.astimezone(ZoneInfo(zone)):%m-%d %H:%M%z}", timetable.note(at)))
    return found


@pytest.mark.parametrize(
    ("text", "zone", "start", "expected"),
    [
        pytest.param(
            "every day at 2:30",
            "Europe/Berlin",
            "2026-03-28T12:00",
            [("03-29 03:00+0200", MOVED.format("02:30")), ("03-30 02:30+0200", "")],
            id="spring gap",
        ),
        pytest.param(
            "every day at 2:30",
            "Europe/Berlin",
            "2026-10-24T12:00",
            [("10-25 02:30+0200", FIRST.format("02:30")), ("10-26 02:30+0100", "")],
            id="autumn hour",
        ),
        pytest.param(
            "every hour",
            "Europe/Berlin",
            "2026-10-25T00:30",
            [
                ("10-25 01:00+0200", ""),
                ("10-25 02:00+0200", FIRST.format("02:00")),
                ("10-25 02:00+0100", SECOND.format("02:00")),
                ("10-25 03:00+0100", ""),
            ],
            id="both autumn hours when hourly",
        ),
        pytest.param(
            "every 30 minutes",
            "Europe/Berlin",
            "2026-03-29T01:15",
            [("03-29 01:30+0100", ""), ("03-29 03:00+0200", ""), ("03-29 03:30+0200", "")],
            id="nothing in the spring gap when by minutes",
        ),
        pytest.param(
            "daily at 2:15 and 3:00",
            "Europe/Berlin",
            "2026-03-28T12:00",
            [("03-29 03:00+0200", MOVED.format("02:15")), ("03-30 02:15+0200", "")],
            id="a moved slot meets another",
        ),
        pytest.param(
            "every day at 2:15",
            "Australia/Lord_Howe",
            "2026-10-03T12:00",
            [("10-04 02:30+1100", MOVED.format("02:15")), ("10-05 02:15+1100", "")],
            id="half an hour forward",
        ),
        pytest.param(
            "every day at 1:45",
            "Australia/Lord_Howe",
            "2026-04-04T12:00",
            [("04-05 01:45+1100", FIRST.format("01:45")), ("04-06 01:45+1030", "")],
            id="half an hour back",
        ),
        pytest.param(
            "every day at midnight",
            "Asia/Beirut",
            "2026-03-28T12:00",
            [("03-29 01:00+0300", MOVED.format("00:00")), ("03-30 00:00+0300", "")],
            id="midnight left out: Beirut",
        ),
        pytest.param(
            "every day at 0:30",
            "America/Havana",
            "2026-03-07T12:00",
            [("03-08 01:00-0400", MOVED.format("00:30")), ("03-09 00:30-0400", "")],
            id="midnight left out: Havana",
        ),
        pytest.param(
            "daily",
            "Africa/Cairo",
            "2026-04-23T12:00",
            [("04-24 01:00+0300", MOVED.format("00:00")), ("04-25 00:00+0300", "")],
            id="midnight left out: Cairo",
        ),
        pytest.param(
            "every day at 23:30",
            "Africa/Cairo",
            "2026-10-29T12:00",
            [("10-29 23:30+0300", FIRST.format("23:30")), ("10-30 23:30+0200", "")],
            id="the hour before midnight twice: Cairo",
        ),
        pytest.param(
            "daily",
            "America/Asuncion",
            "2023-09-30T12:00",
            [("10-01 01:00-0300", MOVED.format("00:00")), ("10-02 00:00-0300", "")],
            id="midnight left out: Asuncion",
        ),
        pytest.param(
            "every day at 23:30",
            "America/Asuncion",
            "2023-03-25T12:00",
            [("03-25 23:30-0300", FIRST.format("23:30")), ("03-26 23:30-0400", "")],
            id="the hour before midnight twice: Asuncion",
        ),
        # Nuuk: 2026-03-28 23:00 to 2026-03-29 00:00. The slot of the 28th is shown on the 29th.
        pytest.param(
            "every day at 23:30",
            "America/Nuuk",
            "2026-03-27T12:00",
            [("03-27 23:30-0200", ""), ("03-29 00:00-0100", MOVED.format("23:30")), ("03-29 23:30-0100", "")],
            id="a gap up to midnight: Nuuk",
        ),
        pytest.param(
            "daily at midnight and 23:30",
            "America/Nuuk",
            "2026-03-28T12:00",
            [("03-29 00:00-0100", MOVED.format("23:30")), ("03-29 23:30-0100", "")],
            id="the last slot of a day meets the first of the next: Nuuk",
        ),
        pytest.param(
            "every day at 0:30",
            "America/St_Johns",
            "2006-10-28T12:00",
            [("10-29 00:30-0330", ""), ("10-30 00:30-0330", "")],
            id="a minute after midnight back into the day before: Newfoundland",
        ),
        pytest.param(
            "every day at 8",
            "Pacific/Apia",
            "2011-12-28T12:00",
            [("12-29 08:00-1000", ""), ("12-31 08:00+1400", ""), ("01-01 08:00+1400", "")],
            id="a day left out: Apia",
        ),
        pytest.param(
            "every Friday at 8",
            "Pacific/Apia",
            "2011-12-23T12:00",
            [("01-06 08:00+1400", "")],
            id="a Friday left out: Apia",
        ),
        pytest.param(
            "every day at 8",
            "Pacific/Kwajalein",
            "1993-08-19T12:00",
            [("08-20 08:00-1200", ""), ("08-22 08:00+1200", "")],
            id="a day left out: Kwajalein",
        ),
        pytest.param(
            "every day at 0:30",
            "Pacific/Kiritimati",
            "1994-12-30T12:00",
            [("01-01 00:30+1400", ""), ("01-02 00:30+1400", "")],
            id="New Year's Eve left out: Kiritimati",
        ),
        # Casey, 2010-03-05: 02:00 to 23:00 of the day before. The 5th began twice.
        pytest.param(
            "daily at 1:00 and 23:30",
            "Antarctica/Casey",
            "2010-03-04T12:00",
            [
                ("03-04 23:30+1100", FIRST.format("23:30")),
                ("03-05 01:00+1100", FIRST.format("01:00")),
                ("03-05 23:30+0800", ""),
            ],
            id="three hours back over midnight: Casey",
        ),
    ],
)
def test_slots_and_what_is_told_of_them(text, zone, start, expected):
    assert told(text, zone, start, len(expected)) == expected


def test_nothing_is_told_of_what_is_no_slot():
    timetable = Timetable(["every day at 2:30"], ZoneInfo("Europe/Berlin"))
    second_time = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert timetable.note(second_time) == ""
    assert timetable.note(second_time - timedelta(hours=1)) == FIRST.format("02:30")
    # Given in the zone itself, where Python never finds an ambiguous time equal to one of another zone.
    assert timetable.note((second_time - timedelta(hours=1)).astimezone(ZoneInfo("Europe/Berlin"))) != ""


def test_going_back_through_a_change_meets_the_same_slots():
    for zone, start in (
        ("Antarctica/Casey", "2010-03-03"),
        ("Pacific/Apia", "2011-12-28"),
        ("America/Nuuk", "2026-03-27"),
    ):
        timetable = Timetable(["daily at 0:00, 1:00 and 23:30", "every hour"], ZoneInfo(zone))
        first = datetime.fromisoformat(start).replace(tzinfo=UTC)
        slots = slots_between(timetable, first, first + timedelta(days=5))
        assert len(slots) > 90
        for earlier, later in pairwise(slots):
            assert timetable.next(earlier) == later
            assert timetable.previous(later - timedelta(microseconds=1)) == earlier
