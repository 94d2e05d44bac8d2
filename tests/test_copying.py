"""Copying pictures from a real server that misbehaves: what comes, what does not and why, in whatever order."""

from __future__ import annotations

import asyncio
import gzip
import sys
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import pytest

from digest import copying
from digest.copying import Copier, Remembering
from digest.core.fetching import Fetched, Visit
from digest.fetch.fetcher import Fetcher
from digest.fetch.limits import PICTURES

sys.path.insert(0, str(Path(__file__).parent / "fetch"))

from web_server import answer, moved, serving

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
QUICK = replace(PICTURES, spacing=0.0)


@pytest.fixture
def server():
    with serving() as found:
        yield found


class Given:
    """A fetcher that has these answers, in this order."""

    def __init__(self, *answers):
        self.answers = answers
        self.wanted = []

    def fetch(self, wanted, now):
        del now
        known = {each.url: each for each in wanted}
        self.wanted += known
        for url, content in self.answers:
            if url in known:
                outcome = "new" if content else "failed"
                yield Fetched(known[url].key, url, outcome, content, "", "", Visit(url), f"{url} breaks off (reset)")


def copier(fetcher, local=lambda *_: True):
    return Copier(lambda: fetcher, local)


def copied(fetcher, *named, local=lambda *_: True):
    found, problems = copier(fetcher, local).copy({each: f"{each[0]} (Title)" for each in named}, NOW, lambda: None)
    return found, [str(each) for each in problems]


async def drip(_, writer):
    writer.write(b"HTTP/1.1 200 Said\r\nContent-Type: image/png\r\n\r\n\x89PNG")
    while True:
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(0.05)


async def silent(_, writer):
    await asyncio.sleep(60)
    del writer


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (answer(status=404), "it answers 404 Not Found"),
        (answer(status=599), "it answers 599"),
        (answer(status=429, retry_after="60"), "it answers 429 Too Many Requests"),
        (moved("http://10.0.0.1/x.png"), "http://10.0.0.1/x.png leads to 10.0.0.1 (private), inside your own network"),
        (moved("http://169.254.169.254/"), "leads to 169.254.169.254 (a cloud's metadata address), where nobody pub"),
        (moved("http://localhost/x.png"), "inside your own network"),
        (moved("file:///etc/passwd"), "only http and https are"),
        (moved("/x.png"), "leads in a circle"),
        (drip, "it takes more than 1 seconds"),
        (silent, "it takes more than 1 seconds"),
        (answer(b"\x89PNG", content_length="900", connection="close"), "it breaks off"),
        (answer(b"", content_length="10000001", connection="close"), "it sends more than"),
        (answer(gzip.compress(bytes(20_000_000)), content_encoding="gzip"), "it unpacks to more than"),
    ],
)
def test_what_does_not_come_is_named_with_its_article_and_address_and_the_others_come(server, said, why):
    server.on("/x.png", said)
    server.on("/y.png", answer(b"picture"))
    bad, good = ("feed:Pumps", server.url("/x.png")), ("feed:Pumps", server.url("/y.png"))
    found, (problem,) = copied(Fetcher("", replace(QUICK, seconds=1.0)), bad, good)
    # Of one host that wants to be left alone, nothing more is asked.
    assert set(found) <= {good}
    assert problem.startswith(f"feed:Pumps (Title): the picture {server.url('/x.png')} is left out: ")
    assert why in problem
    assert "tried again" not in problem
    assert "digest sources" not in problem


def test_what_takes_long_keeps_the_edition_no_longer_than_all_may_take(server):
    server.on("/y.png", answer(b"picture"))
    names = [("feed:Pumps", server.url(path)) for path in ("/y.png", "/a", "/b", "/c", "/d", "/e")]
    for _, url in names[1:]:
        server.on(url.removeprefix(server.url("")), drip)
    found, problems = copied(Fetcher("", replace(QUICK, total=1.5)), *names)
    assert found == {names[0]: b"picture"}
    assert len(problems) == 5
    assert all("the 1.5 seconds for all were over" in each for each in problems)


