"""What every message must satisfy, checked on the bytes of the sample newsroom's own editions, as mail would leave it.

The numbers are those of the project's list of standards for messages.
"""

from __future__ import annotations

import base64
import re
import shutil
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import Path

import dkim
import html5lib
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from digest.app import Newsroom
from digest.core.catchup import Due, planned_window
from digest.core.dates import parse_date
from digest.core.reader import Reader
from digest.delivery import verp
from digest.delivery.tokens import read_unsubscribe_token

REPOSITORY = Path(__file__).parents[2]
MAIL = """
mail:
  bounces: bounces@lists.example.org
  unsubscribe_mailto: leave@lists.example.org
  help: https://news.example.org/help
  dkim: [{domain: example.org, selector: s1, key: keys/s1.pem}]
web: {url: https://lists.example.org}
"""
READERS = (
    Reader(1, 1, "ann@example.com"),
    Reader(2, 2, "ann+news=x@example.com", 'Ann \N{LATIN SMALL LETTER A WITH DIAERESIS}, "B" <x@example.net>'),
    Reader(3, 3, '"a b.@c"@example.com', "\r\nBcc: x@example.net"),
    Reader(4, 4, "ann@bücher.example"),
    Reader(5, 5, f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 61}", "Ж" * 120),
    Reader(2**40 - 1, 2**63, ".".join("x" * 32) + "@example.com"),
)
"""Those that give trouble elsewhere."""


@pytest.fixture(scope="module")
def private():
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def sample(tmp_path_factory, private):
    """The envelopes of the sample newsroom's two newsletters, and the key their tokens are made with."""
    root = tmp_path_factory.mktemp("newsroom")
    shutil.copytree(REPOSITORY / "articles", root / "articles")
    config = (REPOSITORY / "config.yaml").read_text(encoding="utf-8")
    # One of the two carries its pictures, so that each standard is held for both kinds.
    assert config.count("\n  policy:\n") == 1
    config = config.replace("\n  policy:\n", "\n  policy:\n    images: {embed: true}\n")
    (root / "config.yaml").write_text(config + MAIL, encoding="utf-8")
    (root / "keys").mkdir()
    (root / "keys/s1.pem").write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    now = parse_date("2026-03-02T12:00:00Z", None).instant
    with Newsroom.open(root / "config.yaml") as newsroom:
        newsroom.intake.collect(now, lambda items, **_: items)
        found = []
        for key in newsroom.settings.newsletters:
            target = newsroom.target(key)
            slot = target.schedule.previous(now)
            record = newsroom.publisher.compose(target, Due(slot, planned_window(target.timing, slot)), now).record
            assert record.status == "composed", record.reason
            files = newsroom.store.editions.files(key, record.id)
            mailing = newsroom.messages.mailing(record, files, target.newsletter)
            found += [(key, reader, mailing.envelope(reader), files) for reader in READERS]
        return newsroom.store.secret, found


@pytest.fixture(params=range(2 * len(READERS)), ids=lambda number: f"reader-{number}")
def one(sample, request):
    return sample[0], *sample[1][request.param]


def header(message: bytes) -> list[tuple[str, bytes]]:
    lines = re.split(rb"\r\n(?![ \t])", message.partition(b"\r\n\r\n")[0])
    return [(line.partition(b":")[0].decode("ascii"), line.partition(b":")[2].strip(b" ")) for line in lines]


def parts(message: bytes) -> list[str]:
    parsed = message_from_bytes(message, policy=policy.default)
    assert parsed.get_content_type() == "multipart/alternative"
    assert not parsed.defects
    found = list(parsed.iter_parts())
    if found[1].get_content_type() == "multipart/related":
        found[1] = next(iter(found[1].iter_parts()))
    assert [part.get_content_type() for part in found] == ["text/plain", "text/html"]
    return [part.get_payload(decode=True).decode() for part in found]


def test_1_to_3_the_header(one):
    _, _, reader, envelope, _ = one
    message = envelope.message
    fields = header(message)
    names = [name.lower() for name, _ in fields]
    assert len(names) == len(set(names))
    assert {"from", "to", "date", "message-id", "subject"} <= set(names)
    assert "bcc" not in names
    parsed = message_from_bytes(message, policy=policy.default)
    assert len(parsed["From"].addresses) == len(parsed["To"].addresses) == 1
    assert parsed["To"].addresses[0].addr_spec == envelope.recipient
    assert parsedate_to_datetime(dict(fields)["Date"].decode()).tzinfo is not None
    assert b"\r" not in message.replace(b"\r\n", b"")
    assert b"\n" not in message.replace(b"\r\n", b"")
    assert max(map(len, message.split(b"\r\n"))) <= 998
    head = message.partition(b"\r\n\r\n")[0]
    assert head.isascii()
    assert all(len(word) <= 75 for word in re.findall(rb"=\?[^?\s]*\?[^?\s]*\?[^?\s]*\?=", head))
    for token in re.findall(rb"<[^>]*>", head):
        assert b"=?" not in token
    assert envelope.recipient.isascii(), reader


def test_4_and_5_how_to_leave(one):
    key, newsletter, reader, envelope, _ = one
    raw = dict(header(envelope.message))
    assert b"=?" not in raw["List-Unsubscribe"]
    https, mailto = re.split(rb",\r\n ", raw["List-Unsubscribe"])
    token = re.fullmatch(rf"<https://lists\.example\.org/unsubscribe/{newsletter}/([\w-]+)>".encode(), https)[
        1
    ].decode()
    assert mailto == f"<mailto:leave@lists.example.org?subject=unsubscribe%20{newsletter}%20{token}>".encode()
    assert raw["List-Unsubscribe-Post"] == b"List-Unsubscribe=One-Click"
    assert read_unsubscribe_token(key, newsletter, token) == reader.subscriber
    # 7: one altered character is refused.
    for position in range(len(token)):
        altered = token[:position] + ("A" if token[position] != "A" else "B") + token[position + 1 :]
        assert read_unsubscribe_token(key, newsletter, altered) is None


