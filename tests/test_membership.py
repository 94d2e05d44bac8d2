"""The use cases of membership, over a real store."""

from __future__ import annotations

import io
import subprocess
import sys
import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest import membership
from digest.core.errors import UsageError
from digest.core.roster import Enrolment, ReadRow
from digest.core.text import one_line
from digest.rosterfiles.reading import look_at
from digest.rosterfiles.writing import write_members, write_suppressed
from digest.store.opening import open_store

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANN = "ann@example.org"


@pytest.fixture
def roster():
    with open_store("sqlite://") as store:
        yield store.roster


def test_adding_by_hand_notes_the_consent(roster):
    assert membership.add(roster, "weekly", " Ann@EXAMPLE.org ", NOON, name="Ann\nLee").kind == "added"
    person = roster.person(ANN)
    (tie,) = person.subscriptions
    assert (person.subscriber.address, person.subscriber.name) == ("Ann@example.org", "Ann Lee")
    assert (tie.state, tie.consent_at, tie.source) == ("active", NOON, "by hand")
    assert membership.add(roster, "daily", ANN, NOON, pending=True, source="a card").kind == "added"
    assert roster.person(ANN).subscriptions[0].state == "pending"


def test_who_left_is_not_added_without_again(roster):
    membership.add(roster, "weekly", ANN, NOON)
    assert membership.remove(roster, ANN, None, NOON) == ["weekly"]
    with pytest.raises(UsageError, match=r"ann@example\.org: unsubscribed on 2026-03-02; .*give --again"):
        membership.add(roster, "weekly", ANN, NOON + HOUR)
    assert membership.add(roster, "weekly", ANN, NOON + HOUR, again=True).kind == "returned"
    assert roster.person(ANN).subscriptions[0].consent_at == NOON + HOUR


def test_who_is_suppressed_is_not_added_before_that_is_lifted(roster):
    membership.suppress(roster, ANN, "bounce", "550\r\nno such user", NOON)
    assert roster.person(ANN).suppression.detail == "550 no such user"
    with pytest.raises(
        UsageError,
        match=r"is suppressed since 2026-03-02 \(bounce\);.*suppress ann@example\.org --lift, then add again",
    ):
        membership.add(roster, "weekly", ANN, NOON, again=True)
    assert membership.lift(roster, ANN).reason == "bounce"
    with pytest.raises(UsageError, match="is not suppressed"):
        membership.lift(roster, ANN)
    assert membership.add(roster, "weekly", ANN, NOON).kind == "added"


@pytest.mark.parametrize("call", [membership.add, membership.remove, membership.suppress, membership.forget])
def test_what_is_no_address_is_named(roster, call):
    arguments = {
        membership.add: ("weekly", "a@b\r\nc", NOON),
        membership.remove: ("a@b\r\nc", None, NOON),
        membership.suppress: ("a@b\r\nc", "bounce", "", NOON),
        membership.forget: ("a@b\r\nc", NOON),
    }[call]
    with pytest.raises(UsageError, match=r"'a@b c': has a line break"):
        call(roster, *arguments)


def test_an_import_sets_aside_who_left_in_the_order_of_the_rows(roster):
    membership.add(roster, "weekly", ANN, NOON)
    membership.remove(roster, ANN, "weekly", NOON)
    membership.forget(roster, "eve@example.org", NOON)
    rows = [
        ReadRow(1, "x", None, "is no address"),
        ReadRow(2, ANN, Enrolment(address=ANN)),
        ReadRow(3, "ben@example.org", Enrolment(address="ben@example.org")),
        ReadRow(4, "eve@example.org", Enrolment(address="eve@example.org")),
    ]
    aside = []
    imported = membership.import_rows(
        roster, "weekly", rows, NOON, lambda row, reason: aside.append((row.line, reason.partition(" on ")[0]))
    )
    assert aside == [(1, "is no address"), (2, "unsubscribed"), (4, "was forgotten")]
    assert (imported.outcomes, imported.unusable, imported.set_aside) == ({"added": 1, "refused": 2}, 1, 3)


def write_list(path, count):
    with path.open("w") as file:
        file.write("email,name,created_at\n")
        for number in range(count):
            file.write(f"reader{number}@example{number % 97}.org,Reader {number},2024-01-{number % 28 + 1:02}\n")


def test_whoever_left_and_is_suppressed_is_told_both_steps(roster):
    membership.add(roster, "weekly", ANN, NOON)
    membership.remove(roster, ANN, "weekly", NOON)
    membership.suppress(roster, ANN, "complaint", "", NOON)
    with pytest.raises(UsageError, match=r"suppress ann@example\.org --lift, then add with --again$"):
        membership.add(roster, "weekly", ANN, NOON, again=True)
    membership.lift(roster, ANN)
    assert membership.add(roster, "weekly", ANN, NOON, again=True).kind == "returned"
    odd = "'a b'@example.org".replace("'", '"')
    membership.suppress(roster, odd, "bounce", "", NOON)
    with pytest.raises(UsageError, match=r"""suppress '"a b"@example\.org' --lift"""):
        membership.add(roster, "weekly", odd, NOON)


