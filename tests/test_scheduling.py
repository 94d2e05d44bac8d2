"""The use cases of the schedule on a real newsroom: a real store, real pages, real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from digest.app import Newsroom
from digest.core.catchup import Pause
from digest.core.errors import ClaimError, TemplateError
from digest.core.operation import Failure
from digest.schedules.timetable import Timetable
from digest.scheduling import LEASE, HeldClaim, without_mail

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from digest.publishing import Run, Target

CONFIG = """\
site: {title: The Test, url: https://news.example.org, organisation: Test Press, address: 1 Test Lane}
sources:
  - {type: folder, path: articles, timezone: UTC}
newsletters:
  daily:
    title: The Test Daily
    from: Desk <desk@example.org>
    timezone: UTC
    schedule: "0 12 * * *"
    late: 1m
    catch_up: merge
    catch_up_window: 3d
"""
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
INSTANT = timedelta(microseconds=1)


def noon(day: int) -> datetime:
    """Noon of a day of March."""
    return datetime(2026, 3, 1, 12, tzinfo=UTC) + (day - 1) * DAY


@dataclass
class Clock:
    now: datetime = field(default_factory=lambda: noon(1))

    def __call__(self) -> datetime:
        return self.now


def opened(config: Path, holder: str = "me", clock: Clock | None = None, *, scratch: bool = False) -> Newsroom:
    """The newsroom as another process would open it that can tell of none whether it lives."""
    room = Newsroom.open(config, scratch=scratch, clock=clock or Clock())
    room.__dict__["worker"] = replace(room.worker, holder=holder, gone=lambda _: False)
    room.__dict__["scheduling"] = replace(room.scheduling, wait_between=0.001)
    return room


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A newsroom that has an article of each morning from the 1st to the 12th."""
    folder = tmp_path / "room"
    (folder / "articles").mkdir(parents=True)
    for day in range(1, 13):
        text = (
            f"---\ntitle: Day {day}\ndate: 2026-03-{day:02} 09:00\ncategory: News\n---\nWhat happened on day {day}.\n"
        )
        (folder / f"articles/{day}.md").write_text(text, encoding="utf-8")
    path = folder / "config.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    with Newsroom.open(path) as room:
        room.intake.collect(noon(1) - DAY, lambda items, **_: iter(items))
    return path


@pytest.fixture
def room(config: Path) -> Iterator[Newsroom]:
    with opened(config) as newsroom:
        yield newsroom


@pytest.fixture
def target(room):
    return room.target("daily")


def told(runs: Sequence[Run]) -> list[tuple[str, int, str]]:
    """What became of each slot: how, its day, and its stories or why there are none."""
    return [
        (
            run.status,
            run.record.slot.day,
            run.why or ", ".join(title.removeprefix("Day ") for title in run.record.titles),
        )
        for run in runs
    ]


def kept(room: Newsroom) -> list[tuple[str, int, int, int]]:
    """The records of the store, the oldest first: status, and the days of slot, window's start and end."""
    records = reversed(room.store.editions.records("daily"))
    return [(each.status, each.slot.day, each.window.start.day, each.window.end.day) for each in records]


def test_a_new_newsletter_waits_for_its_next_slot(room, target):
    scheduling = room.scheduling
    assert scheduling.past(target, noon(3)).since is None
    assert scheduling.run_due(target, noon(3) + MINUTE) == []
    assert scheduling.meet(target, noon(3) + HOUR + MINUTE)
    assert not scheduling.meet(target, noon(3) + 2 * HOUR)
    assert scheduling.past(target, noon(4)).since == noon(3) + MINUTE
    assert scheduling.run_due(target, noon(3) + 2 * HOUR) == []
    assert not scheduling.waiting(target, noon(4) - MINUTE)
    assert scheduling.waiting(target, noon(4))
    assert told(scheduling.run_due(target, noon(4))) == [("composed", 4, "4")]
    assert not scheduling.waiting(target, noon(5) - MINUTE)
    assert scheduling.run_due(target, noon(5) - MINUTE) == []


def test_a_new_newsletter_gets_the_slot_of_the_hour_before(room, target):
    assert room.scheduling.meet(target, noon(3) + HOUR)
    assert told(room.scheduling.run_due(target, noon(3) + HOUR)) == [("composed", 3, "3")]


def changed(target: Target, *texts: str) -> Target:
    timing = replace(target.timing, schedule=Timetable(texts, target.timing.zone))
    return replace(target, timing=timing, timetable=" | ".join(("UTC", *texts)))


def test_a_changed_schedule_counts_from_then_on(room, target):
    scheduling, hourly = room.scheduling, changed(target, "0 * * * *")
    scheduling.meet(target, noon(3))
    scheduling.run_due(target, noon(3))
    assert scheduling.meet(hourly, noon(3) + HOUR + MINUTE)
    assert scheduling.run_due(hourly, noon(3) + HOUR + 2 * MINUTE) == []
    scheduling.run_due(hourly, noon(3) + 2 * HOUR)
    records = room.store.editions.records("daily")
    assert [record.slot for record in records] == [noon(3) + 2 * HOUR, noon(3)]
    assert records[0].window.start == records[1].window.end


def test_what_the_old_schedule_left_undone_is_done_before_the_new_one_counts(room, target):
    """The machine was off on the 4th, at noon of the 5th too; then somebody writes another schedule."""
    scheduling, evening = room.scheduling, changed(target, "0 18 * * *")
    scheduling.meet(target, noon(3))
    scheduling.run_due(target, noon(3))
    assert not scheduling.meet(evening, noon(5) + HOUR)
    assert scheduling.waiting(evening, noon(5) + HOUR)
    assert told(scheduling.run_due(evening, noon(5) + HOUR)) == [("composed", 5, "5, 4")]
    assert scheduling.meet(evening, noon(5) + HOUR)
    assert kept(room) == [("composed", 3, 2, 3), ("skipped", 4, 3, 3), ("composed", 5, 3, 5)]
    assert not scheduling.waiting(evening, noon(5) + 6 * HOUR - MINUTE)
    assert scheduling.waiting(evening, noon(5) + 6 * HOUR)


def test_a_slot_between_saving_the_configuration_and_looking_at_it_is_not_lost(room, target):
    scheduling = replace(room.scheduling, written=lambda: noon(4) - MINUTE)
    both = changed(target, "0 12 * * *", "0 17 * * *")
    scheduling.meet(target, noon(3))
    scheduling.run_due(target, noon(3))
    # Saved a minute before noon, seen a minute after it.
    scheduling.meet(both, noon(4) + MINUTE)
    assert told(scheduling.run_due(both, noon(4) + MINUTE)) == [("composed", 4, "4")]


def test_two_processes_with_different_schedules_do_not_silence_each_other(room, target):
    scheduling = replace(room.scheduling, written=lambda: noon(1))
    other = changed(target, "0 12 * * *", "0 17 * * *")
    for step in range(3 * 24):
        now = noon(3) + step * HOUR
        for each in (target, other):
            scheduling.meet(each, now)
            scheduling.run_due(each, now)
    slots = [record.slot for record in reversed(room.store.editions.records("daily"))]
    assert slots == [noon(3), noon(3) + 5 * HOUR, noon(4), noon(4) + 5 * HOUR, noon(5), noon(5) + 5 * HOUR]


def test_a_newsletter_met_by_a_clock_that_was_ahead_is_met_again(room, target):
    room.scheduling.meet(target, noon(1) + 3650 * DAY)
    assert room.scheduling.meet(target, noon(3))
    assert told(room.scheduling.run_due(target, noon(3))) == [("composed", 3, "3")]


def test_what_was_missed_goes_into_one_edition(room, target):
    room.scheduling.meet(target, noon(3))
    runs = room.scheduling.run_due(target, noon(6) + MINUTE)
    assert [(run.status, run.record.slot.day, len(run.record.titles)) for run in runs] == [("composed", 6, 4)]
    assert kept(room) == [("skipped", 3, 2, 2), ("skipped", 4, 2, 2), ("skipped", 5, 2, 2), ("composed", 6, 2, 6)]


def test_a_paused_newsletter_makes_nothing_and_then_covers_all(room, target):
    scheduling = room.scheduling
    scheduling.meet(target, noon(3))
    pause = Pause(noon(3), noon(5), "moving")
    room.store.standings.pause("daily", pause)
    assert scheduling.paused(target, noon(3) - INSTANT) is None
    assert scheduling.paused(target, noon(3)) == pause
    assert scheduling.paused(target, noon(5)) is None
    assert scheduling.waiting(target, noon(3) + MINUTE) is False
    assert scheduling.run_due(target, noon(3) + MINUTE) == kept(room) == []
    assert scheduling.waiting(target, noon(5)) is True
    runs = scheduling.run_due(target, noon(5))
    assert [(run.record.slot.day, run.why) for run in runs] == [(3, "paused"), (4, "paused"), (5, "")]
    assert kept(room) == [("skipped", 3, 2, 2), ("skipped", 4, 2, 2), ("composed", 5, 2, 5)]


def test_what_a_kill_left_is_finished_though_nothing_is_due(room, target, config):
    scheduling = room.scheduling
    scheduling.meet(target, noon(3))
    (run,) = scheduling.rehearse_due(target, noon(3))  # the store alone: as after a kill before the first page
    page = config.parent / f"out/daily/{run.record.id}/index.html"
    assert not page.exists()
    assert scheduling.waiting(target, noon(3) + MINUTE)
    assert told(scheduling.run_due(target, noon(3) + MINUTE)) == [("exists", 3, "3")]
    assert page.exists()
    assert room.store.ledger.open("daily") == []
    assert room.store.editions.unpublished("daily") == []
    assert not scheduling.waiting(target, noon(3) + MINUTE)


def test_two_at_once_make_one_edition(room, target, config):
    room.scheduling.meet(target, noon(3))
    barrier, runs, errors = threading.Barrier(3), [], []

    def work(holder: str) -> None:
        with opened(config, holder) as other:
            mine = other.target("daily")
            barrier.wait()
            try:
                runs.extend(other.scheduling.run_due(mine, noon(3)))
            except Exception as error:  # noqa: BLE001 whatever it is, the test is to say so
                errors.append(error)

    threads = [threading.Thread(target=work, args=(holder,)) for holder in ("one", "two", "three")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert [run.status for run in runs] == ["composed"]
    assert kept(room) == [("composed", 3, 2, 3)]
    assert len(list((config.parent / "out/mail").iterdir())) == 1


def test_while_another_holds_it_nothing_is_done(room, target):
    room.scheduling.meet(target, noon(3))
    name = "newsletter:daily"
    claim = room.store.claims.take(name, "other", noon(1), LEASE, lambda _: False)
    assert room.scheduling.run_due(target, noon(3)) == []
    assert kept(room) == []
    room.store.claims.release(claim)
    assert told(room.scheduling.run_due(target, noon(3))) == [("composed", 3, "3")]
    assert room.store.claims.holder(name) is None


def test_a_person_waits_for_who_holds_it_and_then_is_told(room, target, monkeypatch):
    monkeypatch.setattr("digest.scheduling.PATIENCE", 0.02)
    room.store.claims.take("newsletter:daily", "other", noon(1), LEASE, lambda _: False)
    for work in (
        lambda: room.scheduling.run_latest(target, noon(3)),
        lambda: list(room.scheduling.backfill(target, noon(2), noon(3), noon(3), dry=False)),
    ):
        with pytest.raises(
            ClaimError, match=r"another process \(other\) has been working on it for more than"
        ) as caught:
            work()
        assert caught.value.place == "daily"
    assert kept(room) == []
    room.scheduling.worker.clock.now += LEASE  # the other fell silent
    assert told(room.scheduling.run_latest(target, noon(3))) == [("composed", 3, "3")]


CHILD = """
import sys, time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from digest.app import Newsroom

room = Newsroom.open(Path(sys.argv[1]))
target = room.target("daily")
now = datetime.fromisoformat(sys.argv[2])
"""


def start(config: Path, program: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CHILD + program, str(config), noon(3).isoformat()]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_a_process_killed_at_work_is_taken_over_at_once(room, target, config):
    room.scheduling.meet(target, noon(3))
    program = """
def work():
    print("at work", flush=True)
    time.sleep(600)
replace(room.scheduling, publisher=work).run_due(target, now)
"""
    child = start(config, program)
    try:
        assert child.stdout.readline() == "at work\n"
        with Newsroom.open(config) as mine:
            assert mine.scheduling.run_due(target, noon(3)) == []
            os.kill(child.pid, signal.SIGKILL)
            child.wait()
            assert told(mine.scheduling.run_due(target, noon(3))) == [("composed", 3, "3")]
    finally:
        child.kill()
        child.communicate()


def test_processes_at_once_make_one_edition(room, target, config):
    room.scheduling.meet(target, noon(3))
    program = """
print("ready", flush=True)
input()
print(*(run.status for run in room.scheduling.run_due(target, now)))
"""
    children = [start(config, program) for _ in range(3)]
    try:
        for child in children:
            assert child.stdout.readline() == "ready\n"
        for child in children:
            child.stdin.write("\n")
            child.stdin.flush()
        said = [child.communicate(timeout=120)[0].strip() for child in children]
    finally:
        for child in children:
            child.kill()
            child.communicate()
    assert sorted(said) == ["", "", "composed"]
    assert kept(room) == [("composed", 3, 2, 3)]
    assert room.store.ledger.counts("daily", "2026-03-03T1200Z").planned == 1


def test_who_is_taken_over_at_work_changes_nothing_and_has_not_failed(room, target):
    room.scheduling.meet(target, noon(3))
    publisher = room.publisher

    def sleep():
        room.store.claims.take("newsletter:daily", "other", noon(1) + LEASE, LEASE, lambda _: False)
        return publisher

    with pytest.raises(ClaimError, match="taken over by other"):
        replace(room.scheduling, publisher=sleep).run_due(target, noon(3))
    assert kept(room) == []
    assert room.store.standings.failure("daily") is None
    assert room.store.claims.holder("newsletter:daily").holder == "other"


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_failure_is_noted_until_it_works_again(room, target, by_hand):
    room.scheduling.meet(target, noon(3))

    def broken():
        raise TemplateError("is wrong", place="email.html:7")

    def work(scheduling, now):
        return scheduling.run_latest(target, now) if by_hand else scheduling.run_due(target, now)

    failing = replace(room.scheduling, publisher=broken)
    for now in (noon(3), noon(3) + MINUTE):
        with pytest.raises(TemplateError):
            work(failing, now)
        assert room.store.standings.failure("daily") == Failure(noon(3), "email.html:7: is wrong")
        assert room.store.claims.holder("newsletter:daily") is None
    assert told(work(room.scheduling, noon(3) + HOUR)) == [("composed", 3, "3")]
    assert room.store.standings.failure("daily") is None


def test_a_claim_is_renewed_after_a_third_of_its_lease_and_when_the_clock_is_set_back(room):
    clock = Clock()
    claims = room.store.claims
    hold = HeldClaim(
        claims.take("x", "me", clock(), LEASE, lambda _: False), claims, replace(room.scheduling.worker, clock=clock)
    )
    clock.now += LEASE / 3 - INSTANT
    hold.keep()
    assert hold.claim.renewed == noon(1)
    clock.now += INSTANT
    hold.keep()
    assert hold.claim.renewed == claims.holder("x").renewed == noon(1) + LEASE / 3
    clock.now -= 2 * INSTANT
    hold.keep()
    assert hold.claim.renewed == noon(1) + LEASE / 3 - 2 * INSTANT
    clock.now += LEASE
    claims.take("x", "other", clock(), LEASE, lambda _: False)
    with pytest.raises(ClaimError):
        hold.keep()


def test_without_mail_no_delivery_is_planned(room, target, config):
    room.scheduling.meet(target, noon(3))
    (run,) = room.scheduling.run_due(without_mail(target), noon(3))
    assert (run.status, run.deliveries.planned) == ("composed", 0)
    assert (config.parent / f"out/daily/{run.record.id}/index.html").exists()
    assert not (config.parent / "out/mail").exists()
    assert room.scheduling.run_due(target, noon(3) + MINUTE) == []
    assert not (config.parent / "out/mail").exists()
    (run,) = room.scheduling.run_due(target, noon(4))
    assert run.deliveries.planned == run.deliveries.accepted == 1


def test_by_hand_the_latest_slot_is_made_however_old_and_then_exists(room, target):
    scheduling = room.scheduling
    assert told(scheduling.run_latest(target, noon(4) - MINUTE)) == [("composed", 3, "3")]
    assert told(scheduling.run_latest(target, noon(4) - MINUTE)) == [("exists", 3, "3")]
    assert told(scheduling.run_latest(target, noon(5))) == [("composed", 5, "5, 4")]


def test_by_hand_a_slot_that_was_skipped_is_tried_again_unless_its_span_went_elsewhere(room, target):
    scheduling, demanding = room.scheduling, replace(target, newsletter=replace(target.newsletter, minimum=5))
    scheduling.meet(target, noon(3))
    assert told(scheduling.run_due(demanding, noon(4))) == [("skipped", 4, "too few")]
    assert told(scheduling.run_latest(demanding, noon(4))) == [("skipped", 4, "too few")]
    assert told(scheduling.run_latest(target, noon(4))) == [("composed", 4, "4, 3")]
    assert kept(room) == [("skipped", 3, 2, 2), ("composed", 4, 2, 4)]
    assert [run.status for run in scheduling.run_latest(target, noon(4) - MINUTE)] == ["skipped"]
    assert kept(room) == [("skipped", 3, 2, 2), ("composed", 4, 2, 4)]


def test_backfill_makes_what_is_missing_in_order(room, target):
    scheduling = room.scheduling
    scheduling.run_latest(target, noon(4))
    runs = list(scheduling.backfill(target, noon(2), noon(99), noon(6), dry=False))
    assert [run.record.slot.day for run in runs] == [2, 3, 4, 5, 6]
    assert [run.status for run in runs] == ["composed", "composed", "exists", "composed", "composed"]
    assert kept(room) == [("composed", day, day - 1, day) for day in range(2, 7)]
    assert room.store.claims.holder("newsletter:daily") is None
    again = list(scheduling.backfill(target, noon(2), noon(4), noon(6), dry=False))
    assert [(run.record.slot.day, run.status) for run in again] == [(2, "exists"), (3, "exists")]


def test_backfill_leaves_what_another_edition_reaches_back_over(room, target):
    scheduling = room.scheduling
    scheduling.meet(target, noon(6))
    scheduling.run_due(target, noon(6))
    wide = replace(room.store.editions.records("daily")[0].window, start=noon(3))
    with room.store._database.write() as connection:  # noqa: SLF001 as a schedule with fewer slots left it
        connection.exec_driver_sql("UPDATE editions SET window_start = ?", (f"{wide.start:%Y-%m-%dT%H:%M:%S.%fZ}",))
    runs = list(scheduling.backfill(target, noon(3), noon(6), noon(6), dry=False))
    assert [(run.status, run.record.slot.day, run.why) for run in runs] == [
        ("composed", 3, ""),
        ("skipped", 4, "merged"),
        ("skipped", 5, "merged"),
    ]
    assert kept(room) == [("composed", 3, 2, 3), ("skipped", 4, 3, 3), ("skipped", 5, 3, 3), ("composed", 6, 3, 6)]


def test_backfill_takes_up_what_a_pause_left(room, target):
    scheduling = room.scheduling
    scheduling.meet(target, noon(3))
    room.store.standings.pause("daily", Pause(noon(3), noon(4) + MINUTE))
    scheduling.run_due(target, noon(4) + HOUR)
    assert kept(room) == [("skipped", 3, 2, 2), ("skipped", 4, 2, 2)]
    list(scheduling.backfill(target, noon(5), noon(6), noon(5), dry=False))
    assert kept(room) == [("skipped", 3, 2, 2), ("skipped", 4, 2, 2), ("composed", 5, 2, 5)]


def test_rehearsing_leaves_the_real_store_and_folder_untouched(room, target, config):
    room.scheduling.meet(target, noon(3))
    room.scheduling.run_due(target, noon(3))
    room.store.standings.pause("daily", Pause(noon(6), noon(7)))
    before = {path: path.read_bytes() for path in config.parent.rglob("*") if path.suffix in (".html", ".eml", ".xml")}
    with opened(config, scratch=True) as copy:
        mine = copy.target("daily")
        runs = list(copy.scheduling.rehearse(mine, noon(3), noon(8)))
        told_of = [(run.status, run.record.slot.day, run.record.window.start.day) for run in runs]
        assert told_of == [
            ("exists", 3, 2),
            ("composed", 4, 3),
            ("composed", 5, 4),
            ("skipped", 6, 5),
            ("composed", 7, 5),
        ]
    with opened(config, scratch=True) as copy:
        assert told(copy.scheduling.rehearse_due(mine, noon(4))) == [("composed", 4, "4")]
        assert told(copy.scheduling.rehearse_latest(mine, noon(4))) == [("exists", 4, "4")]
        assert told(copy.scheduling.backfill(mine, noon(5), noon(6), noon(9), dry=True)) == [("composed", 5, "5")]
        assert copy.store.claims.holder("newsletter:daily") is None
    assert kept(room) == [("composed", 3, 2, 3)]
    assert before == {path: path.read_bytes() for path in before}
    assert not list(config.parent.glob("out/daily/2026-03-04*"))


def test_a_rehearsal_takes_what_lies_before_to_have_gone_by_plan(room, target):
    runs = list(room.scheduling.rehearse(target, noon(5), noon(7)))
    assert [(run.record.slot.day, run.record.window.start.day) for run in runs] == [(5, 4), (6, 5)]


def test_without_any_slot_there_is_nothing_to_do(room, target):
    never = replace(target, timing=replace(target.timing, schedule=_Never()))
    assert room.scheduling.run_latest(never, noon(3)) == room.scheduling.rehearse_latest(never, noon(3)) == []


class _Never:
    def previous(self, at: datetime) -> datetime | None:
        return None

    def next(self, after: datetime) -> datetime | None:
        return None


def test_by_hand_a_changed_schedule_makes_no_edition_of_what_is_covered(room, target):
    """The new schedule's latest slot lies before the last edition, which covers its span already."""
    scheduling = room.scheduling
    scheduling.meet(target, noon(3))
    scheduling.run_due(target, noon(3))
    early = replace(
        target,
        timing=replace(target.timing, schedule=Timetable(("0 11 * * *",), target.timing.zone)),
        timetable="UTC | 0 11 * * *",
    )
    (run,) = scheduling.run_latest(early, noon(3) + MINUTE)
    assert (run.status, run.why) == ("skipped", "merged")
    assert kept(room)[-1] == ("composed", 3, 2, 3)
