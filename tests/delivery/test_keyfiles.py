"""Key files, which key signs on which day, and what the DNS is told."""

from __future__ import annotations

import re
import stat
from base64 import b64decode
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_public_key,
)

from digest.core.errors import ConfigError, OutputError, UsageError
from digest.delivery.dkim import SigningKey
from digest.delivery.keyfiles import DatedKey, dkim_record, make_key, read_key, signing, zone_text

RSA = rsa.generate_private_key(65537, 2048)
ED25519 = ed25519.Ed25519PrivateKey.generate()


def dated(selector, start=None, domain="example.org", private=RSA):
    return DatedKey(SigningKey(domain, selector, private), date.fromisoformat(start) if start else None)


KEYS = (
    dated("old"),
    dated("new", "2026-03-01"),
    dated("next", "2026-06-01"),
    dated("ed", "2026-02-01", private=ED25519),
    dated("news", domain="news.example.org"),
)


@pytest.mark.parametrize(
    ("domain", "day", "selectors"),
    [
        ("example.org", "2026-01-31", ["old"]),
        ("example.org", "2026-02-28", ["old", "ed"]),
        ("example.org", "2026-03-01", ["new", "ed"]),
        ("example.org", "2026-05-31", ["new", "ed"]),
        ("example.org", "2027-01-01", ["next", "ed"]),
        ("Mail.Example.ORG", "2026-03-01", ["new", "ed"]),
        ("news.example.org", "2026-03-01", ["news"]),
        ("a.news.example.org", "2026-03-01", ["news"]),
        ("example.com", "2026-03-01", []),
        ("badexample.org", "2026-03-01", []),
        ("org", "2026-03-01", []),
    ],
)
def test_the_newest_key_of_each_kind_whose_day_has_come_signs(domain, day, selectors):
    assert [key.selector for key in signing(KEYS, domain, date.fromisoformat(day))] == selectors


def test_of_keys_of_the_same_day_the_last_named_signs():
    keys = [dated("a", "2026-01-01"), dated("b", "2026-01-01"), dated("c")]
    assert [key.selector for key in signing(keys, "example.org", date(2026, 1, 1))] == ["b"]


@pytest.mark.parametrize(("ed25519_wanted", "bits"), [(False, 2048), (True, 2048)])
def test_a_key_that_was_made_is_read_and_its_owner_alone_may_read_it(tmp_path, ed25519_wanted, bits):
    path = tmp_path / "keys" / "k.pem"
    made = make_key(path, ed25519=ed25519_wanted, bits=bits)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    read = read_key(path)
    assert read.public_key() == made.public_key()
    assert isinstance(read, ed25519.Ed25519PrivateKey) == ed25519_wanted


def test_a_key_is_never_overwritten(tmp_path):
    path = tmp_path / "k.pem"
    path.write_text("mine")
    with pytest.raises(UsageError, match="never overwritten"):
        make_key(path, ed25519=True)
    assert path.read_text() == "mine"
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        make_key(tmp_path / "file" / "k.pem", ed25519=True)


@pytest.mark.parametrize("bits", [0, 1024, 2047, 4097])
def test_a_length_not_to_be_trusted_is_not_made(tmp_path, bits):
    with pytest.raises(UsageError, match="2048 to 4096"):
        make_key(tmp_path / "k.pem", ed25519=False, bits=bits)


def pem(key, encryption=NoEncryption()):  # noqa: B008 it holds nothing
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no private key in PEM"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no private key in PEM"),
        (pem(ED25519, BestAvailableEncryption(b"x")), "without a password"),
        (pem(rsa.generate_private_key(65537, 1024)), "has 1024 bits"),  # noqa: S505 that it is refused is the point
        (pem(ec.generate_private_key(ec.SECP256R1())), "neither an RSA nor an Ed25519 key"),
    ],
)
def test_what_no_signature_should_be_made_with_is_refused_by_name(tmp_path, content, message):
    path = tmp_path / "k.pem"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=message) as refused:
        read_key(path)
    assert refused.value.problems[0].place == str(path)
    with pytest.raises(ConfigError, match="no such file"):
        read_key(tmp_path / "other.pem")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_key(tmp_path)


def test_the_record_has_the_public_key_in_strings_of_255_octets():
    record = dkim_record(RSA)
    tags = dict(part.strip().split("=", 1) for part in record.split(";"))
    assert (tags["v"], tags["k"]) == ("DKIM1", "rsa")
    assert load_der_public_key(b64decode(tags["p"])) == RSA.public_key()
    strings = re.findall(r'"([^"]*)"', zone_text(record))
    assert "".join(strings) == record
    assert max(map(len, strings)) == 255
    assert zone_text(record).startswith('( "')
    small = dkim_record(ED25519)
    assert re.fullmatch(r"v=DKIM1; k=ed25519; p=[A-Za-z0-9+/]{43}=", small)
    assert zone_text(small) == f'"{small}"'
    assert zone_text('a"b\\') == '"a\\"b\\\\"'
