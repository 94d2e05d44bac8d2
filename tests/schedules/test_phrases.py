"""Phrases: what each form means, what its cron twin says, and what is said of those that are not understood."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.schedule import slots_between
from digest.schedules.phrases import parse_phrase
from digest.schedules.rule import parse_rule
from digest.schedules.timetable import Timetable
from digest.schedules.words import EXAMPLES

if TYPE_CHECKING:
    from digest.schedules.days import PhraseRule


def cases(name: str) -> list[tuple[str, str]]:
    """The lines of a file of cases: a text, and what is expected of it."""
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    return [(text, expected) for text, arrow, expected in (line.partition(" => ") for line in lines) if arrow]


@pytest.mark.parametrize(("phrase", "slots"), cases("phrases.txt"))
def test_the_next_three_slots(phrase, slots):
    timetable = Timetable([phrase], ZoneInfo("UTC"))
    at, found = datetime(2026, 3, 4, 12, tzinfo=UTC), []
    for _ in range(3):
        at = timetable.next(at)
        found.append(f"{at:%a %Y-%m-%d %H:%M}")
    assert ", ".join(found) == slots


@pytest.mark.parametrize(
    ("phrase", "cron"),
    [
        ("every day at 8", "0 8 * * *"),
        ("daily", "@daily"),
        ("daily at 8 and 17", "0 8,17 * * *"),
        ("every weekday at 7:30", "30 7 * * 1-5"),
        ("weekends at 2:30", "30 2 * * 6,0"),
        ("Mondays and Thursdays at 9am", "0 9 * * mon,thu"),
        ("1st and 15th of the month at 2:30", "30 2 1,15 * *"),
        ("31st of the month at 8", "0 8 31 * *"),
        ("last day of the month at 17", "0 17 L * *"),
        ("last weekday of the month at 17", "0 17 LW * *"),
        ("last Friday of the month at 16:00", "0 16 * * 5L"),
        ("second Tuesday of each month at 8:30 pm", "30 20 * * 2#2"),
        ("fifth Sunday of the month at 2:30", "30 2 * * 0#5"),
        ("first Monday of January and July at 9", "0 9 * 1,7 1#1"),
        ("every year on 1 March at 9", "0 9 1 3 *"),
        ("every year on 29 February at 9", "0 9 29 2 *"),
        ("every hour", "@hourly"),
        ("every 2 hours", "0 */2 * * *"),
        ("every 15 minutes", "*/15 * * * *"),
    ],
)
@pytest.mark.unmeasured
@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia"])
def test_a_phrase_is_its_cron_twin(phrase, cron, zone):
    start, end = datetime(2009, 1, 1, tzinfo=UTC), datetime(2013, 1, 1, tzinfo=UTC)
    if "minutes" in phrase or "hour" in phrase:
        start, end = datetime(2011, 9, 1, tzinfo=UTC), datetime(2012, 5, 1, tzinfo=UTC)
    words = slots_between(Timetable([phrase], ZoneInfo(zone)), start, end, cap=10**6)
    assert words == slots_between(Timetable([cron], ZoneInfo(zone)), start, end, cap=10**6)
    assert words


def test_every_example_is_understood():
    for example in EXAMPLES:
        assert parse_rule(example)


@pytest.mark.parametrize(("text", "message"), cases("misread.txt"))
def test_what_is_not_understood_is_named_and_what_is_right_is_shown(text, message):
    with pytest.raises(ValueError, match=r"^'") as caught:
        parse_rule(text)
    assert str(caught.value) == f"'{text}' {message}"


def test_of_far_too_many_words_only_the_first_are_shown():
    with pytest.raises(ValueError, match=r"^'every day at 8 every day at 8 every day ...' is 299 characters long"):
        parse_rule("every day at 8 " * 20)


@pytest.mark.parametrize("text", ["31st of February", "every year on 30 February at 8"])
def test_what_never_happens_is_refused(text):
    with pytest.raises(ValueError, match=rf"^'{text}' never happens; choose days that exist"):
        parse_rule(text)


def test_a_far_date_is_found():
    timetable = Timetable(["every day at 8 from 9999-12-01"], ZoneInfo("UTC"))
    assert timetable.next(datetime(2026, 1, 1, tzinfo=UTC)) == datetime(9999, 12, 1, 8, tzinfo=UTC)


def test_nothing_happens_before_the_date():
    timetable = Timetable(["every 2 weeks on Monday and Friday at 8 from 2026-01-07"], ZoneInfo("Europe/Berlin"))
    first = timetable.next(datetime(1, 1, 1, tzinfo=UTC))
    assert first == datetime(2026, 1, 9, 7, tzinfo=UTC)  # the Monday of that week comes before the date
    assert timetable.previous(first - timedelta(minutes=1)) is None
    assert timetable.next(first) == datetime(2026, 1, 19, 7, tzinfo=UTC)


def test_a_date_holds_back_its_own_phrase_alone():
    timetable = Timetable(["every Friday at 9 from 2026-03-09", "every Friday at 8"], ZoneInfo("UTC"))
    slots = slots_between(timetable, datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 15, tzinfo=UTC))
    assert [f"{slot:%d %H}" for slot in slots] == ["06 08", "13 08", "13 09"]


def understood(text: str) -> PhraseRule | None:
    try:
        return parse_phrase(text)
    except ValueError as error:
        if "; write '" in str(error):
            return None
        raise


@given(st.text(max_size=60))
def test_no_text_raises_anything_else(text):
    understood(text)


WORDS = (
    *("every", "other", "2", "3", "1st", "15th", "last", "first", "day", "days", "week", "weeks", "month", "year"),
    *("Monday", "Fridays", "weekday", "of", "the", "and", ",", "on", "at", "from", "to", "8", "8:30", "pm", "noon"),
    *("2026-01-09", "January", "March", "hour"),
)


@given(st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join))
def test_whatever_is_understood_has_times_and_names_no_day_before_its_date(text):
    rule = understood(text)
    if rule is not None:
        assert rule.times
        assert list(rule.times) == sorted(set(rule.times))
        assert not (rule.start and rule.names(rule.start - timedelta(days=1)))
