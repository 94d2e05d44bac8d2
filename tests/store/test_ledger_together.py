"""Several workers on one dispatch at once, over each store: threads with a store each, processes that are killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import chain

from digest import processes
from digest.core.edition import DeliveryCounts
from digest.core.outbox import Recovered, Settled
from digest.store.opening import open_store

NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)  # as in conftest
LEASE = timedelta(minutes=15)
READERS = [f"reader{number:03}@example.org" for number in range(120)]


def together(*works):
    """Run these at once; whatever one raises is raised here."""
    barrier, errors = threading.Barrier(len(works)), []

    def run(work) -> None:
        try:
            barrier.wait()
            work()
        except BaseException as error:  # noqa: BLE001 whatever it is, the test is to say so
            errors.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def deliver(store, dispatch, handed, count=7):
    """A worker: claim, mark, hand over, settle, until there is nothing more."""
    batch = store.ledger.begin(dispatch, f"holder {threading.get_ident()}", NOW, LEASE)
    while claimed := store.ledger.claim(dispatch, batch, count, NOW):
        going = store.ledger.commit(batch, (), [each.delivery for each in claimed], NOW)
        mine = [each for each in claimed if each.delivery in going]
        handed += [each.address for each in mine]
        store.ledger.commit(batch, [Settled(each.delivery, "accepted") for each in mine], (), NOW)
    store.ledger.end(batch, NOW)


def test_workers_at_once_never_get_the_same_delivery(desk, url):
    desk.subscribe(*READERS)
    dispatch = desk.freeze().id
    handed: list[list[str]] = [[], [], []]

    def worker(number):
        def work() -> None:
            with open_store(url) as store:
                deliver(store, dispatch, handed[number])

        return work

    together(*map(worker, range(3)))
    assert sorted(chain(*handed)) == READERS
    assert desk.ledger.counts("weekly", "e") == DeliveryCounts(planned=120, accepted=120)
    assert desk.dispatch().next_at is None


def test_readers_who_leave_while_it_goes_out_get_it_or_are_excluded_and_never_both(desk, url):
    desk.subscribe(*READERS)
    dispatch = desk.freeze().id
    handed: list[str] = []
    leaving = READERS[::-3]

    def leave() -> None:
        with open_store(url) as store:
            for number, each in enumerate(leaving):
                if number % 2:
                    store.roster.leave(each, None, NOW)
                else:
                    store.roster.suppress(each, "complaint", "", NOW)

    def work() -> None:
        with open_store(url) as store:
            deliver(store, dispatch, handed, count=3)

    together(work, leave)
    counts = desk.ledger.counts("weekly", "e")
    assert counts == DeliveryCounts(planned=120, accepted=len(handed), excluded=120 - len(handed))
    assert set(READERS) - set(handed) <= set(leaving)
    assert not [each for each, times in Counter(handed).items() if times > 1]


def test_a_recovery_at_the_same_moment_leaves_nothing_behind(desk, url):
    """Each worker is taken for dead all the time: what it then claims or settles is refused, and nothing is lost."""
    desk.subscribe(*READERS)
    dispatch = desk.freeze().id
    handed: list[list[str]] = [[], []]
    done = threading.Event()

    def worker(number):
        def work() -> None:
            with open_store(url) as store:
                for _ in range(10):
                    deliver(store, dispatch, handed[number], count=5)

        return work

    def undertaker() -> None:
        with open_store(url) as store:
            while not done.is_set():
                store.ledger.recover(NOW, lambda _: True, lambda _: False)

    def workers() -> None:
        try:
            together(worker(0), worker(1))
        finally:
            done.set()

    together(workers, undertaker)
    desk.ledger.recover(NOW, lambda _: True, lambda _: False)
    counts = desk.ledger.counts("weekly", "e")
    assert counts.balanced
    assert set(desk.states(desk.dispatch())) <= {"accepted", "uncertain", "waiting"}
    everything = Counter(chain(*handed))
    assert max(everything.values()) == 1, "handed over twice"
    assert len(everything) == counts.accepted + counts.uncertain


WORKER = """
import os, signal, sys
from datetime import UTC, datetime, timedelta
from digest import processes
from digest.core.outbox import Settled
from digest.store.opening import open_store

NOW, LEASE = datetime(2026, 3, 2, 7, tzinfo=UTC), timedelta(minutes=15)
url, (dispatch, count, last) = sys.argv[1], map(int, sys.argv[2:])
with open_store(url) as store:
    batch = store.ledger.begin(dispatch, processes.holder(), NOW, LEASE)
    print("ready", flush=True)
    sys.stdin.readline()
    while claimed := store.ledger.claim(dispatch, batch, count, NOW):
        numbers = [each.delivery for each in claimed]
        for each in store.ledger.commit(batch, (), numbers, NOW):
            os.write(1, f"{each}\\n".encode())
            last -= 1
            if not last:
                os.kill(os.getpid(), signal.SIGKILL)
        store.ledger.commit(batch, [Settled(each, "accepted") for each in numbers], (), NOW)
    store.ledger.end(batch, NOW)
"""


def start(url, dispatch, count, last=0):
    """A process that claims so many at once, and is killed after the last it is to hand over."""
    command = [sys.executable, "-c", WORKER, url, str(dispatch.id), str(count), str(last)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    return process


def test_processes_at_once_share_a_dispatch_and_one_may_be_killed(desk, url):
    desk.subscribe(*READERS)
    dispatch = desk.freeze()
    victim, *others = workers = [start(url, dispatch, 4, last=2), start(url, dispatch, 4), start(url, dispatch, 5)]
    try:
        victim.stdin.write("\n")
        victim.stdin.flush()
        handed = victim.stdout.readline()  # it has claimed and marked
        outputs = [handed, *(each.communicate("\n", timeout=120)[0] for each in others), victim.stdout.read()]
        victim.communicate()  # closes what it had
    finally:
        for each in workers:
            each.kill()
            each.wait()
    assert [each.returncode for each in workers] == [-signal.SIGKILL, 0, 0]
    numbers = Counter("".join(outputs).split())
    assert set(numbers.values()) == {1}, "handed over twice"
    assert len(numbers) == 118
    assert desk.ledger.recover(NOW, processes.is_gone, lambda _: False) == Recovered(uncertain=4)
    assert desk.take(dispatch)[1] == []
    assert desk.ledger.counts("weekly", "e") == DeliveryCounts(planned=120, accepted=116, uncertain=4)
