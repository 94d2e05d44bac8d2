"""What is remembered of notes to the operator, in both kinds of database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from digest.core.notes import NOTHING, Correspondence, Matter, Told

NOW = datetime(2026, 3, 2, 7, 0, 5, 250_000, tzinfo=UTC)
WHOLE = Correspondence(
    told=(Told(Matter("source", "feed:Pümps"), NOW), Told(Matter("held", "weekly"), NOW - timedelta(days=1))),
    tries=3,
    since=NOW - timedelta(hours=1),
    due=NOW + timedelta(minutes=20),
    error="smtp: did not take the message: 451 später",
)


def test_it_is_remembered_whole_by_address(store):
    store.notes.change("b@example.org", lambda _: WHOLE)
    store.notes.change("a@example.org", lambda _: Correspondence(tries=1))
    assert list(store.notes.all()) == ["a@example.org", "b@example.org"]
    assert store.notes.all()["b@example.org"] == WHOLE
    store.notes.change("b@example.org", lambda _: NOTHING)
    assert store.notes.all()["b@example.org"] == NOTHING


def test_a_change_is_given_what_is_there(store):
    seen = []
    for state in (WHOLE, NOTHING):

        def change(before, state=state):
            seen.append(before)
            return state

        store.notes.change("a@example.org", change)
    assert seen == [NOTHING, WHOLE]


def test_a_change_that_fails_changes_nothing(store):
    store.notes.change("a@example.org", lambda _: WHOLE)

    def fail(_):
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        store.notes.change("a@example.org", fail)
    assert store.notes.all() == {"a@example.org": WHOLE}
