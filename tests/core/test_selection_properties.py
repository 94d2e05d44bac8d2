from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.edition import Window
from digest.core.model import Candidate
from digest.core.newsletter import Filter, Newsletter, Section
from digest.core.schedule import earlier, window_of
from digest.core.selection import Rule, select

START = datetime(2026, 3, 23, 7, tzinfo=UTC)
WEEK, HOUR = timedelta(days=7), timedelta(hours=1)
END = START + WEEK
# The clocks go forward in Berlin within this window, and back in Lord Howe a week after it.
ZONES = st.sampled_from(("UTC", "Europe/Berlin", "Australia/Lord_Howe")).map(ZoneInfo)
WORDS = ("news", "News", "sport", "arts", "*")
words = st.lists(st.sampled_from(WORDS), max_size=3).map(tuple)
# Often right at an edge.
offsets = st.one_of(
    st.sampled_from((timedelta(0), WEEK, -WEEK, timedelta(microseconds=-1), WEEK - timedelta(microseconds=1))),
    st.integers(-60 * 24, 30 * 24).map(lambda hours: hours * HOUR),
)


def candidates_of(**fields) -> st.SearchStrategy[list[Candidate]]:
    one = st.builds(
        Candidate,
        key=st.text("abcd", min_size=1, max_size=3),
        published=st.none() | offsets.map(lambda offset: START + offset),
        first_seen=offsets.map(lambda offset: START + offset),
        **fields,
    )
    return st.lists(one, max_size=12, unique_by=lambda candidate: candidate.key)


candidates = candidates_of(
    title=st.sampled_from(("A word", "Another")),
    categories=words,
    tags=words,
    author=st.sampled_from(("", "Ann")),
    source=st.sampled_from(("folder:a", "folder:b")),
    draft=st.integers(0, 9).map(lambda number: number == 0),
    pinned=st.booleans(),
    held=st.sampled_from(("", "", "", "held")),
    withdrawn=st.integers(0, 9).map(lambda number: number == 0),
)
filters = st.builds(
    Filter,
    categories=st.just(()) | words,
    tags=st.just(()) | words,
    words=st.sampled_from(((), (), ("word",))),
    authors=st.sampled_from(((), (), ("ann",))),
)
limits = st.none() | st.integers(1, 3)
sections = st.lists(
    st.builds(
        Section,
        title=st.sampled_from(("One", "Two")),
        categories=st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(tuple),
        limit=limits,
    ),
    max_size=3,
).map(tuple)


@st.composite
def newsletters(draw) -> Newsletter:
    minimum = draw(st.integers(1, 4))
    return Newsletter(
        key="weekly",
        title="Weekly",
        sender="a@example.org",
        language="en",
        zone=draw(ZONES),
        late=draw(st.sampled_from((0, 1, 7, 20)).map(lambda days: timedelta(days=days))),
        sections=draw(sections),
        include=draw(st.just(Filter()) | filters),
        exclude=draw(st.just(Filter()) | filters),
        minimum=minimum,
        maximum=draw(st.none() | st.integers(minimum, 6)),
        too_few=draw(st.sampled_from(("skip", "send", "top_up"))),
    )


delays = st.integers(0, 72).map(lambda hours: hours * HOUR)


@pytest.mark.unmeasured
@given(candidates, newsletters(), delays)
def test_every_candidate_has_one_verdict_and_the_chosen_ones_are_the_edition(found, newsletter, delay):
    selection = select(found, newsletter, Window(START, END), END + delay)
    assert sorted(verdict.article for verdict in selection.verdicts) == sorted(each.key for each in found)
    assert tuple(verdict.article for verdict in selection.verdicts if verdict.chosen) == selection.articles
    assert len(set(selection.articles)) == len(selection.articles)
    assert all(verdict.reason for verdict in selection.verdicts)
    assert all(section.articles for section in selection.sections)
    assert bool(selection.too_few) == (not selection.articles)


@pytest.mark.unmeasured
@given(candidates, newsletters(), delays)
def test_no_limit_is_passed_and_the_minimum_is_kept(found, newsletter, delay):
    selection = select(found, newsletter, Window(START, END), END + delay)
    assert newsletter.maximum is None or len(selection.articles) <= newsletter.maximum
    if selection.articles and newsletter.too_few != "send":
        assert len(selection.articles) >= newsletter.minimum
    if newsletter.sections:
        # Each section of the edition is one of the newsletter's, in its order, of its categories, within its limit.
        left = iter(newsletter.sections)
        by_key = {candidate.key: candidate for candidate in found}
        for section in selection.sections:
            taken = [by_key[key] for key in section.articles]
            assert any(_may_be(section.title, taken, configured) for configured in left)


