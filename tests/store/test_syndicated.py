"""Feeds in the library: entries that go stay, and what another source has is no second article."""

from dataclasses import replace
from datetime import timedelta

import pytest

from digest.core.model import Problem
from digest.core.ports import Reading

FEED = "feed:harbour"


@pytest.fixture
def feed(store, newsrooms):
    return newsrooms(store, FEED)


def entry(feed, path, text, **fields):
    return replace(feed.article(path, text), source=FEED, **fields)


def read(feed, *entries):
    return feed.record([Reading("feed", entries, keeps=True)], {"feed": "etag"})


def test_an_entry_that_goes_from_its_feed_stays(feed, store):
    (old,) = read(feed, entry(feed, "one", "One")).added
    changes = read(feed, entry(feed, "two", "Two"))
    assert (changes.withdrawn, len(changes.added)) == ((), 1)
    assert not next(store.library.articles([old])).withdrawn
    assert read(feed, entry(feed, "one", "One")).added == ()


def test_an_edited_entry_is_the_same_article(feed):
    (key,) = read(feed, entry(feed, "one", "One", id="urn:1", url="https://a.example/1")).added
    assert read(feed, entry(feed, "one", "One, corrected", id="urn:1", url="https://a.example/1")).updated == (key,)
    assert read(feed, entry(feed, "x", "One, at another id", id="urn:2", url="https://a.example/1")).added


def test_an_entry_that_only_moves_within_its_feed_is_not_updated(feed):
    at = Problem("https://a.example/feed entry 1 (One)", "has no date")
    read(feed, entry(feed, "one", "One", problems=(at,)))
    moved = replace(at, place="https://a.example/feed entry 2 (One)")
    assert read(feed, entry(feed, "one", "One", problems=(moved,))).updated == ()
    assert read(feed, entry(feed, "one", "One", problems=(replace(at, message="has no link"),))).updated


def test_what_a_folder_has_is_no_second_article(feed, newsroom, store):
    newsroom.put("a.md", "Ours", url="https://a.example/1")
    (own,) = newsroom.collect().added
    changes = read(feed, entry(feed, "one", "Theirs", url="https://a.example/1"), entry(feed, "two", "More"))
    assert (changes.also, changes.problems, len(changes.added)) == ((("one", own),), (), 1)
    assert store.library.problems() == ()
    assert store.library.fingerprints(FEED) == {"feed": "etag"}


def test_a_file_with_what_a_feed_has_comes_in_once_the_feed_is_gone(feed, newsroom, store):
    (theirs,) = read(feed, entry(feed, "one", "Theirs", url="https://a.example/1")).added
    newsroom.put("a.md", "Ours", url="https://a.example/1")
    changes = newsroom.collect()
    assert (changes.also, changes.problems) == ((("a.md", theirs),), ())
    assert store.library.fingerprints(newsroom.source)["a.md"] == ""  # looked at again each time
    feed.record([], {}, ["feed"])
    assert newsroom.collect().updated == (theirs,)


def test_how_an_entry_was_dated_is_kept(feed, store):
    (key,) = read(feed, entry(feed, "one", "One", published_by="updated")).added
    assert next(store.library.articles([key])).published_by == "updated"
    assert next(store.library.articles([key])).first_seen - feed.now < timedelta(seconds=1)


def also(store, key):
    return [(each.title, each.url, each.source, each.key) for each in store.library.also_in([key]).get(key, ())]


def test_where_else_an_article_stands_is_noted(feed, newsroom, store):
    newsroom.put("a.md", "Ours", url="https://a.example/1")
    (own,) = newsroom.collect().added
    read(feed, entry(feed, "one", "Theirs", url="https://a.example/1"), entry(feed, "two", "More"))
    assert also(store, own) == [("About Theirs", "https://a.example/1", FEED, "")]
    read(feed, entry(feed, "one", "Theirs, edited", url="https://a.example/1"))
    assert also(store, own) == [("About Theirs, edited", "https://a.example/1", FEED, "")]
    read(feed, entry(feed, "two", "More"))
    assert also(store, own) == []


def test_nothing_is_elsewhere_once_the_other_source_is_gone(feed, newsroom, store):
    newsroom.put("a.md", "Ours", url="https://a.example/1")
    (own,) = newsroom.collect().added
    read(feed, entry(feed, "one", "Theirs", url="https://a.example/1"))
    feed.record([], {}, ["feed"])
    assert also(store, own) == []
    assert store.library.also_in([]) == {}


