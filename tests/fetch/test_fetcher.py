"""Addresses fetched from a real server on loopback that misbehaves; nothing goes beyond it."""

from __future__ import annotations

import asyncio
import gzip
import subprocess
import sys
import zlib
from dataclasses import replace
from datetime import timedelta

import brotli
import pytest
from asking import NOW, QUICK, fetch, want
from web_server import answer, moved

from digest.core.fetching import Visit
from digest.fetch.fetcher import Fetcher

OK = "HTTP/1.1 200 OK\r\n"


def test_content_and_what_is_remembered_of_it(server):
    server.on("/feed", answer(b"<rss/>", content_type="Application/RSS+xml; charset=UTF-8", etag='"1"'))
    found = fetch(server.url("/feed"))
    assert (found.outcome, found.content, found.media_type, found.charset) == (
        "new",
        b"<rss/>",
        "application/rss+xml",
        "utf-8",
    )
    assert (found.url, found.status, found.reason, found.notes) == (server.url("/feed"), 200, "", ())
    assert found.visit == Visit(
        server.url("/feed"), etag='"1"', validated=server.url("/feed"), last_tried=NOW, last_success=NOW, met=NOW
    )
    headers = server.asked[0].headers
    assert headers["user-agent"].startswith("digest/")
    assert headers["user-agent"].endswith(" (+https://news.example.org/)")
    assert headers["accept-encoding"] == "gzip, deflate, br"
    assert "cookie" not in headers


def test_the_second_time_it_is_asked_whether_it_changed_and_validators_outlive_a_304_without_them(server):
    date = "Mon, 02 Mar 2026 06:00:00 GMT"
    server.on("/feed", answer(b"<rss/>", etag='"1"', last_modified=date), answer(b"", 304, content_length=""))
    state = fetch(server.url("/feed")).visit
    for _ in range(2):
        found = fetch(server.url("/feed"), state=state)
        state = found.visit
        assert (found.outcome, found.content, state.etag, state.last_modified) == ("unchanged", b"", '"1"', date)
    assert server.asked[2].headers["if-none-match"] == '"1"'
    assert server.asked[2].headers["if-modified-since"] == date


def test_validators_are_told_to_nobody_else(server):
    url = server.url("/feed")
    server.on("/feed", moved("/other"))
    server.on("/other", answer(b"other"))
    state = Visit(url, etag='"1"', validated=url)
    assert fetch(url, state=state).outcome == "new"
    assert [each.headers.get("if-none-match") for each in server.asked] == ['"1"', None]


def test_an_unasked_304_is_no_answer(server):
    server.on("/feed", answer(b"", 304, content_length=""))
    found = fetch(server.url("/feed"))
    assert (found.outcome, found.reason) == (
        "failed",
        f"{server.url('/feed')} answers 304 Not Modified: open it in a browser",
    )


@pytest.mark.parametrize("status", [301, 308])
def test_a_permanent_move_is_remembered(server, status):
    server.on("/feed", moved("/new?a=b#c", status))
    server.on("/new?a=b", answer(b"moved"))
    found = fetch(server.url("/feed"))
    assert (found.content, found.url, found.visit.moved_to) == (
        b"moved",
        server.url("/new?a=b"),
        server.url("/new?a=b"),
    )
    fetch(server.url("/feed"), state=found.visit)
    assert server.paths == ["/feed", "/new?a=b", "/new?a=b"]


@pytest.mark.parametrize("status", [302, 303, 307])
def test_another_move_is_not(server, status):
    server.on("/feed", moved("/mid", status))
    server.on("/mid", moved("/new", 301))
    server.on("/new", answer(b"moved"))
    assert fetch(server.url("/feed")).visit.moved_to == ""


def test_a_move_to_where_nothing_comes_from_is_not(server):
    server.on("/feed", moved("/new", 301))
    found = fetch(server.url("/feed"))
    assert (found.outcome, found.visit.moved_to, found.visit.failures) == ("failed", "", 1)


