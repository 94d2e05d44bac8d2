"""A mailing: serialised once, joined for each reader; the same bytes as if each message had been made alone."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given
from hypothesis import strategies as st

from digest.core.edition import EditionRecord, Window
from digest.core.envelope import Envelope, Frame
from digest.core.newsletter import Newsletter, Site
from digest.core.reader import Marks, Reader, unsubscribe_mailto, unsubscribe_url
from digest.delivery import verp
from digest.delivery.dkim import SigningKey, signed
from digest.delivery.envelope import is_plain, mailbox
from digest.delivery.mailing import Mailing, Sending
from digest.delivery.tokens import read_unsubscribe_token, unsubscribe_token

KEY = bytes(range(32))
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
SITE = Site(
    title="News",
    url="https://news.example.org/",
    id="news.example.org",
    organisation="Press",
    readers_url="https://lists.example.org/",
    unsubscribe_mailto="leave@lists.example.org",
    help_url="https://news.example.org/help",
)
SENDING = Sending(key=KEY, bounces="bounces@lists.example.org")
SIGNER = SigningKey("example.org", "ed1", ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)))
SEED = "c0ffee"
MARKS = Marks.of(SEED)
LINK = f"https://lists.example.org/unsubscribe/weekly/{MARKS.token}"
FILES = {
    "email.txt": f"Hello.\n.\n..dots\n\nLeave: {LINK}\nSent to {MARKS.address}.\n".encode(),
    "email.html": f'<p>Hello.\n.</p><a href="{LINK}">Leave</a>, {MARKS.address}.\n'.encode(),
    "index.txt": b"Hello, web.\n",
    "edition.json": json.dumps({"mark": SEED}).encode(),
}
ANN = Reader(41, 17, "ann@example.com")
ATOM = st.text("abcXYZ019!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=20)
PLAIN = st.builds(
    lambda atoms, hosts: f"{'.'.join(atoms)}@{'.'.join(hosts)}",
    st.lists(ATOM, min_size=1, max_size=4),
    st.lists(st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True), min_size=1, max_size=5),
)
QUOTED = st.text('ab .@"\\<>(),:;+=', min_size=1, max_size=20).map(
    lambda text: '"' + re.sub(r'(["\\])', r"\\\1", text) + '"@example.com'
)
LONG = st.sampled_from([f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 61}", f"{'.x' * 30}@example.com".lstrip(".")])
INTERNATIONAL = st.sampled_from(["ann@bücher.example", "ann@例え.テスト", "ann@faß.example"])
ADDRESSES = PLAIN | QUOTED | LONG | INTERNATIONAL
HOSTILE = st.text(
    st.one_of(st.sampled_from('\r\n\0\t\x0b\x85\u2028 =?_<>@",;:().\\ab'), st.characters(exclude_categories=["Cs"])),
    max_size=120,
)


def stuffed(message: bytes) -> bytes:
    """As RFC 5321 section 4.5.2 says, line by line."""
    lines = message.removesuffix(b"\r\n").split(b"\r\n")
    return b"".join((b"." + line if line.startswith(b".") else line) + b"\r\n" for line in lines) + b".\r\n"


def parts_of(message: bytes) -> list[str]:
    parsed = message_from_bytes(message, policy=default)
    assert not parsed.defects
    return [part.get_payload(decode=True).decode().replace("\r\n", "\n") for part in parsed.iter_parts()]


def raw_fields(message: bytes) -> list[tuple[str, bytes]]:
    fields = re.split(rb"\r\n(?![ \t])", message.partition(b"\r\n\r\n")[0])
    return [(field.partition(b":")[0].decode("ascii"), field.partition(b":")[2].strip()) for field in fields]


@given(address=ADDRESSES)
def test_each_message_is_sound_whatever_the_address(address):
    mailing = Mailing(RECORD, FILES, LETTER, SITE, replace(SENDING, keys=(SIGNER,)))
    found = mailing.envelope(ANN._replace(address=address))
    message = found.message
    assert found.wire == stuffed(message)
    assert max(map(len, message.split(b"\r\n"))) <= 998
    body = message.partition(b"\r\n\r\n")[2]
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert message.partition(b"\r\n\r\n")[0].isascii()
    assert found.recipient == mailbox(address).addr_spec
    assert dict(raw_fields(message))["To"].decode() == found.recipient
    token = unsubscribe_token(KEY, "weekly", 17)
    plain, html = parts_of(message)
    own = found.recipient
    assert plain == FILES["email.txt"].decode().replace(MARKS.token, token).replace(MARKS.address, own)
    assert unescape(html) == FILES["email.html"].decode().replace(MARKS.token, token).replace(MARKS.address, own)
    assert not re.search(r"\d{32}", plain + html)
    assert verp.decode(found.sender, KEY) == 41
    # Signed piece by piece as if it had been signed whole.
    unsigned = Mailing(RECORD, FILES, LETTER, SITE, SENDING).envelope(ANN._replace(address=address)).message
    assert message.endswith(unsigned)
    assert body_hash(message) == body_hash(signed(unsigned, (SIGNER,), SLOT))


def body_hash(message: bytes) -> bytes:
    return re.search(rb"bh=([^;]+);", message)[1]


def test_an_address_is_text_in_the_html_and_no_markup():
    found = Mailing(RECORD, FILES, LETTER, SITE, SENDING).envelope(ANN._replace(address='"<b>&amp;"@example.com'))
    plain, html = parts_of(found.message)
    assert 'Sent to "<b>&amp;"@example.com.' in plain
    assert "&quot;&lt;b&gt;&amp;amp;&quot;@example.com" in html


@given(address=ADDRESSES)
def test_what_is_told_quickly_is_what_reading_it_gives(address):
    if is_plain(address):
        assert mailbox(address).addr_spec == address
    assert not is_plain(f"{address}\n")


def test_an_address_too_long_for_any_server_is_refused():
    longest = f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 61}"
    assert len(longest) == 254
    mailing = Mailing(RECORD, FILES, LETTER, SITE, SENDING)
    assert mailing.envelope(ANN._replace(address=longest)).recipient == longest
    with pytest.raises(ValueError, match="more than 254"):
        mailing.envelope(ANN._replace(address=f"{longest}d"))


@given(field=st.sampled_from(["name", "address", "title", "subject", "sender"]), text=HOSTILE)
def test_nothing_puts_a_line_into_the_header(field, text):
    letter, record, reader = LETTER, RECORD, ANN
    if field in ("name", "address"):
        reader = ANN._replace(**{field: text})
    elif field == "subject":
        record = replace(RECORD, subject=text)
    else:
        letter = replace(LETTER, **{field: text})
    try:
        message = Mailing(record, FILES, letter, SITE, SENDING).envelope(reader).message
    except ValueError:
        assert field in ("address", "sender")
        return
    assert_header(message)


def assert_header(message: bytes) -> None:
    assert [name for name, _ in raw_fields(message)] == [
        "From", "To", "Message-ID", "List-Unsubscribe", "Subject", "Date", "List-Id", "List-Unsubscribe-Post",
        "List-Archive", "List-Help", "Feedback-ID", "Precedence", "Auto-Submitted", "Content-Language", "MIME-Version",
        "Content-Type",
    ]  # fmt: skip
    head = message.partition(b"\r\n\r\n")[0]
    assert head.isascii()
    assert not re.search(rb"[\0-\x09\x0b\x0c\x0e-\x1f]|(?<!\r)\n|\r(?!\n)", head)


@pytest.mark.parametrize("where", ["url", "readers_url", "unsubscribe_mailto", "help_url"])
@pytest.mark.parametrize(
    "bad", ["https://x.example/\r\nBcc: y/", "https://x.example/ /", "https://x.example/>,<y/", "https://ä/"]
)
def test_a_url_that_cannot_stand_in_a_header_is_refused(where, bad):
    with pytest.raises(ValueError, match="can stand in a header"):
        Mailing(RECORD, FILES, LETTER, replace(SITE, **{where: bad}), SENDING)


def test_the_fields_of_list_mail():
    raw = dict(raw_fields(Mailing(RECORD, FILES, LETTER, SITE, SENDING).envelope(ANN).message))
    token = unsubscribe_token(KEY, "weekly", 17)
    assert raw["List-Unsubscribe"].decode() == (
        f"<https://lists.example.org/unsubscribe/weekly/{token}>,\r\n"
        f" <mailto:leave@lists.example.org?subject=unsubscribe%20weekly%20{token}>"
    )
    assert raw["List-Unsubscribe-Post"] == b"List-Unsubscribe=One-Click"
    assert raw["List-Archive"] == b"<https://news.example.org/weekly/>"
    assert raw["List-Help"] == b"<https://news.example.org/help>"
    assert raw["Precedence"] == b"bulk"
    assert raw["Auto-Submitted"] == b"auto-generated"
    assert raw["Feedback-ID"].decode().rpartition(":")[0] == "2026-03-02T0700Z:weekly:digest"
    assert 5 <= len(raw["Feedback-ID"].rpartition(b":")[2]) <= 15


def test_a_short_domain_is_its_own_sender_id():
    letter = replace(LETTER, sender="desk@example.org")
    assert b":weekly:digest:example.org\r\n" in Mailing(RECORD, FILES, letter, SITE, SENDING).envelope(ANN).message


@pytest.mark.parametrize(
    ("web", "mailto", "names"),
    [
        ("", "", set()),
        ("", "leave@example.org", {"List-Unsubscribe"}),
        ("http://lists.example.org/", "", {"List-Unsubscribe"}),
        ("https://lists.example.org/", "", {"List-Unsubscribe", "List-Unsubscribe-Post"}),
    ],
)
def test_one_click_is_promised_only_where_there_is_an_https_address(web, mailto, names):
    site = replace(SITE, readers_url=web, unsubscribe_mailto=mailto)
    message = Mailing(RECORD, FILES, LETTER, site, SENDING).envelope(ANN).message
    assert {name for name, _ in raw_fields(message) if name.startswith("List-Unsub")} == names


def test_addresses_of_unsubscribing():
    assert unsubscribe_url("https://a.example/b/", "weekly", "T") == "https://a.example/b/unsubscribe/weekly/T"
    assert (
        unsubscribe_mailto("a+b&c?d@x.example", "w", "T")
        == "mailto:a%2Bb%26c%3Fd@x.example?subject=unsubscribe%20w%20T"
    )


def test_each_reader_has_a_message_of_their_own_and_the_same_each_time():
    mailing = Mailing(RECORD, FILES, LETTER, SITE, SENDING)
    ann, ben = mailing.envelope(ANN), mailing.envelope(Reader(42, 18, "ben@example.com", "Ben"))
    assert ann == Mailing(RECORD, FILES, LETTER, SITE, SENDING).envelope(ANN)
    assert b"\r\nTo: Ben <ben@example.com>\r\n" in ben.message
    assert len({ann.name, ben.name}) == len({ann.message_id, ben.message_id}) == len({ann.sender, ben.sender}) == 2
    token = re.search(rb"unsubscribe/weekly/([\w-]{32})>", ben.message)[1].decode()
    assert read_unsubscribe_token(KEY, "weekly", token) == 18
    test = Mailing(RECORD, FILES, LETTER, SITE, SENDING, variant="test").envelope(ANN)
    assert test.message_id != ann.message_id
    # The Message-ID is the reader's in the edition, whatever number the delivery has.
    assert mailing.envelope(ANN._replace(delivery=99)).message_id == ann.message_id


def test_without_an_address_for_bounces_the_sender_is_the_newsletters():
    assert (
        Mailing(RECORD, FILES, LETTER, SITE, replace(SENDING, bounces="")).envelope(ANN).sender
        == "desk@news.example.org"
    )


def test_the_date_is_when_the_edition_was_composed_else_its_slot():
    late = replace(RECORD, composed_at=datetime(2026, 3, 2, 9, 30, 1, 500, tzinfo=UTC))
    assert (
        b"\r\nDate: Mon, 02 Mar 2026 09:30:01 +0000\r\n"
        in Mailing(late, FILES, LETTER, SITE, SENDING).envelope(ANN).message
    )
    assert (
        b"\r\nDate: Mon, 02 Mar 2026 07:00:00 +0000\r\n"
        in Mailing(RECORD, FILES, LETTER, SITE, SENDING).envelope(ANN).message
    )


def test_only_the_marks_of_the_edition_itself_are_holes():
    other = Marks.of("another")
    files = {**FILES, "email.txt": f"{other.token} {other.address} {'7' * 32}\n".encode()}
    assert (
        parts_of(Mailing(RECORD, files, LETTER, SITE, SENDING).envelope(ANN).message)[0] == files["email.txt"].decode()
    )
    old = {name: FILES[name] for name in ("index.txt", "email.html")}
    assert parts_of(Mailing(RECORD, old, LETTER, SITE, SENDING).envelope(ANN).message) == [
        old["index.txt"].decode(), old["email.html"].decode(),
    ]  # fmt: skip


def test_a_key_of_another_length_is_refused():
    with pytest.raises(ValueError, match="must have 32 bytes"):
        Mailing(RECORD, FILES, LETTER, SITE, replace(SENDING, key=b""))


@given(message=st.lists(st.sampled_from([b".", b"..", b"\r\n", b"a"])).map(b"".join))
def test_the_wire_form_of_any_message(message):
    ended = message if message.endswith(b"\r\n") else message + b"\r\n"
    found = Envelope.whole("a@b.example", "c@d.example", "<1@b.example>", "n", message)
    assert (found.message, found.wire) == (message, stuffed(ended))


def test_a_literal_that_a_value_could_give_a_leading_dot_is_refused():
    with pytest.raises(ValueError, match="begins with a dot"):
        Frame.of([b"a\r\n", b".b\r\n"])


# Pictures that a message carries.

FOLDER = "https://news.example.org/weekly/2026-03-02T0700Z/"
PICTURES = {"images/sea-1a2b3c4d.png": bytes(range(256)) * 40, "images/hill-5e6f7a8b.jpg": b"\xff\xd8.\r\n.\r\n" * 200}
CARRIED = {
    **FILES,
    **PICTURES,
    "images/web-00000000.svg": b"<svg/>",
    "email.html": FILES["email.html"]
    + f'<img src="{FOLDER}images/sea-1a2b3c4d.png"><img alt="a" src="{FOLDER}images/hill-5e6f7a8b.jpg">'.encode(),
    "edition.json": json.dumps({"mark": SEED, "embedded": list(PICTURES)}).encode(),
}


def opened(message: bytes):
    """The text, the HTML and the pictures by their ids, as RFC 2387 has them."""
    parsed = message_from_bytes(message, policy=default)
    plain, related = parsed.iter_parts()
    assert (parsed.get_content_type(), plain.get_content_type()) == ("multipart/alternative", "text/plain")
    assert related.get_content_type() == "multipart/related"
    assert related.get_param("type") == "text/html"
    page, *images = related.iter_parts()
    assert page.get_content_type() == "text/html"
    assert not any(part.defects for part in parsed.walk())
    return plain, page, {image["content-id"]: image for image in images}


@given(address=ADDRESSES)
def test_pictures_stand_beside_the_html_whatever_the_address(address):
    mailing = Mailing(RECORD, CARRIED, LETTER, SITE, replace(SENDING, keys=(SIGNER,)))
    found = mailing.envelope(ANN._replace(address=address))
    message = found.message
    assert found.wire == stuffed(message)
    assert max(map(len, message.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 76
    plain, page, images = opened(message)
    html = page.get_payload(decode=True).decode()
    assert [image.get_payload(decode=True) for image in images.values()] == list(PICTURES.values())
    assert re.findall(r'src="cid:([^"]+)"', html) == [name.strip("<>") for name in images]
    assert FOLDER not in html
    assert found.recipient in unescape(html)
    assert "Leave" in plain.get_payload(decode=True).decode()


def test_a_picture_has_its_type_its_name_and_an_id_that_stays():
    mailing = Mailing(RECORD, CARRIED, LETTER, SITE, SENDING)
    _, _, images = opened(mailing.envelope(ANN).message)
    assert {name: (each.get_content_type(), each.get_content_disposition(), each.get_filename())
            for name, each in images.items()} == {
        "<sea-1a2b3c4d.png.weekly.2026-03-02T0700Z@news.example.org>": ("image/png", "inline", "sea-1a2b3c4d.png"),
        "<hill-5e6f7a8b.jpg.weekly.2026-03-02T0700Z@news.example.org>": ("image/jpeg", "inline", "hill-5e6f7a8b.jpg"),
    }  # fmt: skip
    other = mailing.envelope(Reader(42, 18, "ben@example.com"))
    assert list(opened(other.message)[2]) == list(images)
    assert other.frame is mailing.envelope(ANN).frame


def test_no_boundary_begins_another_or_a_line_of_a_part():
    message = Mailing(RECORD, CARRIED, LETTER, SITE, SENDING).envelope(ANN).message
    outer, inner = re.findall(rb'boundary="([^"]+)"', message)
    assert not outer.startswith(inner)
    assert not inner.startswith(outer)
    lines = message.split(b"\r\n")
    assert sum(line.startswith(b"--" + outer) for line in lines) == 3
    assert sum(line.startswith(b"--" + inner) for line in lines) == len(PICTURES) + 2


def test_an_edition_that_names_its_pictures_goes_on_naming_them():
    named = {**CARRIED, "edition.json": FILES["edition.json"]}
    message = Mailing(RECORD, named, LETTER, SITE, SENDING).envelope(ANN).message
    assert b"cid:" not in message
    assert b"image/png" not in message
