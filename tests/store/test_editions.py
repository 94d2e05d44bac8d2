from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from digest.core.edition import EditionRecord, Entry, FrozenEdition, Verdict, Window
from digest.core.errors import ClaimError, StoreError
from digest.core.outbox import Plan

SLOT = datetime(2026, 3, 2, 7, tzinfo=UTC)
NOW = SLOT  # as the fixture `now` has it
NOBODY = Plan({})


def to(*named: str) -> Plan:
    """One delivery by one sink to each of these."""
    return Plan({"file": None}, named)


def planned(store, edition="2026-03-02T0700Z") -> list[str]:
    """Whom the deliveries of an edition go to, in order."""
    (dispatch,) = store.ledger.dispatches("weekly", edition)
    return [each.address for each, _ in store.ledger.places(dispatch.id, "waiting")]


@pytest.fixture
def keys(newsroom) -> tuple[str, ...]:
    for number in range(6):
        newsroom.put(f"{number}.md")
    return newsroom.collect().added


def entry(key: str, slot: datetime, position: int) -> Entry:
    return Entry(
        key=key,
        edition=f"{slot:%Y-%m-%dT%H%MZ}",
        position=position,
        section="News" if position < 2 else "Sport",
        title=f"Title of {key}",
        url=f"https://e.org/{key}",
        summary="Ünïcode.",
        html="<p>whole</p>",
        author="Zoë",
        categories=("News", "More"),
        language="en",
        published=None if position else datetime(2026, 3, 1, 8, tzinfo=timezone(timedelta(hours=1))),
        appeared=slot + timedelta(seconds=position),
        image_url="https://e.org/x.png",
        image_type="image/png",
        image_bytes=7,
    )


def edition(keys, *, weeks: int = 0, newsletter: str = "weekly") -> FrozenEdition:
    slot = SLOT + timedelta(weeks=weeks)
    return FrozenEdition(
        newsletter=newsletter,
        id=f"{slot:%Y-%m-%dT%H%MZ}",
        slot=slot,
        window=Window(slot - timedelta(weeks=1), slot),
        title=f"Edition {weeks}",
        subject="Subject",
        preheader="Preheader",
        hash="abc",
        entries=tuple(entry(key, slot, position) for position, key in enumerate(keys)),
        files={"index.html": b"<html>", "images/x.png": b"\x00\xff\x89", "email.html": b""},
    )


def record_of(frozen: FrozenEdition) -> EditionRecord:
    return EditionRecord(
        newsletter=frozen.newsletter,
        id=frozen.id,
        slot=frozen.slot,
        window=frozen.window,
        status="composed",
        title=frozen.title,
        subject=frozen.subject,
        preheader=frozen.preheader,
        hash=frozen.hash,
        articles=tuple(entry.key for entry in frozen.entries),
        titles=tuple(entry.title for entry in frozen.entries),
        sections=tuple(dict.fromkeys(entry.section for entry in frozen.entries)),
        composed_at=NOW,
    )


def skipped(*, weeks: int = 0, reason: str = "Nothing to say.") -> EditionRecord:
    slot = SLOT + timedelta(weeks=weeks)
    window = Window(slot - timedelta(weeks=1), slot)
    return EditionRecord(
        newsletter="weekly",
        id=f"{slot:%Y-%m-%dT%H%MZ}",
        slot=slot,
        window=window,
        status="skipped",
        reason=reason,
        composed_at=NOW,
    )


def test_an_edition_comes_back_whole(store, keys, now):
    frozen = edition(keys[:3])
    assert store.editions.freeze(frozen, [], NOBODY, now)
    assert store.editions.get("weekly", SLOT) == record_of(frozen)
    assert store.editions.get("weekly", SLOT.astimezone(timezone(timedelta(hours=2)))) == record_of(frozen)
    assert store.editions.find("weekly", frozen.id) == record_of(frozen)
    assert store.editions.files("weekly", frozen.id) == frozen.files
    assert list(store.editions.files("weekly", frozen.id)) == sorted(frozen.files)
    assert tuple(store.editions.entries("weekly", 10)) == frozen.entries


def test_what_there_is_not(store):
    editions = store.editions
    assert editions.get("weekly", SLOT) is None
    assert editions.find("weekly", "x") is None
    assert editions.included("weekly") == {}
    assert editions.records("weekly") == editions.verdicts("weekly", "x") == editions.entries("weekly", 5) == []
    assert editions.unpublished("weekly") == []
    assert editions.files("weekly", "x") == {}


def test_a_slot_has_one_edition(store, keys, now):
    first = edition(keys[:1])
    assert store.editions.freeze(first, [], to("a@e.org"), now)
    assert not store.editions.freeze(edition(keys[1:2]), [], to("b@e.org"), now)
    assert store.editions.records("weekly") == [record_of(first)]
    assert planned(store) == ["a@e.org"]


