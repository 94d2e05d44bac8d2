"""What is remembered of an address between two visits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.fetching import (
    A_DAY,
    LOOK_AGAIN,
    SEVERAL,
    Answer,
    Visit,
    Wanted,
    after_answer,
    after_failure,
    due,
    news,
    not_due,
    remembered,
    rested,
    told,
)
from digest.core.httpheaders import LONGEST_WAIT

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
URL = "https://me:secret@host.example/feed"
PLAIN = "https://host.example/feed"
HOUR = timedelta(hours=1)
KNOWN = Visit(URL, etag='"1"', last_modified="then", validated=PLAIN, last_tried=NOW, last_success=NOW)


def failed(times, visit=KNOWN, now=NOW, apart=HOUR):
    for number in range(times):
        visit = after_failure(visit, "broken", now + number * apart)
    return visit


def test_a_success_ends_all_trouble():
    before = replace(failed(4, Visit(URL)), gone=True, reported=True)
    judged = after_answer(before, Answer(200, PLAIN, {"etag": '"2"', "cache-control": "max-age=3600"}), NOW)
    assert judged == (
        "new",
        Visit(
            URL,
            etag='"2"',
            validated=PLAIN,
            not_before=NOW + HOUR,
            last_tried=NOW,
            last_success=NOW,
            reported=True,
            met=NOW,
        ),
        "",
    )


def test_validators_are_kept_by_a_304_without_them_and_dropped_by_a_200_without_them():
    kept = after_answer(KNOWN, Answer(304, PLAIN, {}, conditional=True), NOW + HOUR)
    assert (kept.outcome, kept.visit.etag, kept.visit.last_modified) == ("unchanged", '"1"', "then")
    assert kept.visit.last_success == NOW + HOUR
    anew = after_answer(KNOWN, Answer(304, PLAIN, {"etag": '"2"'}, conditional=True), NOW)
    assert (anew.visit.etag, anew.visit.last_modified) == ('"2"', "then")
    dropped = after_answer(KNOWN, Answer(200, PLAIN, {}), NOW).visit
    assert (dropped.etag, dropped.last_modified, dropped.validated) == ("", "", "")


def test_a_304_that_was_not_asked_for_is_a_failure():
    judged = after_answer(KNOWN, Answer(304, PLAIN, {}), NOW)
    assert (judged.outcome, judged.visit.failures) == ("failed", 1)


def test_a_move_is_kept_until_another_and_forgotten_where_nothing_comes_any_more():
    there = after_answer(KNOWN, Answer(200, "https://new.example/", {}, moved_to="https://new.example/"), NOW).visit
    assert there.moved_to == "https://new.example/"
    assert after_answer(there, Answer(200, "https://new.example/", {}), NOW).visit.moved_to == "https://new.example/"
    assert failed(2, there).moved_to == "https://new.example/"
    assert failed(3, there).moved_to == ""


def test_gone_is_asked_again_after_a_month_and_may_come_back():
    judged = after_answer(KNOWN, Answer(410, PLAIN, {}), NOW)
    assert (judged.outcome, judged.visit.gone, judged.visit.not_before) == ("gone", True, None)
    assert not due(judged.visit, NOW + LOOK_AGAIN - HOUR)
    assert "take the source out" in not_due(judged.visit)
    assert "secret" not in not_due(judged.visit)
    assert due(judged.visit, NOW + LOOK_AGAIN)
    assert due(replace(judged.visit, last_tried=None), NOW)
    assert not after_failure(judged.visit, "broken", NOW).gone
    assert not after_answer(judged.visit, Answer(200, PLAIN, {}), NOW).visit.gone


def test_gone_at_the_place_it_had_moved_to_sends_back_to_the_configured_one():
    judged = after_answer(replace(KNOWN, moved_to="https://new.example/"), Answer(410, "https://new.example/", {}), NOW)
    assert (judged.outcome, judged.visit.gone, judged.visit.moved_to) == ("failed", False, "")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "answers 401 Unauthorized: it wants a login"),
        (404, "answers 404 Not Found: look whether it has moved"),
        (500, "answers 500 Internal Server Error: its server is in trouble"),
        (418, "answers 418 I'm a Teapot: open it in a browser"),
        (999, "answers 999: its server is in trouble"),
        (206, "answers 206 Partial Content: open it in a browser"),
    ],
)
def test_other_answers_are_failures_and_say_what_to_do(status, words):
    judged = after_answer(KNOWN, Answer(status, PLAIN, {}), NOW)
    assert (judged.outcome, judged.visit.last_error) == ("failed", judged.reason)
    assert judged.reason.startswith(f"{PLAIN} {words}")
    assert (judged.visit.etag, judged.visit.last_success) == ('"1"', NOW)


def test_the_longer_of_our_wait_and_the_servers_counts():
    for seconds, wait in (("60", 300), ("3600", 3600), ("999999999", 86400), ("-1", 300)):
        visit = after_answer(KNOWN, Answer(503, PLAIN, {"retry-after": seconds}), NOW).visit
        assert visit.not_before == NOW + timedelta(seconds=wait)


def test_waits_double_up_to_six_hours():
    waits = []
    visit = KNOWN
    for _ in range(9):
        visit = after_failure(visit, "broken", NOW)
        waits.append((visit.not_before - NOW) / timedelta(minutes=1))
    assert waits == [5, 10, 20, 40, 80, 160, 320, 360, 360]
    assert failed(5000).failures == 5000


def test_what_is_due():
    assert due(Visit(URL), NOW)
    waiting = rested(KNOWN, NOW + HOUR, NOW)
    assert not due(waiting, NOW + HOUR - timedelta(seconds=1))
    assert due(waiting, NOW + HOUR)
    assert not_due(waiting) == f"{PLAIN} has nothing new before 2026-03-02 08:00 UTC, it said"
    assert not_due(failed(1)) == f"{PLAIN} is asked again at 2026-03-02 07:05 UTC: broken"
    assert due(waiting, NOW - timedelta(days=2)), "a clock was wrong"


def test_rest_is_bounded_and_never_shortens_another():
    assert rested(KNOWN, NOW + timedelta(days=900), NOW).not_before == NOW + LONGEST_WAIT
    assert rested(rested(KNOWN, NOW + HOUR, NOW), NOW, NOW).not_before == NOW + HOUR


def test_a_changed_address_begins_anew():
    assert remembered(Wanted("k", URL, "feed", local=False, state=KNOWN)) is KNOWN
    assert remembered(Wanted("k", "https://b.example/", "feed", local=False, state=KNOWN)) == Visit(
        "https://b.example/"
    )


def test_trouble_is_told_once_when_there_were_several_failures_and_its_end_once():
    assert news(failed(SEVERAL - 1), NOW + HOUR * SEVERAL) == ""
    visit = failed(SEVERAL)
    assert news(visit, NOW + HOUR * SEVERAL) == "trouble"
    visit = told(visit)
    assert news(visit, NOW + HOUR * SEVERAL) == ""
    assert news(after_failure(visit, "again", NOW + timedelta(days=3)), NOW + timedelta(days=3)) == ""
    well = after_answer(visit, Answer(200, PLAIN, {}), NOW).visit
    assert news(well, NOW) == "recovery"
    assert news(told(well), NOW) == ""
    assert news(KNOWN, NOW) == ""


def test_trouble_is_told_after_a_day_and_at_once_where_it_is_for_good():
    visit = failed(2, apart=A_DAY)
    assert news(visit, NOW + A_DAY) == "trouble"
    assert news(visit, NOW + A_DAY - timedelta(seconds=1)) == ""
    assert news(replace(visit, failing_since=None), NOW + A_DAY) == ""
    assert news(after_answer(KNOWN, Answer(410, PLAIN, {}), NOW).visit, NOW) == "trouble"


STATUSES = st.sampled_from([200, 203, 304, 404, 410, 429, 500, 503])


@given(st.lists(st.tuples(STATUSES, st.integers(0, 40), st.booleans()), max_size=30))
def test_in_any_course_of_things_it_is_asked_again_within_a_month_and_never_told_twice(course):
    visit, now, told_before = Visit(URL), NOW, ""
    for status, hours, conditional in course:
        now += timedelta(hours=hours)
        headers = {"retry-after": "9" * 12, "cache-control": "max-age=" + "9" * 12}
        visit = after_answer(visit, Answer(status, PLAIN, headers, conditional=conditional), now).visit
        assert bool(visit.failures) == bool(visit.failing_since) == bool(visit.last_error)
        assert due(visit, now + LOOK_AGAIN)
        if found := news(visit, now):
            assert found != told_before
            assert found == "trouble" or told_before == "trouble"
            told_before, visit = found, told(visit)
