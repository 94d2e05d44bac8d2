"""Signatures over messages [RFC 6376, RFC 8463]: relaxed/relaxed, by RSA and Ed25519 keys.

What is the same in all messages of an edition is canonicalised and hashed once; for each reader there is the rest of
the body to hash, a few header fields, and the signature itself.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

SIGNED = (
    "from", "to", "cc", "reply-to", "subject", "date", "message-id", "list-id", "list-unsubscribe",
    "list-unsubscribe-post", "list-archive", "list-help", "feedback-id", "mime-version", "content-type",
)  # fmt: skip
"""Fields a signature covers, each once more than the message has it: none of them can be added or replaced."""

LINE = 78
_RUN = re.compile(rb"[ \t]+")
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, and where its public half is published: SELECTOR._domainkey.DOMAIN."""

    domain: str
    selector: str
    private: RSAPrivateKey | Ed25519PrivateKey

    @property
    def algorithm(self) -> str:
        """As the signature names it."""
        return "ed25519-sha256" if isinstance(self.private, Ed25519PrivateKey) else "rsa-sha256"

    def sign(self, data: bytes) -> bytes:
        """The signature of what was canonicalised; the same each time."""
        if isinstance(self.private, Ed25519PrivateKey):
            return self.private.sign(hashlib.sha256(data).digest())  # of the hash [RFC 8463 section 3]
        return self.private.sign(data, PKCS1v15(), SHA256())


class Signing:
    """Signs the messages of an edition.

    Args:
        keys: Those that sign, each a signature of its own.
        fields: The header fields that are the same in each message, raw.
        changing: Names of those that are not, in lower case.
        body: Literals of the body. Each but the first begins in the middle of a line and not with white space, each but
            the last ends with a line break; a value between two of them has neither white space nor ends with a break.
        when: The time of signing, aware: the message's date.

    Raises:
        ValueError: A field that is to be signed stands there twice, or one is no field.
    """

    def __init__(
        self, keys: Sequence[SigningKey], fields: Sequence[bytes], changing: Sequence[str], body: Sequence[bytes],
        when: datetime,
    ) -> None:  # fmt: skip
        constant = [(name, field) for name, field in map(canonical_field, fields) if name in SIGNED]
        self._fields = b"".join(field for _, field in constant)
        *inner, last = body
        first, *self._rest = [*map(_relaxed_lines, inner), relaxed_body(last)]
        self._hash = hashlib.sha256(first)
        present = [*(name for name, _ in constant), *changing]
        if len(set(present)) < len(present):
            raise ValueError("a field that is to be signed stands there twice")
        names = [*present, *present, *(name for name in SIGNED if name not in present)]
        self._keys = [(key, *_heads(key, names, when)) for key in keys]

    def sign(self, changing: Sequence[bytes], values: Sequence[bytes]) -> bytes:
        """The DKIM-Signature fields of a message.

        Args:
            changing: Its own header fields, raw, as they were named.
            values: What goes between the literals of the body.
        """
        whole = self._hash.copy()
        for value, literal in zip(values, self._rest, strict=True):
            whole.update(value)
            whole.update(literal)
        body_hash = b64encode(whole.digest())
        data = self._fields + b"".join(canonical_field(field)[1] for field in changing)
        return b"".join(
            raw + body_hash + b";\r\n b=" + _folded(key.sign(data + canonical + body_hash + b"; b=")) + b"\r\n"
            for key, raw, canonical in self._keys
        )


def signed(message: bytes, keys: Sequence[SigningKey], when: datetime) -> bytes:
    """A message with a signature by each key before it.

    Args:
        message: CRLF line ends.
        keys: Those that sign.
        when: The message's date, aware.

    Raises:
        ValueError: As `Signing`.
    """
    head, _, body = message.partition(b"\r\n\r\n")
    fields = [field + b"\r\n" for field in re.split(rb"\r\n(?![ \t])", head.removesuffix(b"\r\n"))]
    return Signing(keys, fields, (), (body,), when).sign((), ()) + message


def canonical_field(field: bytes) -> tuple[str, bytes]:
    """A field's name in lower case, and its relaxed form with its line break [RFC 6376 section 3.4.2].

    Raises:
        ValueError: It is none.
    """
    match = _FIELD.fullmatch(field)
    if match is None:
        raise ValueError(f"no header field: {field[:60]!r}")
    name = match[1].lower()
    value = _RUN.sub(b" ", match[2].replace(b"\r\n", b"")).strip(b" ")
    return name.decode("ascii"), b"%b:%b\r\n" % (name, value)


def _relaxed_lines(text: bytes) -> bytes:
    return _RUN.sub(b" ", text).replace(b" \r\n", b"\r\n")


def relaxed_body(body: bytes) -> bytes:
    """A body, or the end of one, in its relaxed form [RFC 6376 section 3.4.4]."""
    ended = body if body.endswith(b"\r\n") or not body else body + b"\r\n"
    relaxed = _relaxed_lines(ended)
    end = len(relaxed)
    while end >= 2 and relaxed[end - 2 : end] == b"\r\n":
        end -= 2
    return relaxed[:end] + b"\r\n" if end else b""


def _heads(key: SigningKey, names: Sequence[str], when: datetime) -> tuple[bytes, bytes]:
    """The field as far as the body's hash: raw and folded, and relaxed."""
    lines = [f"DKIM-Signature: v=1; a={key.algorithm}; c=relaxed/relaxed;", f" d={key.domain};", f" s={key.selector};"]
    lines += [f" t={int(when.timestamp())};", *_listed(names), " bh="]
    raw = "\r\n".join(lines).encode("ascii")
    # What a verifier makes of it: without its own line break, for nothing follows "b=".
    return raw, canonical_field(raw)[1].removesuffix(b"\r\n")


def _listed(names: Sequence[str]) -> Iterator[str]:
    line = " h="
    for number, name in enumerate(names):
        word = f"{name};" if number == len(names) - 1 else f"{name}:"
        if len(line) + len(word) > LINE:
            yield line
            line = " "
        line += word
    yield line


def _folded(signature: bytes) -> bytes:
    text = b64encode(signature)
    return b"\r\n ".join(text[start : start + LINE - 4] for start in range(0, len(text), LINE - 4))
