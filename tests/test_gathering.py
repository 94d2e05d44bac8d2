"""Gathering from a real web server into a real library: what comes in, what is asked, what is remembered."""

from __future__ import annotations

import asyncio
import re
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import pytest

sys.path.insert(0, str(Path(__file__).parent / "fetch"))

from web_server import answer, moved, serving

from digest.core.fetching import Login
from digest.core.hosts import well_formed_host
from digest.core.marks import BEFORE
from digest.core.newsletter import Filter
from digest.core.sourcerules import SourceRules
from digest.core.text import slug
from digest.fetch.fetcher import Fetcher
from digest.fetch.limits import Limits
from digest.gathering import Gathering, Remote
from digest.intake import Intake, remote
from digest.settings.sources import FeedShape, WebPageShape
from digest.sources.feed import FeedOrigin, read_feed
from digest.sources.feed_source import FeedReader
from digest.sources.webpage_source import WebPageReader
from digest.store.opening import open_store

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TEXT = "The pump was mended on a quiet afternoon, and the whole street came out to see the water run again."


def entry(number: int, day: int = 1, text: str = TEXT) -> str:
    return (
        f"<item><title>Pump {number}</title><link>https://example.org/{number}</link><guid>g{number}</guid>"
        f"<pubDate>{day} Mar 2026 08:00:00 GMT</pubDate>"
        f"<description>&lt;p&gt;{text} {number}&lt;/p&gt;</description></item>"
    )


def feed(*entries: str) -> bytes:
    return f"<rss version='2.0'><channel><title>Pumps</title>{''.join(entries)}</channel></rss>".encode()


def told(guid: str, link: str = "https://example.org/1", text: str = TEXT, title: str = "Pump") -> str:
    """An entry with an id and an address of a test's own."""
    identity = f"<guid isPermaLink='false'>{guid}</guid>" if guid else ""
    return f"<item><title>{title}</title><link>{link}</link>{identity}<description>{text}</description></item>"


LATER = "Nothing was mended at all, it was said, and whoever had come to see the water went home again without any."


class Rig:
    """A web server, a store, and sources that can be gathered from at any instant."""

    def __init__(self, server, store) -> None:
        self.server, self.store = server, store
        self.fetcher = Fetcher("desk@example.org", Limits(spacing=0, seconds=5))

    def remote(self, path: str = "/feed", **more) -> Remote:
        rules = SourceRules(first=100, **more.pop("rules", {}))
        reader = FeedReader(f"feed:{path}", None, full_text=more.get("full_text", False))
        return Remote(f"feed:{path}", self.server.url(path), "feed", reader, rules, local=True, **more)

    def page(self, path: str = "/news", **rules) -> Remote:
        name = f"webpage:{path}"
        reader = WebPageReader(name, None)
        return Remote(name, self.server.url(path), "page", reader, SourceRules(first=100, **rules), local=True)

    def gather(self, *remotes: Remote, at: datetime = NOON, priority=lambda _: 10):
        given = remotes or [self.remote()]
        gathering = Gathering(given, self.store.library, self.store.visits, self.fetcher, priority)
        return gathering.gather(at, lambda items, **_: iter(items))

    def titles(self) -> list[str]:
        return sorted(each.title for each in self.store.library.candidates())


@pytest.fixture
def rig(tmp_path):
    with serving() as server, open_store(f"sqlite:///{tmp_path}/a.db") as store:
        yield Rig(server, store)


def test_what_is_new_comes_in_once(rig):
    rig.server.on("/feed", answer(feed(entry(1), entry(2))), answer(feed(entry(3), entry(1), entry(2))))
    (first,) = rig.gather()
    (second,) = rig.gather(at=NOON + HOUR)
    assert (len(first.changes.added), first.seen, first.read) == (2, 2, 2)
    assert (len(second.changes.added), second.seen, second.read) == (1, 3, 1)
    assert rig.titles() == ["Pump 1", "Pump 2", "Pump 3"]


