"""The message that asks for a confirmation, as bytes."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import datetime, timedelta, timezone
from email import message_from_bytes
from email.policy import default
from zoneinfo import ZoneInfo

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from digest.core.newsletter import Newsletter
from digest.core.reader import Reader
from digest.delivery.confirmation import Texts, confirmation_message
from digest.delivery.dkim import SigningKey

NOW = datetime(2026, 3, 2, 13, 0, 0, 500, tzinfo=timezone(timedelta(hours=1)))
WEEKLY = Newsletter(
    key="weekly", title="The Weekly", sender="Désk <desk@example.org>", language="en", zone=ZoneInfo("UTC")
)
ANN = Reader(0, 7, "ann@example.org", "Änn")
TEXTS = Texts("Please confirm", "Plain.\n", "<p>Rich.</p>\n")


def made(newsletter=WEEKLY, reader=ANN, texts=TEXTS, token="t" * 40, keys=()):
    return confirmation_message(newsletter, reader, texts, token=token, now=NOW, keys=keys)


def test_its_header_says_that_a_program_wrote_it_to_one_person():
    envelope = made()
    message = message_from_bytes(envelope.message, policy=default)
    assert (envelope.sender, envelope.recipient) == ("desk@example.org", "ann@example.org")
    assert message["From"] == "Désk <desk@example.org>"
    assert message["To"] == "Änn <ann@example.org>"
    assert message["Date"] == "Mon, 02 Mar 2026 12:00:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == envelope.message_id
    assert not [name for name in message if name.startswith("List-") or name == "Precedence"]
    assert [each.get_content_type() for each in message.iter_parts()] == ["text/plain", "text/html"]
    assert [each.get_content().replace("\r", "") for each in message.iter_parts()] == ["Plain.\n", "<p>Rich.</p>\n"]


def test_its_bounces_go_where_they_are_read_and_the_message_is_the_same():
    found = confirmation_message(WEEKLY, ANN, TEXTS, token="t" * 40, now=NOW, bounces="bounces+x@lists.example.org")
    assert found.sender == "bounces+x@lists.example.org"
    assert found.message == made().message


def test_the_same_token_gives_the_same_bytes_and_its_id_does_not_tell_the_token():
    assert made() == made()
    other = made(token="u" * 40)
    assert other.message_id != made().message_id
    assert other.name != made().name
    assert "tttt" not in made().message_id + made().name


@given(name=st.text(), subject=st.text(), plain=st.text(max_size=300))
def test_no_text_adds_a_field_or_breaks_a_line(name, subject, plain):
    envelope = made(reader=Reader(0, 7, "ann@example.org", name), texts=Texts(subject, plain, plain))
    head, _, _ = envelope.message.partition(b"\r\n\r\n")
    names = re.findall(rb"^([A-Za-z-]+):", head, re.MULTILINE)
    assert names == [b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Auto-Submitted", b"Content-Language",
                     b"MIME-Version", b"Content-Type"]  # fmt: skip
    assert head.isascii()
    assert b"\n" not in envelope.message.replace(b"\r\n", b"")
    assert all(len(line) <= 78 for line in envelope.message.split(b"\r\n"))


@pytest.mark.parametrize("address", ["ann@example.org\r\nBcc: x@example.org", "ann", "änn@example.org"])
def test_an_address_that_cannot_be_written_to_is_refused(address):
    with pytest.raises(ValueError, match=r"mailbox|line break|ASCII"):
        made(reader=Reader(0, 7, address))


def test_it_is_signed_like_any_other():
    key = rsa.generate_private_key(65537, 2048)
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    record = b"v=DKIM1; k=rsa; p=" + b64encode(public)
    message = made(keys=(SigningKey("example.org", "d1", key),)).message
    assert dkim.verify(message, dnsfunc=lambda *_, **__: record)
    assert not dkim.verify(message.replace(b"Plain", b"Plane"), dnsfunc=lambda *_, **__: record)