def test_several_others_stand_by_source(feed, newsrooms, store):
    (key,) = read(feed, entry(feed, "one", "Text", url="https://a.example/1")).added
    for name in ("feed:b", "feed:a"):
        other = newsrooms(store, name)
        article = replace(other.article("one", f"By {name}"), source=name, url="https://a.example/1")
        other.record([Reading("one", (article,))], {"one": "x"})
    assert [source for _, _, source, _ in also(store, key)] == ["feed:a", "feed:b"]


OURS = "feed:harbour-office"


def outranked(feed, source, *entries, now=None):
    """What a source of more weight than every other one has."""
    readings = [Reading(each.path, (replace(each, source=source),)) for each in entries]
    marks = {each.path: "x" for each in entries}
    return feed.store.library.record(
        source, readings, marks, (), now or feed.now, outranks=lambda other: other != source
    )


@pytest.mark.parametrize(
    "ours",
    [
        {"id": "urn:1", "url": "https://a.example/other"},
        {"id": "urn:2", "url": "https://a.example/1"},
        {"url": "https://a.example/1"},
    ],
    ids=["the same id", "the same address", "an address and no id"],
)
def test_the_source_of_more_weight_takes_over_what_another_had_first(feed, store, ours):
    (key,) = read(feed, entry(feed, "one", "Squatted", id="urn:1", url="https://a.example/1")).added
    changes = outranked(feed, OURS, entry(feed, "ours", "The true story", **ours))
    assert (changes.added, changes.updated, changes.also) == ((), (key,), ())
    (article,) = store.library.articles([key])
    assert (article.source, article.title, article.withdrawn) == (OURS, "About The true story", False)
    assert also(store, key) == [("About Squatted", "https://a.example/1", FEED, "")]
    assert store.library.fingerprints(FEED) == {"feed": ""}
    # Whoever had it does not get it back, nor does it go with what the other one shows.
    assert read(feed, entry(feed, "one", "Squatted again", id="urn:1", url="https://a.example/1")).also == (
        ("one", key),
    )
    assert feed.record([], {}, ["feed"]).withdrawn == ()
    assert next(store.library.articles([key])).title == "About The true story"
    assert also(store, key) == []


def test_what_is_taken_over_comes_back_to_the_other_once_the_source_is_gone(feed, store):
    (key,) = read(feed, entry(feed, "one", "Theirs", url="https://a.example/1")).added
    outranked(feed, OURS, entry(feed, "ours", "Ours", url="https://a.example/1"))
    assert store.library.record(OURS, (), {}, ["ours"], feed.now).withdrawn == (key,)
    assert read(feed, entry(feed, "one", "Theirs", url="https://a.example/1")).updated == (key,)
    assert next(store.library.articles([key])).source == FEED


def test_two_that_would_be_the_same_one_are_two(feed, store):
    (key,) = read(feed, entry(feed, "one", "Theirs", id="urn:1", url="https://a.example/1")).added
    by_id = entry(feed, "x", "By id", id="urn:1", url="https://a.example/2")
    by_url = entry(feed, "y", "By address", id="urn:2", url="https://a.example/1")
    changes = outranked(feed, OURS, by_id, by_url)
    assert (changes.updated, len(changes.added), changes.also) == ((key,), 1, ())


def test_a_draft_takes_over_nothing(feed, newsroom, store):
    (key,) = read(feed, entry(feed, "one", "Theirs", url="https://a.example/1")).added
    newsroom.put("a.md", "Ours", url="https://a.example/1", draft=True)
    (ours,) = newsroom.files["a.md"]
    assert outranked(newsroom, newsroom.source, ours).also == (("a.md", key),)
    (ours,) = (replace(ours, draft=False),)
    assert outranked(newsroom, newsroom.source, ours).updated == (key,)
    assert next(store.library.articles([key])).source == newsroom.source


def test_an_article_that_comes_to_another_one_s_address_stays_itself(feed, store):
    (ours,) = outranked(feed, OURS, entry(feed, "ours", "Ours", id="urn:1", url="https://a.example/1")).added
    read(feed, entry(feed, "one", "Squatting ahead", id="urn:9", url="https://a.example/2"))
    moved = replace(entry(feed, "ours", "Ours, moved", id="urn:1", url="https://a.example/2"), source=OURS)
    changes = store.library.record(OURS, [Reading("ours", (moved,))], {"ours": "y"}, (), feed.now)
    assert (changes.updated, changes.withdrawn, changes.also) == ((ours,), (), ())
