from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from digest.core.model import Article, Block, Body, Candidate, Image, Problem, Published
from digest.core.ports import Reading
from digest.core.stored import LibraryChanges


def test_what_is_new_is_added_in_the_order_it_was_met(newsroom):
    newsroom.put("a.md", "Zebra")
    newsroom.put("b.md", "Aardvark")
    changes = newsroom.collect()
    assert [key.rsplit("-", 1)[0] for key in changes.added] == ["about-zebra", "about-aardvark"]
    assert changes == LibraryChanges(added=changes.added)


def test_an_article_comes_back_as_it_was_found(newsroom, store):
    berlin = datetime(2026, 2, 3, 8, tzinfo=ZoneInfo("Europe/Berlin"))
    found = replace(
        newsroom.article("page.txt#2", "Ünïcode 🙂"),
        id="id-1",
        url="https://Example.org/a/",
        published=Published(berlin, "day", "source"),
        updated=Published(datetime(2026, 2, 4, tzinfo=timezone(timedelta(hours=-3, minutes=-30))), "minute", "stated"),
        categories=("News", "Sport"),
        tags=("x",),
        author="Zoë",
        summary="In short.",
        image=Image("images/x.png", "A picture", "Me"),
        credit="You",
        language="de",
        draft=True,
        pinned=True,
        held="Its date cannot be read.",
        body=Body("<p>\x01 & “quotes”</p>", (Block("heading", "H", 3), Block("code", "a\n  b"))),
        problems=(Problem("articles/page.txt:7", "Odd.", set_aside=False),),
    )
    changes = newsroom.record([Reading("page.txt", (found,))], {"page.txt": "1"})
    (article,) = store.library.articles(changes.added)
    assert isinstance(article, Article)
    given = asdict(found)
    assert {name: value for name, value in asdict(article).items() if name in given} == given
    assert article.published is not None
    assert str(article.published) == str(found.published)
    assert article.updated is not None
    assert article.updated.instant.isoformat() == "2026-02-04T00:00:00-03:30"
    assert article.first_seen == newsroom.now
    assert not article.withdrawn


def test_a_candidate_is_the_article_without_its_body(newsroom, store):
    newsroom.put(
        "a.md",
        published=Published(datetime(2026, 2, 3, 8, tzinfo=timezone(timedelta(hours=1)))),
        categories=("News",),
        tags=("x", "y"),
        author="Zoë",
        pinned=True,
        held="wait",
    )
    (key,) = newsroom.collect().added
    assert store.library.candidates("weekly") == [
        Candidate(
            key=key,
            title="About a.md",
            published=datetime(2026, 2, 3, 7, tzinfo=UTC),
            first_seen=newsroom.now,
            categories=("News",),
            tags=("x", "y"),
            author="Zoë",
            source="folder:articles",
            pinned=True,
            held="wait",
        )
    ]


def test_nothing_to_record_changes_nothing(newsroom):
    assert newsroom.record([], {}) == LibraryChanges()


def test_a_source_that_fails_while_it_is_read_leaves_nothing(newsroom, store):
    def readings():
        yield Reading("a.md", (newsroom.article("a.md"),))
        raise RuntimeError("the folder went away")

    with pytest.raises(RuntimeError):
        newsroom.record(readings(), {"a.md": "1"})
    assert store.library.candidates("weekly") == []
    assert store.library.fingerprints("folder:articles") == {}


def test_what_was_recorded_again_unchanged_is_no_change(newsroom):
    newsroom.put("a.md")
    newsroom.collect()
    assert newsroom.record([Reading("a.md", newsroom.files["a.md"])], {"a.md": "touched"}) == LibraryChanges()


@pytest.mark.parametrize("change", [{"title": "New"}, {"author": "New"}, {"text": "New"}, {"tags": ("new",)}])
def test_an_edited_file_is_the_same_article(newsroom, store, change):
    newsroom.put("a.md", title="Old")
    (key,) = newsroom.collect().added
    newsroom.put("a.md", **{"title": "Old", **change})
    assert newsroom.collect() == LibraryChanges(updated=(key,))
    (article,) = store.library.articles()
    assert article.body == newsroom.files["a.md"][0].body
    assert article.title == newsroom.files["a.md"][0].title
    assert article.first_seen == newsroom.now - timedelta(hours=1)


def test_a_change_of_markup_alone_is_a_change(newsroom, store):
    newsroom.put("a.md")
    newsroom.collect()
    (article,) = newsroom.files["a.md"]
    newsroom.files["a.md"] = (replace(article, body=replace(article.body, html="<p>linked</p>")),)
    assert newsroom.collect().updated
    assert next(store.library.articles()).body.html == "<p>linked</p>"


