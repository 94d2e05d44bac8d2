"""Delivery with senders and stores in trouble: rows 9, 11, 12, 13, 22, 23 and 25 of docs/faults.md.

Each is a function in which it is asserted what must hold; it takes a folder and gives what it came to.
"""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from database_server import DatabaseServer
from delivery_rig import CONNECTIONS, SLOW, SLOWER, Room, Score, Sink, clean, ended, lay_out, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LEASE = {"lease": 2}


def sigterm(root: Path) -> Score:
    """9: what is on the wire is finished, the rest waits; the next run goes on. A sender alone, then the daemon."""
    with Sink(root / "record") as sink:
        room = lay_out(root / "room", sink, 600)
        for number, words in enumerate((("deliver",), ("serve", "--log", "text"))):
            sink.tell(SLOW)
            sender = room.start(*words)
            until(lambda wanted=150 * (number + 1): len(sink.taken()) >= wanted, sender)
            sender.send_signal(signal.SIGTERM)
            done = ended(sender)
            assert done.code == 0, done
            assert set(room.states()) == {"accepted", "waiting"}
        sink.tell()
        room.finish()
        return clean(room, sink, accepted=600)


def slept(root: Path) -> Score:
    """11: one that slept past its lease wakes while another works: nothing it does counts any more. Then it dies."""
    with Sink(root / "record") as sink:
        room = lay_out(root / "room", sink, 900)
        sink.tell(SLOWER)
        sleeper = room.start("deliver", hurry=LEASE)
        until(lambda: len(sink.taken()) >= 40, sleeper)
        sleeper.send_signal(signal.SIGSTOP)
        time.sleep(LEASE["lease"] + 0.5)
        other = room.start("deliver", hurry=LEASE)
        until(lambda: len(sink.taken()) >= 100, other)
        sleeper.send_signal(signal.SIGCONT)
        until(lambda: len(sink.taken()) >= 150, other)
        sleeper.kill()
        ended(sleeper)
        sink.tell()
        ended(other)
        room.finish(hurry=LEASE)
        return clean(room, sink, uncertain=CONNECTIONS)


def two_at_once(root: Path) -> Score:
    """11, 12: two senders, one of which takes the other for dead while it works; and a third that just helps."""
    with Sink(root / "record") as sink:
        room = lay_out(root / "room", sink, 900)
        sink.tell(SLOWER)
        robbed = room.start("deliver")
        until(lambda: len(sink.taken()) >= 40, robbed)
        robber = room.start("deliver", hurry={"believes_all_dead": True})
        until(lambda: room.states()["uncertain"] > 0, robber)
        helper = room.start("deliver")
        sink.tell()
        for each in (robbed, robber, helper):
            ended(each)
        room.finish()
        return clean(room, sink, uncertain=CONNECTIONS)


def handed_out_twice(root: Path) -> Score:
    """12: whatever the queue hands out comes again with the next lot, and some of it in the same."""
    with Sink(root / "record") as sink:
        room = lay_out(root / "room", sink, 400)
        sink.tell(SLOW)
        room.run("deliver", hurry={"twice": True})
        sink.tell()
        room.finish()
        return clean(room, sink, accepted=400)


