"""File sinks: a folder of .eml files, a Maildir, an mbox. Handing an envelope over twice changes nothing."""

from __future__ import annotations

import re
import time
from abc import ABC, abstractmethod
from email.parser import BytesHeaderParser
from email.utils import mktime_tz, parsedate_tz
from typing import TYPE_CHECKING

from digest.core.outbox import Attempt, Returned
from digest.delivery.atomic import make_folder, output_error, update, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from digest.core.envelope import Envelope
    from digest.core.outbox import Outgoing, Queue


AT_ONCE = 200
"""Envelopes that are claimed, written and noted together."""


class _FileSink(ABC):
    """What the file sinks have in common. They recognise what they have, so that all of it may come twice.

    Attributes:
        name: See `Sink`.
    """

    rebuilt = False
    repeatable = True
    remote = False

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self.name = name

    def deliver(self, queue: Queue, stop: Callable[[], bool]) -> None:
        """See `Sink`."""
        while not stop() and (taken := queue.take(AT_ONCE)):
            self._write_all(queue, taken)

    def _write_all(self, queue: Queue, taken: Sequence[Outgoing]) -> None:
        may_go = queue.commit((), [each.delivery for each in taken])
        left = {each.envelope.name: each for each in taken if each.delivery in may_go}
        done: list[Attempt | Returned] = []
        try:
            for envelope, place, new in self._write([each.envelope for each in left.values()]):
                delivery = left.pop(envelope.name).delivery
                done.append(Attempt(delivery, "message", None, place=place, new=new))
        finally:
            # Also when the disk is full, or one was interrupted: what was written is noted, the rest waits.
            done += [Returned(each.delivery) for each in left.values()]
            queue.commit(done, ())

    def rebuild(self, envelopes: Iterable[Envelope]) -> Iterator[tuple[str, bool]]:
        """See `Sink`."""
        del envelopes
        yield from ()

    @abstractmethod
    def _write(self, envelopes: Sequence[Envelope]) -> Iterator[tuple[Envelope, str, bool]]:
        """Put the envelopes in place, in order; each comes with its path, and whether it was written, once durable.

        Raises:
            OutputError: One cannot be; those that came before are.
        """


class EmlFolder(_FileSink):
    """One .eml file an envelope, CRLF line ends as on the wire."""

    rebuilt = True

    def _write(self, envelopes: Iterable[Envelope]) -> Iterator[tuple[Envelope, str, bool]]:
        """Write each as `NAME.eml`."""
        for each in envelopes:
            path = self._path / f"{each.name}.eml"
            new = write(path, each.message)
            yield each, str(path), new

    def rebuild(self, envelopes: Iterable[Envelope]) -> Iterator[tuple[str, bool]]:
        """See `Sink`."""
        for _, place, new in self._write(envelopes):
            yield place, new


class Maildir(_FileSink):
    """A Maildir [maildir(5)]: written in `tmp`, renamed into `new`; known again in `cur` when it was read."""

    def _write(self, envelopes: Sequence[Envelope]) -> Iterator[tuple[Envelope, str, bool]]:
        """Put each into the mailbox, once."""
        try:
            for part in ("tmp", "new", "cur"):
                make_folder(self._path / part)
            # A mail reader moves a message to `cur` and adds `:2,` and flags to its name.
            present = {
                path.name.partition(":")[0]: path
                for part in ("new", "cur")
                for path in sorted((self._path / part).iterdir())
            }
        except OSError as error:
            raise output_error(self._path, error) from error
        for each in envelopes:
            path = present.get(each.name)
            if path is None:
                path = self._path / "new" / each.name
                # Local mailboxes hold messages with the system's own line ends.
                new = write(path, each.message.replace(b"\r\n", b"\n"), staging=self._path / "tmp")
                yield each, str(path), new
            else:
                yield each, str(path), False


class Mbox(_FileSink):
    """An mbox file [RFC 4155] in the mboxrd form: lines that begin with `From ` are quoted, and can be unquoted."""

    def _write(self, envelopes: Sequence[Envelope]) -> Iterator[tuple[Envelope, str, bool]]:
        """Append those whose Message-ID is not there yet, all in one atomic replacement of the file."""
        new: set[str] = set()

        def appended(before: bytes) -> bytes:
            present = set(_MESSAGE_ID.findall(before))
            fresh = [each for each in envelopes if each.message_id.encode() not in present]
            new.update(each.message_id for each in fresh)
            return b"".join([before, _gap(before) if fresh else b"", *map(_mbox_entry, fresh)])

        if envelopes:
            update(self._path, appended)
        for each in envelopes:
            yield each, str(self._path), each.message_id in new


_FROM_LINE = re.compile(rb"^(>*From )", re.MULTILINE)
# Within a message's header only: an article may talk about a Message-ID.
_MESSAGE_ID = re.compile(
    rb"^From [^\n]*\n(?:[^\n]+\n)*?Message-ID:[ \t]*(<[^>\s]+>)", re.MULTILINE | re.IGNORECASE
)  # fmt: skip


def _gap(mbox: bytes) -> bytes:
    """What is missing for an empty line at the end, without which no message can follow."""
    return b"" if not mbox or mbox.endswith(b"\n\n") else b"\n" if mbox.endswith(b"\n") else b"\n\n"


def _mbox_entry(envelope: Envelope) -> bytes:
    message = envelope.message.replace(b"\r\n", b"\n")
    date = parsedate_tz(BytesHeaderParser().parsebytes(message)["Date"] or "")
    when = time.asctime(time.gmtime(mktime_tz(date) if date else 0))
    quoted = _FROM_LINE.sub(rb">\1", message)
    ended = quoted if quoted.endswith(b"\n") else quoted + b"\n"
    # The empty line that ends an entry is no part of the message, however many of its own it ends with.
    return f"From {envelope.sender} {when}\n".encode() + ended + b"\n"
