"""Dates as feeds have them."""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.datewords import _MONTHS, MONTHS, folded
from digest.core.feeddates import read_feed_date

NOW = datetime(2026, 3, 10, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
THIRD = "2026-02-03T08:00:00"


def read(text, zone=None):
    return read_feed_date(text, zone, NOW)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Tue, 03 Feb 2026 08:00:00 +0100", f"{THIRD}+01:00"),
        ("Tue, 03 Feb 2026 08:00:00 GMT", f"{THIRD}+00:00"),
        ("Tue, 03 Feb 2026 08:00:00 Z (UTC)", f"{THIRD}+00:00"),
        ("Tue, 03 Feb 2026 08:00:00 GMT+2", f"{THIRD}+02:00"),
        ("Tue, 03 Feb 2026 08:00:00 MESZ", f"{THIRD}+02:00"),
        ("Tue,03 Feb 2026 08:00 -0330", f"{THIRD}-03:30"),
        ("2026-02-03T08:00:00.123+01:00", f"{THIRD}+01:00"),
        ("2026-02-03T08:00:00 +0100", f"{THIRD}+01:00"),
        ("2026-2-3T8:00Z", f"{THIRD}+00:00"),
        ("2026-02-03T08:00:9+01:00", "2026-02-03T08:00:09+01:00"),
        ("Tue, 03 Feb 2026 08:00 +530", f"{THIRD}+05:30"),
        ("2026-02-03t08:00:00z", f"{THIRD}+00:00"),
        ("20260203T080000Z", f"{THIRD}+00:00"),
        ("2026-02-03T24:00:00Z", "2026-02-04T00:00:00+00:00"),
        ("Tue, 03 Feb 2026 24:00:00 GMT", "2026-02-04T00:00:00+00:00"),
        ("Tue, 03 Feb 2026 23:59:60 GMT", "2026-02-04T00:00:00+00:00"),
        ("1770105600", f"{THIRD}+00:00"),
        ("1770105600.25", f"{THIRD}+00:00"),
        ("1770105600000", f"{THIRD}+00:00"),
        ("1770105600000000", f"{THIRD}+00:00"),
        ("20260203", "2026-02-03"),
        ("2026-02-03", "2026-02-03"),
        ("2026/02/03", "2026-02-03"),
        ("2026-034", "2026-02-03"),
        ("03.02.2026", "2026-02-03"),
        ("13/02/2026", "2026-02-13"),
        ("02/13/2026", "2026-02-13"),
        ("02/02/2026", "2026-02-02"),
        ("Tue Feb  3 08:00:00 CET 2026", f"{THIRD}+01:00"),
        ("08:00, 3 Feb 2026", THIRD),
        ("February 3rd, 2026", "2026-02-03"),
        ("3 Feb 2026 +0100", "2026-02-03"),
        ("03-Feb-2026 08:00 UTC", f"{THIRD}+00:00"),
        ("Tue, 3 Feb 2026 8 pm GMT", "2026-02-03T20:00:00+00:00"),
        ("February 3, 2026, 12:30 AM UTC", "2026-02-03T00:30:00+00:00"),
        ("mar., 03 févr. 2026 08:00:00 +0100", f"{THIRD}+01:00"),
        ("Di, 3. Februar 2026", "2026-02-03"),
        ("3 de febrero de 2026", "2026-02-03"),
        ("wt, 3 lut 2026 08:00:00 +0100", f"{THIRD}+01:00"),
        ("вт, 03 фев 2026 08:00:00 +0300", f"{THIRD}+03:00"),
        ("3 февраля 2026 г.", "2026-02-03"),
        ("Τρί, 03 Φεβ 2026 08:00:00 EET", f"{THIRD}+02:00"),
        ("3 Şubat 2026 Salı", "2026-02-03"),
        ("2026. február 3.", "2026-02-03"),
        ("2026년 2월 3일", "2026-02-03"),
        ("2026年2月3日", "2026-02-03"),
    ],
)
def test_dates_that_are_clear(text, found):
    date = read(text)
    assert str(date.published) == found
    assert not [doubt for doubt in date.doubts if "zone" not in doubt]


