"""Where a request must not go, and what it must not carry there."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace

import httpcore2
import pytest
from asking import NOW, PUBLIC, QUICK, Elsewhere, fetch, names, want
from web_server import answer, certificate, moved, serving

from digest.core.fetching import Login
from digest.fetch.errors import GuardError
from digest.fetch.fetcher import Fetcher
from digest.fetch.guard import Guard


def test_what_is_inside_the_own_network_is_not_asked(server):
    found = fetch(server.url("/a"), local=False)
    assert found.outcome == "refused"
    assert found.reason == (
        f"{server.url('/a')} leads to 127.0.0.1 (loopback), inside your own network: "
        "if you mean it, say `local: true` of its source (digest sources add --local)"
    )
    assert server.asked == []


@pytest.mark.parametrize(
    "location",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://0x7f.1/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://localhost/",
        "//192.168.1.1/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "http://127.0.0.1:25/",
        "javascript:alert(1)",
    ],
)
def test_a_redirect_leads_to_no_such_place_not_even_from_a_local_source(server, location):
    server.on("/a", moved(location))
    found = fetch(server.url("/a"))
    assert (found.outcome, len(server.asked)) == ("refused", 1)
    assert " leads " in found.reason


def test_a_public_name_that_leads_inside_is_not_asked_nor_one_that_does_so_the_second_time(server):
    network = Elsewhere(server.port)
    resolve = names(turns_example=[[PUBLIC], ["127.0.0.1"]], inside_example=[["10.1.2.3", "fe80::1"]])
    server.on("/", moved("http://inside.example/"))
    server.on("/2", answer(b"in", connection="close"))

    def ask(url):
        return fetch(url, local=False, resolve=resolve, network=network)

    found = ask("http://turns.example/")
    assert found.outcome == "refused"
    assert "leads to inside.example at 10.1.2.3 (private)" in found.reason
    found = ask("http://turns.example/2")
    assert "leads to turns.example at 127.0.0.1 (loopback)" in found.reason
    assert network.dialled == [(PUBLIC, 80)]
    assert resolve.asked == ["turns.example", "inside.example", "turns.example"]


def test_of_several_addresses_the_permitted_ones_are_dialled_with_the_name_kept(server):
    network = Elsewhere(server.port)
    server.on("/", answer(b"in"))
    found = fetch(
        "http://both.example/",
        local=False,
        resolve=names(both_example=[["10.0.0.1", PUBLIC, "8.8.8.8"]]),
        network=network,
    )
    assert (found.content, network.dialled) == (b"in", [(PUBLIC, 80)])
    assert server.asked[0].headers["host"] == "both.example"


def test_an_address_where_nobody_listens_gives_way_to_the_next(server):
    class First(Elsewhere):
        async def connect_tcp(self, host, port, *args, **more):
            if host == PUBLIC:
                raise httpcore2.ConnectError("nobody there")
            return await super().connect_tcp(host, port, *args, **more)

    resolve = names(two_example=[[PUBLIC, "8.8.8.8"]], one_example=[[PUBLIC]], none_example=[[]])
    network = First(server.port)
    server.on("/", answer(b"in"))
    assert fetch("http://two.example/", local=False, resolve=resolve, network=network).content == b"in"
    found = fetch("http://one.example/", local=False, resolve=resolve, network=network)
    assert (found.outcome, "does not answer at 8.8.4.4 port 80 (nobody there)" in found.reason) == ("failed", True)
    found = fetch("http://none.example/", local=False, resolve=resolve, network=network)
    assert "which has no address" in found.reason


def test_a_connection_into_the_own_network_serves_no_other_source(server):
    for path in "ab":
        server.on(f"/{path}", answer(b"inside"))
    limits = replace(QUICK, per_host=1)
    wanted = [want(server.url("/a"), key="a"), want(server.url("/b"), key="b", local=False)]
    found = {each.key: each.outcome for each in Fetcher("", limits).fetch(wanted, NOW)}
    assert found == {"a": "new", "b": "refused"}


def test_a_name_that_is_not_found(monkeypatch):
    def nothing(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nothing)
    found = fetch("http://name.example/", local=False)
    assert (found.outcome, "which is not found" in found.reason) == ("failed", True)


def test_the_system_resolver_is_asked_once_and_judged(monkeypatch):
    asked = []

    def inside(host, port, **_):
        asked.append((host, port))
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.168.0.9", port))] * 2

    monkeypatch.setattr(socket, "getaddrinfo", inside)
    assert "at 192.168.0.9 (private)" in fetch("https://name.example/", local=False).reason
    assert asked == [("name.example", 443)]


def test_a_login_is_for_its_own_origin_and_in_no_message(server):
    server.on("/a", moved("/b"))
    server.on("/b", moved(server.url("/c", host="other.example")))
    server.on("/c", answer(b"", 404))
    network = Elsewhere(server.port)
    url = server.url("/a").replace("//", "//me:s%40cret@")
    found = fetch(url, resolve=names(other_example=[[PUBLIC]]), network=network)
    logins = [each.headers.get("authorization") for each in server.asked]
    assert logins == ["Basic bWU6c0BjcmV0", "Basic bWU6c0BjcmV0", None]
    assert found.outcome == "failed"
    assert "cret" not in found.reason + found.url + found.visit.moved_to


def test_a_login_s_password_is_in_the_environment(server):
    server.on("/a", moved("/b"))
    server.on("/b", moved(server.url("/c", host="other.example")))
    server.on("/c", answer(b"c"))
    wanted = replace(want(server.url("/a")), login=Login("me", "FEED_PASSWORD"))
    more = {"resolve": names(other_example=[[PUBLIC]]), "network": Elsewhere(server.port)}
    (found,) = Fetcher("", QUICK, environ={"FEED_PASSWORD": "s@cret"}, **more).fetch([wanted], NOW)
    assert found.content == b"c"
    assert [each.headers.get("authorization") for each in server.asked] == ["Basic bWU6c0BjcmV0"] * 2 + [None]


def test_without_its_password_a_source_is_not_asked(server):
    wanted = replace(want(server.url("/a")), login=Login("me", "FEED_PASSWORD"))
    for environ in ({}, {"FEED_PASSWORD": ""}):
        (found,) = Fetcher("", QUICK, environ=environ).fetch([wanted], NOW)
        assert (found.outcome, server.asked) == ("refused", [])
        assert "variable FEED_PASSWORD, which holds its password, is not set: set it where digest is" in found.reason


def test_cookies_are_not_kept(server):
    server.on("/a", moved("/b", set_cookie="a=b"))
    server.on("/b", answer(b"b", set_cookie="c=d"))
    assert fetch(server.url("/a")).content == b"b"
    assert not any("cookie" in each.headers for each in server.asked)


def test_a_proxy_in_the_environment_is_not_asked(server, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    server.on("/a", answer(b"a"))
    assert fetch(server.url("/a")).content == b"a"


def test_by_tls_a_certificate_must_be_trusted_and_http_2_is_spoken(tmp_path):
    shown, trusting = certificate(tmp_path, "127.0.0.1", "name.example")
    shown.set_alpn_protocols(["h2", "http/1.1"])
    with serving(shown) as server:
        server.on("/a", answer(b"secret", etag='"2"'))
        found = fetch(server.url("/a"))
        assert (found.outcome, server.asked) == ("failed", [])
        assert "certificate verify failed" in found.reason
        assert fetch(server.url("/a"), tls=trusting).content == b"secret"
        resolve, network = names(name_example=[[PUBLIC]], no_example=[[PUBLIC]]), Elsewhere(server.port)
        found = fetch("https://name.example/a", local=False, tls=trusting, resolve=resolve, network=network)
        assert (found.content, found.visit.etag) == (b"secret", '"2"')
        found = fetch("https://no.example/a", local=False, tls=trusting, resolve=resolve, network=network)
        assert "Hostname mismatch" in found.reason
        assert [each.version for each in server.asked] == ["2", "2"]
        assert server.asked[1].headers[":authority"] == "name.example"


def test_a_handshake_that_never_ends_is_given_up(server):
    """The server takes what is sent for the beginning of a request, and waits for the rest."""
    found = fetch(server.url("/a").replace("http:", "https:"), limits=replace(QUICK, connect=0.2))
    assert (found.outcome, "does not answer" in found.reason) == ("failed", True)


def test_a_port_is_looked_at_where_it_is_dialled_too():
    async def connect():
        await Guard(Elsewhere(1), names(), local=True).connect_tcp("127.0.0.1", 25)

    with pytest.raises(GuardError, match="has port 25"):
        asyncio.run(connect())


def test_where_encryption_ends_is_noted_and_not_remembered(server, tmp_path):
    shown, trusting = certificate(tmp_path, "127.0.0.1")
    server.on("/b", answer(b"plain"))
    with serving(shown) as safe:
        safe.on("/a", moved(server.url("/b"), 301))
        found = fetch(safe.url("/a"), tls=trusting)
    assert (found.content, found.visit.moved_to) == (b"plain", "")
    assert found.notes == (f"{safe.url('/a')} leads on to {server.url('/b')}, which is not encrypted",)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "an empty address is not asked"),
        ("ftp://host.example/", "is not asked: only http and https"),
        ("https:///path", "names no host"),
        ("http://host.example:22/", "has port 22"),
        ("http://exa mple/", "is no address"),
    ],
)
def test_what_is_no_address_is_refused(url, words):
    found = fetch(url)
    assert (found.outcome, found.visit.failures) == ("refused", 1)
    assert words in found.reason
