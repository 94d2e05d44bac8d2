"""Private keys as files, which of them signs, and what the DNS is to say of them [RFC 6376, RFC 8463]."""

from __future__ import annotations

import os
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from digest.core.errors import ConfigError, OutputError, UsageError
from digest.core.model import Problem
from digest.delivery.atomic import output_error

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

    from digest.delivery.dkim import SigningKey

LEAST_BITS, MOST_BITS = 2048, 4096
"""Of an RSA key: shorter ones are not trusted; longer ones many verifiers do not know [RFC 8301 section 3.2]."""

_STRING = 255
"""Octets of one string of a TXT record [RFC 1035 section 3.3.14]."""


@dataclass(frozen=True, slots=True)
class DatedKey:
    """A key, and the first day it signs; None: always."""

    key: SigningKey
    start: date | None = None


def signing(keys: Iterable[DatedKey], domain: str, day: date) -> tuple[SigningKey, ...]:
    """The keys that sign mail from a domain on a day: of each algorithm the one whose day came last.

    The domain of a key is the sender's or one above it, so that the signature is aligned with From [RFC 7489 section
    3.1.1]; the nearest that has any counts. Of several keys that began on the same day, the last named signs.

    Args:
        keys: As named in config.yaml, in its order.
        domain: Of the From address, ASCII.
        day: Of the message's date, in UTC.
    """
    begun = [each for each in keys if each.start is None or each.start <= day]
    for candidate in _and_above(domain.lower()):
        own = [each for each in begun if each.key.domain == candidate]
        if own:
            # Sorting keeps the order of the file among equals; of each algorithm the last stays.
            own.sort(key=lambda each: "" if each.start is None else each.start.isoformat())
            last = {each.key.algorithm: each.key for each in own}
            return tuple(last[name] for name in sorted(last, reverse=True))  # RSA first: everybody knows it
    return ()


def _and_above(domain: str) -> Iterable[str]:
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(max(1, len(labels) - 1))]


def read_key(path: Path) -> RSAPrivateKey | Ed25519PrivateKey:
    """Read a private key in PEM.

    Raises:
        ConfigError: There is none, it cannot be read, or is one that no signature should be made with.
    """
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError:
        raise _wrong(path, "there is no such file; `digest keys make` makes a key") from None
    except OSError as error:
        raise _wrong(path, f"cannot be read ({error.strerror}); it must be a file that this user may read") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _wrong(path, "is no private key in PEM without a password; `digest keys make` makes one") from error
    if isinstance(key, RSAPrivateKey):
        if key.key_size < LEAST_BITS:
            raise _wrong(path, f"has {key.key_size} bits, and less than {LEAST_BITS} are not trusted; make a new one")
        return key
    if not isinstance(key, Ed25519PrivateKey):
        raise _wrong(path, "is neither an RSA nor an Ed25519 key; mail is signed with those alone")
    return key


def make_key(path: Path, *, ed25519: bool, bits: int = LEAST_BITS) -> RSAPrivateKey | Ed25519PrivateKey:
    """Make a private key and its file, which its owner alone may read; a file that is there is never touched.

    Raises:
        UsageError: There is such a file already, or the number of bits is not one to be trusted and known.
        OutputError: It cannot be written.
    """
    if not LEAST_BITS <= bits <= MOST_BITS:
        raise UsageError(f"an RSA key has {LEAST_BITS} to {MOST_BITS} bits: less are not trusted, more not known")
    key = Ed25519PrivateKey.generate() if ed25519 else generate_private_key(65537, bits)
    content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise output_error(path.parent, error) from error
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(
            "there is a key already, and it is never overwritten; choose another --selector", place=str(path)
        ) from None
    except OSError as error:
        raise output_error(path, error) from error
    try:
        with os.fdopen(file, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(file)
    except OSError as error:
        path.unlink()  # a part of a key is none
        raise OutputError(f"cannot be written: {error.strerror}", place=str(path)) from error
    return key


def dkim_record(private: RSAPrivateKey | Ed25519PrivateKey) -> str:
    """The text to publish at SELECTOR._domainkey.DOMAIN [RFC 6376 section 3.6.1, RFC 8463 section 4]."""
    public = private.public_key()
    if isinstance(private, Ed25519PrivateKey):
        return f"v=DKIM1; k=ed25519; p={b64encode(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()}"
    whole = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={b64encode(whole).decode()}"


def zone_text(text: str) -> str:
    """The value of a TXT record as zone files have it: strings of at most 255 octets [RFC 1035 section 5.1]."""
    escaped = [text[start : start + _STRING] for start in range(0, len(text), _STRING)]
    strings = " ".join('"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in escaped)
    return strings if len(escaped) == 1 else f"( {strings} )"


def _wrong(path: Path, message: str) -> ConfigError:
    return ConfigError([Problem(str(path), message, set_aside=True)])
