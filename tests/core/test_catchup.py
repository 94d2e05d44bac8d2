"""What is due: tables of decisions, and newsrooms played through chance with a ledger that is a dict."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.core.catchup import Due, Past, Pause, Skip, Timing, again, filled, plan
from digest.core.edition import EditionRecord, Window
from digest.core.schedule import CAP, CatchUp, edition_id, slots_between

if TYPE_CHECKING:
    from collections.abc import Sequence

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
INSTANT = timedelta(microseconds=1)
UTC_ZONE, BERLIN = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")
POLICIES = get_args(CatchUp)
START = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True)
class OnTheWall:
    """Slots every so many days, at some minutes of the day on the wall clock of a zone."""

    zone: ZoneInfo
    days: int
    minutes: tuple[int, ...]

    def previous(self, at: datetime) -> datetime | None:
        return max(slot for slot in self._near(at) if slot <= at)

    def next(self, after: datetime) -> datetime | None:
        return min(slot for slot in self._near(after) if slot > after)

    def _near(self, at: datetime) -> list[datetime]:
        day = at.astimezone(self.zone).toordinal()
        day -= day % self.days
        return [slot for each in (day - self.days, day, day + self.days) for slot in _slots(self, each)]


@cache
def _slots(schedule: OnTheWall, day: int) -> tuple[datetime, ...]:
    walls = (datetime.combine(date.fromordinal(day), time(*divmod(minute, 60))) for minute in schedule.minutes)
    return tuple(wall.replace(tzinfo=schedule.zone).astimezone(UTC) for wall in walls)


class Listed:
    """A schedule of the slots it is given, in order."""

    def __init__(self, *slots: datetime) -> None:
        self.slots = slots

    def previous(self, at: datetime) -> datetime | None:
        return max((slot for slot in self.slots if slot <= at), default=None)

    def next(self, after: datetime) -> datetime | None:
        return min((slot for slot in self.slots if slot > after), default=None)


def daily(**more) -> Timing:
    """Every day at noon, UTC."""
    schedule = OnTheWall(UTC_ZONE, 1, (12 * 60,))
    return Timing(**{"schedule": schedule, "zone": UTC_ZONE, **more})


def noon(day: int) -> datetime:
    """Noon of a day of March, which may be the 0th or the 40th."""
    return START + (day - 1) * DAY + 12 * HOUR


def done(day: int, start: int | None = None, status: Literal["composed", "skipped"] = "composed") -> EditionRecord:
    """The record of a day's slot, its window since the day before or since another."""
    window = Window(noon(day - 1 if start is None else start), noon(day))
    return EditionRecord(newsletter="daily", id=edition_id(noon(day)), slot=noon(day), window=window, status=status)


def left(day: int, since: int) -> EditionRecord:
    """The record of a day's slot that passed and left its span, since another day, to the next edition."""
    window = Window(noon(since), noon(since))
    return replace(done(day, status="skipped"), window=window)


def told(steps: Sequence[Skip | Due]) -> list[tuple[str, int, int, int]]:
    """The steps by days of March: what, the slot, its window's start and end; merged slots before theirs."""

    def day(instant: datetime) -> int:
        return (instant - noon(0)) // DAY

    found = []
    for step in steps:
        if isinstance(step, Due):
            found += [(skip.why, day(skip.slot), day(skip.window.start), day(skip.window.end)) for skip in step.merged]
        what = "due" if isinstance(step, Due) else step.why
        found.append((what, day(step.slot), day(step.window.start), day(step.window.end)))
    return found


# Last was the 2nd; the catch-up window is of three days; now is a minute past noon of the 8th.
BEFORE = [("missed", 3, 2, 3), ("missed", 4, 3, 4)]
DECISIONS = {
    "all": [*BEFORE, ("missed", 5, 4, 5), ("due", 6, 5, 6), ("due", 7, 6, 7), ("due", 8, 7, 8)],
    "latest": [*BEFORE, *(("missed", day, day - 1, day) for day in (5, 6, 7)), ("due", 8, 7, 8)],
    "merge": [*(("merged", day, 2, 2) for day in range(3, 8)), ("due", 8, 2, 8)],
    "none": [*BEFORE, *(("missed", day, day - 1, day) for day in (5, 6, 7)), ("due", 8, 7, 8)],
}


