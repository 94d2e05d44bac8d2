from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.core.dates import EARLIEST_YEAR, LATEST_YEAR, parse_date

BERLIN = ZoneInfo("Europe/Berlin")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@pytest.mark.parametrize(
    ("text", "instant", "precision", "zone"),
    [
        # ISO 8601.
        ("2026-02-03", "2026-02-03T00:00+01:00", "day", "source"),
        (" 2026-02-03\n", "2026-02-03T00:00+01:00", "day", "source"),
        ("2026-W06-2", "2026-02-03T00:00+01:00", "day", "source"),
        ("2026-02-03T08:00", "2026-02-03T08:00+01:00", "minute", "source"),
        ("2026-02-03 08:00:30", "2026-02-03T08:00:30+01:00", "minute", "source"),
        ("2026-02-03T0800", "2026-02-03T08:00+01:00", "minute", "source"),
        ("2026-02-03T08:00Z", "2026-02-03T08:00+00:00", "minute", "stated"),
        ("2026-02-03t08:00:00z", "2026-02-03T08:00+00:00", "minute", "stated"),
        ("2026-02-03T08:00:00.250Z", "2026-02-03T08:00:00.250+00:00", "minute", "stated"),
        ("2026-02-03T08:00-05:00", "2026-02-03T08:00-05:00", "minute", "stated"),
        ("2026-02-03 08:00:00 +0530", "2026-02-03T08:00+05:30", "minute", "stated"),
        ("2026-02-03 08:00 Z", "2026-02-03T08:00+00:00", "minute", "stated"),
        # RFC 822, RFC 5322.
        ("Tue, 03 Feb 2026 08:00:00 +0100", "2026-02-03T08:00+01:00", "minute", "stated"),
        ("tue,3 feb 2026 08:00 -0500", "2026-02-03T08:00-05:00", "minute", "stated"),
        ("3 Feb 26 08:00 GMT", "2026-02-03T08:00+00:00", "minute", "stated"),
        ("3 Feb 99 08:00 Z", "1999-02-03T08:00+00:00", "minute", "stated"),
        ("Tue, 3 Feb 2026 08:00:00 UT", "2026-02-03T08:00+00:00", "minute", "stated"),
        ("Tue, 3 Feb 2026 08:00:00 -0000", "2026-02-03T08:00+00:00", "minute", "stated"),
        ("Tue, 3 Feb 2026 08:00:00 EST", "2026-02-03T08:00-05:00", "minute", "stated"),
        ("Tue, 3 Feb 2026 08:00:00 PDT", "2026-02-03T08:00-07:00", "minute", "stated"),
        ("Tue, 3 Feb 2026 08:00:00 +0100 (CET)", "2026-02-03T08:00+01:00", "minute", "stated"),
        ("Tue, 3 Feb 2026 08:00:00", "2026-02-03T08:00+01:00", "minute", "source"),
        # Long forms.
        ("February 3, 2026", "2026-02-03T00:00+01:00", "day", "source"),
        ("June 12, 2023, 11:47 PM", "2023-06-12T23:47+02:00", "minute", "source"),
        ("6 Mar 2024", "2024-03-06T00:00+01:00", "day", "source"),
        ("6. March 2024", "2024-03-06T00:00+01:00", "day", "source"),
        ("Tuesday, 3rd Feb. 2026", "2026-02-03T00:00+01:00", "day", "source"),
        ("Tue Feb 3 2026", "2026-02-03T00:00+01:00", "day", "source"),
        ("SEPT. 1st, 2026 at 9:05 a.m.", "2026-09-01T09:05+02:00", "minute", "source"),
        ("may 1 2026 12:00 am", "2026-05-01T00:00+02:00", "minute", "source"),
        ("May 1, 2026, at 12:00 pm", "2026-05-01T12:00+02:00", "minute", "source"),
        ("February 3, 2026 20:00:30", "2026-02-03T20:00:30+01:00", "minute", "source"),
        ("3 Feb 2026 8:00 PM", "2026-02-03T20:00+01:00", "minute", "source"),
        ("3 Feb 2026, 8:00 PM UTC", "2026-02-03T20:00+00:00", "minute", "stated"),
        ("February 3, 2026, 8:00 AM -05:00", "2026-02-03T08:00-05:00", "minute", "stated"),
        ("February 3, 2026 08:00 gmt", "2026-02-03T08:00+00:00", "minute", "stated"),
        ("February 3, 2026 08:00Z", "2026-02-03T08:00+00:00", "minute", "stated"),
    ],
)
def test_what_can_be_read(text, instant, precision, zone):
    published = parse_date(text, BERLIN)
    assert published.instant.isoformat() == datetime.fromisoformat(instant).isoformat()
    assert (published.precision, published.zone) == (precision, zone)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "03/04/2026",
        "3.4.2026",
        "2026",
        "2026-02",
        "20260203",
        "2026-2-3",
        "2026-02-30",
        "2026-13-01",
        "2026-02-03T25:00",
        "2026-02-03T08:60",
        "2026-02-03T08:00+25:00",
        "2026-02-03T08:00 CET",
        "2026-02-03T08",
        "1767225600",
        # A zone, which would read as a time of day.
        "2026-02-03+01:00",
        "2026-02-03 -05:00",
        "2026-02-03-08:00",
        "2026-02-03Z",
        # These zones mean different things in different places: none may become the source's.
        "Tue, 3 Feb 2026 08:00:00 CET",
        "Tue, 3 Feb 2026 08:00:00 IST",
        "Tue, 3 Feb 2026 08:00:00 (CET)",
        "Tue, 3 Feb 2026 08:00:00 +0100 or so",
        "Tue, 3 Feb 2026 08:00:00 +9999",
        "Xyz, 3 Feb 2026 08:00",
        "Tue, 3 Foo 2026 08:00:00",
        "Tue, 31 Feb 2026 08:00:00",
        "Tue, 3 Feb 126 08:00:00",
        "Tue, 3 Feb 2026 24:00:00",
        "Smarch 13, 2026",
        "February 30, 2026",
        "٣ February 2026",
        "February 3",
        "February 3, 26",
        "February 3, 2026, 13:00 PM",
        "February 3, 2026, 0:30 AM",
        "February 3, 2026, 24:00",
        "February 3, 2026, 8 AM",
        "February 3, 2026 08:00 +25:00",
        "February 3, 2026, 8:00 AM Moon time",
        "2026-02-03" + " " * 80 + "x" * 80,
    ],
)
def test_what_is_refused(text):
    with pytest.raises(ValueError, match=r"' is no date digest can read.*; write 2026-02-03, 2026-02-03T08:00\+01:00"):
        parse_date(text, BERLIN)


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("Smarch 13, 2026", "no such month"),
        ("Tue, 3 Foo 2026 08:00", "no such month"),
        ("May 1, 2026, 0:30 AM", "no such hour"),
        ("2026-02-03+01:00", "after the day comes 'T' or a space, then hours and minutes"),
        ("x" * 81, "too long"),
    ],
)
def test_a_refusal_says_why_where_it_knows(text, detail):
    with pytest.raises(ValueError, match="is no date") as caught:
        parse_date(text, BERLIN)
    assert f" ({detail}); write " in str(caught.value)


