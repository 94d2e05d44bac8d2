"""Builds the sources, and takes what they have into the library."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from digest.collecting import collect, take_in
from digest.core.syndication import is_others
from digest.core.webaddress import same_place
from digest.settings.sources import PRIORITY, FileSource, RemoteSource

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from digest.collecting import Collection, Imported
    from digest.core.model import Problem
    from digest.core.ports import Fetcher, Progress, RemoteReader, Source
    from digest.core.stored import Library, Visits
    from digest.gathering import Gathering, Remote
    from digest.importing import FileKind
    from digest.settings.sources import SourceSettings

IMPORTED = "import:"
"""Names of the sources of imported files begin so; the folder they were in follows."""


class Intake:
    """How articles come into one newsroom's library. Not shared between threads.

    Args:
        settings: Its sources.
        library: Where they go.
        visits: What is remembered of addresses.
        contact: A URL or an address of mail, for whoever wonders who is asking.

    Attributes:
        heed: Called every now and then while nothing comes of what is fetched; what it raises ends that.
    """

    def __init__(self, settings: Sequence[SourceSettings], library: Library, visits: Visits, contact: str) -> None:
        self._settings = settings
        self._library = library
        self._visits = visits
        self._contact = contact
        self.heed: Callable[[], object] | None = None

    @cached_property
    def _sources(self) -> dict[str, Source]:
        return {each.name: _source(each) for each in self._settings if isinstance(each, FileSource)}

    def source(self, name: str) -> Source | None:
        """A source by its name, those of imported files too; None when it is no longer configured."""
        if name.startswith(IMPORTED):
            from digest.sources.folder import FolderSource  # noqa: PLC0415 as in `_source`

            folder = name.removeprefix(IMPORTED)
            return FolderSource(Path(folder), zone=None, name=name, display=folder)
        return self._sources.get(name)

    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with files, for who can mend them; doubts about what others publish stand with each article."""
        return self._library.problems([name for name in self._library.sources() if not is_others(name)])

    def priority(self, name: str) -> int:
        """Of a source by its name; what was imported counts as a source that says none."""
        return self._priorities.get(name, PRIORITY)

    def _outranks(self, name: str, other: str) -> bool:
        return self.priority(name) < self.priority(other)

    @cached_property
    def _priorities(self) -> dict[str, int]:
        return {each.name: each.priority for each in self._settings}

    def collect(self, now: datetime, progress: Progress, *, fetch: bool = True) -> list[Collection]:
        """Take into the library what is new or changed in every source.

        The articles of a source that is no longer configured are withdrawn first; where their files are in another
        source now, they are known again.

        Args:
            now: The instant it happens.
            progress: Shows how far it has come.
            fetch: Whether sources that are fetched are asked, as far as they are due.
        """
        library, names = self._library, {each.name for each in self._settings}
        for name in library.sources():
            if name not in names and not name.startswith(IMPORTED):
                changes = library.record(name, (), {}, list(library.fingerprints(name)), now)
                self._look_again(changes.withdrawn, now)
        # Nothing it says of what is unchanged would bring its articles back, were it configured again.
        for name in {source for source, _ in self._visits.all()} - names:
            self._visits.forget(name)
        found = [
            collect(source, library, now, progress, partial(self._outranks, source.name))
            for source in self._sources.values()
        ]
        return [*found, *self.gather(now, progress)] if fetch else found

    def _look_again(self, withdrawn: Sequence[str], now: datetime) -> None:
        """Have the sources that are fetched and that have withdrawn articles too asked for them anew.

        Their servers say that nothing has changed there, and what is elsewhere costs no page: both no longer holds.
        """
        others = {each.source for found in self._library.also_in(withdrawn).values() for each in found}
        for (name, _), visit in self._visits.all().items():
            if name in others:
                self._visits.keep(name, replace(visit, etag="", last_modified="", validated=""))
        for name in sorted(others & {each.name for each in self._remotes}):
            elsewhere = [path for path, mark in self._library.fingerprints(name).items() if not mark]
            self._library.record(name, (), {}, elsewhere, now)

    def gather(self, now: datetime, progress: Progress) -> list[Collection]:
        """Take in what is new in the sources that are fetched and are due; see `digest.gathering`."""
        return self.gathering.gather(now, progress) if self._remotes else []

    @property
    def _remotes(self) -> list[RemoteSource]:
        return [each for each in self._settings if isinstance(each, RemoteSource)]

    @cached_property
    def gathering(self) -> Gathering:
        """Fetches, and takes in what came."""
        # Imported only here: a newsroom of files fetches nothing.
        from digest.gathering import Gathering  # noqa: PLC0415 see above

        remotes = [remote(each) for each in self._remotes]
        return Gathering(remotes, self._library, self._visits, self.fetcher, self.priority)

    @cached_property
    def fetcher(self) -> Fetcher:
        """Fetches whatever is fetched for the library."""
        from digest.fetch.fetcher import Fetcher as HttpFetcher  # noqa: PLC0415 as in `gathering`

        return HttpFetcher(self._contact, environ=os.environ, heed=self.heed)

    @cached_property
    def pictures(self) -> Fetcher:
        """Fetches the pictures of an edition, while it waits."""
        from digest.fetch.fetcher import Fetcher as HttpFetcher  # noqa: PLC0415 as in `gathering`
        from digest.fetch.limits import PICTURES  # noqa: PLC0415 the same

        return HttpFetcher(self._contact, PICTURES)

    def may_be_local(self, name: str, url: str) -> bool:
        """Whether what a source's article names may be in the own network: at the source's own place, if it may."""
        return any(each.local and same_place(each.url, url) for each in self._remotes if each.name == name)

    def import_paths(
        self, paths: Sequence[Path], *, zone: ZoneInfo | None, kind: FileKind, now: datetime
    ) -> list[Imported]:
        """Take files from anywhere, and whole folders of them, into the library.

        Args:
            paths: Files or folders.
            zone: Of dates without one; None when it is not known.
            kind: What a .txt file is; "auto" means a saved news page where it is one, else an article.
            now: The instant it happens.

        Raises:
            UsageError: A path does not exist, or is no kind of file that can be read.
        """
        from digest.importing import sources_of  # noqa: PLC0415 it brings every kind of source along

        return [
            take_in(source, path, self._library, now, notes=notes, outranks=partial(self._outranks, source.name))
            for source, path, notes in sources_of(paths, prefix=IMPORTED, zone=zone, kind=kind)
        ]


