from __future__ import annotations

import pytest

from digest.checks.links import addresses_in, links, unreachable
from digest.checks.page import Page
from digest.core.hosts import private_host


@pytest.mark.parametrize(
    "host",
    ["localhost", "a.localhost", "desk", "printer.local", "x.home.arpa", "127.0.0.1", "10.1.2.3", "172.16.0.1",
     "192.168.0.1", "169.254.1.1", "100.64.0.1", "0.0.0.1", "::1", "[::1]", "fe80::1", "fc00::1", "localhost."],
)  # fmt: skip
def test_hosts_that_readers_cannot_reach(host):
    assert private_host(host)


@pytest.mark.parametrize("host", ["example.org", "local.example.org", "notlocal.example", "8.8.8.8", "2606:4700::1111"])
def test_hosts_that_everybody_reaches(host):
    assert not private_host(host)


def test_addresses_of_a_text_end_before_the_sign_that_ends_the_sentence():
    text = "See https://example.org/a, (https://example.org/b) and <https://example.org/c>. HTTP://EXAMPLE.ORG/d!"
    assert addresses_in(text) == [
        "https://example.org/a", "https://example.org/b", "https://example.org/c", "HTTP://EXAMPLE.ORG/d",
    ]  # fmt: skip


def test_only_links_of_the_plain_text_are_looked_at_not_its_words():
    text = "Open http://localhost:8000 in a browser.\n[1] http://localhost:1/\nRSS: http://localhost:2/\nhttp://localhost:3"
    found = links(Page(b"", "weekly email.html"), text, "t")
    assert [each.place for each in found if each.code == "LINK004"] == ["t:2", "t:3", "t:4"]


def message(*addresses):
    return Page("\n".join(f'<a href="{address}">x</a>' for address in addresses).encode(), "weekly email.html")


def test_an_address_is_told_of_once_however_often_it_is_there():
    page = message("https://localhost/a", "https://localhost/b", "https://localhost/a", "https://example.org/ a")
    found = links(page, "\n[1] https://localhost/a\n", "weekly email.txt")
    assert [(each.code, str(each.place)) for each in found] == [
        ("LINK004", "weekly email.html:1"),
        ("LINK004", "weekly email.html:2"),
        ("LINK001", "weekly email.html:4"),
    ]
    said = "which readers cannot reach"
    assert found[0].what.endswith(f"{said}; 3 times: email.html:1, email.html:3, email.txt:2")
    assert found[1].what.endswith(said)


def test_of_many_places_some_are_named_and_all_are_counted():
    (found,) = links(message(*["https://localhost/"] * 30), "", "weekly email.txt")
    places = ", ".join(f"email.html:{line}" for line in range(1, 6))
    assert found.what.endswith(f"; 30 times: {places} and 25 more")


def test_addresses_that_begin_alike_are_told_apart():
    long = f"https://localhost/{'a' * 100}"
    assert len(links(message(f"{long}1", f"{long}2"), "", "weekly email.txt")) == 2


def test_what_no_reader_reaches_is_not_followed_wherever_it_stands():
    page = message("https://localhost/a", "https://example.org/", "https://example.org/ a", "http://example.org/")
    assert unreachable(page) == {"https://localhost/a", "https://example.org/ a"}
