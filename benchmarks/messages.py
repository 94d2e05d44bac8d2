"""From a frozen edition to the bytes of its messages."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from benchmarks.harness import Figure, Side, measure
from benchmarks.sample import NEWSLETTER, NOW, Sample, due
from digest.core.reader import Reader
from digest.delivery.dkim import SigningKey
from digest.delivery.mailing import Mailing, Sending

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from digest.core.edition import EditionRecord
    from digest.core.newsletter import Newsletter, Site

REPEAT = 15
READERS = 50


def messages(sample: Sample) -> Iterator[Figure]:
    """Envelopes of one edition, beside the standard library's message of the same two parts."""
    with sample.newsroom() as newsroom:
        target = newsroom.target(NEWSLETTER)
        record = newsroom.publisher.run(target, due(target), NOW).record
        files = newsroom.store.editions.files(NEWSLETTER, record.id)
        newsletter, site = target.newsletter, newsroom.settings.site
    readers = [Reader(number, number, f"reader-{number}@example.net") for number in range(READERS)]
    kilobytes = round((len(files["index.txt"]) + len(files["email.html"])) / 1000)
    yield measure(
        f"{READERS} messages of {kilobytes} kB",
        Side("ours", lambda: _ours(record, files, newsletter, site, readers)),
        Side("email.message", lambda: [_plain(record, files, newsletter, reader.address) for reader in readers]),
        REPEAT,
    )
    private = generate_private_key(65537, 2048)
    key = SigningKey("example.org", "s2026", private)
    signed = Mailing(record, files, newsletter, site, Sending(key=bytes(32), keys=(key,)))
    headers = bytes(700)
    yield measure(
        f"{READERS} messages signed by RSA-2048",
        Side("ours", lambda: [signed.envelope(reader).pieces for reader in readers]),
        Side("the bare signatures", lambda: [private.sign(headers, PKCS1v15(), SHA256()) for _ in readers]),
        REPEAT,
        target=1.3,
    )


def _ours(
    record: EditionRecord, files: Mapping[str, bytes], newsletter: Newsletter, site: Site, readers: Sequence[Reader]
) -> list[bytes]:
    mailing = Mailing(record, files, newsletter, site, Sending(key=bytes(32)))
    return [mailing.envelope(reader).wire for reader in readers]


def _plain(record: EditionRecord, files: Mapping[str, bytes], newsletter: Newsletter, reader: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = newsletter.sender, reader, record.subject
    message["Date"] = format_datetime(record.slot)
    message.set_content(files["index.txt"].decode(), cte="quoted-printable")
    message.add_alternative(files["email.html"].decode(), subtype="html", cte="quoted-printable")
    return message.as_bytes()
