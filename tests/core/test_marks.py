"""What is remembered of an article between two answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.marks import PAUSES, Mark, hashed

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
SAID = hashed("x")
MINUTE = timedelta(minutes=1)


@given(st.builds(Mark, st.just(SAID), st.just(False), st.integers(0, 5), st.datetimes(NOW.replace(tzinfo=None))))
def test_a_mark_is_read_as_it_was_written(mark):
    mark = Mark(mark.said, mark.whole, mark.failures, mark.tried.replace(tzinfo=UTC, second=0, microsecond=0))
    assert Mark.read(str(mark)) == mark


@pytest.mark.parametrize("mark", [Mark(SAID), Mark(SAID, whole=True)])
def test_so_is_one_without_a_try(mark):
    assert Mark.read(str(mark)) == mark


@pytest.mark.parametrize("text", ["", "before", "1-2-3", "a b", "a b c d"])
def test_any_other_text_is_no_article_s(text):
    assert Mark.read(text).said != SAID


def test_a_page_that_fails_is_asked_again_and_then_left():
    mark, asked, now = Mark(SAID), [], NOW
    assert mark.wants_page(now)
    while mark.tried is None or mark.again is not None:
        asked.append(now - NOW)
        mark = mark.after(now, failed=True)
        assert not mark.wants_page(now)
        now = mark.again or now + timedelta(days=999)
        assert mark.again is None or not mark.wants_page(now - MINUTE)
    assert asked == [timedelta(), PAUSES[1], PAUSES[1] + PAUSES[2]]
    assert not mark.wants_page(now)


def test_one_that_was_not_asked_for_want_of_time_is_no_try():
    mark = Mark(SAID).after(NOW, failed=False)
    assert (mark.failures, mark.wants_page(NOW), mark.again) == (0, True, NOW)


def test_one_that_was_tried_in_the_future_is_tried_now():
    mark = Mark(SAID).after(NOW + timedelta(days=900), failed=True)
    assert mark.wants_page(NOW)


def test_a_whole_one_wants_nothing_more():
    assert not Mark(SAID, whole=True).wants_page(NOW)