@pytest.mark.parametrize("policy", POLICIES)
def test_what_becomes_of_missed_slots(policy):
    timing = daily(catch_up=policy, within=3 * DAY)
    assert told(plan(timing, Past(last=done(2)), noon(8) + MINUTE)) == DECISIONS[policy]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        # The 4th is in the catch-up window, to the hour; the 3rd is not; the 5th is paused and has an empty window.
        ("all", [("missed", 3, 2, 3), ("due", 4, 3, 4), ("paused", 5, 4, 4), ("due", 6, 4, 6)]),
        ("latest", [("missed", 3, 2, 3), ("missed", 4, 3, 4), ("paused", 5, 4, 4), ("due", 6, 4, 6)]),
        ("merge", [("paused", 5, 2, 2), ("merged", 3, 2, 2), ("merged", 4, 2, 2), ("due", 6, 2, 6)]),
        # Nothing is an hour old at most: everything passes.
        ("none", [("missed", 3, 2, 3), ("missed", 4, 3, 4), ("paused", 5, 4, 4), ("missed", 6, 4, 6)]),
    ],
)
def test_a_paused_slot_leaves_its_span_to_the_next(policy, expected):
    pause = Pause(noon(5), noon(6))
    timing = daily(catch_up=policy, within=3 * DAY)
    assert told(plan(timing, Past(last=done(2), pauses=(pause,)), noon(7) - MINUTE)) == expected


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("all", [("due", 3, 2, 3), ("due", 4, 3, 4), ("paused", 5, 4, 4)]),
        ("latest", [("missed", 3, 2, 3), ("due", 4, 3, 4), ("paused", 5, 4, 4)]),
        ("merge", [("merged", 3, 2, 2), ("due", 4, 2, 4), ("paused", 5, 4, 4)]),
        ("none", [("missed", 3, 2, 3), ("missed", 4, 3, 4), ("paused", 5, 4, 4)]),
    ],
)
def test_what_was_missed_before_a_pause_is_made_up_for_in_it(policy, expected):
    past = Past(last=done(2), pauses=(Pause(noon(5), None),))
    assert told(plan(daily(catch_up=policy), past, noon(5) + MINUTE)) == expected


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("within", [timedelta(0), HOUR])
def test_a_slot_is_not_missed_before_an_hour_after_it(policy, within):
    timing = daily(catch_up=policy, within=within)
    past = Past(last=done(2))
    assert told(plan(timing, past, noon(3) + HOUR)) == [("due", 3, 2, 3)]
    (step,) = plan(timing, past, noon(3) + HOUR + INSTANT)
    assert isinstance(step, Skip)
    assert step.why == "missed"


def test_what_is_too_old_leaves_its_span_to_the_next_edition_when_merging():
    timing = daily(catch_up="merge", within=HOUR)
    assert told(plan(timing, Past(last=done(2)), noon(5) - MINUTE)) == [("missed", 3, 2, 2), ("missed", 4, 2, 2)]
    assert told(plan(timing, Past(last=left(4, 2)), noon(5))) == [("due", 5, 2, 5)]


@pytest.mark.parametrize("policy", POLICIES)
def test_a_newsletter_that_was_never_met_waits_for_nothing(policy):
    assert plan(daily(catch_up=policy), Past(), noon(5)) == ()
    assert told(plan(daily(catch_up=policy), Past(), noon(5), by_hand=True)) == [("due", 5, 4, 5)]


@pytest.mark.parametrize("policy", POLICIES)
def test_a_slot_at_the_very_instant_a_newsletter_is_met_counts_and_none_before(policy):
    timing = daily(catch_up=policy)
    assert told(plan(timing, Past(since=noon(5)), noon(5))) == [("due", 5, 4, 5)]
    assert plan(timing, Past(since=noon(5) + INSTANT), noon(6) - MINUTE) == ()
    # The first window begins at the slot before, though that had none.
    assert told(plan(timing, Past(since=noon(5) + INSTANT), noon(6))) == [("due", 6, 5, 6)]


