"""Seven newsletters in five time zones, worked by three daemons that are killed all the time, by a simulated clock.

The clock goes from slot to slot, stops for days with no daemon alive, and passes every clock
change of the span. What is believed at the end is what the mailbox holds, and then whether the store says the same.

    python tests/faults/simulated_time.py [--days 365] [--kills 60] [--seed 1]
"""

from __future__ import annotations

import argparse
import mailbox
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from digest.app import Newsroom
from digest.core.schedule import edition_id, slots_between

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.core.edition import EditionRecord

START = datetime(2026, 1, 1, tzinfo=UTC)
NEWSLETTERS = {
    "berlin-daily": ("Europe/Berlin", "30 2 * * *", "all"),  # in the hour that is missing, and that comes twice
    "berlin-weekly": ("Europe/Berlin", "every Monday at 08:00", "merge"),
    "york-daily": ("America/New_York", "every day at 7:30", "merge"),
    "howe-daily": ("Australia/Lord_Howe", "15 2 * * *", "all"),  # where clocks change by half an hour
    "beirut-weekday": ("Asia/Beirut", "every weekday at midnight", "latest"),  # where the hour after it is missing
    "beirut-fortnight": ("Asia/Beirut", "every 2 weeks on Friday at 9 from 2026-01-09", "all"),
    "utc-monthly": ("UTC", "first weekday of the month at 9", "merge"),
}
DAEMONS = 3
PATIENCE = 120.0  # seconds, for a slot to be worked: generous, as nothing is measured here
EVERY = timedelta(hours=6)  # an article


def lay_out(root: Path, start: datetime, days: int) -> Path:
    """A newsroom with an article every six hours, and the clock before its first slot."""
    lines = [
        "site: {title: Faults, url: https://news.example.org, organisation: Faults, address: 1 Lane}",
        "sinks: [{type: file, path: mail, format: maildir}]",
        "newsletters:",
    ]
    for key, (zone, schedule, catch_up) in NEWSLETTERS.items():
        keys = f"title: {key}, timezone: {zone}, schedule: '{schedule}', catch_up: {catch_up}"
        lines.append(f"  {key}: {{{keys}, catch_up_window: 10d, late: 1h, feeds: {{limit: 5}}}}")
    (root / "config.yaml").write_text("\n".join(lines), encoding="utf-8")
    folder = root / "articles"
    folder.mkdir()
    words = random.Random(0)
    for number in range(int(timedelta(days=days) / EVERY)):
        date = start + number * EVERY
        text = " ".join(f"{words.choice('bdfgklmnprst')}{words.choice('aeiou')}{number}{n}" for n in range(30))
        (folder / f"{number}.md").write_text(f"---\ntitle: Story {number}\ndate: {date.isoformat()}\n---\n{text}.\n")
    set_clock(root, start)
    return root / "config.yaml"


def set_clock(root: Path, now: datetime) -> None:
    temporary = root / "clock.new"
    temporary.write_text(now.isoformat(), encoding="ascii")
    temporary.replace(root / "clock")


@dataclass
class Suite:
    root: Path
    start: datetime
    days: int
    chance: random.Random
    daemons: list[subprocess.Popen[bytes]] = field(default_factory=list)
    kills: int = 0

    @property
    def config(self) -> Path:
        return self.root / "config.yaml"

    def begin(self) -> None:
        program = Path(__file__).with_name("simulated_daemon.py")
        with (self.root / "log").open("ab") as log:
            daemon = subprocess.Popen([sys.executable, program, self.config, self.root / "clock"], stderr=log)
        self.daemons.append(daemon)

    def kill(self) -> None:
        """One of them, at whatever it is doing."""
        victim = self.daemons.pop(self.chance.randrange(len(self.daemons)))
        assert victim.poll() is None, f"a daemon ended by itself: see {self.root}/log"
        os.kill(victim.pid, signal.SIGKILL)
        victim.wait()

    def kill_all(self) -> None:
        while self.daemons:
            self.kill()

    def recorded(self) -> set[tuple[str, str]]:
        with closing(sqlite3.connect(f"file:{self.root}/digest.db?mode=ro", uri=True, timeout=30)) as connection:
            return set(connection.execute("SELECT newsletter, edition FROM editions"))

    def finished(self) -> bool:
        with closing(sqlite3.connect(f"file:{self.root}/digest.db?mode=ro", uri=True, timeout=30)) as connection:
            (waiting,) = connection.execute("SELECT count(*) FROM dispatches WHERE next_at IS NOT NULL").fetchone()
            (pages,) = connection.execute(
                "SELECT count(*) FROM editions WHERE status = 'composed' AND published_at IS NULL"
            ).fetchone()
        return not waiting and not pages

    def wait(self, slots: Sequence[tuple[datetime, str]], kill_after: float | None = None) -> None:
        """Until these slots are recorded, with a kill so many seconds from now, be they recorded by then or not."""
        wanted = {(key, edition_id(slot)) for slot, key in slots}
        began = time.monotonic()
        while kill_after is not None or not wanted <= self.recorded():
            passed = time.monotonic() - began
            if kill_after is not None and passed > kill_after:
                self.kill()
                self.begin()
                self.kills += 1
                kill_after = None
            assert passed < PATIENCE, f"not worked: {sorted(wanted - self.recorded())}; see {self.root}/log"
            time.sleep(0.005)


