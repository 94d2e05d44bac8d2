"""Claims on a real store, by many real processes at once; the fence that refuses those who slept too long."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest import processes
from digest.core.edition import EditionRecord, FrozenEdition, Window
from digest.core.errors import ClaimError
from digest.core.outbox import Plan
from digest.store.opening import open_store

NAME = "newsletter:weekly"
NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)
LEASE = timedelta(minutes=2)
INSTANT = timedelta(microseconds=1)
PLAN = Plan({"file": None}, ("a@e.org",))


def nobody(holder: str) -> bool:
    return False


def take(store, holder="one", now=NOW, gone=nobody, name=NAME):
    return store.claims.take(name, holder, now, LEASE, gone)


def frozen() -> FrozenEdition:
    return FrozenEdition(
        newsletter="weekly",
        id="2026-03-02T0700Z",
        slot=NOW,
        window=Window(NOW - timedelta(days=7), NOW),
        title="",
        subject="",
        preheader="",
        hash="abc",
        entries=(),
        files={"index.html": b"x"},
    )


def skipped(slot: datetime = NOW) -> EditionRecord:
    return EditionRecord(
        newsletter="weekly", id=f"{slot:%Y-%m-%dT%H%MZ}", slot=slot, window=Window(slot, slot), status="skipped"
    )


def test_a_claim_says_who_holds_it_and_until_when(store):
    assert store.claims.holder(NAME) is None
    claim = take(store)
    assert (claim.name, claim.holder, claim.fence) == (NAME, "one", 1)
    assert (claim.renewed, claim.until) == (NOW, NOW + LEASE)
    assert store.claims.holder(NAME) == claim
    assert take(store, "two") is None
    assert store.claims.holder(NAME) == claim


def test_each_name_is_claimed_for_itself(store):
    assert take(store).fence == take(store, "two", name="newsletter:daily").fence == 1


def test_the_fence_grows_by_one_each_time_it_is_taken(store):
    fences = []
    for number, holder in enumerate(["one", "one", "two", "one", "three"]):
        fences.append(take(store, holder, NOW + number * LEASE).fence)
    store.claims.release(store.claims.holder(NAME))
    assert store.claims.holder(NAME) is None
    assert [*fences, take(store, "four").fence] == [1, 2, 3, 4, 5, 6]


def test_it_is_free_when_released_but_only_by_who_holds_it(store):
    first = take(store)
    second = take(store, "two", NOW + LEASE)
    store.claims.release(first)
    assert store.claims.holder(NAME) == second
    store.claims.release(second)
    assert take(store, "three").fence == 3


def test_an_earlier_claim_of_the_same_holder_is_an_old_one(store):
    first = take(store)
    second = take(store)
    assert second.fence == 2
    with pytest.raises(ClaimError):
        store.claims.renew(first, NOW, LEASE)
    store.claims.release(first)
    assert store.claims.holder(NAME) == second


def test_it_is_free_when_its_lease_ends_and_not_before(store):
    take(store)
    assert take(store, "two", NOW + LEASE - INSTANT) is None
    assert take(store, "two", NOW + LEASE).fence == 2


def test_it_is_free_when_its_holder_is_gone_or_its_clock_was_wrong(store):
    take(store)
    assert take(store, "two", gone=lambda holder: holder == "one").fence == 2
    take(store, "two", NOW + timedelta(days=3650))
    assert take(store, "three").fence == 4


def test_renewing_makes_it_last(store):
    claim = store.claims.renew(take(store), NOW + LEASE / 2, LEASE)
    assert (claim.fence, claim.renewed, claim.until) == (1, NOW + LEASE / 2, NOW + 3 * LEASE / 2)
    assert store.claims.holder(NAME) == claim
    assert take(store, "two", NOW + LEASE) is None


def test_what_was_taken_over_cannot_be_renewed(store):
    claim = take(store)
    taken = take(store, "two", NOW + LEASE)
    with pytest.raises(ClaimError, match="taken over by two") as caught:
        store.claims.renew(claim, NOW + LEASE, LEASE)
    assert caught.value.place == "weekly"
    assert store.claims.holder(NAME) == taken
    store.claims.release(taken)
    with pytest.raises(ClaimError, match="taken over; nothing was changed"):
        store.claims.renew(claim, NOW + LEASE, LEASE)


def test_an_expired_lease_that_nobody_took_is_no_reason_to_refuse(store):
    claim = take(store)
    later = NOW + timedelta(days=3)
    renewed = store.claims.renew(claim, later, LEASE)
    assert (renewed.fence, renewed.until) == (1, later + LEASE)
    assert store.editions.freeze(frozen(), [], PLAN, later, claim=claim)
    assert store.editions.skip(skipped(NOW + LEASE), [], later, claim=claim)


@pytest.mark.parametrize("released", [False, True])
def test_who_slept_past_the_lease_changes_nothing_when_it_wakes(store, released):
    slept = take(store)
    taken = take(store, "two", NOW + LEASE)
    if released:
        store.claims.release(taken)
    merged = [skipped(NOW - timedelta(days=7))]
    with pytest.raises(ClaimError, match="nothing was changed"):
        store.editions.freeze(frozen(), [], PLAN, NOW + LEASE, merged=merged, claim=slept)
    with pytest.raises(ClaimError, match="nothing was changed"):
        store.editions.skip(skipped(), [], NOW + LEASE, merged=merged, claim=slept)
    assert store.editions.records("weekly") == []
    assert store.editions.files("weekly", frozen().id) == {}
    assert store.ledger.counts("weekly", frozen().id).planned == 0
    if not released:
        assert store.editions.freeze(frozen(), [], Plan({}), NOW + LEASE, merged=merged, claim=taken)
        with pytest.raises(ClaimError):
            store.editions.skip(skipped(), [], NOW + LEASE, claim=replace(taken, fence=1))


def test_a_claim_on_a_name_that_was_never_taken_is_refused(store, tmp_path):
    with open_store(f"sqlite:///{tmp_path}/other.db") as other:
        strange = take(other)
    with pytest.raises(ClaimError, match="taken over; nothing"):
        store.editions.skip(skipped(), [], NOW, claim=strange)
    assert store.editions.records("weekly") == []


CLAIMING = f"""
import os, signal, sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from digest import processes
from digest.store.opening import open_store