def test_the_first_edition_after_a_changed_schedule_begins_where_the_last_one_ended():
    assert told(plan(daily(), Past(since=noon(8) + HOUR, last=done(2)), noon(9))) == [("due", 9, 2, 9)]


def test_a_schedule_without_slots_has_nothing_due():
    timing = daily(schedule=Listed())
    assert plan(timing, Past(since=noon(1)), noon(5)) == plan(timing, Past(), noon(5), by_hand=True) == ()


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("all", [("due", 3, 2, 3), ("paused", 4, 3, 3), ("due", 5, 3, 5)]),
        ("latest", [("due", 3, 2, 3), ("paused", 4, 3, 3), ("due", 5, 3, 5)]),
        ("merge", [("due", 3, 2, 3), ("paused", 4, 3, 3), ("due", 5, 3, 5)]),
        ("none", [("missed", 3, 2, 3), ("paused", 4, 3, 3), ("due", 5, 3, 5)]),
    ],
)
def test_by_hand_the_latest_slot_is_made_though_it_is_paused(policy, expected):
    past = Past(last=done(2), pauses=(Pause(noon(4)),))
    assert told(plan(daily(catch_up=policy), past, noon(6) - MINUTE, by_hand=True)) == expected


def test_by_hand_a_slot_from_before_the_newsletter_was_met_is_made():
    past = Past(since=noon(5) + MINUTE)
    assert plan(daily(), past, noon(6) - MINUTE) == ()
    assert told(plan(daily(), past, noon(6) - MINUTE, by_hand=True)) == [("due", 5, 4, 5)]
    met_later = replace(past, last=done(2))
    assert told(plan(daily(), met_later, noon(6) - MINUTE, by_hand=True)) == [("due", 5, 2, 5)]


def test_windows_of_fixed_length_are_as_long_as_they_are():
    fixed = {"length": 2 * DAY, "within": 3 * DAY}
    past = Past(last=done(2), pauses=(Pause(noon(5), noon(6)),))
    steps = plan(daily(catch_up="all", **fixed), past, noon(7) - MINUTE)
    assert told(steps) == [("missed", 3, 1, 3), ("due", 4, 2, 4), ("paused", 5, 5, 5), ("due", 6, 4, 6)]
    # Merged, an edition covers what each of its slots would have.
    steps = plan(daily(catch_up="merge", **fixed), past, noon(7) - MINUTE)
    assert told(steps) == [("paused", 5, 5, 5), ("merged", 3, 3, 3), ("merged", 4, 4, 4), ("due", 6, 1, 6)]


def test_a_first_window_of_fixed_length_does_not_begin_at_the_slot_before():
    assert told(plan(daily(length=3 * DAY), Past(since=noon(5)), noon(5))) == [("due", 5, 2, 5)]


@pytest.mark.parametrize("policy", POLICIES)
def test_never_more_than_so_many_slots_whatever_the_clock_says(policy):
    now = noon(3) + 3650 * DAY
    steps = plan(daily(catch_up=policy, within=7 * DAY), Past(last=done(2)), now)
    named = told(steps)
    assert len(named) == CAP
    # The first of them takes over where the last edition ended, years before.
    assert (named[0][2], named[-1][1], named[-1][3]) == (2, 3653, 3653)
    assert sum(what == "due" for what, *_ in named) == (8 if policy == "all" else 1)


REASONS = [
    ("all", 3 * DAY, "missed by more than the catch-up window of 3d"),
    ("merge", 36 * HOUR, "missed by more than the catch-up window of 36h; what it would have covered goes to the next"),
    ("latest", 3 * DAY, "missed by more than the catch-up window of 3d"),
    ("latest", 9 * DAY, "missed, and catch_up is 'latest': only the latest missed slot is made up for"),
    ("none", 9 * DAY, "missed, and catch_up is 'none'"),
]


@pytest.mark.parametrize(("policy", "within", "reason"), REASONS)
def test_a_skipped_slot_says_why(policy, within, reason):
    later = Pause(noon(9)) if within < 9 * DAY else Pause(noon(9), noon(9))
    past = Past(last=done(2), pauses=(later,))
    step = plan(daily(catch_up=policy, within=within), past, noon(10) - MINUTE)[0]
    assert isinstance(step, Skip)
    assert step.slot == noon(3)
    assert step.reason.startswith(reason)