def test_what_has_not_changed_is_not_read_again(rig):
    rig.server.on("/feed", answer(feed(entry(1)), etag='"1"'), answer(status=304))
    rig.gather()
    (second,) = rig.gather(at=NOON + HOUR)
    assert rig.server.asked[1].headers["if-none-match"] == '"1"'
    assert (second.seen, second.read, second.trouble) == (0, 0, "")
    assert rig.titles() == ["Pump 1"]


def test_what_has_left_the_feed_stays(rig):
    rig.server.on("/feed", answer(feed(entry(1))), answer(feed(entry(2))))
    rig.gather()
    rig.gather(at=NOON + HOUR)
    assert [each.withdrawn for each in rig.store.library.candidates()] == [False, False]


def test_an_edited_entry_is_the_same_article(rig):
    rig.server.on(
        "/feed", answer(feed(entry(1))), answer(feed(entry(1, text="Nothing was mended at all, it was said.")))
    )
    rig.gather()
    (second,) = rig.gather(at=NOON + HOUR)
    assert (len(second.changes.added), len(second.changes.updated)) == (0, 1)


def test_of_what_was_there_before_as_much_comes_as_is_wanted(rig):
    rig.server.on("/feed", answer(feed(entry(1, 1), entry(2, 2), entry(3, 3))), answer(feed(entry(1, 1), entry(4, 1))))
    source = rig.remote()
    source = replace(source, rules=replace(source.rules, first=date(2026, 3, 2)))
    rig.gather(source)
    assert rig.titles() == ["Pump 2", "Pump 3"]
    assert BEFORE in rig.store.library.fingerprints("feed:/feed").values()
    rig.gather(source, at=NOON + HOUR)
    assert rig.titles() == ["Pump 2", "Pump 3", "Pump 4"]


def test_rules_leave_out_and_a_changed_rule_lets_in(rig):
    rig.server.on("/feed", answer(feed(entry(1), entry(2))))
    rig.gather(rig.remote(rules={"exclude": Filter(words=("2",))}))
    assert rig.titles() == ["Pump 1"]
    rig.gather(rig.remote(), at=NOON + HOUR)
    assert rig.titles() == ["Pump 1", "Pump 2"]


def test_it_is_asked_no_more_often_than_it_may(rig):
    rig.server.on("/feed", answer(feed(entry(1))))
    source = rig.remote(every=timedelta(minutes=30))
    for minutes in (0, 10, 29, 31):
        rig.gather(source, at=NOON + timedelta(minutes=minutes))
    assert len(rig.server.asked) == 2


def test_a_failure_changes_nothing_and_is_told_once_it_lasts(rig):
    rig.server.on("/feed", answer(feed(entry(1))), answer(status=500))
    rig.gather()
    told, tries = [], 30
    for hours in range(1, tries):
        for each in rig.gather(at=NOON + hours * HOUR):
            assert each.trouble
            told += [str(problem) for problem in each.problems]
    assert len(told) == 1
    assert "answers 500" in told[0]
    assert rig.titles() == ["Pump 1"]
    rig.server.on("/feed", answer(feed(entry(1), entry(2))))
    recovered = [each.recovered for hours in (40, 50) for each in rig.gather(at=NOON + hours * HOUR)]
    assert recovered == [True, False]
    assert rig.titles() == ["Pump 1", "Pump 2"]


def test_a_failure_that_another_process_has_overtaken_counts_for_nothing(rig):
    """Two daemons ask at once: the one that is answered slowly, and badly, settles after the other one's success."""
    overtaken = []

    class Slow(Fetcher):
        def fetch(self, wanted, now):
            for each in super().fetch(wanted, now):
                if not overtaken:
                    overtaken.append(rig.gather(at=now + timedelta(minutes=1)))
                yield each

    failing = [answer(status=500)] * 4
    rig.server.on("/feed", answer(feed(entry(1))), *failing, answer(status=410), answer(feed(entry(1))))
    for hours in range(5):
        rig.gather(at=NOON + hours * HOUR)
    quick, rig.fetcher = rig.fetcher, Slow(rig.fetcher.contact, rig.fetcher.limits)
    slow = Gathering([rig.remote()], rig.store.library, rig.store.visits, rig.fetcher, lambda _: 10)
    rig.fetcher = quick
    (late,) = slow.gather(NOON + 24 * HOUR, lambda items, **_: iter(items))
    assert late.trouble
    assert late.problems == ()
    (visit,) = rig.store.visits.all().values()
    assert (visit.failures, visit.gone, visit.reported) == (0, False, False)
    assert visit.last_success == NOON + 24 * HOUR + timedelta(minutes=1)


