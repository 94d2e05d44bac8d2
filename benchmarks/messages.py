"""From a frozen edition to the bytes of its messages."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING

from benchmarks.harness import Figure, Side, measure
from benchmarks.sample import NEWSLETTER, NOW, SLOT, Sample
from digest.delivery.envelope import envelope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from digest.core.model import EditionRecord
    from digest.core.newsletter import Newsletter

REPEAT = 15
READERS = 50


def messages(sample: Sample) -> Iterator[Figure]:
    """Envelopes of one edition, beside the standard library's message of the same two parts."""
    with sample.newsroom() as newsroom:
        target = newsroom.target(NEWSLETTER)
        record = newsroom.publisher.run(target, SLOT, NOW).record
        files = newsroom.store.editions.files(NEWSLETTER, record.id)
        newsletter, site = target.newsletter, newsroom.settings.site
    readers = [f"reader-{number}@example.net" for number in range(READERS)]
    kilobytes = round((len(files["index.txt"]) + len(files["email.html"])) / 1000)
    yield measure(
        f"{READERS} messages of {kilobytes} kB",
        Side("ours", lambda: [envelope(record, files, newsletter, site, reader) for reader in readers]),
        Side("email.message", lambda: [_plain(record, files, newsletter, reader) for reader in readers]),
        REPEAT,
    )


def _plain(record: EditionRecord, files: Mapping[str, bytes], newsletter: Newsletter, reader: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = newsletter.sender, reader, record.subject
    message["Date"] = format_datetime(record.slot)
    message.set_content(files["index.txt"].decode(), cte="quoted-printable")
    message.add_alternative(files["email.html"].decode(), subtype="html", cte="quoted-printable")
    return message.as_bytes()
