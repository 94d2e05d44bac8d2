"""A copy of the store in which no edition was ever made: what a look at an edition is tried on."""

from __future__ import annotations

from datetime import timedelta

import pytest

pytestmark = pytest.mark.usefixtures("migrating")


def test_it_knows_articles_and_readers_and_no_edition(store, newsroom, desk, now):
    newsroom.put("a.md")
    newsroom.collect()
    desk.subscribe("ann@example.org")
    desk.begin(desk.freeze("ann@example.org"))
    with store.unmade(now) as copy:
        assert copy.editions.records("weekly") == []
        assert copy.ledger.dispatches("weekly", "e") == []
        assert [each.key for each in copy.library.candidates("weekly")] == [newsroom.key("a.md")]
        assert copy.roster.counts("weekly")["active"] == 1
    assert [each.id for each in store.editions.records("weekly")] == ["e"]
    assert len(store.ledger.dispatches("weekly", "e")) == 1


def test_what_was_met_later_is_met_by_then(store, newsroom):
    newsroom.put("a.md")
    newsroom.collect()
    (met,) = (each.first_seen for each in store.library.candidates("weekly"))
    for seen in (met - timedelta(days=1), met + timedelta(days=1)):
        with store.unmade(seen) as copy:
            (article,) = copy.library.candidates("weekly")
            assert article.first_seen == min(seen, met)