def test_paused_and_merged_slots_say_why_and_become_records():
    past = Past(last=done(2), pauses=(Pause(noon(4) - 2 * HOUR, noon(5), "summer"), Pause(noon(5), noon(6))))
    first, second, due = plan(daily(), past, noon(6))
    assert isinstance(first, Skip)
    assert isinstance(second, Skip)
    assert isinstance(due, Due)
    assert (first.reason, second.reason) == (
        "paused since 2026-03-04 10:00 UTC (summer)",
        "paused since 2026-03-05 12:00 UTC",
    )
    (merged,) = due.merged
    reason = "missed; what it would have covered is part of 2026-03-06T1200Z"
    assert merged.record("daily") == replace(left(3, 2), reason=reason)


@given(st.integers(-2, 2), st.integers(-2, 2))
def test_a_pause_covers_its_start_and_not_its_end(before, after):
    pause = Pause(noon(4), noon(5))
    assert pause.covers(noon(4) + before * INSTANT) == (before >= 0)
    assert pause.covers(noon(5) + after * INSTANT) == (after < 0)
    assert Pause(noon(4)).covers(noon(4000)) is True


def test_a_skipped_slot_is_tried_again_with_its_own_span_unless_that_went_elsewhere():
    assert again(done(5, 3, "skipped")) == Due(noon(5), Window(noon(3), noon(5)))
    assert again(left(5, 3)) is None


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, None, ("due", 5, 4, 5)),
        # Nothing is covered twice, and nothing that lies between it and the record before is promised away.
        (done(4), None, ("due", 5, 4, 5)),
        # Nobody looks at the slots in between again: it takes what they would have covered.
        (done(3), None, ("due", 5, 3, 5)),
        # What the slot before left to the next edition is covered by it.
        (left(4, 2), None, ("due", 5, 2, 5)),
        (left(3, 2), None, ("due", 5, 2, 5)),
        # The edition after it reaches back over it, or just up to it.
        (done(3), done(7, 3), ("merged", 5, 3, 3)),
        (done(3), done(6, 5), ("due", 5, 3, 5)),
        (None, done(8, 7), ("due", 5, 4, 5)),
    ],
)
def test_a_slot_of_the_past_is_filled_by_hand(before, after, expected):
    step = filled(daily(), noon(5), before, after)
    assert told([step])[-1] == expected
    if isinstance(step, Skip):
        assert step.reason == "what it would have covered is part of 2026-03-07T1200Z"


def test_a_record_off_the_schedule_is_not_covered_again():
    between = replace(done(4), slot=noon(4) + HOUR, window=Window(noon(4), noon(4) + HOUR))
    step = filled(daily(), noon(5), between, None)
    assert step == Due(noon(5), Window(noon(4) + HOUR, noon(5)))


def test_windows_of_fixed_length_are_filled_whatever_is_around():
    step = filled(daily(length=3 * DAY), noon(5), done(4), done(6, 2))
    assert told([step]) == [("due", 5, 2, 5)]


zones = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"]).map(
    ZoneInfo
)
# The clock changes of these zones lie in March and April, October and November; 02:30 does not exist in some nights.
starts = st.sampled_from(
    [datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 26, tzinfo=UTC), datetime(2026, 10, 20, tzinfo=UTC)]
)
minutes = st.lists(st.sampled_from([0, 90, 150, 210, 480, 720, 1439]), min_size=1, max_size=3, unique=True)
schedules = st.builds(OnTheWall, zones, st.sampled_from([1, 2, 7, 30]), minutes.map(sorted).map(tuple))
spans = st.one_of(
    st.sampled_from([timedelta(0), INSTANT, MINUTE, HOUR, DAY, 7 * DAY, 40 * DAY]),
    st.timedeltas(timedelta(0), 20 * DAY),
)
policies = st.sampled_from(POLICIES)
lengths = st.sampled_from([DAY, 7 * DAY, 36 * HOUR])
pauses = st.builds(
    lambda start, before, length: Pause(start - before, None if length is None else start - before + length),
    starts,
    spans,
    st.one_of(st.none(), spans),
)


