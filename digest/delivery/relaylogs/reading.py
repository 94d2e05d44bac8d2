"""Reads relays' logs, of any size and compressed or not, line by line."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from digest.core.edition import Window
from digest.core.model import Problem
from digest.core.relaylog import LogFinding, LogReport, joined
from digest.delivery.relaylogs.exim import EximTrail
from digest.delivery.relaylogs.postfix import PostfixTrail
from digest.delivery.relaylogs.stamps import AHEAD, STAMP, first_instant, last_instant

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence
    from pathlib import Path
    from zoneinfo import ZoneInfo

LONGEST_LINE = 65_536
"""A longer line is read as several, of which all but the first are skipped."""

_GZIP = b"\x1f\x8b"
_NEVER = datetime.max.replace(tzinfo=UTC)


class RelayLogs:
    """The findings of one or more logs, in the order of time; each file is read once, in one pass.

    Iterate to the end first, then ask for the report.

    Args:
        paths: The files, plain or gzip, in any order.
        now: The instant, aware: a stamp without a year is of the last twelve months.
        zone: The relay's zone, for stamps that state none.
        wanted: Message-IDs to look for, with angle brackets; None for all.
    """

    def __init__(
        self, paths: Sequence[Path], *, now: datetime, zone: ZoneInfo, wanted: Container[str] | None = None
    ) -> None:
        self._paths = paths
        self._limit = now + AHEAD
        self._zone = zone
        self._postfix = PostfixTrail(wanted)
        self._exim = EximTrail(wanted)
        self._spans: list[Window] = []
        self._problems: list[Problem] = []
        self._lines = self._skipped = 0

    def report(self) -> LogReport:
        """What reading came to, as far as it went."""
        return LogReport(joined(self._spans), self._lines, self._skipped, self._postfix.begun, tuple(self._problems))

    def __iter__(self) -> Iterator[LogFinding]:
        # A message may come in one file and be delivered in the next: the oldest first.
        begins = {path: self._begins(path) for path in dict.fromkeys(self._paths)}
        for path in sorted((path for path, start in begins.items() if start), key=lambda path: (begins[path], path)):
            yield from self._file(path)

    def _begins(self, path: Path) -> datetime | None:
        """The first stamp of a file; None when it cannot be read, which is a problem then, or is empty."""
        try:
            with _opened(path) as file:
                for line in _lines(file):
                    match = STAMP.match(line)
                    found = first_instant(match["stamp"], self._zone, self._limit) if match else None
                    if found is not None:
                        return found
        except (OSError, EOFError, zlib.error) as error:
            self._unreadable(path, 0, error)
            return None
        return _NEVER  # no log; its lines are counted all the same

    def _file(self, path: Path) -> Iterator[LogFinding]:
        first = last = b""
        number = 0
        try:
            with _opened(path) as file:
                for number, line in enumerate(_lines(file), start=1):
                    match = STAMP.match(line)
                    if match is None:
                        self._skipped += 1
                        continue
                    last = match["stamp"]
                    first = first or last
                    rest = line[match.end() :].rstrip()
                    finding = self._postfix.follow(rest) or self._exim.follow(rest)
                    if finding is not None:
                        yield replace(finding, place=f"{path}:{number}")
        except (OSError, EOFError, zlib.error) as error:
            self._unreadable(path, number, error)
        self._lines += number
        self._span(first, last)

    def _span(self, first: bytes, last: bytes) -> None:
        end = last_instant(last, self._zone, self._limit) if last else None
        # In an hour that comes twice the start may seem to be later: then it is not known what is covered.
        start = first_instant(first, self._zone, end + AHEAD) if end else None
        if start and end and start <= end:
            self._spans.append(Window(start, end))

    def _unreadable(self, path: Path, lines: int, error: Exception) -> None:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        if lines:
            message = f"cannot be read any further ({why}); what comes after it counts as not covered"
            self._problems.append(Problem(f"{path}:{lines}", message))
        else:
            message = f"cannot be read ({why}); name a log of Postfix or Exim, plain or .gz"
            self._problems.append(Problem(str(path), message, set_aside=True))


def _opened(path: Path) -> BinaryIO | gzip.GzipFile:
    """Open a file, compressed or not, whatever its name."""
    file = path.open("rb")
    if file.peek(2)[:2] == _GZIP:
        file.close()
        return gzip.open(path, "rb")
    return file


def _lines(file: BinaryIO | gzip.GzipFile) -> Iterator[bytes]:
    return iter(partial(file.readline, LONGEST_LINE), b"")