def play(root: Path, start: datetime, days: int, kills: int, seed: int) -> Suite:
    """Let the time pass.

    Returns:
        The suite, its daemons dead, everything worked that was due.
    """
    config = lay_out(root, start, days)
    suite = Suite(root, start, days, random.Random(seed))
    with Newsroom.open(config) as newsroom:  # met before the first slot, as if digest had been set up then
        for key in NEWSLETTERS:
            newsroom.scheduling.meet(newsroom.target(key), start)
        end = start + timedelta(days=days)
        slots = sorted(
            (slot, key)
            for key in NEWSLETTERS
            for slot in slots_between(newsroom.target(key).schedule, start, end, cap=10**6)
        )
    for _ in range(DAEMONS):
        suite.begin()
    # Kills fall into the first moments after a slot, when there is something to spoil; the rest find daemons idle.
    doomed = set(suite.chance.sample(range(len(slots)), min(kills, len(slots))))
    outages = {len(slots) // 3, 2 * len(slots) // 3}
    position = 0
    while position < len(slots):
        step = 1
        if position in outages:  # nobody there for three days
            suite.kill_all()
            until = slots[position][0] + timedelta(days=3)
            step = sum(slots[position][0] <= slot < until for slot, _ in slots[position:])
        due = slots[position : position + step]
        late = timedelta(minutes=suite.chance.randrange(40))
        set_clock(root, due[-1][0] + (late if step == 1 else timedelta()))
        while len(suite.daemons) < DAEMONS:
            suite.begin()
        kill_after = suite.chance.uniform(0, 0.25) if position in doomed else None
        suite.wait(due, kill_after)
        position += step
    began = time.monotonic()
    while not suite.finished():
        assert time.monotonic() - began < PATIENCE, f"not finished; see {root}/log"
        time.sleep(0.01)
    suite.kill_all()
    return suite


def judge(suite: Suite) -> Counter[str]:
    """What must hold, whatever happened.

    Returns:
        What was found, counted.
    """
    found: Counter[str] = Counter(kills=suite.kills)
    box = mailbox.Maildir(suite.root / "mail")
    mails = Counter((message["List-Id"], message["Message-ID"]) for message in box)
    assert all(count == 1 for count in mails.values()), "a message was delivered twice"
    assert len({message_id for _, message_id in mails}) == len(mails)
    with Newsroom.open(suite.config) as newsroom:
        editions = newsroom.store.editions
        for key in NEWSLETTERS:
            schedule = newsroom.target(key).schedule
            slots = slots_between(schedule, suite.start, suite.start + timedelta(days=suite.days), cap=10**6)
            records = sorted(editions.records(key), key=lambda record: record.slot)
            assert [record.slot for record in records] == slots, f"{key}: a slot is missing, or one too many"
            for one, other in pairwise(records):
                assert one.window.end == other.window.start, f"{key}: {one.id} and {other.id} do not join"
            check_stories(key, suite.start, records)
            found["slots"] += len(slots)
            for record in records:
                found[record.status] += 1
                counts = newsroom.store.ledger.counts(key, record.id)
                assert counts.balanced
                assert counts.planned == counts.accepted == (record.status == "composed")
    assert len(mails) == found["composed"], "the mailbox and the store do not agree"
    found["messages"] = len(mails)
    return found


def check_stories(key: str, start: datetime, records: Sequence[EditionRecord]) -> None:
    """Each story that the editions cover is in one of them, and in one only."""
    given = Counter(title for record in records for title in record.titles)
    assert all(count == 1 for count in given.values()), f"{key}: a story came twice"
    for record in records:
        if record.status == "composed":
            first = -((start - record.window.start) // EVERY)  # rounded up
            last = -((start - record.window.end) // EVERY)
            expected = {f"Story {number}" for number in range(max(first, 0), last)}
            assert expected <= set(record.titles), f"{key} {record.id} lacks {expected - set(record.titles)}"


def main() -> None:
    parser = argparse.ArgumentParser(description="A simulated span of time, with kills.")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="digest-faults-") as folder:
        began = time.monotonic()
        suite = play(Path(folder), START, wanted.days, wanted.kills, wanted.seed)
        found = judge(suite)
        sums = ", ".join(f"{count} {what}" for what, count in found.items())
        print(f"{wanted.days} simulated days in {time.monotonic() - began:.0f} s, seed {wanted.seed}: {sums}")  # noqa: T201 a program that prints what it found


if __name__ == "__main__":
    main()