def test_gone_for_good(server):
    server.on("/feed", answer(b"", 410))
    found = fetch(server.url("/feed"))
    assert (found.outcome, found.visit.gone) == ("gone", True)
    assert "take the source out" in found.reason
    assert fetch(server.url("/feed"), state=found.visit).outcome == "not_due"
    assert len(server.asked) == 1


def test_asked_too_often(server):
    server.on("/a", answer(b"", 429, retry_after="3600"))
    limits = replace(QUICK, per_host=1)
    wanted = [want(server.url(path), key=path) for path in ("/a", "/b")]
    found = {each.key: each for each in Fetcher("", limits).fetch(wanted, NOW)}
    assert (found["/a"].outcome, found["/a"].visit.not_before) == ("failed", NOW + timedelta(hours=1))
    assert (found["/b"].outcome, found["/b"].visit.not_before) == ("not_due", NOW + timedelta(hours=1))
    assert found["/b"].visit.failures == 0
    assert server.paths == ["/a"]


def test_html_in_place_of_xml_is_content_and_says_so(server):
    server.on("/feed", answer(b"<html>log in", content_type="text/html"))
    found = fetch(server.url("/feed"))
    assert (found.outcome, found.media_type) == ("new", "text/html")


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"/a": moved("/b"), "/b": moved("/a")}, "leads in a circle"),
        ({"/a": moved("")}, "leads on to nowhere (302)"),
        ({"/a": answer(b"", 404)}, "answers 404 Not Found: look whether it has moved"),
        ({"/a": answer(b"", 503)}, "answers 503 Service Unavailable: its server is in trouble"),
        ({"/a": answer(b"", 299)}, "answers 299: open it in a browser"),
        ({"/a": answer(b"short", content_length="500", connection="close")}, "breaks off ("),
        ({"/a": answer(b"long", content_length="99999999")}, "sends more than"),
        ({"/a": b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 30000 + b"\r\n"}, "breaks off ("),
        ({"/a": b"no HTTP at all\r\n\r\n"}, "breaks off ("),
        ({"/a": answer(b"x", content_encoding="zstd")}, "comes as 'zstd', which was not asked for"),
        ({"/a": answer(b"x", content_encoding="gzip, gzip")}, "comes as 'gzip, gzip', which was not asked for"),
        (
            {"/a": answer(gzip.compress(b"x" * 999, mtime=0)[:-9], content_encoding="gzip")},
            "breaks off in the midst of its gzip",
        ),
        ({"/a": answer(b"\x1f\x8bxxxxxxxx", content_encoding="gzip")}, "is not packed as its server says"),
        ({"/a": answer(b"xxxx", content_encoding="br")}, "is not packed as its server says"),
    ],
)
def test_what_fails_is_an_outcome_that_names_the_place(server, answers, words):
    for path, said in answers.items():
        server.on(path, said)
    found = fetch(server.url("/a"))
    assert (found.outcome, found.content) == ("failed", b"")
    assert words in found.reason
    assert found.reason.startswith(f"http://127.0.0.1:{server.port}/")
    assert (found.visit.failures, found.visit.last_error, found.visit.failing_since) == (1, found.reason, NOW)


def test_redirects_have_an_end(server):
    for number in range(12):
        server.on(f"/{number}", moved(f"/{number + 1}"))
    assert "is redirected more than 10 times" in fetch(server.url("/0")).reason
    assert len(server.asked) == 11


def test_a_head_without_end_is_given_up(server):
    async def endless(asked, writer):
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"x: " + b"y" * 1000 + b"\r\n")
            await writer.drain()

    server.on("/a", endless)
    assert "breaks off" in fetch(server.url("/a")).reason


def test_chunks_without_end_are_given_up(server):
    async def endless(asked, writer):
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"1000\r\n" + b"x" * 0x1000 + b"\r\n")
            await writer.drain()

    server.on("/a", endless)
    found = fetch(server.url("/a"), limits=replace(QUICK, wire=1 << 20))
    assert "sends more than 1 MiB" in found.reason