def test_what_is_no_feed_counts_as_a_failure(rig):
    rig.server.on("/feed", answer(b"<!DOCTYPE html><html><body>Soon</body></html>", content_type="text/html"))
    for hours in range(3):
        (only,) = rig.gather(at=NOON + hours * HOUR)
        assert "no feed" in only.trouble
        (visit,) = rig.store.visits.all().values()
        assert visit.failures == hours + 1


def test_a_move_for_good_is_remembered_and_the_articles_stay_the_same(rig):
    rig.server.on("/feed", moved("/new", 301))
    rig.server.on("/new", answer(feed(entry(1))))
    rig.gather()
    rig.gather(at=NOON + HOUR)
    assert rig.server.paths == ["/feed", "/new", "/new"]
    assert rig.titles() == ["Pump 1"]


def test_one_that_fails_keeps_no_other_back(rig):
    rig.server.on("/a", answer(status=500))
    rig.server.on("/b", answer(feed(entry(1))))
    failed, worked = rig.gather(rig.remote("/a"), rig.remote("/b"))
    assert failed.trouble
    assert not worked.trouble
    assert rig.titles() == ["Pump 1"]


def test_one_article_of_two_feeds_is_one(rig):
    rig.server.on("/a", answer(feed(entry(1))))
    rig.server.on("/b", answer(feed(entry(1).replace("<guid>g1</guid>", ""), entry(2))))
    rig.gather(rig.remote("/a"), rig.remote("/b"))
    assert rig.titles() == ["Pump 1", "Pump 2"]


def test_visits_survive(rig):
    rig.server.on("/feed", answer(feed(entry(1)), etag='"1"'))
    rig.gather()
    before = rig.store.visits.all()
    ((key, visit),) = before.items()
    assert (key[0], visit.etag, visit.last_success) == ("feed:/feed", '"1"', NOON)
    rig.store.visits.keep("feed:/feed", visit)
    assert rig.store.visits.all() == before
    rig.store.visits.forget("feed:/feed")
    assert rig.store.visits.all() == {}


PARAGRAPH = (
    "The mill stands where the two brooks meet, and its wheel has turned there for longer than anybody can say. "
)


def page(title: str, text: str = PARAGRAPH * 6) -> bytes:
    body = f"<article><h1>{title}</h1><p>{text}</p><p>{text[::-1][:80]} and so it went on for a while.</p></article>"
    head = f'<title>{title}</title><meta property="og:type" content="article">'
    return answer(f"<!DOCTYPE html><html lang=en><head>{head}</head><body>{body}</body></html>".encode())


def section(*paths: str, teaser: str = "A teaser.") -> bytes:
    cards = "".join(
        f'<article><h2><a href="{each}">The long story of mill number {each[-1]}</a></h2><p>{teaser}</p></article>'
        for each in paths
    )
    return answer(
        f"<!DOCTYPE html><html><head><title>News</title></head><body><main>{cards}</main></body></html>".encode()
    )


def test_entries_are_completed_by_their_pages_once(rig):
    rig.server.on("/robots.txt", answer(status=404))
    link = f"<link>{rig.server.url('/a/1')}</link>"
    said = feed(entry(1).replace("<link>https://example.org/1</link>", link))
    rig.server.on("/feed", answer(said), answer(said))
    rig.server.on("/a/1", page("Pump 1", TEXT + PARAGRAPH * 5))
    source = rig.remote(full_text=True)
    rig.gather(source)
    (article,) = rig.store.library.articles()
    assert "two brooks" in article.body.html
    (second,) = rig.gather(source, at=NOON + HOUR)
    assert (second.read, rig.server.paths.count("/a/1")) == (0, 1)
    (article,) = rig.store.library.articles()
    assert "two brooks" in article.body.html


