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