@st.composite
def situations(draw, lengths=None):
    """A timing, a past and an instant, anyhow."""
    schedule, start = draw(schedules), draw(starts)
    timing = Timing(
        schedule=schedule,
        zone=schedule.zone,
        length=None if lengths is None else draw(lengths),
        catch_up=draw(policies),
        within=draw(st.sampled_from([HOUR, DAY, 7 * DAY, 60 * DAY])),
    )
    last = None
    if draw(st.booleans()):
        slot = schedule.previous(start - draw(spans))
        status = draw(st.sampled_from(["composed", "skipped"]))
        window = Window(slot - draw(spans), slot - draw(st.sampled_from([timedelta(0), 3 * DAY])))
        last = EditionRecord(newsletter="daily", id=edition_id(slot), slot=slot, window=window, status=status)
    since = draw(st.one_of(st.none(), spans.map(lambda span: start - span)))
    return timing, Past(since, last, tuple(draw(st.lists(pauses, max_size=3)))), start + draw(spans)


def named(steps: Sequence[Skip | Due]) -> list[Skip | Due]:
    """Every slot of the steps in the order of time, those merged too."""
    merged = [skip for step in steps if isinstance(step, Due) for skip in step.merged]
    return sorted([*steps, *merged], key=lambda step: step.slot)


@given(situations(), st.booleans())
def test_the_windows_of_a_plan_join(situation, by_hand):
    timing, past, now = situation
    steps = named(plan(timing, past, now, by_hand=by_hand))
    assert all(one.window.end == other.window.start for one, other in pairwise(steps))
    if steps and past.last is not None:
        assert steps[0].window.start == past.last.window.end


@given(situations(st.one_of(st.none(), lengths)), st.booleans())
def test_a_plan_names_each_waiting_slot_once(situation, by_hand):
    timing, past, now = situation
    steps = named(plan(timing, past, now, by_hand=by_hand))
    after = [past.last.slot] if past.last is not None else []
    if past.since is not None:
        after.append(past.since - INSTANT)
    expected, slot = [], timing.schedule.previous(now)
    while after and slot is not None and slot > max(after):
        expected.insert(0, slot)
        slot = timing.schedule.previous(slot - INSTANT)
    latest = timing.schedule.previous(now)
    if by_hand and not expected and (past.last is None or past.last.slot < latest):
        expected = [latest]
    assert [step.slot for step in steps] == expected


@given(situations(st.one_of(st.none(), lengths)), st.booleans())
def test_a_policy_is_kept(situation, by_hand):
    timing, past, now = situation
    steps = plan(timing, past, now, by_hand=by_hand)
    slots = [step.slot for step in named(steps)]
    paused = {slot for slot in slots if any(pause.covers(slot) for pause in past.pauses)}
    oldest = now - (HOUR if timing.catch_up == "none" else max(timing.within, HOUR))
    wanted = [slot for slot in slots if slot >= oldest and slot not in paused]
    if timing.catch_up != "all":
        wanted = wanted[-1:]
    if by_hand and slots:
        wanted = sorted({*wanted, slots[-1]})
    due = [step for step in steps if isinstance(step, Due)]
    assert [step.slot for step in due] == wanted
    for step in named(steps):
        if isinstance(step, Skip):
            assert (step.why == "paused") == (step.slot in paused)
        if isinstance(step, Skip) and step.why in ("paused", "merged"):
            assert step.window.start == step.window.end
    assert all(skip.slot < step.slot for step in due for skip in step.merged)
    if timing.catch_up != "merge":
        assert not any(step.merged for step in due)


@given(situations(lengths))
def test_a_fixed_length_is_kept_whatever_the_past(situation):
    timing, past, now = situation
    for step in plan(timing, past, now):
        if isinstance(step, Due):
            alone = Past(since=step.slot)
            (one,) = plan(timing, alone, step.slot)
            assert step.window.end == step.slot
            assert step.window.start <= one.window.start
            assert step.merged or step.window == one.window


