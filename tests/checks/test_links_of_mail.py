from __future__ import annotations

import pytest

from digest.checks.links import addresses_in, text_links
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
    text += "\n[1.1] http://localhost:4/"
    assert [each.place for each in text_links(text, "t") if each.code == "LINK004"] == ["t:2", "t:3", "t:4", "t:5"]