def test_no_story_twice_in_a_newsletter(store, keys, now):
    store.editions.freeze(edition(keys[:2]), [], NOBODY, now)
    with pytest.raises(StoreError) as caught:
        store.editions.freeze(edition(keys[1:3], weeks=1), [], to("a@e.org"), now)
    assert keys[1] in str(caught.value)
    assert "2026-03-02T0700Z" in str(caught.value)
    assert len(store.editions.records("weekly")) == 1
    assert store.ledger.open() == []
    assert store.editions.freeze(edition(keys[:2], newsletter="daily"), [], NOBODY, now)


def test_the_same_story_twice_in_one_edition_is_refused(store, keys, now):
    with pytest.raises(StoreError, match="contradicts"):
        store.editions.freeze(edition([keys[0], keys[0]]), [], NOBODY, now)
    assert store.editions.records("weekly") == []


def test_an_article_the_library_does_not_have_is_refused(store, now):
    with pytest.raises(StoreError, match="contradicts"):
        store.editions.freeze(edition(["unknown"]), [], NOBODY, now)
    assert store.editions.records("weekly") == []


def test_what_is_in_an_edition_is_a_candidate_no_more(store, keys, now):
    store.editions.freeze(edition(keys[:2]), [], NOBODY, now)
    assert {candidate.key for candidate in store.library.candidates("weekly")} == set(keys[2:])
    assert {candidate.key for candidate in store.library.candidates("daily")} == set(keys)
    assert store.editions.included("weekly")[keys[0]] == "2026-03-02T0700Z"
    assert store.editions.included("daily") == {}


def test_a_skipped_slot_may_be_skipped_again_and_composed_later(store, keys, now):
    verdict = Verdict(keys[0], "window", chosen=False, reason="Too late.")
    assert store.editions.skip(skipped(reason="First."), [verdict], now)
    assert store.editions.skip(skipped(reason="Second."), [], now)
    assert store.editions.get("weekly", SLOT) == skipped(reason="Second.")
    assert store.editions.verdicts("weekly", skipped().id) == []
    assert store.editions.skip(skipped(reason="Third."), [verdict], now)
    frozen = edition(keys[:1])
    chosen = Verdict(keys[0], "chosen", chosen=True, reason="New.")
    assert store.editions.freeze(frozen, [chosen], NOBODY, now)
    assert store.editions.records("weekly") == [record_of(frozen)]
    assert store.editions.verdicts("weekly", frozen.id) == [chosen]


def test_a_slot_with_an_edition_cannot_be_skipped(store, keys, now):
    frozen = edition(keys[:1])
    store.editions.freeze(frozen, [], NOBODY, now)
    assert not store.editions.skip(skipped(), [], now)
    assert store.editions.get("weekly", SLOT) == record_of(frozen)


def test_records_and_entries_are_newest_first(store, keys, now):
    store.editions.freeze(edition(keys[2:4], weeks=2), [], NOBODY, now)
    store.editions.skip(skipped(weeks=1), [], now)
    store.editions.freeze(edition(keys[:2]), [], NOBODY, now)
    assert [record.title or record.status for record in store.editions.records("weekly")] == [
        "Edition 2",
        "skipped",
        "Edition 0",
    ]
    assert [entry.key for entry in store.editions.entries("weekly", 10)] == [*keys[2:4], *keys[:2]]
    assert [entry.key for entry in store.editions.entries("weekly", 3)] == [*keys[2:4], keys[0]]
    assert store.editions.records("daily") == []


def test_verdicts_are_those_chosen_in_order_then_by_key(store, keys, now):
    given = [Verdict(key, "rule", chosen=key in (keys[4], keys[2]), reason=f"Why {key}.") for key in reversed(keys)]
    store.editions.freeze(edition([keys[2], keys[4]]), given, NOBODY, now)
    verdicts = store.editions.verdicts("weekly", "2026-03-02T0700Z")
    rest = sorted(set(keys) - {keys[2], keys[4]})
    assert [verdict.article for verdict in verdicts] == [keys[2], keys[4], *rest]
    assert set(verdicts) == set(given)


def test_the_feed_id_is_the_first_ever_proposed(store, url):
    assert store.editions.feed_id("https://one.example/") == "https://one.example/"
    assert store.editions.feed_id("https://two.example/") == "https://one.example/"


def test_a_naive_slot_is_refused(store, keys, now):
    with pytest.raises(StoreError, match="no time zone"):
        store.editions.freeze(replace(edition(keys[:1]), slot=SLOT.replace(tzinfo=None)), [], NOBODY, now)


def test_the_last_record_until_an_instant_and_the_one_following_it(store, keys, now):
    editions = store.editions
    assert editions.last("weekly", SLOT) is editions.following("weekly", SLOT) is None
    first, second = edition(keys[:1]), skipped(weeks=2)
    editions.freeze(first, [], NOBODY, now)
    editions.skip(second, [], now)
    editions.freeze(edition(keys[:1], weeks=1, newsletter="daily"), [], NOBODY, now)
    instant = timedelta(microseconds=1)
    assert editions.last("weekly", SLOT - instant) is None
    assert editions.last("weekly", SLOT) == editions.last("weekly", second.slot - instant) == record_of(first)
    assert editions.last("weekly", second.slot) == editions.last("weekly", SLOT + timedelta(weeks=99)) == second
    assert editions.following("weekly", SLOT - instant) == record_of(first)
    assert editions.following("weekly", SLOT) == editions.following("weekly", second.slot - instant) == second
    assert editions.following("weekly", second.slot) is None


