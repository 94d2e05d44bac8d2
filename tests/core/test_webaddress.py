"""Which addresses are asked, and in which spelling."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.webaddress import permitted, port_trouble, reach, shown, web_address


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://Host.Example", "https://host.example/"),
        (" http://host.example:80/a b#c ", "http://host.example/a%20b"),
        ("https://host.example.:8443/ä?q=ü&r=%C3%BC#x", "https://host.example:8443/%C3%A4?q=%C3%BC&r=%C3%BC"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("http://[2606:4700:0::1111]:8080/", "http://[2606:4700::1111]:8080/"),
        ("http://8.8.8.8?x", "http://8.8.8.8/?x"),
        ("HTTPS://me:secret@host.example/?a[]=1", "https://host.example/?a%5B%5D=1"),
    ],
)
def test_one_spelling(url, found):
    address = web_address(url)
    assert address.url == found
    assert web_address(found).url == found


def test_the_login_is_kept_apart():
    assert web_address("https://me:s%40cret@host.example/").login == "me:s@cret"
    assert web_address("https://me@host.example/").login == "me:"
    assert "cret" not in repr(web_address("https://me:s%40cret@host.example/"))
    assert web_address("https://a.example/").origin == ("https", "a.example", 443)


def test_what_is_left_out_is_taken_from_where_it_was_found():
    base = web_address("https://me:secret@host.example/a/b?c")
    found = [web_address(each, base) for each in ("d", "/d", "?d", "//other.example/", "http://third.example")]
    assert [each.url for each in found] == [
        "https://host.example/a/d",
        "https://host.example/d",
        "https://host.example/a/b?d",
        "https://other.example/",
        "http://third.example/",
    ]
    assert {each.login for each in found} == {""}


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("host.example/feed", "is not asked: only http and https"),
        ("file:///etc/passwd", "is not asked"),
        ("https://", "names no host"),
        ("https://host.example:0/", "has port 0"),
        ("https://host.example:99999/", "is no address"),
        ("https://host.example:25/", "has port 25"),
        ("https://[::1", "is no address"),
        ("https://[fe80::1%25eth0]/", "is an interface of this machine"),
        ("https://[fe80::1%eth0]/", "is an interface of this machine"),
        ("https://[::g]/", "is no address"),
        ("https://a..b/", "is no address: the host"),
        ("https://a\\b.example/", "is no address"),
        ("https://host.example/a\nb", "has a control character"),
        ("https://host.example/" + "a" * 8000, "is longer than 8000 characters"),
        ("https://host.example/\ud800", "is no address: it has octets that are no text"),
        ("https://%ff@host.example/", "is no address: it has octets that are no text"),
        *((f"http://{host}/", "its host is a number") for host in (
            "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "0x7f000001", "1.2.3.4.5", "256.1.1.1", "a.1", "0177."
        )),
    ],
)  # fmt: skip
def test_what_is_not_asked(url, words):
    with pytest.raises(ValueError, match=r"^(is|has|names) ") as error:
        web_address(url)
    assert words in str(error.value)


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://", "http://a.example/", "https://a@"]))
def test_whatever_is_read_is_ascii_and_read_again_the_same(text, before):
    try:
        found = web_address(before + text)
    except ValueError:
        return
    assert found.url.isascii()
    assert web_address(found.url).url == found.url
    assert "@" not in found.authority


def test_what_stands_in_a_message():
    assert shown("https://me:secret@host.example/a@b") == "https://host.example/a@b"
    assert shown("//me:secret@host.example/") == "//host.example/"
    assert shown("no address \u202e\n at all") == "no address  at all"
    assert len(shown("https://host.example/" + "a" * 999)) == 200


@pytest.mark.parametrize("port", [80, 443, 1024, 8080, 8443, 65535])
def test_ports_that_are_asked(port):
    assert port_trouble(port) == ""


@pytest.mark.parametrize("port", [0, 21, 22, 25, 53, 81, 143, 587, 993, 3306, 5432, 6379, 6667, 11211])
def test_ports_that_are_not(port):
    assert f"port {port}" in port_trouble(port)


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("8.8.8.8", "public"),
        ("172.15.255.255", "public"),
        ("172.32.0.0", "public"),
        ("100.63.255.255", "public"),
        ("100.128.0.0", "public"),
        ("2606:4700::1111", "public"),
        ("2001:4860:4860::8888", "public"),
        ("::ffff:8.8.8.8", "public"),
        ("64:ff9b::808:808", "public"),
        ("2002:808:808::1", "public"),
        ("10.255.0.1", "local"),
        ("100.64.0.1", "local"),
        ("127.0.0.1", "local"),
        ("127.255.255.254", "local"),
        ("169.254.1.1", "local"),
        ("172.16.0.1", "local"),
        ("192.168.1.1", "local"),
        ("::1", "local"),
        ("fc00::1", "local"),
        ("fe80::1", "local"),
        ("fe80::1%eth0", "local"),
        ("fec0::1", "local"),
        ("::ffff:127.0.0.1", "local"),
        ("64:ff9b::7f00:1", "local"),
        ("2002:a00:1::", "local"),
        ("169.254.169.254", "never"),
        ("169.254.170.2", "never"),
        ("100.100.100.200", "never"),
        ("168.63.129.16", "never"),
        ("::ffff:169.254.169.254", "never"),
        ("64:ff9b::a9fe:a9fe", "never"),
        ("2002:a9fe:a9fe::", "never"),
        ("fd00:ec2::254", "never"),
        ("fd20:ce::254", "never"),
        ("0.0.0.7", "never"),
        ("0.1.2.3", "never"),
        ("::", "never"),
        ("::7f00:1", "never"),
        ("192.0.0.192", "never"),
        ("192.0.2.1", "never"),
        ("198.18.0.1", "never"),
        ("224.0.0.1", "never"),
        ("255.255.255.255", "never"),
        ("ff02::1", "never"),
        ("2001:0:7f00:1::", "never"),
        ("2001:db8::1", "never"),
        ("64:ff9b:1::1", "never"),
        ("4000::1", "never"),
    ],
)
def test_who_reaches_an_address(address, kind):
    found, what = reach(address)
    assert found == kind
    assert bool(what) == (kind != "public")
    assert permitted(address, local=False) == (kind == "public")
    assert permitted(address, local=True) == (kind != "never")


@given(st.ip_addresses())
def test_what_the_standard_library_calls_private_is_not_public(address):
    if address.version == 6 and (address.sixtofour or address in ipaddress.ip_network("64:ff9b::/96")):
        return  # judged by the address inside
    if reach(str(address))[0] == "public":
        inner = getattr(address, "ipv4_mapped", None) or address
        assert inner.is_global
        assert not inner.is_multicast