def test_a_login_is_for_pages_at_the_source_s_own_place_alone(rig):
    source = replace(rig.remote(full_text=True), login=Login("desk", "PASSWORD"))
    at = urlsplit(source.url)
    assert source.page("k", f"{at.scheme}://{at.netloc}/1").login == source.login
    others = (f"{at.scheme}://{at.hostname}:1/1", f"https://{at.netloc}/1", "https://example.org/1")
    assert [(each.login, each.local) for each in (source.page("k", url) for url in others)] == [(None, False)] * 3


def excerpts(rig, *numbers: int) -> bytes:
    """A feed whose entries lead to pages of the same server."""
    links = {number: f"<link>{rig.server.url(f'/a/{number}')}</link>" for number in numbers}
    told = (entry(number).replace(f"<link>https://example.org/{number}</link>", links[number]) for number in numbers)
    return feed(*told)


def unless_known(content: bytes):
    """A feed with a validator that counts."""

    async def said(asked, writer) -> None:
        known = "if-none-match" in asked.headers
        writer.write(answer(status=304) if known else answer(content, etag='"1"', connection="close"))
        await writer.drain()

    return said


def whole(rig) -> list[bool]:
    """Of each article in order of titles, whether it has its page's text."""
    found = sorted(rig.store.library.articles(), key=lambda each: each.title)
    return ["two brooks" in each.body.html for each in found]


def test_an_entry_whose_page_fails_is_taken_as_it_is_and_tried_three_times(rig):
    rig.server.on("/robots.txt", answer(status=404))
    rig.server.on("/feed", unless_known(excerpts(rig, 1)))
    rig.server.on("/a/1", answer(status=500))
    (only,) = rig.gather(rig.remote(full_text=True))
    assert rig.titles() == ["Pump 1"]
    assert str(only.problems[0]).startswith("feed:/feed 'Pump 1': is taken as the feed has it: http://127.0.0.1:")
    assert "answers 500" in str(only.problems[0])
    tried = [0]
    for hours in (1, 5, 6, 7, 12, 53, 54, 55, 103, 200):
        before = rig.server.paths.count("/a/1")
        rig.gather(rig.remote(full_text=True), at=NOON + hours * HOUR)
        tried += [hours] * (rig.server.paths.count("/a/1") - before)
    assert tried == [0, 6, 6 + 48]
    # The feed is asked for what is known already where a page is to be tried, and then alone.
    feeds = [each for each in rig.server.asked if each.target == "/feed"]
    assert sum("if-none-match" not in each.headers for each in feeds) == 3


def test_an_entry_whose_page_works_later_gets_its_text(rig):
    rig.server.on("/robots.txt", answer(status=404))
    rig.server.on("/feed", unless_known(excerpts(rig, 1)))
    rig.server.on("/a/1", answer(status=503), page("Pump 1", TEXT + PARAGRAPH * 5))
    rig.gather(rig.remote(full_text=True))
    assert whole(rig) == [False]
    (second,) = rig.gather(rig.remote(full_text=True), at=NOON + 7 * HOUR)
    assert (whole(rig), len(second.changes.updated), len(second.changes.added)) == ([True], 1, 0)
    for hours in (8, 80):
        (later,) = rig.gather(rig.remote(full_text=True), at=NOON + hours * HOUR)
        assert later.read == 0
    assert rig.server.paths.count("/a/1") == 2