@dataclass
class Room:
    """A newsroom whose ledger is a dict; `clock` reads `wrong` beside the true time."""

    timing: Timing
    true: datetime
    schedules: Sequence[OnTheWall]
    wrong: timedelta = timedelta(0)
    met: tuple[datetime, OnTheWall] | None = None
    pauses: list[Pause] = field(default_factory=list)
    ledger: dict[datetime, EditionRecord] = field(default_factory=dict)
    astray: set[datetime] = field(default_factory=set)
    """Slots that were later than now at some time after they were recorded."""

    @property
    def now(self) -> datetime:
        return self.true + self.wrong

    def past(self) -> Past:
        last = max((slot for slot in self.ledger if slot <= self.now), default=None)
        since = None if self.met is None else self.met[0]
        return Past(since, None if last is None else self.ledger[last], tuple(self.pauses))

    def meet(self) -> None:
        """As `Scheduling.meet`."""
        if self.met is None or self.met[1] != self.timing.schedule or self.met[0] > self.now:
            self.met = (self.now, self.timing.schedule)

    def work(self, steps: int, few: int) -> None:
        """Do what is due, but be killed after some steps; every edition of `few` is too few."""
        self.meet()
        for number, step in enumerate(plan(self.timing, self.past(), self.now)[:steps]):
            self.do(step, too_few=bool(few and number % few == 0))

    def by_hand(self) -> None:
        self.meet()
        steps = plan(self.timing, self.past(), self.now, by_hand=True)
        for step in steps:
            self.do(step)
        slot = self.timing.schedule.previous(self.now)
        record = self.ledger.get(slot)
        if steps:
            assert record is not None
            assert record.status == "composed"
        elif record is None:  # a schedule that was changed: a later slot of the one before is recorded
            assert any(each > slot for each in self.ledger)
        elif record.status == "skipped" and (due := again(record)) is not None:
            del self.ledger[slot]
            self.do(due)

    def fill(self, slot: datetime) -> None:
        before = max((each for each in self.ledger if each < slot), default=None)
        after = min((each for each in self.ledger if each > slot), default=None)
        around = (None if each is None else self.ledger[each] for each in (before, after))
        self.do(filled(self.timing, slot, *around))

    def do(self, step: Skip | Due, *, too_few: bool = False) -> None:
        """One transaction: a step's row and those it takes with it."""
        rows = [step.record("x")] if isinstance(step, Skip) else [skip.record("x") for skip in step.merged]
        if isinstance(step, Due):
            status = "skipped" if too_few else "composed"
            rows.append(
                EditionRecord(
                    newsletter="x", id=edition_id(step.slot), slot=step.slot, window=step.window, status=status
                )
            )
        for row in rows:
            assert row.slot <= self.now
            assert row.slot not in self.ledger or row.slot in self.astray
            self.ledger[row.slot] = row

    def wait(self, span: timedelta) -> None:
        self.true += span

    def pause(self, length: timedelta | None) -> None:
        self.pauses.append(Pause(self.now, None if length is None else self.now + length))

    def resume(self) -> None:
        past = [each for each in self.pauses if each.start < self.now]
        self.pauses = [replace(each, end=self.now) if each.covers(self.now) else each for each in past]

    def change_schedule(self, which: int) -> None:
        schedule = self.schedules[which % len(self.schedules)]
        self.timing = replace(self.timing, schedule=schedule, zone=schedule.zone)

    def change_policy(self, policy: CatchUp) -> None:
        self.timing = replace(self.timing, catch_up=policy)

    def set_clock(self, wrong: timedelta) -> None:
        self.wrong = wrong

    def fill_before(self, span: timedelta) -> None:
        slot = self.timing.schedule.previous(self.true - span)
        if slot not in self.ledger:
            self.fill(slot)

    def play(self, event: tuple) -> None:
        """One event: a method's name and its arguments."""
        name, *arguments = event
        getattr(self, name)(*arguments)
        self.astray |= {slot for slot in self.ledger if slot > self.now}

    def check(self) -> None:
        """Each window starts where the one before ended, but for rows of a time the clock was wrong about."""
        rows = [self.ledger[slot] for slot in sorted(self.ledger)]
        for one, other in pairwise(rows):
            assert other.slot in self.astray or one.window.end == other.window.start, (one, other)
        for row in rows:
            assert row.window.start <= row.window.end <= row.slot