def test_one_that_many_stories_show_is_asked_once_and_each_is_told_where_it_fails(server):
    server.on("/x.png", answer(b"picture"))
    names = [(source, server.url(path)) for path in ("/x.png", "/gone.png") for source in ("feed:A", "feed:B")]
    found, problems = copied(Fetcher("", QUICK), *names)
    assert found == dict.fromkeys(names[:2], b"picture")
    assert sorted(server.paths) == ["/gone.png", "/x.png"]
    assert [each[:6] for each in problems] == ["feed:A", "feed:B"]


def test_only_a_source_that_is_marked_reaches_the_own_network(server):
    server.on("/x.png", answer(b"picture"))
    ours, theirs = ("feed:Ours", server.url("/x.png")), ("feed:Theirs", server.url("/x.png"))
    found, (problem,) = copied(Fetcher("", QUICK), theirs, ours, local=lambda name, _: name == "feed:Ours")
    assert found == {ours: b"picture"}
    assert "feed:Theirs" in problem
    assert "inside your own network" in problem
    assert len(server.asked) == 1


def test_pictures_are_no_pages_and_ask_for_no_robots(server):
    server.on("/x.png", answer(b"picture"))
    copied(Fetcher("", QUICK), ("feed:A", server.url("/x.png")))
    assert server.paths == ["/x.png"]
    assert server.asked[0].headers["accept"].startswith("image/")
    assert "cookie" not in server.asked[0].headers


def test_what_is_copied_depends_on_no_order_of_coming(monkeypatch):
    monkeypatch.setattr(copying, "MOST_OCTETS", 100)
    sizes = {"a": 40, "b": 0, "c": 50, "d": 20, "e": 5}
    names = [("feed:A", f"https://e.example/{each}") for each in sizes]
    answers = [(url, bytes(size)) for (_, url), size in zip(names, sizes.values(), strict=True)]
    results = [copied(Given(*each), *names) for each in permutations(answers)]
    assert all(each == results[0] for each in results)
    found, problems = results[0]
    # The first that fit together; none that comes after one that does not.
    assert [url[-1] for _, url in found] == ["a", "c"]
    assert [each.partition("example/")[2][0] for each in problems] == ["b", "d", "e"]
    assert "it breaks off (reset)" in problems[0]
    assert "more than 100 octets" in problems[1]


def test_more_than_so_many_are_not_asked_for(monkeypatch):
    monkeypatch.setattr(copying, "MOST_PICTURES", 2)
    names = [("feed:A", f"https://e.example/{each}") for each in "abc"]
    fetcher = Given(*((url, b"picture") for _, url in names))
    found, (problem,) = copied(fetcher, *names)
    assert list(found) == names[:2]
    assert fetcher.wanted == [url for _, url in names[:2]]
    assert "more than 2 are too many" in problem


def test_where_nobody_is_asked_nothing_is_said():
    assert copied(None, ("feed:A", "https://e.example/a")) == ({}, [])


def test_without_a_picture_no_fetcher_is_made():
    assert Copier(lambda: pytest.fail("made"), lambda *_: False).copy({}, NOW, lambda: None) == ({}, [])


def test_whoever_lost_the_newsletter_stops():
    class LostError(Exception):
        pass

    def keep():
        raise LostError

    with pytest.raises(LostError):
        copier(Given(("https://e.example/a", b"x"))).copy({("feed:A", "https://e.example/a"): ""}, NOW, keep)


def test_a_preview_asks_for_each_address_once_and_forgets_what_is_wanted_no_more(server):
    server.on("/x.png", answer(b"picture"))
    server.on("/y.png", answer(b"other"))
    x, y, gone = (("feed:A", server.url(path)) for path in ("/x.png", "/y.png", "/gone.png"))
    fetcher = Remembering(Fetcher("", QUICK))
    first = copied(fetcher, x, gone)
    assert copied(fetcher, x, gone) == first
    assert first[0] == {x: b"picture"}
    assert sorted(server.paths) == ["/gone.png", "/x.png"]
    assert copied(fetcher, y, gone, x)[0] == {y: b"other", x: b"picture"}
    assert server.paths[2:] == ["/y.png"]
    copied(fetcher, y)
    assert copied(fetcher, x)[0] == {x: b"picture"}
    assert server.paths[3:] == ["/x.png"]