def test_full_text_that_is_wanted_later_completes_what_the_feed_still_has_as_far_as_its_limit(rig):
    rig.server.on("/robots.txt", answer(status=404))
    rig.server.on("/feed", unless_known(excerpts(rig, 1, 2, 3)))
    for number in (1, 2, 3):
        rig.server.on(f"/a/{number}", page(f"Pump {number}", f"{TEXT} {number} {PARAGRAPH * 5}"))
    rig.gather(rig.remote(rules={"most": 2}))
    assert whole(rig) == [False, False]
    for hours in (1, 2):
        rig.gather(rig.remote(rules={"most": 2}, full_text=True), at=NOON + hours * HOUR)
        assert whole(rig) == [True, True]
    assert [rig.server.paths.count(f"/a/{number}") for number in (1, 2, 3)] == [1, 1, 0]


def test_a_page_that_there_was_no_time_for_is_asked_the_next_time(rig):
    rig.server.on("/robots.txt", answer(status=404))
    rig.server.on("/feed", unless_known(excerpts(rig, 1, 2)))
    for path in ("/a/1", "/a/2"):
        rig.server.on(path, answer(status=429), page(f"Pump {path[-1]}", f"{TEXT} {path[-1]} {PARAGRAPH * 5}"))
    rig.fetcher = replace(rig.fetcher, limits=replace(rig.fetcher.limits, per_host=1))
    rig.gather(rig.remote(full_text=True))
    # One says that it is too much: the host is left alone, and the other one's page was not asked for.
    (asked,) = [path for path in rig.server.paths if path.startswith("/a/")]
    rig.server.on("/a/1", page("Pump 1", f"{TEXT} 1 {PARAGRAPH * 5}"))
    rig.server.on("/a/2", page("Pump 2", f"{TEXT} 2 {PARAGRAPH * 5}"))
    rig.gather(rig.remote(full_text=True), at=NOON + HOUR)
    assert whole(rig) == [asked != "/a/1", asked != "/a/2"]


def test_a_feed_that_was_empty_at_first_is_no_flood_and_loses_nothing_new(rig):
    old = [entry(number, day=1) for number in range(1, 9)]
    new = [entry(number, day=3) for number in range(11, 15)]
    rig.server.on("/feed", answer(feed()), answer(feed(*new, *old)), answer(feed(entry(20, day=1), *new, *old)))
    source = rig.remote()
    source = replace(source, rules=replace(source.rules, first=2))
    rig.gather(source)
    rig.gather(source, at=NOON + 24 * HOUR)
    assert rig.titles() == [f"Pump {number}" for number in range(11, 15)]
    rig.gather(source, at=NOON + 25 * HOUR)
    assert rig.titles() == [*(f"Pump {number}" for number in range(11, 15)), "Pump 20"]


def weight(**sources: int):
    """Priorities by path."""
    return lambda name: sources[name.rpartition("/")[2]]


def owner(rig) -> tuple[str, str, list[str]]:
    """The only article: its source, its title, and where else it is."""
    (article,) = rig.store.library.articles()
    elsewhere = rig.store.library.also_in([article.key]).get(article.key, ())
    return article.source, article.title, [each.source for each in elsewhere]


def slowly(content: bytes):
    async def said(asked, writer) -> None:
        await asyncio.sleep(0.3)
        writer.write(answer(content))
        await writer.drain()

    return said


TRUE = told("https://example.org/1", title="The true story")
SQUAT = told("https://example.org/1", link="https://example.org/elsewhere", text=LATER, title="Squatted")


@pytest.mark.parametrize("slow", ["a", "b"])
@pytest.mark.parametrize(
    ("priorities", "kept"),
    [
        ({"a": 1, "b": 2}, ("feed:/a", "The true story", ["feed:/b"])),
        ({"a": 2, "b": 1}, ("feed:/b", "Squatted", ["feed:/a"])),
        ({"a": 5, "b": 5}, ("feed:/a", "The true story", ["feed:/b"])),
    ],
    ids=["the first", "the second", "equals"],
)
def test_of_what_two_feeds_have_the_lowest_priority_keeps_it_whichever_is_quicker(rig, slow, priorities, kept):
    content = {"a": feed(TRUE), "b": feed(SQUAT)}
    for name, each in content.items():
        rig.server.on(f"/{name}", slowly(each) if name == slow else answer(each))
    rig.gather(rig.remote("/a"), rig.remote("/b"), priority=weight(**priorities))
    assert owner(rig) == kept
    (article,) = rig.store.library.articles()
    assert article.key.startswith(slug(article.title))