work = st.tuples(st.just("work"), st.sampled_from([0, 1, 2, 3, CAP]), st.integers(0, 3))
wait = st.tuples(st.just("wait"), spans)
events = st.one_of(
    work,
    work,
    wait,
    wait,
    st.just(("by_hand",)),
    st.tuples(st.just("pause"), st.one_of(st.none(), spans)),
    st.just(("resume",)),
)
changes = st.one_of(
    st.tuples(st.just("change_schedule"), st.integers(0, 2)),
    st.tuples(st.just("change_policy"), policies),
)
clocks = st.tuples(st.just("set_clock"), st.sampled_from([timedelta(0), -HOUR, HOUR, -3650 * DAY, 3650 * DAY]))


@st.composite
def rooms(draw):
    each = draw(st.lists(schedules, min_size=3, max_size=3))
    within = draw(st.sampled_from([HOUR, DAY, 7 * DAY, 60 * DAY]))
    timing = Timing(schedule=each[0], zone=each[0].zone, catch_up=draw(policies), within=within)
    return Room(timing, draw(starts), each)


@pytest.mark.unmeasured
@given(rooms(), st.lists(st.one_of(events, changes), max_size=25))
@settings(max_examples=300)
def test_windows_join_whatever_happens(room, happens):
    for event in happens:
        room.play(event)
        room.check()
    assert not room.astray


@pytest.mark.unmeasured
@given(rooms(), st.lists(st.one_of(events, changes, clocks), max_size=25))
@settings(max_examples=200)
def test_windows_join_though_the_clock_is_wrong_at_times(room, happens):
    for event in happens:
        room.play(event)
        room.check()
    # Once it is right again, nothing that was recorded of the time to come keeps a window from joining.
    for event in [("set_clock", timedelta(0)), ("work", CAP, 0), ("wait", 40 * DAY), ("work", CAP, 0)]:
        room.play(event)
        room.check()


@pytest.mark.unmeasured
@given(rooms(), st.lists(st.one_of(events, changes.filter(lambda change: change[0] != "change_policy")), max_size=25))
@example(
    Room(daily(catch_up="merge", within=HOUR), noon(0), [daily().schedule]),
    [("work", CAP, 0), ("wait", 2 * DAY), ("work", CAP, 0), ("wait", 22 * HOUR), ("work", CAP, 0)],
)
@settings(max_examples=200)
def test_merging_loses_no_span(room, happens):
    room.timing = replace(room.timing, catch_up="merge")
    for event in happens:
        room.play(event)
    made = [room.ledger[slot] for slot in sorted(room.ledger) if again(room.ledger[slot]) is not None]
    # All that passes leaves its span; what has one is an edition, or was too few for one.
    assert all(row.status == "composed" or not row.reason for row in made)
    assert all(one.window.end == other.window.start for one, other in pairwise(made))
    assert all(row.window.end == row.slot for row in made)


fills = st.tuples(st.just("fill_before"), spans)


@pytest.mark.unmeasured
@given(rooms(), st.lists(st.one_of(events, changes, fills), max_size=25))
@settings(max_examples=200)
def test_what_is_filled_by_hand_covers_nothing_twice(room, happens):
    for event in happens:
        room.play(event)
    rows = [room.ledger[slot] for slot in sorted(room.ledger)]
    assert all(row.window.start <= row.window.end <= row.slot for row in rows)
    assert all(one.window.end <= other.window.start for one, other in pairwise(rows))


@pytest.mark.unmeasured
@given(rooms(), st.lists(st.one_of(events, fills), max_size=10))
def test_filling_the_whole_past_leaves_no_hole(room, happens):
    for event in happens:
        room.play(event)
    first = min((*room.ledger, room.true))
    for slot in slots_between(room.timing.schedule, first - 10 * DAY, room.true + INSTANT, cap=10 * CAP):
        if slot not in room.ledger:
            room.fill(slot)
    room.check()