def locked_database(root: Path, seconds: float = 60) -> Score:
    """23: another process holds the store: whatever reached the server has its mark in the ledger. Then it goes on."""
    # For shorter than in truth, a writer gives up sooner, and tries again, as it does twice within a minute.
    hurry = {"timeout": seconds / 3}
    with Sink(root / "record") as sink:
        room = lay_out(root / "room", sink, 800)
        sink.tell(SLOW)
        sender = room.start("deliver", hurry=hurry)
        until(lambda: len(sink.taken()) >= 200, sender)
        with closing(sqlite3.connect(room.database, timeout=30, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(seconds)
            unmarked = {address for address, state in room.rows() if state in ("waiting", "claimed")}
            assert not unmarked & sink.seen().keys()
            other.execute("ROLLBACK")
        done = ended(sender)
        assert done.code == 0, done
        sink.tell()
        return clean(room, sink, accepted=800)


@contextmanager
def small_disk(root: Path) -> Iterator[Path]:
    """A file system of 24 MB.

    Raises:
        PermissionError: Nobody but root may make one.
    """
    disk = root / "disk"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk], check=False, capture_output=True)
    if made.returncode:
        raise PermissionError(f"no small disk can be made here: {made.stderr.decode().strip()}")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def disk_full(root: Path) -> Score:
    """22: the disk of the store is full, for a moment and for long: nothing is sent without its mark; it resumes."""
    with small_disk(root) as disk, Sink(root / "record") as sink:
        room = lay_out(disk / "room", sink, 800)
        for wanted, patient in ((150, True), (400, False)):
            sink.tell(SLOW)
            sender = room.start("deliver", hurry={"deadlines": {"ledger": 60 if patient else 1}})
            until(lambda wanted=wanted: len(sink.taken()) >= wanted, sender)
            fill(disk)
            # Some room is left in the write-ahead log: sending ends when that is used up.
            until(lambda: stands_still(sink), sender, alone=not patient)
            if not patient:
                # Nobody has the store open any more: on a full disk it cannot even be read.
                done = ended(sender)
                (disk / "filler").unlink()
            unmarked = {address for address, state in room.rows() if state in ("waiting", "claimed")}
            assert not unmarked & sink.seen().keys()
            if patient:
                (disk / "filler").unlink()
                done = ended(sender)
            assert patient or "disk is full" in done.err, done
            assert patient == (done.code == 0), done
        sink.tell()
        room.finish()
        return clean(room, sink, uncertain=CONNECTIONS)


def fill(disk: Path) -> None:
    with (disk / "filler").open("wb", buffering=0) as filler:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while True:
                    filler.write(b"x" * size)
            except OSError:
                continue


def stands_still(sink: Sink) -> bool:
    before = len(sink.events("dot"))
    time.sleep(1.0)
    return len(sink.events("dot")) == before


def old_backup(root: Path) -> Score:
    """25: an old copy is put back: refused until `digest reconcile --restored`, and then nothing goes out again."""
    with Sink(root / "record") as sink:
        room = lay_out(root / "room", sink, 200)
        room.run("deliver", hurry={"dies_before": 1})
        copy = backed_up(room)
        room.run("deliver")
        put_back(room, copy)
        return restored(room, sink)


def backup_of_the_middle(root: Path) -> Score:
    """25: the copy was made while mail went out, and the sender was killed some time after."""
    with Sink(root / "record") as sink:
        room = lay_out(root / "room", sink, 1000)
        sink.tell(SLOW)
        sender = room.start("deliver", hurry=LEASE)
        until(lambda: len(sink.taken()) >= 100, sender)
        copy = backed_up(room)
        time.sleep(LEASE["lease"])
        sender.kill()
        ended(sender)
        assert 100 < len(sink.taken()) < 1000
        put_back(room, copy)
        sink.tell()
        return restored(room, sink)


def backed_up(room: Room) -> bytes:
    """As `sqlite3 digest.db .backup` does, while it is in use."""
    path = room.root / "backup.db"
    with closing(sqlite3.connect(room.database)) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)
    return path.read_bytes()


def put_back(room: Room, copy: bytes) -> None:
    for name in ("digest.db-wal", "digest.db-shm"):
        (room.root / name).unlink(missing_ok=True)
    room.database.write_bytes(copy)


def restored(room: Room, sink: Sink) -> Score:
    before = sink.seen()
    for words in (("deliver",), ("run", "weekly", "--due"), ("run", "weekly")):
        refused_ = room.run(*words)
        assert refused_.code == 1, (words, refused_)
        assert "reconcile --restored" in refused_.err, (words, refused_)
    room.run("reconcile", "--restored")
    room.finish()
    assert sink.seen() == before
    return clean(room, sink, uncertain=len(room.rows()))


def database_restarts(root: Path) -> Score:
    """13: the database server falls and comes back, twice; the sender goes on by itself."""
    with DatabaseServer(root / "postgresql") as server, Sink(root / "record") as sink:
        room = lay_out(root / "room", sink, 800, store=server.fresh())
        sink.tell(SLOW)
        sender = room.start("deliver")
        for wanted in (150, 400):
            until(lambda wanted=wanted: len(sink.taken()) >= wanted, sender)
            server.restart()
        done = ended(sender)
        assert done.code in (0, 1), done
        sink.tell()
        room.finish()
        return clean(room, sink, uncertain=2 * CONNECTIONS)