def test_who_had_it_first_gives_it_up_to_a_lower_number_and_to_no_equal(rig):
    rig.server.on("/b", answer(feed(SQUAT)))
    rig.server.on("/a", answer(feed()), answer(feed(TRUE)))
    both = (rig.remote("/a"), rig.remote("/b"))
    rig.gather(*both, priority=weight(a=1, b=2))
    (key,) = (each.key for each in rig.store.library.articles())
    rig.gather(*both, at=NOON + HOUR, priority=weight(a=5, b=5))
    assert owner(rig) == ("feed:/b", "Squatted", ["feed:/a"])
    rig.gather(*both, at=NOON + 2 * HOUR, priority=weight(a=1, b=2))
    for hours in (3, 4):
        assert owner(rig) == ("feed:/a", "The true story", ["feed:/b"])
        rig.gather(*both, at=NOON + hours * HOUR, priority=weight(a=1, b=2))
    assert [each.key for each in rig.store.library.articles()] == [key]


def test_a_page_gives_the_articles_that_it_leads_to(rig):
    rig.server.on("/robots.txt", answer(status=404))
    paths = ["/2026/03/mill-1", "/2026/03/mill-2", "/2026/03/mill-3"]
    rig.server.on("/news", section(*paths), section(*paths))
    for number, path in enumerate(paths, start=1):
        rig.server.on(path, page(f"The long story of mill number {number}"))
    rig.server.on(paths[2], answer(status=500), page("The long story of mill number 3"))
    rig.gather(rig.page())
    assert rig.titles() == ["The long story of mill number 1", "The long story of mill number 2"]
    rig.gather(rig.page(), at=NOON + HOUR)
    assert len(rig.titles()) == 3
    assert [rig.server.paths.count(path) for path in paths] == [1, 1, 2]


def test_robots_txt_counts_for_pages_and_not_for_feeds(rig):
    rig.server.on("/robots.txt", answer(b"User-agent: *\nDisallow: /\n"))
    rig.server.on("/feed", answer(feed(entry(1))))
    rig.server.on("/news", section("/2026/03/mill-1"))
    fine, refused = rig.gather(rig.remote(), rig.page())
    assert (fine.trouble, rig.titles()) == ("", ["Pump 1"])
    assert "robots.txt" in refused.trouble


def test_a_card_beyond_the_first_ones_is_no_article_even_where_conditions_leave_room(rig):
    rig.server.on("/robots.txt", answer(status=404))
    paths = [f"/2026/03/mill-{number}" for number in range(1, 5)]
    rig.server.on("/news", section(*paths))
    for number, path in enumerate(paths, start=1):
        rig.server.on(path, page(f"The long story of mill number {number}"))
    source = rig.page(exclude=Filter(words=("1",)))
    source = replace(source, rules=replace(source.rules, first=2))
    rig.gather(source)
    assert rig.titles() == ["The long story of mill number 2"]
    rig.gather(source, at=NOON + HOUR)
    assert rig.titles() == ["The long story of mill number 2"]
    assert [rig.server.paths.count(path) for path in paths] == [1, 1, 0, 0]


def test_the_page_of_what_another_source_has_is_fetched_once(rig):
    rig.server.on("/robots.txt", answer(status=404))
    paths = [f"/2026/03/mill-{number}" for number in range(1, 5)]
    rig.server.on("/news", section(*paths[:3]), section(*paths))
    for number, path in enumerate(paths, start=1):
        rig.server.on(path, page(f"The long story of mill number {number}"))
    rig.server.on("/feed", answer(feed(entry(1).replace("https://example.org/1", rig.server.url(paths[0])))))
    for hours in range(3):
        rig.gather(rig.remote(), rig.page(), at=NOON + hours * HOUR)
    assert rig.titles() == ["Pump 1", *(f"The long story of mill number {number}" for number in (2, 3, 4))]
    assert [rig.server.paths.count(path) for path in paths] == [1, 1, 1, 1]