def test_a_file_that_goes_and_comes_back_is_the_same_article(newsroom, store):
    newsroom.put("a.md")
    (key,) = newsroom.collect().added
    kept = newsroom.files.pop("a.md")
    assert newsroom.collect() == LibraryChanges(withdrawn=(key,))
    assert store.library.candidates("weekly")[0].withdrawn
    assert store.library.fingerprints("folder:articles") == {}
    newsroom.files["a.md"] = kept
    assert newsroom.collect() == LibraryChanges(updated=(key,))
    (article,) = store.library.articles([key])
    assert not article.withdrawn
    assert article.first_seen < newsroom.now


def test_a_moved_file_is_the_same_article_at_its_new_path(newsroom):
    newsroom.put("a.md", "News")
    (key,) = newsroom.collect().added
    newsroom.files.clear()
    newsroom.put("b.md", "News")
    assert newsroom.collect() == LibraryChanges(updated=(key,))
    assert newsroom.key("b.md") == key


def test_a_file_with_another_id_is_another_article(newsroom, store):
    newsroom.put("a.md", id="x")
    (old,) = newsroom.collect().added
    newsroom.put("a.md", id="y")
    changes = newsroom.collect()
    assert changes.withdrawn == (old,)
    assert len(changes.added) == 1
    assert [article.withdrawn for article in store.library.articles([old, *changes.added])] == [True, False]
    newsroom.put("a.md", "edited", id="y")
    assert newsroom.collect() == LibraryChanges(updated=changes.added)
    newsroom.put("a.md", id="x")
    assert newsroom.collect() == LibraryChanges(updated=(old,), withdrawn=changes.added)


def test_an_article_that_gains_an_id_keeps_its_key_and_is_known_by_it(newsroom):
    newsroom.put("a.md", "News")
    (key,) = newsroom.collect().added
    newsroom.put("a.md", "News", id="x")
    newsroom.collect()
    newsroom.files.clear()
    newsroom.put("b.md", "Quite another text", id="x")
    assert newsroom.collect().updated == (key,)


def test_a_new_title_does_not_change_the_key(newsroom):
    newsroom.put("a.md", title="Before")
    (key,) = newsroom.collect().added
    newsroom.put("a.md", title="After")
    newsroom.collect()
    assert newsroom.key("a.md") == key


def test_the_same_articles_have_the_same_keys_in_another_newsroom(newsroom, newsrooms, store):
    other = newsrooms(store.scratch(), "folder:elsewhere")
    newsroom.put("a.md", "News")
    newsroom.put("b.md", "More", id="x")
    other.put("sub/1.md", "News")
    other.put("sub/2.md", "More", id="x")
    assert newsroom.collect().added == other.collect().added


def test_keys_that_would_be_equal_are_numbered(newsroom):
    newsroom.put("a.md", "stub", short=True)
    newsroom.put("b.md", "stub", short=True)
    one, two = newsroom.collect().added
    assert two == f"{one}-2"
    newsroom.put("c.md", "stub", short=True)
    assert newsroom.collect().added == (f"{one}-3",)


@pytest.mark.parametrize("shared", [{"id": "x"}, {"url": "https://e.org/"}, {"text": "The same"}])
def test_a_duplicate_is_set_aside_and_comes_in_when_the_first_is_gone(newsroom, store, shared):
    newsroom.put("a.md", **shared)
    (key,) = newsroom.collect().added
    newsroom.put("b.md", **shared)
    for _ in range(2):  # told again each time
        (problem,) = newsroom.collect().problems
        assert problem.place == "articles/b.md"
        assert "articles/a.md" in problem.message
        assert store.library.problems() == (problem,)
    assert store.library.fingerprints("folder:articles")["b.md"] == ""
    del newsroom.files["a.md"]
    assert newsroom.collect() == LibraryChanges(updated=(key,))
    assert newsroom.key("b.md") == key
    assert store.library.problems() == ()


def test_an_id_is_one_over_all_sources(newsroom, newsrooms, store):
    other = newsrooms(store, "folder:more")
    newsroom.put("a.md", id="x")
    newsroom.collect()
    other.put("b.md", id="x")
    (problem,) = other.collect().problems
    assert problem.place == "more/b.md"
    assert "articles/a.md" in problem.message


def test_an_article_whose_file_becomes_a_duplicate_is_withdrawn_and_comes_back(newsroom):
    newsroom.put("a.md", id="x")
    newsroom.put("b.md")
    _, key = newsroom.collect().added
    newsroom.put("b.md", id="x")
    assert newsroom.collect().withdrawn == (key,)
    newsroom.put("b.md")
    assert newsroom.collect().updated == (key,)


