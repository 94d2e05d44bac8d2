"""Links followed to a real web server on loopback."""

from __future__ import annotations

import pytest
from asking import NOW, PUBLIC, QUICK, Elsewhere
from web_server import answer, moved, serving

from digest.checks.alive import follow
from digest.fetch.fetcher import Fetcher

LED_ASTRAY = (
    "was not followed to its end: http://host.example/a leads on to ftp://a.example/, "
    "which is not asked: only http and https are; write https://..."
)


@pytest.fixture
def server():
    with serving() as found:
        yield found


@pytest.fixture
def asked(server):
    """Follow paths of the server, which stands for a public one; the codes and words of what is wrong."""

    async def resolve(host, port):
        return [PUBLIC if host == "host.example" else "10.0.0.1"]

    def ask(*paths, host="host.example"):
        fetcher = Fetcher("", QUICK, resolve=resolve, network=Elsewhere(server.port))
        linked = [(f"http://{host}{path}", f"email.html:{path}") for path in paths]
        found = list(follow(linked, lambda wanted: fetcher.fetch(wanted, NOW)))
        assert all(each.place.startswith("email.html:/") for each in found)
        return [(each.code, each.what.partition(" ")[2]) for each in found]

    return ask


def test_what_answers_is_asked_once_by_head(server, asked):
    for path in ("/200?a=b", "/"):
        server.on(path, answer(b"there"))
    assert asked("/200?a=b#c", "/200?a=b#d", "/") == []
    assert sorted((each.method, each.target) for each in server.asked) == [("HEAD", "/"), ("HEAD", "/200?a=b")]


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        (answer(b"", 404), "LINK005", "answers 404 Not Found"),
        (answer(b"", 410), "LINK005", "answers 410 Gone"),
        (answer(b"", 500), "LINK006", "answers 500"),
        (answer(b"", 999), "LINK006", "answers 999"),
        (moved("/a"), "LINK006", "was not followed to its end: http://host.example/a leads in a circle"),
        (moved("ftp://a.example/"), "LINK006", LED_ASTRAY),
    ],
)
def test_what_does_not_answer_as_it_should(server, asked, said, code, words):
    server.on("/a", said)
    assert asked("/a") == [(code, words)]


@pytest.mark.parametrize("status", [200, 204, 206])
def test_what_answers_in_another_way_is_there_all_the_same(server, asked, status):
    server.on("/a", answer(b"", status))
    assert asked("/a") == []


def test_a_server_that_does_not_like_head_is_asked_by_get(server, asked):
    server.on("/a", answer(b"", 405), answer(b"there"))
    assert asked("/a") == []
    assert [each.method for each in server.asked] == ["HEAD", "GET"]


def test_neighbours_of_this_machine_are_not_asked(server, asked):
    ((code, words),) = asked("/a", host="inside.example")
    assert (code, server.asked) == ("LINK006", [])
    assert words.endswith("leads to inside.example at 10.0.0.1 (private), inside your own network")


def test_findings_stand_in_the_order_of_the_links(server, asked):
    paths = [f"/{number}" for number in range(10)]
    server.on("/0", moved("/late"))
    assert asked(*paths) == [("LINK005", "answers 404 Not Found")] * 10
    found = follow([(path, path) for path in paths], lambda wanted: reversed([*Fetcher("").fetch(wanted, NOW)]))
    assert [each.place for each in found] == paths
