"""A saved feed as a source: one file, whose entries are its articles."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from digest.core.errors import SourceError
from digest.core.model import Problem
from digest.core.ports import Look, Reading
from digest.sources.feed import FeedOrigin, NotAFeed, read_feed
from digest.sources.files import OfFiles, reason, size_of
from digest.sources.walk import fingerprint

if TYPE_CHECKING:
    from datetime import datetime

READER_VERSION = 2
"""Raise it when the same file is to give other articles than before."""

FEED_SUFFIXES = frozenset({".xml", ".rss", ".atom", ".rdf", ".json"})
"""What a saved feed's name ends in, in lower case."""


class FeedFile(OfFiles):
    """The port `Source` over a saved feed. Entries that a newer save no longer has stay in the library."""

    largest = 20_000_000

    def look(self) -> Look:
        """The file; reads nothing.

        Raises:
            SourceError: It is not there.
        """
        try:
            return Look({self._root.name: fingerprint(f"{READER_VERSION}:{self._zone}", self._root.stat())})
        except OSError as error:
            message = f"cannot be read: {error.strerror}; put the feed there, or mend its path"
            raise SourceError(message, place=self._display) from error

    def read(self, path: str, now: datetime) -> Reading:
        """Read the feed. Never raises for what stands in it."""
        try:
            size_of(self._root, self._max_bytes)
            data = self._root.read_bytes()
        except (OSError, ValueError) as error:
            message = f"cannot be read: {reason(error)}; mend that or move the file away"
            return Reading(path, problems=(Problem(self._display, message, set_aside=True),), keeps=True)
        found = read_feed(data, FeedOrigin(source=self._name, place=self._display, zone=self._zone), now)
        if isinstance(found, NotAFeed):
            return Reading(path, problems=(Problem(self._display, found.reason, set_aside=True),), keeps=True)
        if not found.articles:
            return Reading(path, problems=found.problems, keeps=True)
        # What is to be said of the feed stands with its first entry, so that it is seen wherever articles are shown.
        first, *others = found.articles
        first = replace(first, problems=(*found.problems, *first.problems))
        return Reading(path, (first, *others), keeps=True)

    def asset(self, path: str) -> bytes:
        """The pictures of a feed have addresses; no file belongs to it.

        Raises:
            SourceError: Always.
        """
        raise SourceError("a saved feed has no files of its own", place=f"{self._display}/{path}")