def test_a_page_of_several_articles_loses_one(newsroom, store):
    newsroom.files["page.txt"] = tuple(newsroom.article(f"page.txt{mark}", f"N{mark}") for mark in ("", "#2", "#3"))
    keys = newsroom.collect().added
    assert len(keys) == 3
    assert list(store.library.fingerprints("folder:articles")) == ["page.txt"]
    newsroom.files["page.txt"] = newsroom.files["page.txt"][:2]
    assert newsroom.collect() == LibraryChanges(withdrawn=keys[2:])


def test_a_file_that_can_no_longer_be_read_withdraws_its_article(newsroom, store):
    newsroom.put("a.md")
    (key,) = newsroom.collect().added
    problem = Problem("articles/a.md:3", "is broken; mend it", set_aside=True)
    assert newsroom.record([Reading("a.md", (), (problem,))], {"a.md": "2"}).withdrawn == (key,)
    assert store.library.problems() == (problem,)
    assert store.library.fingerprints("folder:articles") == {"a.md": "2"}


def test_problems_are_kept_by_source_and_path_until_the_file_is_mended_or_gone(newsroom, newsrooms, store):
    first, second = Problem("articles/a.md:1", "One."), Problem("articles/a.md:2", "Two.")
    third = Problem("aaa/z.md:1", "Three.", set_aside=True)
    article = replace(newsroom.article("a.md"), problems=(second,))
    newsroom.record([Reading("a.md", (article,), (first,))], {"a.md": "1"})
    newsrooms(store, "folder:aaa").record([Reading("z.md", (), (third,))], {"z.md": "1"})
    assert store.library.problems() == (third, first, second)
    newsroom.record([Reading("a.md", (replace(article, problems=()),))], {"a.md": "2"})
    assert store.library.problems() == (third,)
    newsrooms(store, "folder:aaa").record([], {}, ["z.md"])
    assert store.library.problems() == ()


@pytest.mark.parametrize("unfit", [{"draft": True}, {"held": "its date cannot be read"}])
def test_an_article_is_first_seen_when_it_is_first_fit_to_be_read(newsroom, store, unfit):
    newsroom.put("a.md", **unfit)
    newsroom.collect()
    newsroom.put("a.md", "still being written", **unfit)
    newsroom.collect()
    assert store.library.candidates("weekly")[0].first_seen == newsroom.now - timedelta(hours=1)
    newsroom.put("a.md")
    newsroom.collect()
    assert store.library.candidates("weekly")[0].first_seen == newsroom.now
    newsroom.put("a.md", "corrected")
    newsroom.collect()
    assert store.library.candidates("weekly")[0].first_seen == newsroom.now - timedelta(hours=1)


def test_articles_come_in_the_order_asked_and_all_by_key(newsroom, store):
    for number in range(1200):  # more than one batch of each kind
        newsroom.put(f"{number}.md")
    keys = newsroom.collect().added
    assert [article.key for article in store.library.articles()] == sorted(keys)
    asked = [*reversed(keys), "unknown"]
    assert [article.key for article in store.library.articles(asked)] == asked[:-1]
    assert list(store.library.articles([])) == []


def test_the_store_may_be_written_while_its_articles_are_streamed(newsroom, store):
    newsroom.put("a.md")
    newsroom.put("b.md")
    newsroom.collect()
    stream = store.library.articles()
    next(stream)
    newsroom.put("c.md")
    assert len(newsroom.collect().added) == 1
    assert next(stream).path == "b.md"


def test_find_what_a_person_may_mean(newsroom, newsrooms, store):
    newsroom.put("a.md", title="Under_score")
    newsroom.files["page.txt"] = (newsroom.article("page.txt", "P1"), newsroom.article("page.txt#2", "P2"))
    other = newsrooms(store, "folder:more")
    other.put("a.md", title="Other")
    a, first, second = newsroom.collect().added
    (b,) = other.collect().added
    find = store.library.find
    assert find(a) == (a,)
    assert find(a[:-1]) == (a,)
    assert find("UNDER") == (a,)
    assert find("a.md") == tuple(sorted((a, b)))
    assert find("articles/a.md") == find("./articles/a.md") == (a,)
    assert find("more/a.md") == (b,)
    assert find("page.txt") == tuple(sorted((first, second)))
    assert find("page.txt#2") == find("articles/page.txt#2") == (second,)
    assert find("o") == (b,)
    assert find("") == find("nothing") == find("%") == find("_") == ()


def test_a_path_means_the_article_that_lives_there(newsroom, store):
    newsroom.put("a.md", id="x")
    (old,) = newsroom.collect().added
    newsroom.put("a.md", id="y")
    (new,) = newsroom.collect().added
    assert store.library.find("a.md") == (new,)
    del newsroom.files["a.md"]
    newsroom.collect()
    assert store.library.find("a.md") == tuple(sorted((old, new)))