def test_a_refusal_stays_one_short_line():
    with pytest.raises(ValueError, match="is no date") as caught:
        parse_date("no\ndate\x1b[31m " + "x" * 100_000, BERLIN)
    message = str(caught.value)
    assert message.startswith("'no date[31m xxx")
    assert message.isprintable()
    assert len(message) < 300


@pytest.mark.parametrize("year", [EARLIEST_YEAR, LATEST_YEAR])
def test_the_years_that_are_plausible(year):
    assert parse_date(f"{year}-06-01", BERLIN).instant.year == year


@pytest.mark.parametrize("text", ["1899-12-31", "9001-01-01", "0001-01-01T00:00Z", "March 1, 1066", "9999-12-31"])
def test_a_year_that_is_not_plausible(text):
    with pytest.raises(ValueError, match=f"^'{text}' is no plausible date: the year must lie from 1900 to 9000$"):
        parse_date(text, BERLIN)


def test_a_date_off_the_calendar_is_refused_as_any_other():
    with pytest.raises(ValueError, match="is no date digest can read"):
        parse_date("9999-12-31T23:00", ZoneInfo("America/New_York"))


@pytest.mark.parametrize(
    ("value", "instant", "precision", "zone"),
    [
        (date(2026, 2, 3), "2026-02-03T00:00:00+01:00", "day", "source"),
        (datetime(2026, 2, 3, 8, 0), "2026-02-03T08:00:00+01:00", "minute", "source"),  # noqa: DTZ001 as YAML reads it
        (datetime(2026, 2, 3, 8, 0, tzinfo=UTC), "2026-02-03T08:00:00+00:00", "minute", "stated"),
    ],
)
def test_what_yaml_has_read_already(value, instant, precision, zone):
    published = parse_date(value, BERLIN)
    assert (published.instant.isoformat(), published.precision, published.zone) == (instant, precision, zone)