@pytest.mark.parametrize("too_few", [False, True])
def test_merged_slots_are_recorded_with_the_edition_unless_they_have_one(store, keys, now, too_few):
    made, merged = edition(keys[:1], weeks=1), skipped(weeks=2, reason="Merged.")
    store.editions.skip(skipped(reason="By a clock that was wrong."), [], now)
    store.editions.freeze(made, [], NOBODY, now)
    given = [skipped(reason="Other."), skipped(weeks=1, reason="Other."), merged]
    if too_few:
        assert store.editions.skip(skipped(weeks=3), [], now, merged=given)
        last = skipped(weeks=3)
    else:
        assert store.editions.freeze(edition(keys[1:2], weeks=3), [], NOBODY, now, merged=given)
        last = record_of(edition(keys[1:2], weeks=3))
    assert store.editions.records("weekly") == [last, merged, record_of(made), skipped(reason="Other.")]


def test_nothing_is_merged_into_an_edition_that_was_there_or_is_refused(store, keys, now):
    frozen = edition(keys[:1], weeks=1)
    store.editions.freeze(frozen, [], NOBODY, now)
    assert not store.editions.freeze(edition(keys[1:2], weeks=1), [], NOBODY, now, merged=[skipped()])
    assert not store.editions.skip(skipped(weeks=1), [], now, merged=[skipped()])
    with pytest.raises(StoreError, match="cannot have it too"):
        store.editions.freeze(edition(keys[:1], weeks=2), [], NOBODY, now, merged=[skipped()])
    assert store.editions.records("weekly") == [record_of(frozen)]


@pytest.mark.parametrize("holder", ["two", "one"])
def test_nothing_is_changed_with_a_claim_that_was_taken_over(store, keys, now, holder):
    def take(holder):
        return store.claims.take("newsletter:weekly", holder, now, timedelta(minutes=2), lambda _: True)

    stale, claim = take("one"), take(holder)
    store.editions.skip(skipped(reason="Known."), [], now)
    with pytest.raises(ClaimError, match=f"taken over by {holder}"):
        store.editions.freeze(edition(keys[:1]), [], to("a@e.org"), now, merged=[skipped(weeks=-1)], claim=stale)
    with pytest.raises(ClaimError, match=f"taken over by {holder}"):
        store.editions.skip(skipped(reason="New."), [], now, merged=[skipped(weeks=-1)], claim=stale)
    assert store.editions.records("weekly") == [skipped(reason="Known.")]
    assert store.editions.included("weekly") == {}
    assert store.ledger.open() == []
    assert store.editions.freeze(edition(keys[:1]), [], to("a@e.org"), now, claim=claim)


def test_an_edition_is_unpublished_until_its_pages_are_marked_as_in_place(store, keys, now):
    editions = store.editions
    second, first = edition(keys[:1], weeks=1), edition(keys[1:2])
    for frozen in (second, first):
        editions.freeze(frozen, [], NOBODY, now)
    editions.skip(skipped(weeks=2), [], now)
    editions.freeze(edition(keys[:1], newsletter="daily"), [], NOBODY, now)
    assert editions.unpublished("weekly") == [first.id, second.id]
    editions.mark_published("weekly", [first.id], now)
    assert editions.unpublished("weekly") == [second.id]
    editions.mark_published("weekly", [], now)
    editions.mark_published("weekly", [first.id, second.id], now)
    assert editions.unpublished("weekly") == []
    assert editions.unpublished("daily") == [first.id]  # of the same name, but another newsletter's


def test_whether_any_slot_of_a_span_is_known(store, keys, now):
    editions, instant = store.editions, timedelta(microseconds=1)
    editions.freeze(edition(keys[:1]), [], NOBODY, now)
    editions.skip(skipped(weeks=1), [], now)
    later = SLOT + timedelta(weeks=1)
    assert editions.knows("weekly", SLOT, SLOT)
    assert editions.knows("weekly", SLOT + instant, later)
    assert not editions.knows("weekly", SLOT + instant, later - instant)
    assert not editions.knows("weekly", later + instant, later + timedelta(weeks=9))
    assert not editions.knows("daily", SLOT, later)


def test_a_newsletter_is_unfinished_while_pages_may_be_missing(store, keys, now):
    editions, frozen = store.editions, edition(keys[:1])
    editions.skip(skipped(weeks=1), [], now)
    assert not editions.unfinished("weekly")
    editions.freeze(frozen, [], to("a@e.org"), now)
    assert editions.unfinished("weekly")
    assert not editions.unfinished("daily")
    editions.mark_published("weekly", [frozen.id], now)
    assert not editions.unfinished("weekly")  # what waits to be delivered is the ledger's to say
