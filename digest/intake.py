"""Builds the sources, and takes what they have into the library."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from digest.collecting import collect, take_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from digest.collecting import Collection, Imported
    from digest.config import SourceSettings
    from digest.core.ports import Progress, Source
    from digest.core.stored import Library
    from digest.importing import FileKind

IMPORTED = "import:"
"""Names of the sources of imported files begin so; the folder they were in follows."""


class Intake:
    """How articles come into one newsroom's library. Not shared between threads.

    Args:
        settings: Its sources.
        library: Where they go.
    """

    def __init__(self, settings: Sequence[SourceSettings], library: Library) -> None:
        self._settings = settings
        self._library = library

    @cached_property
    def _sources(self) -> dict[str, Source]:
        return {each.name: _source(each) for each in self._settings}

    def source(self, name: str) -> Source | None:
        """A source by its name, those of imported files too; None when it is no longer configured."""
        if name.startswith(IMPORTED):
            from digest.sources.folder import FolderSource  # noqa: PLC0415 as in `_source`

            folder = name.removeprefix(IMPORTED)
            return FolderSource(Path(folder), zone=None, name=name, display=folder)
        return self._sources.get(name)

    def collect(self, now: datetime, progress: Progress) -> list[Collection]:
        """Take into the library what is new or changed in every source.

        The articles of a source that is no longer configured are withdrawn first; where their files are in another
        source now, they are known again.
        """
        library = self._library
        for name in library.sources():
            if name not in self._sources and not name.startswith(IMPORTED):
                library.record(name, (), {}, list(library.fingerprints(name)), now)
        return [collect(source, library, now, progress) for source in self._sources.values()]

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
            take_in(source, path, self._library, now, notes)
            for source, path, notes in sources_of(paths, prefix=IMPORTED, zone=zone, kind=kind)
        ]


def _source(settings: SourceSettings) -> Source:
    # Imported only here: a newsroom without saved pages needs nothing that reads them.
    display = settings.name.partition(":")[2]
    if settings.type == "page":
        from digest.sources.page_file import PageSource  # noqa: PLC0415 see above

        return PageSource(settings.path, zone=settings.zone, name=settings.name, display=display)
    from digest.sources.folder import FolderSource  # noqa: PLC0415 see above

    return FolderSource(settings.path, zone=settings.zone, name=settings.name, display=display)