def remote(settings: RemoteSource) -> Remote:
    """A source that is fetched, as gathering needs it."""
    from digest.gathering import Remote  # noqa: PLC0415 a newsroom of files fetches nothing

    reader: RemoteReader
    zone = settings.rules.zone
    if settings.type == "feed":
        from digest.sources.feed_source import FeedReader  # noqa: PLC0415 see above

        reader = FeedReader(settings.name, zone, full_text=settings.full_text)
    else:
        from digest.sources.webpage_source import WebPageReader  # noqa: PLC0415 see above

        reader = WebPageReader(settings.name, zone)
    return Remote(
        name=settings.name,
        url=settings.url,
        kind="feed" if settings.type == "feed" else "page",
        reader=reader,
        rules=settings.rules,
        every=settings.every,
        full_text=settings.full_text,
        local=settings.local,
        login=settings.login,
    )


def _source(settings: FileSource) -> Source:
    # Imported only here: a newsroom without saved pages needs nothing that reads them.
    display = settings.name.partition(":")[2]
    if settings.type == "page":
        from digest.sources.page_file import PageSource  # noqa: PLC0415 see above

        return PageSource(settings.path, zone=settings.zone, name=settings.name, display=display)
    from digest.sources.folder import FolderSource  # noqa: PLC0415 see above

    return FolderSource(settings.path, zone=settings.zone, name=settings.name, display=display)