@pytest.mark.parametrize("text", ["2026-02-03T08:00", "Tue, 3 Feb 2026 08:00", "February 3, 2026, 8:00 AM"])
def test_without_any_zone_it_is_utc_and_known_to_be_a_guess(text):
    published = parse_date(text, None)
    assert published.instant == datetime(2026, 2, 3, 8, tzinfo=UTC)
    assert published.zone == "unknown"
    assert str(published) == "2026-02-03T08:00:00"


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        # In the gap, the same instant as the clock then shows it; in the hour that comes twice, the first time.
        ("2026-03-29T02:30", "Europe/Berlin", "2026-03-29T03:30:00+02:00"),
        ("2026-10-25T02:30", "Europe/Berlin", "2026-10-25T02:30:00+02:00"),
        ("2026-10-04T02:15", "Australia/Lord_Howe", "2026-10-04T02:45:00+11:00"),
        # A day that began at one o'clock.
        ("2026-03-08", "America/Havana", "2026-03-08T01:00:00-04:00"),
    ],
)
def test_times_the_clocks_skipped_or_showed_twice(text, zone, expected):
    assert parse_date(text, ZoneInfo(zone)).instant.isoformat() == expected


def long_form(instant: datetime, style: int) -> str:
    offset = instant.strftime("%z")
    month, half = MONTHS[instant.month - 1], "AM" if instant.hour < 12 else "PM"
    clock = f"{(instant.hour - 1) % 12 + 1}:{instant.minute:02} {half} {offset}"
    return (
        f"{month} {instant.day}, {instant.year}, {clock}",
        f"{instant.day} {month[:3]} {instant.year} {instant.hour:02}:{instant.minute:02} {offset[:3]}:{offset[3:]}",
        f"{month[:3].upper()}. {instant.day} {instant.year} at {clock}",
    )[style]


offsets = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(
    datetime(EARLIEST_YEAR, 1, 1),  # noqa: DTZ001 zoned here
    datetime(LATEST_YEAR, 12, 31),  # noqa: DTZ001 zoned here
    timezones=offsets,
)


@given(moments, st.integers(0, 2))
def test_every_form_comes_back_as_the_same_minute(instant, style):
    minute = instant.replace(second=0, microsecond=0)
    assert parse_date(instant.isoformat(), BERLIN).instant == instant
    assert parse_date(instant.isoformat(" ", "seconds"), None).instant == instant.replace(microsecond=0)
    assert parse_date(format_datetime(instant), BERLIN).instant == instant.replace(microsecond=0)
    assert parse_date(long_form(instant, style), BERLIN).instant == minute


@given(st.dates(date(EARLIEST_YEAR, 1, 2), date(LATEST_YEAR, 12, 30)), st.sampled_from((BERLIN, None)))
def test_a_date_alone_is_the_midnight_it_begins_at(day, zone):
    for text in (day.isoformat(), f"{day.day} {MONTHS[day.month - 1]} {day.year:04}"):
        published = parse_date(text, zone)
        assert published.instant.date() == day
        assert published.precision == "day"
        assert str(published) == day.isoformat()


shaped = st.from_regex(
    r"(\w{3,9}[.,]? )?[0-9٣]{1,4}[-/ .][a-z0-9A-Z]{1,9}[-/ .,]{1,2}[0-9]{1,4}"
    r"([T ,]+[0-9]{1,2}(:[0-9]{1,2}){0,2}.{0,8})?"
)


@given(st.one_of(st.text(st.characters()), shaped), st.sampled_from((BERLIN, ZoneInfo("Pacific/Apia"), None)))
@example("9999-12-31T23:59:59-23:59", BERLIN)
@example("0001-01-01", ZoneInfo("Pacific/Apia"))
@example("٢٠٢٦-٠٢-٠٣", None)
def test_any_text_is_read_or_refused(text, zone):
    try:
        published = parse_date(text, zone)
    except ValueError as error:
        assert "write 2026-02-03" in str(error) or "no plausible date" in str(error)  # noqa: PT017 either is right
    else:
        assert published.instant.tzinfo is not None
        assert EARLIEST_YEAR <= published.instant.year <= LATEST_YEAR
