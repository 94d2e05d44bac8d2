"""The ledger under any order of things: whatever happens, it balances, and nobody gets what they must not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from digest.core.edition import FrozenEdition, Window
from digest.core.outbox import Plan, Recovered, Settled
from digest.core.roster import Enrolment
from digest.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.core.outbox import Dispatch
    from digest.store.opening import Store

NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)
LEASE = timedelta(minutes=15)
READERS = [f"reader{number}@example.org" for number in range(4)]
SINKS = ("box", "smtp")
REPEATABLE = ("box",)
EDITIONS = ("e", "f", "g")


class LedgerMachine(RuleBasedStateMachine):
    """Two workers and a roster, in any order; a model of what was really handed over stands beside the ledger."""

    def __init__(self) -> None:
        super().__init__()
        self.store = _empty().scratch()
        self.now = NOW
        self.dispatches: dict[int, Dispatch] = {}
        self.workers: dict[int, dict[int, int]] = {}  # batch: delivery: subscriber, of what it was given
        self.ended: list[int] = []
        self.handed: dict[int, int] = {}  # how often a delivery may really have been handed over
        self.may_again: set[int] = set()  # those somebody had sent again
        self.gone: set[int] = set()  # readers who must get nothing any more

    def teardown(self) -> None:
        self.store.close()

    @initialize()
    def readers(self) -> None:
        wanted = [Enrolment(address=each, state="active") for each in READERS]
        self.store.roster.enrol("weekly", wanted, self.now)

    # What may happen

    @rule(edition=st.sampled_from(EDITIONS), patience=st.sampled_from([None, 1, 3]))
    def plan(self, edition: str, patience: int | None) -> None:
        from_desk = _frozen(edition)
        expires = None if patience is None else self.now + patience * LEASE
        self.store.editions.freeze(from_desk, [], _plan(expires), self.now)
        for each in self.store.ledger.dispatches("weekly", edition):
            self.dispatches[each.id] = each

    @rule(minutes=st.sampled_from([1, 8, 16]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @precondition(lambda self: self.dispatches)
    @rule(data=st.data(), count=st.integers(1, 5))
    def begin_and_claim(self, data: st.DataObject, count: int) -> None:
        dispatch = data.draw(st.sampled_from(sorted(self.dispatches)))
        batch = self.store.ledger.begin(dispatch, f"holder {len(self.workers)}", self.now, LEASE)
        self.workers[batch] = {}
        self._claim(batch, dispatch, count)

    @precondition(lambda self: self.workers)
    @rule(data=st.data(), count=st.integers(1, 5))
    def claim_more(self, data: st.DataObject, count: int) -> None:
        """Also by one that was recovered meanwhile, and does not know."""
        batch = data.draw(st.sampled_from(sorted(self.workers)))
        given = self.workers[batch]
        dispatch = next((each >> 32 for each in given), None)
        if dispatch is not None:
            self._claim(batch, dispatch, count)

    def _claim(self, batch: int, dispatch: int, count: int) -> None:
        claimed = self.store.ledger.claim(dispatch, batch, count, self.now)
        assert len(claimed) <= count
        assert not (claimed and batch in self.ended), "claimed under a batch that has ended"
        for each in claimed:
            assert each.subscriber not in self.gone, "claimed for somebody who left"
            self.workers[batch][each.delivery] = each.subscriber

    @precondition(lambda self: any(self.workers.values()))
    @rule(data=st.data())
    def hand_over(self, data: st.DataObject) -> None:
        """Mark some; what may go is handed over, at once, whatever the ledger hears of it afterwards."""
        batch, numbers = self._some(data)
        for each in self.store.ledger.commit(batch, (), numbers, self.now):
            assert each in numbers
            assert self.workers[batch][each] not in self.gone, "handed over to somebody who had left"
            self.handed[each] = self.handed.get(each, 0) + 1

    @precondition(lambda self: any(self.workers.values()))
    @rule(data=st.data(), state=st.sampled_from(["accepted", "refused", "deferred", "uncertain", "waiting"]))
    def settle(self, data: st.DataObject, state: str) -> None:
        """What a relay said of some that were handed over; a `waiting` or `deferred` one it certainly does not have."""
        batch, numbers = self._some(data)
        due = self.now + timedelta(minutes=5) if state == "deferred" else None
        taken = state in ("accepted", "refused", "uncertain")
        settled = [
            Settled(each, state, state, due=due, spent=int(taken))  # type: ignore[arg-type]
            for each in numbers
            if self._state(each) == "sending" or not taken
        ]
        mine = [each.delivery for each in settled if self._is_under(each.delivery, batch)]
        self.store.ledger.commit(batch, settled, (), self.now)
        if not taken:
            for each in mine:
                # Refused before it was complete: it was not handed over after all.
                if self.handed.get(each):
                    self.handed[each] -= 1

    @precondition(lambda self: self.workers)
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        batch = data.draw(st.sampled_from(sorted(self.workers)))
        harmless = self._sink(batch) in REPEATABLE
        self._forgive(lambda each: each == batch)
        self.store.ledger.end(batch, self.now, repeatable=harmless)
        self.ended.append(batch)

    @rule(dead=st.booleans(), rebooted=st.booleans())
    def recover(self, *, dead: bool, rebooted: bool) -> None:
        before = self._open_batches()
        self._forgive(lambda batch: dead or self._until(batch) <= self.now)
        found = self.store.ledger.recover(self.now, lambda _: dead, lambda _: rebooted, REPEATABLE)
        assert found.waiting >= 0
        self.ended += sorted(before - self._open_batches())
        if dead:
            assert not self._open_batches()
            assert self.store.ledger.recover(self.now, lambda _: dead, lambda _: rebooted, REPEATABLE) == Recovered()

    @rule(who=st.sampled_from(READERS), how=st.sampled_from(["leave", "suppress", "forget"]))
    def leaves(self, who: str, how: str) -> None:
        roster = self.store.roster
        number = roster.number(who)
        if how == "leave":
            roster.leave(who, "weekly", self.now)
        elif how == "suppress":
            roster.suppress(who, "complaint", "", self.now)
        else:
            roster.forget(who, self.now)
        assert number is not None
        self.gone.add(number)

    @rule(data=st.data(), state=st.sampled_from(["accepted", "refused", "waiting"]))
    def decide(self, data: st.DataObject, state: str) -> None:
        doubtful = [each.delivery for each in self.store.ledger.uncertain()]
        if doubtful:
            this = data.draw(st.sampled_from(doubtful))
            assert self.store.ledger.decide(this, state, "by hand", self.now)  # type: ignore[arg-type]
            if state == "waiting":
                self.may_again.add(this)

    # What always holds

    @invariant()
    def balanced(self) -> None:
        for edition in EDITIONS:
            assert self.store.ledger.counts("weekly", edition).balanced

    @invariant()
    def nothing_is_handed_over_twice(self) -> None:
        """But what somebody had sent again, or goes where nothing is taken twice."""
        for each, times in self.handed.items():
            assert times <= 1 or each in self.may_again, "handed over twice"

    @invariant()
    def nothing_is_nobodys(self) -> None:
        """What is claimed or on its way belongs to a batch, which a recovery would find."""
        open_ = self._open_batches()
        held = self._rows("SELECT batch FROM deliveries WHERE state IN ('claimed', 'sending')")
        assert {row[0] for row in held} <= open_
        assert not self._rows(
            "SELECT 1 FROM deliveries WHERE batch IS NOT NULL AND state NOT IN ('claimed', 'sending')"
        )

    @invariant()
    def nothing_is_forgotten(self) -> None:
        """A dispatch that has something to do is open; a deferred delivery has its time."""
        to_do = self._rows("SELECT DISTINCT dispatch FROM deliveries WHERE state IN ('waiting', 'deferred')")
        worked_on = self._rows("SELECT dispatch FROM batches")
        open_ = {each.id for each in self.store.ledger.open()}
        assert {row[0] for row in to_do} <= open_ | {row[0] for row in worked_on}
        assert not self._rows("SELECT 1 FROM deliveries WHERE (state = 'deferred') <> (due IS NOT NULL)")

    # How the machine looks at things

    def _some(self, data: st.DataObject) -> tuple[int, list[int]]:
        batch = data.draw(st.sampled_from(sorted(each for each, given in self.workers.items() if given)))
        numbers = st.lists(st.sampled_from(sorted(self.workers[batch])), unique=True, min_size=1)
        return batch, data.draw(numbers)

    def _forgive(self, ends: Callable[[int], bool]) -> None:
        """What is on its way to a sink that takes nothing twice is no second time when it goes again."""
        for each, batch, sink in self._rows(
            "SELECT deliveries.id, batch, sink FROM deliveries JOIN dispatches ON dispatches.id = dispatch "
            "WHERE state = 'sending'"
        ):
            if sink in REPEATABLE and ends(batch) and self.handed.get(each):
                self.handed[each] -= 1

    def _rows(self, query: str, *values: int) -> list[tuple[int, ...]]:
        with self.store._database.read() as connection:  # noqa: SLF001 what no port shows
            return [tuple(row) for row in connection.exec_driver_sql(query, values)]

    def _open_batches(self) -> set[int]:
        return {row[0] for row in self._rows("SELECT id FROM batches")}

    def _until(self, batch: int) -> datetime:
        (row,) = self._rows("SELECT until FROM batches WHERE id = ?", batch)
        return datetime.fromisoformat(str(row[0]))

    def _sink(self, batch: int) -> str:
        found = self._rows(
            "SELECT sink FROM batches JOIN dispatches ON dispatches.id = dispatch WHERE batches.id = ?", batch
        )
        return str(found[0][0]) if found else ""

    def _state(self, delivery: int) -> str:
        return str(self._rows("SELECT state FROM deliveries WHERE id = ?", delivery)[0][0])

    def _is_under(self, delivery: int, batch: int) -> bool:
        return bool(self._rows("SELECT 1 FROM deliveries WHERE id = ? AND batch = ?", delivery, batch))


@cache
def _empty() -> Store:
    """Made once: each example has a copy."""
    return open_store("sqlite://")


def _plan(expires: datetime | None) -> Plan:
    return Plan(dict.fromkeys(SINKS, expires), ("desk@example.org",))


def _frozen(edition: str) -> FrozenEdition:
    slot = NOW + timedelta(hours=EDITIONS.index(edition))
    return FrozenEdition(
        newsletter="weekly",
        id=edition,
        slot=slot,
        window=Window(slot, slot),
        title="",
        subject="",
        preheader="",
        hash="",
        entries=(),
        files={},
    )


TestLedger = pytest.mark.unmeasured(LedgerMachine.TestCase)
TestLedger.settings = settings(max_examples=60, stateful_step_count=40)
