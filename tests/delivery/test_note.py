"""The note to the operator, as bytes."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.note import note_message

NOW = datetime(2026, 3, 2, 13, 0, 0, 500, tzinfo=timezone(timedelta(hours=1)))


def made(subject="Subject", text="Plain.\n", address="ops@example.net", now=NOW):
    return note_message("Désk <desk@example.org>", address, subject=subject, text=text, now=now)


def test_its_header_says_that_a_program_wrote_it_to_one_person():
    envelope = made("Pümps", "Plain, ä.\n")
    message = message_from_bytes(envelope.message, policy=default)
    assert (envelope.sender, envelope.recipient) == ("desk@example.org", "ops@example.net")
    assert message["From"] == "Désk <desk@example.org>"
    assert message["To"] == "ops@example.net"
    assert message["Subject"] == "Pümps"
    assert message["Date"] == "Mon, 02 Mar 2026 12:00:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == envelope.message_id
    assert not [name for name in message if name.startswith("List-") or name == "Precedence"]
    assert message.get_content_type() == "text/plain"
    assert message.get_content().replace("\r", "") == "Plain, ä.\n"


def test_the_same_note_has_the_same_id_and_another_has_another():
    assert made() == made()
    others = [made(text="Other.\n"), made(address="ann@example.net"), made(now=NOW + timedelta(seconds=1))]
    assert len({each.message_id for each in (made(), *others)}) == 4
    assert len({each.name for each in (made(), *others)}) == 4


@given(subject=st.text(), text=st.text(max_size=300))
def test_no_text_adds_a_field_or_breaks_a_line(subject, text):
    message = made(subject, text).message
    head, _, _ = message.partition(b"\r\n\r\n")
    assert re.findall(rb"^([A-Za-z-]+):", head, re.MULTILINE) == [
        b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Auto-Submitted", b"MIME-Version", b"Content-Type",
        b"Content-Transfer-Encoding",
    ]  # fmt: skip
    assert message.isascii()
    assert message.endswith(b"\r\n")
    assert b"\n" not in message.replace(b"\r\n", b"")
    assert all(len(line) <= 78 for line in message.split(b"\r\n"))


@pytest.mark.parametrize("address", ["ann@example.org\r\nBcc: x@example.org", "ann", "änn@example.org"])
def test_an_address_that_cannot_be_written_to_is_refused(address):
    with pytest.raises(ValueError, match=r"mailbox|line break|ASCII"):
        made(address=address)
