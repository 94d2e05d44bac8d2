"""Robots.txt, turns and limits of a run."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import count

import pytest
from asking import NOW, PUBLIC, QUICK, Elsewhere, fetch, want
from web_server import answer, moved

from digest.fetch.fetcher import Fetcher
from digest.fetch.limits import Clock, Limits
from digest.fetch.running import Run


def robots(server, text, status=200, **more):
    server.on("/robots.txt", answer(text, status, **more))
    server.on("/a", answer(b"page"))
    server.on("/b", answer(b"page"))


def test_robots_txt_counts_for_pages_and_is_asked_once(server):
    robots(server, b"\xef\xbb\xbfUser-agent: digest\nDisallow: /b\n\nUser-agent: *\nDisallow: /\n")
    wanted = [want(server.url(path), "page", key=path) for path in ("/a", "/b")]
    found = {each.key: each for each in Fetcher("", QUICK).fetch(wanted, NOW)}
    assert (found["/a"].outcome, found["/b"].outcome) == ("new", "refused")
    assert "is not for programs, its robots.txt says" in found["/b"].reason
    assert server.paths == ["/robots.txt", "/a"]
    for kind in ("feed", "image", "link"):
        assert fetch(server.url("/b"), kind).outcome == "new"
    assert server.paths.count("/robots.txt") == 1


@pytest.mark.parametrize(("status", "outcome"), [(404, "new"), (403, "new"), (500, "refused"), (429, "refused")])
def test_robots_txt_that_is_not_there_allows_all_and_one_that_cannot_be_read_nothing(server, status, outcome):
    robots(server, b"User-agent: *\nDisallow: /\n", status)
    assert fetch(server.url("/a"), "page").outcome == outcome


def test_robots_txt_behind_redirects_in_a_circle_counts_as_none(server):
    robots(server, b"")
    server.on("/robots.txt", moved("/robots.txt"))
    assert fetch(server.url("/a"), "page").outcome == "new"
    assert server.paths.count("/robots.txt") == 6


def test_robots_txt_that_breaks_off_forbids_and_the_rest_of_one_too_long_is_left(server):
    robots(server, b"User-agent", content_length="500", connection="close")
    assert fetch(server.url("/a"), "page").outcome == "refused"
    robots(server, b"User-agent: *\nDisallow: /b\n" + b"#" * (1 << 20))
    server.asked.clear()
    assert fetch(server.url("/a"), "page").outcome == "new"
    assert fetch(server.url("/b"), "page").outcome == "refused"


def test_each_hop_of_a_page_is_looked_up_in_robots_txt(server):
    robots(server, b"User-agent: *\nDisallow: /b\n")
    server.on("/a", moved("/b"))
    assert fetch(server.url("/a"), "page").outcome == "refused"
    assert server.paths == ["/robots.txt", "/a"]


class Time:
    """A clock that only waiting moves."""

    def __init__(self):
        self.now = 0.0
        self.waited = []

    async def sleep(self, seconds):
        self.waited.append(seconds)
        self.now += seconds

    @property
    def clock(self):
        return Clock(lambda: self.now, self.sleep)


def test_between_two_requests_to_a_host_there_is_a_pause_and_crawl_delay_is_bounded(server):
    robots(server, b"User-agent: *\nCrawl-delay: 3\n")
    wanted = [want(server.url(path), "page", key=path) for path in ("/a", "/b")]
    for most, pause in ((10.0, 3.0), (2.0, 2.0)):
        time = Time()
        limits = Limits(spacing=0.5, crawl_delay=most, per_host=1)
        assert {each.outcome for each in Fetcher("", limits, clock=time.clock).fetch(wanted, NOW)} == {"new"}
        assert time.waited == [0.5, pause]


def test_the_time_for_the_whole_run_is_bounded_and_nobody_is_blamed(server):
    server.on("/a", answer(b"a"))
    wanted = [want(server.url("/a"), key=str(number)) for number in range(4)]
    limits = Limits(spacing=1.0, total=1.5)
    time = Time()
    found = list(Fetcher("", limits, clock=time.clock).fetch(wanted, NOW))
    assert time.waited == [1.0]
    assert sorted(each.outcome for each in found) == ["new", "new", "not_due", "not_due"]
    left = next(each for each in found if each.outcome == "not_due")
    assert "the 1.5 seconds for all were over" in left.reason
    assert left.visit.failures == 0


def crowd(server, limits, hosts, expected):
    """The most requests that were open at once, of as many as there are hosts; each waits for so many as expected."""
    open_now, most = 0, 0
    enough = asyncio.Event()

    async def slow(asked, writer):
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        if most >= expected:
            enough.set()
        await enough.wait()
        await asyncio.sleep(0.05)  # for those that should not be there
        open_now -= 1
        writer.write(answer(b"a", connection="close"))

    server.on("/a", slow)
    wanted = [want(f"http://{host}/a", key=str(number), local=False) for number, host in enumerate(hosts)]

    async def resolve(host, port):
        return [PUBLIC]

    fetcher = Fetcher("", limits, resolve=resolve, network=Elsewhere(server.port))
    assert {each.outcome for each in fetcher.fetch(wanted, NOW)} == {"new"}
    return most


def test_so_many_at_once_of_a_host_and_of_all(server):
    assert crowd(server, QUICK, ["one.example"] * 8, 2) == 2
    assert crowd(server, replace(QUICK, parallel=5), [f"h{number}.example" for number in range(20)], 5) == 5


def test_two_hundred_feeds_each_answered_once(server):
    server.on("/a", answer(b"a"))
    hosts = [f"h{number}.example" for number in range(200)]
    numbers = count()

    async def resolve(host, port):
        next(numbers)
        return [PUBLIC]

    fetcher = Fetcher("", QUICK, resolve=resolve, network=Elsewhere(server.port))
    found = list(fetcher.fetch([want(f"http://{host}/a", key=host, local=False) for host in hosts], NOW))
    assert sorted(each.key for each in found) == sorted(hosts)
    assert {each.outcome for each in found} == {"new"}
    assert next(numbers) == 200


def test_a_caller_that_is_slow_is_waited_for_and_one_that_stops_ends_the_run(server):
    server.on("/a", answer(b"a"))
    limits = replace(QUICK, parallel=2, per_host=50)
    answers = Fetcher("", limits).fetch([want(server.url("/a"), key=str(number)) for number in range(50)], NOW)
    next(answers)
    asyncio.run(asyncio.sleep(0.5))
    # Two at once and two unread; one was taken.
    assert len(server.asked) <= 6
    answers.close()
    assert len(server.asked) <= 8


def test_a_run_that_is_ended_before_it_began():
    run = Run(Fetcher(""), [want("http://host.example/")], NOW)
    run.loop.call_soon(run.cancel)
    run.start()
    assert run.answers.get() is None
    run.stop()


def test_what_still_waits_or_is_going_on_at_the_end_is_not_blamed(server):
    async def never(asked, writer):
        await asyncio.sleep(60)

    server.on("/a", never)
    limits = replace(QUICK, total=0.3, parallel=1)
    wanted = [want(server.url("/a", host=host), key=host) for host in ("127.0.0.1", "127.0.0.2")]
    found = list(Fetcher("", limits).fetch(wanted, NOW))
    assert [(each.outcome, each.visit.failures) for each in found] == [("not_due", 0)] * 2
    assert len(server.asked) <= 1


def test_an_error_of_our_own_is_raised_where_the_answers_are_taken(monkeypatch):
    monkeypatch.setattr("digest.fetch.running.Wire", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        fetch("http://127.0.0.1/")


def test_whatever_a_server_makes_a_library_do_is_an_outcome(server, monkeypatch):
    async def odd(*_, **__):
        raise LookupError("odd")

    monkeypatch.setattr("digest.fetch.wire.Wire.ask", odd)
    found = fetch(server.url("/a"))
    assert (found.outcome, "cannot be fetched (LookupError: odd)" in found.reason) == ("failed", True)