WISHES = "<ttl>120</ttl><skipHours><hour>15</hour><hour>16</hour></skipHours><skipDays><day>Tuesday</day></skipDays>"


def test_a_feed_is_left_alone_as_it_wishes_also_after_a_304(rig):
    said = feed(entry(1)).replace(b"<item>", WISHES.encode() + b"<item>")
    rig.server.on("/feed", answer(said, etag='"1"'), answer(status=304))
    source = rig.remote(every=timedelta(minutes=30))
    asked = []
    for hours in range(50):  # from Monday noon on, each hour
        before = len(rig.server.asked)
        rig.gather(source, at=NOON + hours * HOUR)
        asked += [hours] * (len(rig.server.asked) - before)
    # Every two hours, but not at 15 and 16; on Tuesday (from 12 on) once it was not asked for 23 hours.
    assert asked == [0, 2, 5, 7, 9, 11, 34, 36, 38, 40, 42, 44, 46, 48]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([told("a1")], [told("a2")]),
        ([told("")], [told("a2")]),
        ([told("a1")], [told("")]),
        ([told("")], [told("", "http://example.org/1")]),
        ([told("a", "https://example.org/2", LATER, "Later"), told("a")], [told("a")]),
        ([told("")], [told("", text=LATER, title="Later"), told("")]),
    ],
    ids=[
        "another id each time",
        "ids begin",
        "ids end",
        "the site moves to https",
        "an id is single now",
        "one address",
    ],
)
def test_an_entry_that_is_known_by_something_else_now_is_taken_once(rig, first, second):
    rig.server.on("/feed", answer(feed(*first)), answer(feed(*second)), answer(feed(*first)))
    for hours in range(3):
        rig.gather(at=NOON + hours * HOUR)
    assert rig.titles().count("Pump") == 1


def test_an_entry_that_the_feed_still_shows_is_not_taken_for_another(rig):
    ours, other = told("", "https://example.org/1"), told("", "https://example.org/2")
    rig.server.on("/feed", answer(feed(ours)), answer(feed(other, ours)))
    rig.gather()
    rig.gather(at=NOON + HOUR)
    assert rig.titles() == ["Pump", "Pump"]


def test_what_was_there_before_stays_out_under_another_id(rig):
    entries = [[told(f"{number}-{day}", f"https://example.org/{number}") for number in range(4)] for day in range(2)]
    rig.server.on("/feed", answer(feed(*entries[0])), answer(feed(*entries[1])))
    source = rig.remote()
    source = replace(source, rules=replace(source.rules, first=1))
    rig.gather(source)
    (second,) = rig.gather(source, at=NOON + HOUR)
    assert rig.titles() == ["Pump"]
    assert second.changes.added == ()


def test_a_changed_rule_counts_although_the_server_says_that_nothing_has(rig):
    async def honest(asked, writer) -> None:
        known = asked.headers.get("if-none-match") == '"1"'
        writer.write(answer(status=304) if known else answer(feed(entry(1), entry(2)), etag='"1"'))

    rig.server.on("/feed", honest)
    rig.gather()
    strict = rig.remote(rules={"exclude": Filter(words=("2",))})
    (changed,) = rig.gather(strict, at=NOON + HOUR)
    assert [len(changed.changes.withdrawn), changed.read] == [1, 2]
    (again,) = rig.gather(strict, at=NOON + 2 * HOUR)
    assert rig.server.asked[-1].headers["if-none-match"] == '"1"'
    assert again.read == 0
    rig.gather(at=NOON + 3 * HOUR)
    assert [each.withdrawn for each in rig.store.library.candidates()] == [False, False]


def mills(rig) -> list[str]:
    rig.server.on("/robots.txt", answer(status=404))
    paths = [f"/2026/03/mill-{number}" for number in range(1, 4)]
    for number, path in enumerate(paths, start=1):
        rig.server.on(path, page(f"The long story of mill number {number}"))
    return paths