def nothing(row, reason):
    raise AssertionError(f"{row.line}: {reason}")


words = st.text(st.characters(codec="utf-8"), max_size=12).map(one_line) | st.sampled_from(["=1", "'=1", "a;b", '"'])
instants = st.integers(0, 10**9).map(lambda seconds: NOON - timedelta(seconds=seconds))
reasons = st.sampled_from(["bounce", "complaint", "by hand"])
joins = st.builds(
    Enrolment,
    address=st.sampled_from(["Ann@e.org", "=ben@e.org", '"c d"@e.org', "o'dan@e.org", "eve@e.org"]),
    state=st.sampled_from(["pending", "active", "unsubscribed"]),
    name=words,
    suppress=st.none() | st.none() | reasons,
    changed_at=st.none() | instants,
    consent_at=st.none() | instants,
    undated=st.booleans(),
    source=words,
    proof=words,
)


def whole(roster):
    """All that stands in a roster, but of who was forgotten.

    In no order: an import takes new people in newsletter by newsletter, some thousand rows at a time.
    """
    members = sorted(roster.members(), key=lambda each: (each.subscriber.address, each.subscription.newsletter))
    return members, list(roster.suppressed())


def exported(roster):
    text = io.StringIO()
    write_members(roster.members(), text)
    write_suppressed(roster.suppressed(alone=True), text)
    return text.getvalue()


@pytest.mark.unmeasured
@given(st.lists(st.tuples(st.sampled_from(["weekly", "daily"]), joins), max_size=12), st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_an_export_taken_in_elsewhere_gives_the_same_roster(tmp_path, asked, data):
    file = tmp_path / "roster.csv"
    with open_store("sqlite://") as here, open_store("sqlite://") as there:
        for newsletter, wanted in asked:
            here.roster.enrol(newsletter, [wanted], NOON, again=data.draw(st.booleans()))
        for address in data.draw(st.lists(st.sampled_from(["Ann@e.org", "fay@e.org"]), max_size=2)):
            here.roster.suppress(address, data.draw(reasons), data.draw(words), NOON)
        file.write_text(exported(here.roster), encoding="utf-8", newline="")
        for _ in range(2):  # the second time changes nothing
            rows = look_at(file).rows("", NOON + HOUR, ["weekly", "daily"])
            membership.import_rows(there.roster, "", rows, NOON + HOUR, lambda row, reason: None)
            assert whole(there.roster) == whole(here.roster)
            assert sorted(exported(there.roster).split("\n")) == sorted(exported(here.roster).split("\n"))


def members(url):
    with open_store(url) as store:
        return list(store.roster.members())


def test_ten_thousand_rows_take_no_more_memory_than_some(tmp_path):
    write_list(tmp_path / "list.csv", 10_000)
    found = look_at(tmp_path / "list.csv")
    with open_store(f"sqlite:///{tmp_path}/a.db") as store:
        membership.import_rows(store.roster, "daily", found.rows("daily", NOON), NOON, nothing)  # imports what it needs
        tracemalloc.start()
        try:
            imported = membership.import_rows(store.roster, "weekly", found.rows("weekly", NOON), NOON, nothing)
            read = sum(1 for _ in store.roster.members("weekly", "active"))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert imported.outcomes == {"added": 10_000}
    assert read == 10_000
    # A batch of rows with what is known of each; all of them together would be several times that.
    assert peak < 16 * 2**20


KILLED = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from digest import membership
from digest.core.text import one_line
from digest.rosterfiles.reading import look_at
from digest.rosterfiles.writing import write_members, write_suppressed
from digest.store.opening import open_store

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

def rows(until):
    for number, row in enumerate(look_at(Path(sys.argv[1])).rows("weekly", NOON)):
        if number == until:
            os.kill(os.getpid(), 9)
        yield row

with open_store(sys.argv[2]) as store:
    membership.import_rows(store.roster, "weekly", rows(int(sys.argv[3])), NOON, print)
"""


def test_an_import_killed_in_the_middle_and_run_again_gives_the_same_roster(tmp_path):
    write_list(tmp_path / "list.csv", 25_000)
    rows = look_at(tmp_path / "list.csv").rows("weekly", NOON)
    with open_store(f"sqlite:///{tmp_path}/whole.db") as store:
        membership.import_rows(store.roster, "weekly", rows, NOON, nothing)
    url = f"sqlite:///{tmp_path}/killed.db"
    for until, kept in ((24_500, 20_000), (25_001, 25_000), (25_001, 25_000)):
        command = [sys.executable, "-c", KILLED, str(tmp_path / "list.csv"), url, str(until)]
        done = subprocess.run(command, check=False, capture_output=True)
        assert done.returncode == (-9 if until == 24_500 else 0), done.stderr
        assert len(members(url)) == kept
    assert members(url) == members(f"sqlite:///{tmp_path}/whole.db")
