"""What is remembered of addresses, in both kinds of database."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from digest.core.fetching import Visit
from digest.core.wishes import Wishes
from digest.store.tables import visits

NOW = datetime(2026, 3, 2, 7, 0, 5, 250_000, tzinfo=UTC)
URL = "https://a.example/feed?ü=1"
WHOLE = Visit(
    url=URL,
    moved_to="https://b.example/feed",
    gone=True,
    etag='W/"1 ä"',
    last_modified="Mon, 02 Mar 2026 07:00:00 GMT",
    validated="https://b.example/feed",
    not_before=NOW + timedelta(hours=1),
    failures=3,
    failing_since=NOW - timedelta(days=1),
    last_error="answers 500",
    last_tried=NOW,
    last_success=NOW - timedelta(days=2),
    reported=True,
    wishes=Wishes(60, 3, 96),
)


def test_a_visit_that_another_has_overtaken_is_not_kept(store):
    before = Visit(URL, last_tried=NOW)
    now, later = (replace(before, failures=1, last_tried=NOW + timedelta(minutes=each)) for each in (1, 2))
    assert store.visits.keep("feed:a", replace(now, failures=0), since=Visit(URL))
    assert not store.visits.keep("feed:a", later, since=before)
    assert not store.visits.keep("feed:a", later, since=Visit(URL))
    assert store.visits.all() == {("feed:a", URL): replace(now, failures=0)}
    assert store.visits.keep("feed:a", later, since=now)
    # Another process was told another address of it.
    assert not store.visits.keep("feed:a", Visit("https://c.example/", failures=1), since=before)
    assert store.visits.keep("feed:a", before)


def test_a_visit_is_remembered_whole(store):
    store.visits.keep("feed:a", WHOLE)
    store.visits.keep("feed:b", Visit("https://c.example/"))
    assert store.visits.all() == {
        ("feed:a", URL): WHOLE,
        ("feed:b", "https://c.example/"): Visit("https://c.example/"),
    }


def test_of_a_source_there_is_one(store):
    store.visits.keep("feed:a", WHOLE)
    moved = Visit("https://elsewhere.example/feed", failures=1)
    store.visits.keep("feed:a", moved)
    assert store.visits.all() == {("feed:a", moved.url): moved}


def test_one_address_may_be_of_two_sources(store):
    store.visits.keep("feed:a", WHOLE)
    store.visits.keep("webpage:a", Visit(URL))
    store.visits.forget("feed:a")
    assert store.visits.all() == {("webpage:a", URL): Visit(URL)}


def test_forgetting_what_is_not_there_is_nothing(store):
    store.visits.forget("feed:a")
    assert store.visits.all() == {}


def test_what_a_newer_digest_has_noted_is_passed_over(store):
    store.visits.keep("feed:a", WHOLE)
    with store._database.write() as connection:  # noqa: SLF001 what another release would have written
        said = json.loads(connection.execute(select(visits.c.visit)).scalar_one())
        connection.execute(update(visits).values(visit=json.dumps({**said, "mood": "fine"})))
    assert store.visits.all() == {("feed:a", URL): WHOLE}


@given(
    st.builds(
        Visit,
        url=st.just(URL),
        etag=st.text(st.characters(exclude_categories=["Cs", "Cc"])),
        failures=st.integers(0, 10**6),
        last_tried=st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 the zone is given beside them
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
def test_any_visit_comes_back_as_it_was(store, visit):
    store.visits.keep("feed:a", visit)
    assert store.visits.all() == {("feed:a", URL): visit}
