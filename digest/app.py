"""The composition root: the only place where objects are built. What a command does not use is not imported."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from digest import processes
from digest.clock import system_clock
from digest.collecting import collect, take_in
from digest.core.catchup import Timing
from digest.core.errors import UsageError
from digest.core.text import one_line
from digest.publishing import Publisher, Target
from digest.schedules.timetable import Timetable
from digest.scheduling import Scheduling, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from digest.collecting import Collection, Imported
    from digest.config import Settings, SinkSettings, SourceSettings
    from digest.core.model import EditionRecord
    from digest.core.newsletter import Newsletter
    from digest.core.ports import Envelope, Pages, Progress, Sink, Source
    from digest.core.schedule import Schedule
    from digest.importing import FileKind
    from digest.store.opening import Store

IMPORTED = "import:"
"""Names of the sources of imported files begin so; the folder they were in follows."""


class Newsroom:
    """Everything built from one config.yaml, as commands use it. Not shared between threads.

    Args:
        settings: What config.yaml says.
        store: Opened; closed with the newsroom.
        clock: The present instant, for leases.
    """

    def __init__(self, settings: Settings, store: Store, clock: Callable[[], datetime] = system_clock) -> None:
        self.settings = settings
        self.store = store
        self.clock = clock
        self._targets: dict[str, Target] = {}
        self._timetables: dict[str, Timetable] = {}

    @classmethod
    def open(
        cls, config: Path, *, create: bool = True, scratch: bool = False, clock: Callable[[], datetime] = system_clock
    ) -> Self:
        """Read the configuration and open the store it names.

        Args:
            config: The file.
            create: Whether to make the store where there is none.
            scratch: Work on a copy in memory: nothing done to it reaches the store's file.
            clock: The present instant, for leases.

        Raises:
            ConfigError: Something in the configuration is wrong.
            StoreError: The store cannot be opened.
        """
        from digest import config as configuration

        settings = configuration.load(config)
        from digest.store.opening import open_store

        store = open_store(settings.store, create=create and not scratch)
        if scratch:
            with store:
                store = store.scratch()
        return cls(settings, store, clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.store.close()

    @cached_property
    def _sources(self) -> dict[str, Source]:
        return {each.name: _source(each) for each in self.settings.sources}

    def source(self, name: str) -> Source | None:
        """A source by its name, those of imported files too; None when it is no longer configured."""
        if name.startswith(IMPORTED):
            from digest.sources.folder import FolderSource

            folder = name.removeprefix(IMPORTED)
            return FolderSource(Path(folder), zone=None, name=name, display=folder)
        return self._sources.get(name)

    def collect(self, now: datetime, progress: Progress) -> list[Collection]:
        """Take into the library what is new or changed in every source.

        The articles of a source that is no longer configured are withdrawn first; where their files are in another
        source now, they are known again.
        """
        library = self.store.library
        for name in library.sources():
            if name not in self._sources and not name.startswith(IMPORTED):
                library.record(name, (), {}, list(library.fingerprints(name)), now)
        return [collect(source, self.store.library, now, progress) for source in self._sources.values()]

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
        from digest.importing import sources_of

        return [
            take_in(source, path, self.store.library, now, notes)
            for source, path, notes in sources_of(paths, prefix=IMPORTED, zone=zone, kind=kind)
        ]

    def newsletter(self, key: str) -> Newsletter:
        """A newsletter's definition.

        Raises:
            UsageError: There is none of that name.
        """
        known = self.settings.newsletters
        if key not in known:
            from difflib import get_close_matches

            close = get_close_matches(key, known, n=1)
            hint = f"did you mean '{close[0]}'?" if close else f"there are: {', '.join(known)}"
            raise UsageError(f"there is no newsletter '{one_line(key)}'; {hint}", place=str(self.settings.path))
        return known[key].newsletter

    def target(self, key: str) -> Target:
        """A newsletter with its schedule and sinks.

        Raises:
            UsageError: There is none of that name.
        """
        if key in self._targets:
            return self._targets[key]
        newsletter = self.newsletter(key)
        settings = self.settings.newsletters[key]
        schedule = self.timetable(key)
        timing = Timing(
            schedule=schedule,
            zone=newsletter.zone,
            length=newsletter.window,
            catch_up=settings.catch_up,
            within=settings.catch_up_window,
        )
        self._targets[key] = Target(newsletter, timing, schedule.fingerprint, self._sinks)
        return self._targets[key]

    def timetable(self, key: str) -> Timetable:
        """The slots of a newsletter that is configured, and what clock changes do to them."""
        if key not in self._timetables:
            # Kept, for a timetable remembers what it has worked out.
            settings = self.settings.newsletters[key]
            self._timetables[key] = Timetable(settings.schedule, settings.newsletter.zone, settings.calendar)
        return self._timetables[key]

    @cached_property
    def scheduling(self) -> Scheduling:
        """Does what is due."""
        store = self.store
        worker = Worker(processes.holder(), self.clock, processes.is_gone)
        return Scheduling(
            editions=store.editions,
            claims=store.claims,
            standings=store.standings,
            publisher=lambda: self.publisher,
            worker=worker,
            schedule=_schedule,
            written=self._written,
        )

    def _written(self) -> datetime:
        """When config.yaml was last written; now, where that cannot be known."""
        try:
            return datetime.fromtimestamp(self.settings.path.stat().st_mtime, UTC)
        except (OSError, OverflowError, ValueError):
            return self.clock()

    def refresh(self) -> None:
        """Forget what was read of templates: what was edited since is seen by the next edition."""
        self.__dict__.pop("publisher", None)

    @cached_property
    def _sinks(self) -> tuple[Sink, ...]:
        return tuple(_sink(each) for each in self.settings.sinks if each.format != "web")

    @cached_property
    def publisher(self) -> Publisher:
        """Makes and publishes editions.

        Raises:
            TemplateError: The templates' fixed words cannot be read.
        """
        from digest.delivery.atomic import Pages as PagesFolder
        from digest.delivery.envelope import envelope
        from digest.render.renderer import TemplateRenderer
        from digest.render.templates import Templates, builtin_folder
        from digest.summaries.extractive import Extractive

        site = self.settings.site

        def address(
            record: EditionRecord, files: Mapping[str, bytes], newsletter: Newsletter, recipient: str
        ) -> Envelope:
            return envelope(record, files, newsletter, site, recipient)

        folders = [self.settings.output, *(sink.path for sink in self.settings.sinks if sink.format == "web")]
        pages: list[Pages] = [PagesFolder(folder) for folder in folders]
        return Publisher(
            library=self.store.library,
            editions=self.store.editions,
            sources=self.source,
            summarizer=Extractive(),
            renderer=TemplateRenderer(
                Templates([self.settings.root / "templates", builtin_folder()]),
                site,
                self.store.editions.feed_id(site.id),
            ),
            pages=pages,
            envelope=address,
        )


def _schedule(timetable: str) -> Schedule | None:
    """The schedule that a newsletter had, from `Timetable.fingerprint`; without its days off, which are not kept."""
    zone, *texts = timetable.split(" | ")
    try:
        return Timetable(texts, ZoneInfo(zone))
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return None


def _source(settings: SourceSettings) -> Source:
    display = settings.name.partition(":")[2]
    if settings.type == "page":
        from digest.sources.page_file import PageSource

        return PageSource(settings.path, zone=settings.zone, name=settings.name, display=display)
    from digest.sources.folder import FolderSource

    return FolderSource(settings.path, zone=settings.zone, name=settings.name, display=display)


def _sink(settings: SinkSettings) -> Sink:
    from digest.delivery.files import EmlFolder, Maildir, Mbox

    kinds: dict[str, Callable[[Path, str], Sink]] = {"eml": EmlFolder, "maildir": Maildir, "mbox": Mbox}
    return kinds[settings.format](settings.path, settings.name)