@pytest.mark.parametrize(
    "head", [b"", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"HTTP/1.1 200 OK\r\nx: "]
)
def test_a_server_that_drips_is_not_waited_for(server, head):
    async def drip(asked, writer):
        writer.write(head)
        while True:
            writer.write(b"1\r\nx\r\n" if head.endswith(b"\r\n") else b"x" if head else b"")
            await writer.drain()
            await asyncio.sleep(0.02)

    server.on("/a", drip)
    found = fetch(server.url("/a"), limits=replace(QUICK, seconds=0.3))
    assert "takes more than 0.3 seconds" in found.reason


def test_the_time_is_for_all_hops_together(server):
    async def slow(asked, writer):
        await asyncio.sleep(0.2)
        writer.write(moved(f"/{int(asked.target[1:]) + 1}", connection="close"))

    for number in range(10):
        server.on(f"/{number}", slow)
    found = fetch(server.url("/0"), limits=replace(QUICK, seconds=0.7))
    assert "takes more than 0.7 seconds" in found.reason
    assert len(server.asked) < 10


def bomb(coding):
    zeros = bytes(40 << 20)
    if coding == "br":
        return brotli.compress(zeros, quality=1)
    return gzip.compress(zeros, 9, mtime=0) if coding == "gzip" else zlib.compress(zeros, 9)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_a_bomb_is_not_inflated(server, coding):
    packed = bomb(coding)
    assert len(packed) < 1 << 20
    server.on("/a", answer(packed, content_encoding=coding))
    assert "unpacks to more than 2 MiB" in fetch(server.url("/a"), limits=replace(QUICK, inflated=2 << 20)).reason


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(b"content", mtime=0)),
        ("x-gzip", gzip.compress(b"con", mtime=0) + gzip.compress(b"tent", mtime=0)),
        ("GZIP", gzip.compress(b"content", mtime=0) + b"\0\0\0"),
        ("gzip", b"content"),
        ("deflate", zlib.compress(b"content")),
        ("deflate", zlib.compress(b"content")[2:-4]),
        ("br", brotli.compress(b"content")),
        ("identity", b"content"),
    ],
)
def test_packed_content_and_what_servers_take_for_it(server, coding, packed):
    chunks = b"".join(b"1\r\n%c\r\n" % octet for octet in packed) + b"0\r\n\r\n"
    head = f"HTTP/1.1 200 OK\r\ncontent-encoding: {coding}\r\n"
    server.on("/chunks", f"{head}transfer-encoding: chunked\r\n\r\n".encode() + chunks)
    server.on("/whole", answer(packed, content_encoding=coding))
    assert fetch(server.url("/chunks")).content == b"content"
    assert fetch(server.url("/whole")).content == b"content"


def test_of_a_link_only_counts_whether_it_answers(server):
    server.on("/a", answer(b"content"))
    server.on("/b", answer(b"", 405), answer(b"content"))
    server.on("/c", answer(b"", 404))
    for path, outcome in (("/a", "new"), ("/b", "new"), ("/c", "failed")):
        found = fetch(server.url(path), "link")
        assert (found.outcome, found.content) == (outcome, b"")
    assert [each.method for each in server.asked] == ["HEAD", "HEAD", "GET", "HEAD"]


def test_what_is_not_due_is_not_asked_and_costs_no_import():
    program = """
import sys
from datetime import UTC, datetime, timedelta
from digest.core.fetching import Visit, Wanted
from digest.fetch.fetcher import Fetcher
now = datetime(2026, 3, 2, tzinfo=UTC)
visit = Visit("http://a.example/", not_before=now + timedelta(hours=1))
(found,) = Fetcher("").fetch([Wanted("k", visit.url, "feed", False, visit)], now)
assert found.outcome == "not_due" and found.visit == visit and visit.url in found.reason, found
assert not {"httpx2", "httpcore2", "asyncio.base_events", "ssl"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", program], check=True)