def test_a_card_with_another_teaser_each_time_costs_its_page_once(rig):
    paths = mills(rig)
    teasers = (f"Read by {hour}00 people who wanted to know of mills" for hour in range(1, 3))
    rig.server.on("/news", *(section(*paths, teaser=each) for each in teasers))
    rig.gather(rig.page())
    rig.gather(rig.page(), at=NOON + HOUR)
    assert [rig.server.paths.count(path) for path in paths] == [1, 1, 1]


def test_one_article_of_two_pages_is_one_and_also_in_the_other(rig):
    paths = mills(rig)
    for each in ("/news", "/water"):
        rig.server.on(each, section(*paths))
    _, second = rig.gather(rig.page(), rig.page("/water"))
    assert second.changes.problems == ()
    keys = [each.key for each in rig.store.library.candidates()]
    also = rig.store.library.also_in(keys)
    assert [[each.source for each in also[key]] for key in keys] == [["webpage:/water"]] * 3


def test_no_feed_can_name_a_link_that_would_stop_a_send(rig):
    links = [
        "http://localhost:8000/a", "http://127.0.0.1/a", "http://[::1]/a", "http://desk.local/a", "http://10.0.0.1/a",
        "https://example.org:port/a", "https://exa mple.org/a", "https:///a", 'https://example.org/1?q="><b>|%zz',
    ]  # fmt: skip
    body = "".join(f"<a href='{each}'>{TEXT}</a><img src='{each}'>" for each in links)
    entries = "".join(told(f"g{at}", escape(each), escape(body), f"Title {at}") for at, each in enumerate(links))
    origin = FeedOrigin(source="feed:x", place="x", url="https://example.org/feed")
    reading = read_feed(feed(entries), origin, NOON)
    assert [each.url for each in reading.articles] == [""] * 8 + ["https://example.org/1?q=%22%3E%3Cb%3E%7C%25zz"]
    for each in reading.articles:
        found = re.findall(r'(?:href|src)="([^"]*)"', each.body.html)
        assert {urlsplit(address).hostname for address in found} == {"example.org"}
        assert all(well_formed_host(address) for address in found)
        assert each.body.html.count(TEXT) == len(links)


def test_a_feed_of_the_own_network_may_lead_into_it(rig):
    rig.server.on("/feed", answer(feed(told("a", "http://10.0.0.1/a", escape("<a href='http://10.0.0.2/b'>b</a>")))))
    rig.gather()
    (article,) = rig.store.library.articles()
    assert article.url == "http://10.0.0.1/a"
    assert "http://10.0.0.2/b" in article.body.html


@pytest.mark.parametrize("kind", ["feed", "page"])
def test_what_a_source_that_was_taken_out_had_first_stays_where_it_is_in_another(rig, kind):
    paths = mills(rig)
    link = escape(rig.server.url(paths[0]))
    rig.server.on("/first", answer(feed(told("https://example.org/1", link))))

    async def honest(asked, writer) -> None:
        known = asked.headers.get("if-none-match") == '"1"'
        content = (
            feed(told("https://example.org/1", link)) if kind == "feed" else section(*paths).partition(b"\r\n\r\n")[2]
        )
        writer.write(answer(status=304) if known else answer(content, etag='"1"'))

    rig.server.on("/second", honest)
    source = {"type": "feed" if kind == "feed" else "webpage", "url": rig.server.url("/second"), "name": "/second"}
    shape = (FeedShape if kind == "feed" else WebPageShape).model_validate({**source, "local": True, "every": "30m"})
    settings = shape.of(Path(), UTC)
    rig.gather(rig.remote("/first"), remote(settings))
    ours = [each.key for each in rig.store.library.candidates() if each.source == "feed:/first"]
    assert len(ours) == 1
    intake = Intake([settings], rig.store.library, rig.store.visits, "desk@example.org")
    intake.collect(NOON + HOUR, lambda items, **_: iter(items))
    assert [each.source for each in rig.store.library.candidates() if each.key in ours and not each.withdrawn] == [
        settings.name
    ]
