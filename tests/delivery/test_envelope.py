"""A message, on its raw bytes: Python's own round trip hides what other programs trip over."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.core.address import normalise_address
from digest.core.edition import EditionRecord, Window
from digest.core.hosts import ascii_host
from digest.core.newsletter import Newsletter, Site
from digest.core.text import clean, one_line
from digest.delivery.envelope import mailbox
from digest.delivery.headers import phrase_field, text_field, token_field
from digest.delivery.mailing import envelope

SLOT = datetime(2026, 3, 2, 7, tzinfo=UTC)
RECORD = EditionRecord(
    newsletter="weekly",
    id="2026-03-02T0700Z",
    slot=SLOT,
    window=Window(SLOT - timedelta(days=7), SLOT),
    status="composed",
    subject="The Weekly: three stories",
)
LETTER = Newsletter(
    key="weekly",
    title="The Weekly",
    sender="The Desk <desk@news.example.org>",
    language="en",
    zone=ZoneInfo("Europe/Berlin"),
)
SITE = Site(title="News", url="https://news.example.org/", id="news.example.org", organisation="Press")
FILES = {"index.txt": b"Hello.\n", "email.html": b"<p>Hello.</p>\n"}
FIELDS = [
    "From", "To", "Message-ID", "Subject", "Date", "List-Id", "List-Archive", "Feedback-ID", "Precedence",
    "Auto-Submitted", "Content-Language", "MIME-Version", "Content-Type",
]  # fmt: skip
HOSTILE = st.text(
    alphabet=st.one_of(
        st.sampled_from('\r\n\0\t\x0b\x85\u2028 =?_<>@",;:().\\ab'),
        st.sampled_from("äß€漢字👩‍👩‍👧\u202e\u0301ع"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=160,
)


def made(subject="", title="The Weekly", sender=LETTER.sender, recipient="ann@example.com", **files: bytes):
    record = replace(RECORD, subject=subject or RECORD.subject)
    letter = replace(LETTER, title=title, sender=sender)
    return envelope(record, {**FILES, **{k.replace("_", "."): v for k, v in files.items()}}, letter, SITE, recipient)


def fields_of(message: bytes) -> list[tuple[str, bytes]]:
    """The header split by hand: name and raw value, continuation lines included."""
    head = message.partition(b"\r\n\r\n")[0]
    fields: list[tuple[str, bytes]] = []
    for line in head.split(b"\r\n"):
        if line[:1] in (b" ", b"\t"):
            name, value = fields[-1]
            fields[-1] = (name, value + b"\r\n" + line)
        else:
            name_bytes, colon, value = line.partition(b":")
            assert colon, line
            assert re.fullmatch(rb"[!-9;-~]+", name_bytes), line
            fields.append((name_bytes.decode("ascii"), value))
    return fields


def decoded(raw: bytes) -> str:
    """A field's text as RFC 2047 says, by the older of Python's two decoders, which has not written it."""
    return str(make_header(decode_header(re.sub(rb"\r\n(?=[ \t])", b"", raw).decode("ascii").strip(" "))))


def assert_sound(message: bytes) -> None:
    """What holds for every message [RFC 5322, RFC 2047]."""
    head, _, body = message.partition(b"\r\n\r\n")
    assert head.isascii()
    assert b"\n" not in message.replace(b"\r\n", b"")
    assert b"\r" not in message.replace(b"\r\n", b"")
    assert b"\0" not in message
    assert max(map(len, message.split(b"\r\n"))) <= 998
    for line in head.split(b"\r\n"):
        # Longer only where there is nothing to fold at: a name, a colon, a token.
        assert len(line) <= 78 or len(line.strip().split(b" ")) <= 2, line
        assert line.strip(), "a line of white space alone ends the header for some programs"
        if b"=?" in line:
            assert len(line) <= 76, line
    for name, raw in fields_of(message):
        for word in re.findall(rb"=\?[^?]*\?[^?]*\?[^?]*\?=", raw):
            assert len(word) <= 75
        for token in re.findall(rb"<[^>]*>", raw):
            assert b"=?" not in token, name
    assert body.endswith(b"\r\n")
    assert [name for name, _ in fields_of(message)] == FIELDS
    assert message_from_bytes(message, policy=default).keys() == FIELDS


def test_the_header_of_a_plain_message():
    head = made().message.partition(b"\r\nMIME-Version")[0].decode()
    token = made().message_id.split(".")[2].partition("@")[0]
    assert head.split("\r\n") == [
        "From: The Desk <desk@news.example.org>",
        "To: ann@example.com",
        f"Message-ID: <weekly.2026-03-02T0700Z.{token}@news.example.org>",
        "Subject: The Weekly: three stories",
        "Date: Mon, 02 Mar 2026 07:00:00 +0000",
        "List-Id: The Weekly <weekly.news.example.org>",
        "List-Archive: <https://news.example.org/weekly/>",
        "Feedback-ID: 2026-03-02T0700Z:weekly:digest:3256d6fb6576",
        "Precedence: bulk",
        "Auto-Submitted: auto-generated",
        "Content-Language: en",
    ]
    assert_sound(made().message)


def test_the_envelope_names_sender_and_reader_without_their_names():
    found = made(recipient='"Ann, B." <ann@example.com>')
    assert (found.sender, found.recipient) == ("desk@news.example.org", "ann@example.com")
    assert re.fullmatch(r"weekly-2026-03-02T0700Z-[0-9a-f]{20}", found.name)


def test_two_parts_plain_before_html_with_exactly_the_given_text():
    plain = "Hello,\n\n.\n..\nFrom here on:  two spaces \n\tä€👩\n" + "x" * 3000 + "\nno end"
    html = "<p>ä=20 = =E4 <a href='https://e.example/?a=b&amp;c'>x</a>\n</p>" + "y " * 900
    message = made(index_txt=plain.encode(), email_html=html.encode()).message
    assert_sound(message)
    parsed = message_from_bytes(message, policy=default)
    assert parsed.get_content_type() == "multipart/alternative"
    parts = list(parsed.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert [part.get_content_charset() for part in parts] == ["utf-8", "utf-8"]
    assert [part.get_payload(decode=True) for part in parts] == [
        plain.replace("\n", "\r\n").encode(),
        html.replace("\n", "\r\n").encode(),
    ]
    assert not parsed.defects
    assert b"\r\n.\r\n" not in message  # a lone dot ends the message where a relay forgets to stuff it
    assert max(map(len, message.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 76


@given(text=HOSTILE)
def test_any_text_comes_back_from_a_part(text):
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    message = made(index_txt=text.encode()).message
    parts = list(message_from_bytes(message, policy=default).iter_parts())
    assert parts[0].get_payload(decode=True).decode().replace("\r\n", "\n") == text
    assert parts[1].get_payload(decode=True) == b"<p>Hello.</p>\r\n"


@given(subject=HOSTILE, title=HOSTILE)
@example(subject="x", title='"¡"')
@example(subject="x", title='"a"')
def test_no_subject_and_no_title_changes_the_header(subject, title):
    message = made(subject=subject or "x", title=title).message
    assert_sound(message)
    raw = dict(fields_of(message))
    assert decoded(raw["Subject"]) == one_line(subject or "x")
    assert message_from_bytes(message, policy=default)["Subject"] == one_line(subject or "x")
    phrase, _, identifier = raw["List-Id"].rpartition(b"<")
    assert identifier == b"weekly.news.example.org>"
    assert phrase_of(phrase) == one_line(title)


def phrase_of(raw: bytes) -> str:
    """What a phrase says: quotation marks around it are none of its own, those within encoded-words are."""
    text = decoded(raw).strip(" ")
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if raw.strip(b" \r\n").startswith(b'"') else text


@given(name=HOSTILE, recipient=HOSTILE)
def test_no_name_and_no_recipient_changes_the_header(name, recipient):
    quoted = '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
    for sender, to in ((f"{quoted} <desk@example.org>", "ann@example.com"), (LETTER.sender, recipient)):
        try:
            message = made(sender=sender, recipient=to).message
        except ValueError:
            continue
        assert_sound(message)
        parsed = message_from_bytes(message, policy=default)
        assert len(parsed["From"].addresses) == len(parsed["To"].addresses) == 1
        if sender != LETTER.sender:
            assert parsed["From"].addresses[0].addr_spec == "desk@example.org"
            raw = dict(fields_of(message))["From"]
            assert phrase_of(raw.rpartition(b"<")[0]) == one_line(name)


@given(name=HOSTILE.filter(lambda text: clean(text) == text and not set(text) & set("\t\n\u2028\u2029")))
def test_a_quoted_name_is_always_read(name):
    quoted = '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
    assert mailbox(f"{quoted} <desk@example.org>").display_name == one_line(name)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("short", ["Subject: short"]),
        ("", ["Subject: "]),
        ("x" * 69, ["Subject: " + "x" * 69]),
        (f"{'x' * 60} {'y' * 20} z", ["Subject: " + "x" * 60, " " + "y" * 20 + " z"]),
        ("a =?utf-8?q?b?= c", ["Subject: =?utf-8?q?a_=3D=3Futf-8=3Fq=3Fb=3F=3D_c?="]),
        ("Grüße", ["Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?="]),
        ("漢字", ["Subject: =?utf-8?b?5ryi5a2X?="]),
        ("two\r\nBcc: x@example.org", ["Subject: two Bcc: x@example.org"]),
    ],
)
def test_how_a_text_is_folded(text, lines):
    assert text_field("Subject", text) == ("\r\n".join(lines) + "\r\n").encode()


@pytest.mark.parametrize(
    "text",
    [
        *(f"{'x' * length} and more" for length in range(55, 90)),
        *(f"and {'x' * length}" for length in range(66, 90)),
        *(unit * (300 // len(unit)) for unit in ("ä", "漢", "👩", "aä", "aaaä", "aaaaa👩", "a ä ")),
    ],
)
def test_what_cannot_be_folded_at_spaces_is_folded_as_encoded_words(text):
    field = text_field("Subject", text).decode()
    for line in field.removesuffix("\r\n").split("\r\n"):
        assert len(line) <= (76 if "=?" in line else 78)
        assert all(len(word) <= 75 for word in line.split(" ") if "=?" in word)
    assert decoded(field.partition(":")[2].removesuffix("\r\n").encode()) == one_line(text)


def test_a_token_is_never_altered():
    assert (
        token_field("Message-ID", f"<{'x' * 200}@example.org>") == f"Message-ID: <{'x' * 200}@example.org>\r\n".encode()
    )
    with pytest.raises(ValueError, match="control character"):
        token_field("Message-ID", "<a@b>\r\nBcc: x")
    with pytest.raises(UnicodeEncodeError):
        token_field("Message-ID", "<ä@b>")


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("The Desk", "X: The Desk <a@b.example>\r\n"),
        ("Desk, The", 'X: "Desk, The" <a@b.example>\r\n'),
        ('A "B" \\', 'X: "A \\"B\\" \\\\" <a@b.example>\r\n'),
        ("Ämter <x>", "X: =?utf-8?q?=C3=84mter_=3Cx=3E?= <a@b.example>\r\n"),
        ("", "X: <a@b.example>\r\n"),
    ],
)
def test_how_a_phrase_is_written(phrase, expected):
    assert phrase_field("X", phrase, "a@b.example").decode() == expected


@pytest.mark.parametrize("title", ["A" * 300, "word " * 60, "Ж" * 200, 'Quoted "title" <x@y>, and more ' * 5, ""])
def test_the_lists_id_is_the_same_under_every_title(title):
    raw = dict(fields_of(made(title=title).message))["List-Id"]
    assert raw.rpartition(b"<")[2] == b"weekly.news.example.org>"
    assert raw.count(b"<") == 1 or b'"' in raw


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("ann@example.org", "", "ann@example.org"),
        (" Ann B. <ann@example.org> ", "Ann B.", "ann@example.org"),
        ('"Ann \\"A\\" B" <ann+x@example.org>', 'Ann "A" B', "ann+x@example.org"),
        ("<ann@example.org>", "", "ann@example.org"),
        ("Ö <a@ä.example>", "Ö", "a@xn--4ca.example"),
        ("Ö <a@faß.example>", "Ö", "a@xn--fa-hia.example"),
        ("a@例え.テスト", "", "a@xn--r8jz45g.xn--zckzah"),
        ("a@\uff45xample\u3002org", "", "a@example.org"),
        ('"a b"@example.org', "", '"a b"@example.org'),
        ("Ann   B <ann@Example.ORG>", "Ann B", "ann@Example.ORG"),
    ],
)
def test_a_mailbox_is_read(text, name, address):
    found = mailbox(text)
    assert (found.display_name, found.addr_spec) == (name, address)
    assert_sound(made(sender=text, recipient=text).message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is no mailbox"),
        ("ann", "is no mailbox"),
        ("ann@", "is no mailbox: the domain"),
        ("@example.org", "is no mailbox"),
        ("ann@example..org", "is no mailbox: the domain"),
        ("ann@-example.org", "is no mailbox: the domain"),
        ("ann@exa mple.org", "is no mailbox: the domain"),
        ("ann@exämple😀.org", "a sign that no host name has"),
        (f"ann@{'a' * 64}.org", "is no mailbox: the domain"),
        (f"ann@{'a.' * 130}org", "longer than 253"),
        (f"{'a' * 250}@example.org", "more than 254 characters"),
        ("a@x.example, b@x.example", "is no mailbox"),
        ("A <a@x.example>, B <b@x.example>", "is no mailbox"),
        ("Team: a@x.example;", "is no mailbox"),
        ("jürgen@example.org", "letters outside ASCII before the @"),
        ("a@x.example\r\nBcc: b@x.example", "a line break or a control character"),
        ("A\nB <a@x.example>", "a line break or a control character"),
        ("A\0 <a@x.example>", "a line break or a control character"),
        ("A\u2028 <a@x.example>", "a line break or a control character"),
    ],
)
def test_what_is_no_mailbox_is_refused(text, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        mailbox(text)


@given(st.from_regex(r'"[ab.@<>,; \'()]{1,12}"@example\.org', fullmatch=True))
@example('"a..b"@example.org')
@example('".a"@example.org')
@example('"a."@example.org')
def test_a_local_part_keeps_the_quotes_it_needs(address):
    kept = normalise_address(address)
    assert mailbox(kept).addr_spec == kept
    assert envelope(RECORD, FILES, LETTER, SITE, kept).recipient == kept


def test_a_host_name_longer_than_a_label_may_be_is_refused_in_its_ascii_form():
    assert ascii_host("ä" * 30 + ".example").startswith("xn--")
    with pytest.raises(ValueError, match="no part of a host name"):
        ascii_host("äöü" * 30 + ".example")


def test_the_date_is_the_slot_in_utc():
    berlin = replace(RECORD, slot=SLOT.astimezone(timezone(timedelta(hours=1))))
    found = envelope(berlin, FILES, LETTER, SITE, "ann@example.com")
    assert b"\r\nDate: Mon, 02 Mar 2026 07:00:00 +0000\r\n" in found.message


def test_the_same_edition_and_reader_give_the_same_bytes_and_others_do_not():
    assert made() == made()
    other = made(recipient="bob@example.com")
    assert other.message_id != made().message_id
    assert other.name != made().name
    assert other.message.partition(b"\r\nSubject")[2] == made().message.partition(b"\r\nSubject")[2]


def test_the_same_bytes_in_another_process(tmp_path):
    code = (
        "import hashlib, sys, test_envelope as t\n"
        "print(hashlib.sha256(t.made(subject='Grüße ' * 30, title='漢字').message).hexdigest())\n"
    )
    sums = set()
    for seed, zone in (("1", "Asia/Tokyo"), ("2", "America/New_York")):
        environment = {"PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": __file__.rpartition("/")[0], "PYTHONUTF8": "1"}
        done = subprocess.run(
            [sys.executable, "-B", "-c", code], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        sums.add(done.stdout)
    assert len(sums) == 1
