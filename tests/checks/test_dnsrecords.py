"""Records of a domain, asked of a real name server on loopback."""

from __future__ import annotations

import contextlib

import pytest
from dns_server import Zone, serve

from digest.checks import dnsask
from digest.checks.dnsask import DnsResolver
from digest.checks.dnsrecords import DkimKey, check, dkim

GOOD = {
    "example.org": ["MX 10 mail.example.org.", 'TXT "v=spf1 mx -all"', 'TXT "something else"'],
    "_dmarc.example.org": ['TXT "v=DMARC1; p=none; rua=mailto:postmaster@example.org"'],
    "s1._domainkey.example.org": ['TXT "v=DKIM1; k=rsa; p=AAAA" "BBBB"'],
}
KEY = DkimKey("example.org", "s1", "AAAABBBB")


@contextlib.contextmanager
def asking(records, broken=()):
    zone = Zone(records, broken)
    for address in serve(zone):
        yield zone, DnsResolver(address)


def found(changed, domain="example.org", broken=(), **more):
    with asking({**GOOD, **changed}, broken) as (_, resolver):
        return [each.code for each in check(resolver, domain, **more)]


def of_key(*lines, broken=()):
    with asking({**GOOD, "s1._domainkey.example.org": list(lines)} if lines else {}, broken) as (_, resolver):
        return [each.code for each in dkim(resolver, KEY)]


def spf(*records):
    return {"example.org": ["MX 10 mail.example.org.", *(f'TXT "{each}"' for each in records)]}


def test_a_domain_as_it_should_be():
    assert found({}) == []
    with asking(GOOD) as (_, resolver):
        assert list(dkim(resolver, KEY)) == []  # its strings are joined


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"example.org": ['TXT "v=spf1 -all"']}, ["DNS001"]),
        ({"example.org": ["MX 0 .", 'TXT "v=spf1 -all"']}, ["DNS001"]),
        ({"example.org": ["A 192.0.2.1", 'TXT "v=spf1 -all"']}, []),
        ({"example.org": ["AAAA 2001:db8::1", 'TXT "v=spf1 -all"']}, []),
        (spf("v=spf10 -all"), ["DNS002"]),
        (spf(), ["DNS002"]),
        (spf("v=spf1 -all", "v=spf1 mx -all"), ["DNS003"]),
        (spf("v=spf1 mx +all"), ["DNS003"]),
        (spf("v=spf1 all"), ["DNS003"]),
        (spf("v=spf1 ipv4:192.0.2.1 -all"), ["DNS003"]),
        (spf("v=spf1 " + " ".join(f"a:h{n}.example.org" for n in range(10)) + " -all"), []),
        (spf("v=spf1 " + " ".join(f"a:h{n}.example.org" for n in range(11)) + " -all"), ["DNS003"]),
        (spf("v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 exists:%{i}.example.org redirect=example.org"), []),
        ({"_dmarc.example.org": []}, ["DNS007"]),
        ({"_dmarc.example.org": ['TXT "v=DMARC1; p=none"', 'TXT "v=DMARC1; p=reject"']}, ["DNS008"]),
        ({"_dmarc.example.org": ['TXT "v=DMARC1; p=maybe"']}, ["DNS008"]),
        ({"_dmarc.example.org": ['TXT "v=DMARC1"']}, ["DNS008"]),
    ],
)
def test_what_is_wrong_with_a_domain(changed, expected):
    assert found(changed) == expected


def test_includes_count_and_one_that_includes_itself_ends():
    deep = {f"n{n}.example.org": [f'TXT "v=spf1 include:n{n + 1}.example.org -all"'] for n in range(12)}
    assert found({**spf("v=spf1 include:n0.example.org -all"), **deep}) == ["DNS003"]
    ring = {"a.example.org": ['TXT "v=spf1 include:example.org -all"']}
    assert found({**spf("v=spf1 include:a.example.org -all"), **ring}) == []


def test_the_policy_of_a_domain_above_counts():
    assert found({"news.example.org": ["MX 10 mail.example.org."]}, "news.example.org", envelope=False) == []
    assert found({"_dmarc.example.org": []}, author=False) == []


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((), ["DNS004"]),
        (('TXT "v=DKIM1; k=rsa"',), ["DNS004"]),
        (('TXT "v=DKIM2; p=AAAABBBB"',), ["DNS004"]),
        (('TXT "v=DKIM1; p=AAAABBBB"', 'TXT "v=DKIM1; p=AAAABBBB"  ""'), ["DNS004"]),
        (('TXT "v=DKIM1; p=CCCC"',), ["DNS005"]),
        (('TXT "v=DKIM1; p="',), ["DNS005"]),
        (('TXT "v=DKIM1; t=y; p=AAAABBBB"',), ["DNS006"]),
        (('TXT "v=DKIM1; t=s; p=AAAA BBBB"',), []),
        (('TXT "p=AAAABBBB"',), []),
    ],
)
def test_what_is_wrong_with_the_record_of_a_key(lines, expected):
    assert of_key(*lines) == expected


def test_where_nothing_is_answered_nothing_is_concluded(monkeypatch):
    monkeypatch.setattr(dnsask, "LIFETIME", 0.3)
    assert found({}, broken=("example.org",)) == ["DNS009", "DNS009"]
    assert of_key('TXT "p=AAAABBBB"', broken=("s1._domainkey.example.org",)) == ["DNS009"]


def test_a_question_is_asked_once():
    with asking(GOOD) as (zone, resolver):
        for _ in range(3):
            list(check(resolver, "example.org"))
    assert sorted(zone.asked) == [("_dmarc.example.org", "TXT"), ("example.org", "MX"), ("example.org", "TXT")]


@pytest.mark.parametrize("text", ["example.org", "127.0.0.1:x", "127.0.0.1:0", "127.0.0.1:70000", "", "::1:x"])
def test_what_is_no_address_of_a_name_server_is_refused(text):
    with pytest.raises(ValueError, match=r"write 192\.0\.2\.1"):
        DnsResolver(text)


@pytest.mark.parametrize(
    ("text", "address", "port"),
    [
        ("127.0.0.1", "127.0.0.1", 53),
        ("127.0.0.1:5353", "127.0.0.1", 5353),
        ("::1", "::1", 53),
        ("[::1]", "::1", 53),
        ("[::1]:5353", "::1", 5353),
    ],
)
def test_addresses_of_name_servers_are_read(text, address, port):
    assert dnsask.name_server(text) == (address, port)