def test_6_the_signature(one, private):
    _, _, _, envelope, _ = one

    def record(name, timeout=5):
        assert name.rstrip(b".") == b"s1._domainkey.example.org"
        der = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return b"v=DKIM1; k=rsa; p=" + base64.b64encode(der)

    assert dkim.DKIM(envelope.message, minkey=2048).verify(dnsfunc=record)
    # A server undoes the stuffing of what it was sent; the signature is over that.
    unstuffed = re.sub(rb"(?m)^\.(?=.)", b"", envelope.wire.removesuffix(b".\r\n"))
    assert unstuffed == envelope.message
    assert dkim.DKIM(unstuffed, minkey=2048).verify(dnsfunc=record)
    signature = re.sub(rb"\s", b"", dict(header(envelope.message))["DKIM-Signature"]).decode()
    names = re.search(r";h=([^;]+);", signature)[1].split(":")
    assert names.count("from") == 2
    for name in ("list-unsubscribe", "list-unsubscribe-post", "to", "subject", "date", "message-id", "list-id"):
        assert names.count(name) == 2, name
    assert "c=relaxed/relaxed" in signature
    assert "d=example.org;" in signature  # aligned with news.example.org
    altered = envelope.message.replace(b"One-Click", b"Two-Click")
    assert not dkim.DKIM(altered, minkey=2048).verify(dnsfunc=record)


def test_10_and_12_both_parts_have_the_same_links_and_say_who_and_why(one):
    _, newsletter, _, envelope, files = one
    plain, html = parts(envelope.message)
    token = re.search(rb"unsubscribe/[a-z]+/([\w-]{32})>", envelope.message)[1].decode()
    leave = f"https://lists.example.org/unsubscribe/{newsletter}/{token}"
    copy = re.search(rf"https://news\.example\.org/{newsletter}/[0-9TZ-]+/(?=\s)", plain)[0]
    for link in (leave, copy):
        assert link in plain.split()
        assert f'href="{link}"' in html
    for said in ("Plumbing Press", envelope.recipient):
        assert said in plain
        assert said in unescape(html)
    in_html = {unescape(link) for link in re.findall(r'<a [^>]*href="([^"#][^"]*)"', html)}
    assert in_html <= set(plain.split())
    assert not re.search(rb"[0-9]{32}", files["index.html"] + files["index.txt"])
    assert b"unsubscribe/" not in files["index.html"] + files["index.txt"]


def test_11_the_list(one):
    _, newsletter, _, envelope, _ = one
    raw = dict(header(envelope.message))
    assert re.fullmatch(rf".+ <{newsletter}\.news\.example\.org>".encode(), raw["List-Id"])
    assert (raw["Precedence"], raw["Auto-Submitted"]) == (b"bulk", b"auto-generated")


def test_13_the_envelope_sender_is_this_deliverys(one):
    key, _, reader, envelope, _ = one
    assert verp.decode(envelope.sender, key) == reader.delivery
    assert len(envelope.sender.partition("@")[0]) <= 64
    assert envelope.sender.endswith("@lists.example.org")


def test_16_and_17_the_html(one):
    _, _, _, envelope, _ = one
    _, html = parts(envelope.message)
    tree = html5lib.HTMLParser(namespaceHTMLElements=False).parse(html)
    assert len(html.encode()) < 102_000
    assert not {element.tag for element in tree.iter()} & {"script", "form", "object", "iframe"}
    assert all(element.get("alt") is not None for element in tree.iter("img"))
    assert all(element.get("role") == "presentation" for element in tree.iter("table"))
    assert tree.get("lang")
    assert tree.get("dir")
    assert len(list(tree.iter("title"))) == 1
    for element in tree.iter("a"):
        assert element.get("href").startswith(("https://", "#")), element.get("href")


def test_pictures_that_are_carried_are_those_that_are_shown(one):
    _, newsletter, _, envelope, files = one
    parsed = message_from_bytes(envelope.message, policy=policy.default)
    assert not any(part.defects for part in parsed.walk())
    _, html = parts(envelope.message)
    shown = [each.get("src") for each in html5lib.HTMLParser(namespaceHTMLElements=False).parse(html).iter("img")]
    carried = {part["content-id"].strip("<>"): part for part in parsed.walk() if part["content-id"]}
    related = [part for part in parsed.walk() if part.get_content_type() == "multipart/related"]
    if newsletter == "weekly":
        assert (related, carried) == ([], {})
        assert all(src.startswith("https://news.example.org/weekly/") for src in shown)
        return
    # RFC 2387: the root is the first part, and its type a parameter; RFC 2392: each id once, and each is named.
    assert [part.get_param("type") for part in related] == ["text/html"]
    assert sorted(shown) == sorted(f"cid:{name}" for name in carried)
    assert shown
    for name, part in carried.items():
        assert re.fullmatch(r"[a-z0-9.-]+\.policy\.[0-9TZ-]+@news\.example\.org", name)
        assert part.get_content_disposition() == "inline"
        assert part["content-transfer-encoding"] == "base64"
        assert part.get_content() == files[f"images/{part.get_filename()}"]
        assert part.get_content_type() in ("image/png", "image/jpeg", "image/gif")


def test_19_no_line_break_of_a_name_reaches_the_header(sample):
    for _, reader, envelope, _ in sample[1]:
        if "Bcc" in reader.name:
            assert b"\r\nBcc" not in envelope.message
            assert b'"Bcc: x@example.net"' in dict(header(envelope.message))["To"]