def take(store):
    return store.claims.take({NAME!r}, processes.holder(), datetime.now(UTC), timedelta(hours=1), processes.is_gone)

def wait_for(path):
    Path(str(path) + f".{{os.getpid()}}").touch()
    while not Path(path).exists():
        time.sleep(0.002)

store = open_store(sys.argv[1])
"""


def start(program: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CLAIMING + program, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_of_many_processes_exactly_one_gets_it(tmp_path):
    url, rounds, many = f"sqlite:///{tmp_path}/digest.db", 5, 4
    open_store(url).close()
    program = f"""
for number in range({rounds}):
    wait_for(sys.argv[2] + f"/go{{number}}")
    claim = take(store)
    print(number, claim.fence if claim else 0, flush=True)
    wait_for(sys.argv[2] + f"/done{{number}}")
    if claim:
        store.claims.release(claim)
wait_for(sys.argv[2] + "/end")
"""
    children = [start(program, url, str(tmp_path)) for _ in range(many)]
    try:
        for moment in [f"{what}{number}" for number in range(rounds) for what in ("go", "done")] + ["end"]:
            while len(list(tmp_path.glob(f"{moment}.*"))) < many:
                assert all(child.poll() is None for child in children), [child.communicate() for child in children]
            (tmp_path / moment).touch()
        said = [line.split() for child in children for line in child.communicate(timeout=60)[0].splitlines()]
    finally:
        for child in children:
            child.kill()
            child.wait()
    for number in range(rounds):
        fences = sorted(int(fence) for at, fence in said if int(at) == number)
        assert fences == [*[0] * (many - 1), number + 1]


def test_the_claim_of_a_process_that_was_killed_is_taken_over_at_once(tmp_path):
    url = f"sqlite:///{tmp_path}/digest.db"
    child = start("print(take(store).holder, flush=True); time.sleep(600)", url)
    try:
        holder = child.stdout.readline().strip()
        with open_store(url) as store:
            now = datetime.now(UTC)
            assert take(store, "me", now, processes.is_gone) is None
            os.kill(child.pid, signal.SIGKILL)
            child.wait()
            taken = take(store, "me", now, processes.is_gone)
            assert taken is not None
            assert (taken.holder, taken.fence) == ("me", 2)
            assert holder.split("/")[1] == str(child.pid)
    finally:
        child.kill()
        child.communicate()
