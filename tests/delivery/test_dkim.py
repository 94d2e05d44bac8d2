"""Signatures, verified by dkimpy, which has no part in making them."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from types import SimpleNamespace

import dkim
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from dkim.canonicalization import Relaxed
from hypothesis import example, given
from hypothesis import strategies as st

from digest.delivery.dkim import SIGNED, SigningKey, canonical_field, relaxed_body, signed

RSA = rsa.generate_private_key(65537, 2048)
ED25519 = ed25519.Ed25519PrivateKey.generate()
KEYS = (SigningKey("example.org", "rsa1", RSA), SigningKey("example.org", "ed1", ED25519))
WHEN = datetime(2026, 3, 2, 7, tzinfo=UTC)
HEAD = (
    b"From: Desk <desk@example.org>\r\nTo: ann@example.com\r\nSubject: An  edition\r\n of\tthe weekly \r\n"
    b"Date: Mon, 02 Mar 2026 07:00:00 +0000\r\nMessage-ID: <1@example.org>\r\nX-Unsigned: yes\r\n"
)
BODIES = st.lists(st.sampled_from([b"\r\n", b" ", b"\t", b".", b"..", b"a", b"From ", b"=", b"\xc3\xa4"]), max_size=30)


class VerifyKey:
    """What dkimpy asks of PyNaCl, which is not here, by `cryptography`: dkimpy still does all but the curve."""

    def __init__(self, encoded, encoder):
        self._key = ed25519.Ed25519PublicKey.from_public_bytes(b64decode(encoded))

    def verify(self, data, signature):
        try:
            self._key.verify(signature, data)
        except InvalidSignature as error:
            raise BadSignatureError from error


class BadSignatureError(Exception):
    pass


@pytest.fixture(autouse=True, scope="module")
def curve():
    before = getattr(dkim, "nacl", None)
    dkim.nacl = SimpleNamespace(
        signing=SimpleNamespace(VerifyKey=VerifyKey),
        encoding=SimpleNamespace(Base64Encoder=None),
        exceptions=SimpleNamespace(BadSignatureError=BadSignatureError, ValueError=ValueError),
    )
    yield
    if before is None:
        del dkim.nacl
    else:
        dkim.nacl = before


def records(name, timeout=5):
    if name.startswith(b"rsa1._domainkey.example.org"):
        public = RSA.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return b"v=DKIM1; k=rsa; p=" + b64encode(public)
    assert name.startswith(b"ed1._domainkey.example.org"), name
    return b"v=DKIM1; k=ed25519; p=" + b64encode(ED25519.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def verified(message: bytes) -> list[bool]:
    found = []
    for number in range(len(KEYS)):
        try:
            found.append(dkim.DKIM(message, minkey=2048).verify(number, dnsfunc=records))
        except dkim.ValidationError:  # the body is another
            found.append(False)
    return found


@given(body=BODIES)
@example(body=[])
@example(body=[b"\r\n", b"\r\n"])
@example(body=[b" \t", b"\r\n"])
@example(body=[b"a", b" ", b"\r\n", b" \r\n"])
@example(body=[b".", b"\r\n", b"."])
def test_any_body_verifies_with_both_keys(body):
    message = HEAD + b"\r\n" + b"".join(body)
    message += b"" if message.endswith(b"\r\n") else b"\r\n"  # as every server gets it
    assert verified(signed(message, KEYS, WHEN)) == [True, True]


@given(body=BODIES)
def test_the_relaxed_body_is_dkimpys(body):
    whole = b"".join(body)
    ended = whole + b"\r\n" if whole and not whole.endswith(b"\r\n") else whole
    assert relaxed_body(whole) == relaxed_body(ended) == Relaxed.canonicalize_body(ended)


@given(value=st.lists(st.sampled_from([b" ", b"\t", b"\r\n ", b"\r\n\t", b"a", b":", b"=", b";"]), max_size=20))
def test_the_relaxed_field_is_dkimpys(value):
    whole = b"".join(value) + b"\r\n"
    ((name, canonical),) = Relaxed.canonicalize_headers([(b"SuBject ", whole)])
    assert canonical_field(b"SuBject :" + whole)[1] == name + b":" + canonical


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"An  edition", b"An issue"),
        (b"ann@example.com", b"bob@example.com"),
        (b"Hello", b"Hallo"),
        (b"\r\nFrom: ", b"\r\nFrom: Mallory <m@example.net>\r\nFrom: "),
        (b"\r\nTo: ", b"\r\nSubject: Another\r\nTo: "),
        (b"\r\nTo: ", b"\r\nReply-To: m@example.net\r\nTo: "),
        (b"\r\nTo: ", b"\r\nContent-Type: text/html\r\nTo: "),
        (b"\r\nTo: ", b"\r\nList-Unsubscribe: <https://example.net/>\r\nTo: "),
    ],
)
def test_what_is_altered_or_added_is_noticed(old, new):
    message = signed(HEAD + b"\r\nHello\r\n", KEYS, WHEN)
    assert verified(message) == [True, True]
    assert old in message
    assert verified(message.replace(old, new, 1)) == [False, False]


def test_what_only_white_space_alters_still_verifies():
    message = signed(HEAD + b"\r\nHello  you \r\n\r\n", KEYS, WHEN)
    assert verified(message.replace(b"Hello  you ", b"Hello \t you").replace(b"of\tthe", b"of the")) == [True, True]
    assert verified(message.replace(b"X-Unsigned: yes", b"X-Unsigned: no")) == [True, True]


def test_the_field_itself():
    message = signed(HEAD + b"\r\nHello\r\n", KEYS, WHEN)
    assert message == signed(HEAD + b"\r\nHello\r\n", KEYS, WHEN)
    head = message.partition(b"\r\nFrom:")[0]
    assert max(map(len, head.split(b"\r\n"))) <= 78
    first, second = re.split(rb"\r\n(?=DKIM)", head)
    assert b"a=rsa-sha256;" in first
    assert b"a=ed25519-sha256;" in second
    for field in (first, second):
        tags = dict(re.findall(r"(\w+)=([^;]*)", re.sub(r"\s", "", field.partition(b":")[2].decode())))
        assert tags["c"] == "relaxed/relaxed"
        assert (tags["d"], tags["t"]) == ("example.org", str(int(WHEN.timestamp())))
        assert not {"x", "l", "i"} & set(tags)
        names = tags["h"].split(":")
        for name in ("from", "to", "subject", "date", "message-id"):
            assert names.count(name) == 2, name
        for name in set(SIGNED) - {"from", "to", "subject", "date", "message-id"}:
            assert names.count(name) == 1, name


def test_a_field_that_stands_twice_is_refused():
    with pytest.raises(ValueError, match="twice"):
        signed(HEAD + b"Subject: Another\r\n\r\nHello\r\n", KEYS, WHEN)
    with pytest.raises(ValueError, match="no header field"):
        signed(b"No field at all\r\n\r\nHello\r\n", KEYS, WHEN)