def _may_be(title: str, taken: list[Candidate], section: Section) -> bool:
    wanted = {category.casefold() for category in section.categories}
    fitting = all(
        "*" in wanted or wanted & {category.casefold() for category in candidate.categories} for candidate in taken
    )
    return title == section.title and fitting and (section.limit is None or len(taken) <= section.limit)


@pytest.mark.unmeasured
@given(candidates, newsletters(), delays, st.randoms(use_true_random=False))
def test_the_order_of_the_candidates_does_not_matter(found, newsletter, delay, random):
    window = Window(START, END)
    before = select(found, newsletter, window, END + delay)
    random.shuffle(found)
    assert select(found, newsletter, window, END + delay) == before
    assert select(iter(found), newsletter, window, END + delay) == before


@pytest.mark.unmeasured
@given(candidates, newsletters(), delays)
def test_nothing_unfit_is_chosen(found, newsletter, delay):
    now = END + delay
    selection = select(found, newsletter, Window(START, END), now)
    verdicts = {verdict.article: verdict for verdict in selection.verdicts}
    admitted_from = earlier(START, newsletter.late, newsletter.zone)
    for candidate in found:
        verdict = verdicts[candidate.key]
        if not verdict.chosen:
            continue
        assert (candidate.draft, candidate.held, candidate.withdrawn) == (False, "", False)
        dated = candidate.published or candidate.first_seen
        assert candidate.published is None or (candidate.published < END and candidate.published <= now)
        assert (dated >= admitted_from) == (verdict.rule != Rule.TOPPED_UP)
        assert verdict.rule != Rule.TOPPED_UP or newsletter.too_few == "top_up"


@pytest.mark.unmeasured
@given(candidates, newsletters(), delays)
def test_whoever_is_refused_for_want_of_room_ranks_after_those_who_have_it(found, newsletter, delay):
    selection = select(found, newsletter, Window(START, END), END + delay)
    by_key = {candidate.key: candidate for candidate in found}
    rules = {verdict.article: verdict.rule for verdict in selection.verdicts}
    for key, rule in rules.items():
        if rule == Rule.EDITION_FULL:
            ranked_before = [other for other in selection.articles if _rank(by_key[other]) < _rank(by_key[key])]
            assert len(ranked_before) == newsletter.maximum


def _rank(candidate: Candidate) -> tuple:
    latest_first = END - candidate.published if candidate.published else timedelta.max
    return (not candidate.pinned, latest_first, candidate.key)


class Weekly:
    """Every Monday, 07:00 UTC, from START on."""

    def previous(self, at: datetime) -> datetime | None:
        weeks = (at - START) // WEEK
        return START + weeks * WEEK if weeks >= 0 else None

    def next(self, after: datetime) -> datetime | None:
        return START + max(0, (after - START) // WEEK + 1) * WEEK


EDITIONS = 8
arriving = candidates_of(title=st.just("T"), categories=words, pinned=st.booleans())


def publish_weekly(found: list[Candidate], newsletter: Newsletter, delay: timedelta):
    """Eight editions on time or `delay` late: what each took, and the windows."""
    schedule, slot, taken, editions = Weekly(), START, set(), []
    for _ in range(EDITIONS):
        slot = schedule.next(slot)
        window = window_of(slot, schedule, length=None, zone=newsletter.zone)
        now = slot + delay
        waiting = [each for each in found if each.first_seen <= now and each.key not in taken]
        selection = select(waiting, newsletter, window, now)
        taken.update(selection.articles)
        editions.append((window, now, selection.articles))
    return editions


@given(arriving, newsletters(), delays)
def test_no_story_is_in_two_editions(found, newsletter, delay):
    articles = [key for _, _, taken in publish_weekly(found, newsletter, delay) for key in taken]
    assert len(set(articles)) == len(articles)


@given(arriving, st.sampled_from((0, 3, 7, 20)), delays)
def test_no_story_is_lost_and_windows_join(found, late_days, delay):
    late = timedelta(days=late_days)
    newsletter = Newsletter(
        key="weekly", title="W", sender="a@example.org", language="en", zone=ZoneInfo("UTC"), late=late
    )
    editions = publish_weekly(found, newsletter, delay)
    assert all(one.end == other.start for (one, *_), (other, *_) in pairwise(editions))
    for candidate in found:
        places = [number for number, (_, _, taken) in enumerate(editions) if candidate.key in taken]
        # In the first edition made after it was seen whose span, with the late allowance, has its date.
        wanted = [
            number
            for number, (window, now, _) in enumerate(editions)
            if candidate.first_seen <= now
            and (candidate.published or candidate.first_seen) >= window.start - late
            and (candidate.published is None or candidate.published < window.end)
        ]
        assert places == wanted[:1]