@pytest.mark.parametrize(
    ("text", "found", "doubt"),
    [
        ("2026-02-03 08:00", THIRD, "names no time zone"),
        ("2026년 2월 3일 오후 8:00", "2026-02-03T20:00:00", "names no time zone"),
        ("03 Feb 26 08:00 GMT", f"{THIRD}+00:00", "two digits, 2026"),
        ("03 Feb 98 08:00 GMT", "1998-02-03T08:00:00+00:00", "two digits, 1998"),
        ("Wed, 03 Feb 2026 08:00 GMT", f"{THIRD}+00:00", "another day of the week"),
        ("3 Feb 2026 08:00 EST", f"{THIRD}-05:00", "US Eastern"),
        ("3 Feb 2026 08:00 CST", f"{THIRD}-06:00", "US Central"),
        ("2026-02-03T08:00:00 IST", f"{THIRD}+05:30", "India"),
        ("2026-02-03T08:00:00 BST", f"{THIRD}+01:00", "British"),
        ("3 Feb 2026 08:00 +2500", THIRD, "which is none"),
        ("3 Feb 2026 08:00 -040", f"{THIRD}-04:00", "lacks a digit"),
        ("3 Feb 2026 08:00 Q", THIRD, "says nothing"),
        ("3 Feb 2026 13:00 PM GMT", "2026-02-03T13:00:00+00:00", "needs none"),
        ("February 2026", "2026-02-01", "names no day"),
        ("2026-02", "2026-02-01", "names no day"),
    ],
)
def test_dates_that_are_taken_with_a_doubt(text, found, doubt):
    date = read(text)
    assert str(date.published) == found
    assert any(doubt in each for each in date.doubts)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("03/04/2026", "which number is the month"),
        ("31 Feb 2026", "day is out of range"),
        ("2026-13-01", "month must be"),
        ("2025-366", "no such day"),
        ("2026-000", "no such day"),
        ("3 Feb 2026 25:00", "hour"),
        ("2026-02-03T08", "no time of day"),
        ("0001-01-01T00:00:00Z", "before 1990"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", "before 1990"),
        ("000000000", "before 1990"),
        ("12345678901", "no Unix time"),
        ("2027-06-01", "more than a year ahead"),
        ("9999-12-31T23:59:59-12:00", "ahead|out of range"),
        ("today", "no word that is known"),
        ("3 Feb", "no year"),
        ("3 Feb 08:00 GMT", "no year"),
        ("Feb 300 2026", "no form"),
        ("3 4 Feb 2026", "no form"),
        ("08:00", "no form"),
        ("2026-02-03T08:00 Nowhere/Land", "no zone"),
        ("x" * 200, "too long"),
    ],
)
def test_dates_that_are_refused(text, reason):
    with pytest.raises(ValueError, match=reason):
        read(text)


def test_a_missing_zone_is_the_sources():
    date = read("2026-02-03 08:00", BERLIN)
    assert (str(date.published), date.published.zone, date.doubts) == (f"{THIRD}+01:00", "source", ())


def test_an_ambiguous_name_that_the_sources_own_zone_has_is_clear():
    date = read("3 Feb 2026 08:00 IST", ZoneInfo("Asia/Jerusalem"))
    assert (str(date.published), date.doubts) == (f"{THIRD}+02:00", ())
    assert read("3 Feb 2026 08:00 EST", ZoneInfo("America/New_York")).doubts == ()
    assert read("3 Feb 2026 08:00 IST", BERLIN).doubts


def test_what_is_a_little_ahead_is_taken_and_left_to_selection():
    assert str(read("2026-12-01").published) == "2026-12-01"


def test_no_name_means_two_months():
    for number, names in enumerate(_MONTHS.split("|"), start=1):
        assert {MONTHS[folded(name)] for name in names.split()} == {number}


MOMENTS = st.integers(10**9, 1_772_000_000)  # Unix times of ten digits, up to 2026
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(MOMENTS, OFFSETS)
def test_every_instant_is_read_back_from_each_standard_form(moment, zone):
    stated = datetime.fromtimestamp(moment, zone)
    for text in (format_datetime(stated), stated.isoformat(), stated.isoformat(" "), str(int(stated.timestamp()))):
        assert read(text).published.instant == stated


@given(st.text(max_size=60) | st.from_regex(r"[0-9 :+/.,TZa-e-]{1,40}", fullmatch=True))
def test_nothing_but_a_value_error_comes_of_any_text(text):
    try:
        found = read(text)
    except ValueError:
        return
    assert found.published.instant.tzinfo is not None
