"""The composition root: objects are built here and in its parts. What a command does not use is not imported."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from digest import processes
from digest.clock import system_clock
from digest.composing import Composer
from digest.copying import Copier
from digest.core.catchup import Timing
from digest.core.errors import UsageError
from digest.core.operation import Worker
from digest.core.ports import NEWSROOM
from digest.core.text import one_line
from digest.publishing import Publisher, Target
from digest.schedules.timetable import Timetable
from digest.scheduling import Scheduling

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from digest.config import Settings
    from digest.core.edition import EditionRecord
    from digest.core.newsletter import Newsletter
    from digest.core.ports import Fetcher, Mailing, Pages, Sink, Source, Summarizer
    from digest.core.schedule import Schedule
    from digest.incoming import Incoming
    from digest.intake import Intake
    from digest.messages import Messages
    from digest.posting import Posting
    from digest.preflight import Preflight
    from digest.render.templates import Templates
    from digest.store.opening import Store
    from digest.summaries.model.summarizer import ModelSummaries


class Newsroom:
    """Everything built from one config.yaml, as commands use it. Not shared between threads.

    Args:
        settings: What config.yaml says.
        store: Opened; closed with the newsroom.
        clock: The present instant, for leases.

    Attributes:
        inline: Whether whoever makes an edition delivers by a sink as well; a daemon leaves some to another worker.
        asks: Whether models are asked for summaries; not on a copy of the store, where nothing would be kept of it.
        pictures: What fetches the pictures that are copied; None where nobody is to be asked, as on such a copy.
    """

    def __init__(self, settings: Settings, store: Store, clock: Callable[[], datetime] = system_clock) -> None:
        self.settings = settings
        self.store = store
        self.clock = clock
        self.inline: Callable[[Sink], bool] = lambda _: True
        self.asks = True
        self.pictures: Callable[[], Fetcher | None] = lambda: self.intake.pictures
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
        newsroom = cls(settings, store, clock)
        if scratch:
            newsroom.asks, newsroom.pictures = False, lambda: None
        return newsroom

    def unmade(self, now: datetime) -> Self:
        """The same on a copy of the store in which no edition was ever made; it is to be closed by itself.

        Args:
            now: The instant it is looked at from.
        """
        newsroom = type(self)(self.settings, self.store.unmade(now), self.clock)
        newsroom.asks, newsroom.pictures = False, self.pictures
        return newsroom

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if "posting" in self.__dict__ and error is None:
            self.posting.keep_limits()
        self.store.close()

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
        self._targets[key] = Target(newsletter, timing, schedule.fingerprint, self.posting.sinks)
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
        return Scheduling(
            editions=store.editions,
            claims=store.claims,
            standings=store.standings,
            publisher=lambda: self.publisher,
            ledger=store.ledger,
            worker=self.worker,
            inline=self.inline,
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
        self.__dict__.pop("templates", None)

    @cached_property
    def worker(self) -> Worker:
        """This process, as claims know it."""
        return Worker(processes.holder(), self.clock, processes.is_gone)

    @cached_property
    def intake(self) -> Intake:
        """Takes articles in."""
        from digest.intake import Intake

        return Intake(self.settings.sources, self.store.library, self.store.visits, self._contact)

    @property
    def _contact(self) -> str:
        """Where whoever is fetched from finds out who we are."""
        from digest.config import NO_HOST
        from digest.delivery.envelope import mailbox

        if urlsplit(self.settings.site.url).hostname != NO_HOST:
            return self.settings.site.url
        first = next(iter(self.settings.newsletters.values())).newsletter
        return mailbox(first.sender).addr_spec

    @cached_property
    def messages(self) -> Messages:
        """Makes messages."""
        from digest.messages import Messages

        return Messages(self.settings, self.store, lambda: self.templates)

    @cached_property
    def preflight(self) -> Preflight:
        """Looks at editions before they leave."""
        from digest.preflight import Preflight

        return Preflight(self.settings, self.messages.mailing)

    @cached_property
    def posting(self) -> Posting:
        """Delivers."""
        from digest.posting import Posting

        def mailing(record: EditionRecord, files: Mapping[str, bytes], newsletter: Newsletter) -> Mailing:
            return self.messages.mailing(record, files, newsletter)

        return Posting(self.settings, self.store, self.worker, mailing)

    @cached_property
    def incoming(self) -> Incoming:
        """Takes what comes back."""
        from digest.incoming import Incoming

        return Incoming(self.settings, self.store)

    @cached_property
    def templates(self) -> Templates:
        """The newsroom's templates, the built-in ones behind them.

        Raises:
            TemplateError: Their fixed words cannot be read.
        """
        from digest.render.folders import builtin_folder
        from digest.render.templates import Templates

        return Templates([self.settings.root / "templates", builtin_folder()])

    def _source(self, name: str) -> Source | None:
        """What a picture comes from: a source of articles, or the newsroom's own folder."""
        if name != NEWSROOM:
            return self.intake.source(name)
        from digest.sources.folder import FolderSource

        return FolderSource(self.settings.root, zone=None, name=name, display=str(self.settings.root))

    @cached_property
    def publisher(self) -> Publisher:
        """Makes and publishes editions.

        Raises:
            TemplateError: The templates' fixed words cannot be read.
        """
        from digest.delivery.atomic import Pages as PagesFolder
        from digest.render.renderer import TemplateRenderer

        site = self.settings.site
        folders = [self.settings.output, *(sink.path for sink in self.settings.sinks if sink.format == "web")]
        pages: list[Pages] = [PagesFolder(folder) for folder in folders]
        renderer = TemplateRenderer(self.templates, site, self.store.editions.feed_id(site.id))
        composer = Composer(
            library=self.store.library,
            sources=self._source,
            priority=self.intake.priority,
            summarizer=self._summarizer(),
            renderer=renderer,
            copier=Copier(self.pictures, self.intake.may_be_local),
        )
        return Publisher(
            composer=composer,
            editions=self.store.editions,
            renderer=renderer,
            pages=pages,
            ledger=self.store.ledger,
            outbox=self.posting.outbox,
            inline=self.inline,
            inspect=self.preflight,
        )

    def _summarizer(self) -> Summarizer:
        """Who writes the summaries."""
        from digest.summaries.stories import StorySummaries

        if any(one.newsletter.by_model for one in self.settings.newsletters.values()):
            return self.by_model() or StorySummaries()
        return StorySummaries()

    def by_model(self) -> ModelSummaries | None:
        """Summaries by the model that config.yaml names; None where it names none."""
        model = self.settings.model
        if model is None:
            return None
        from digest.render.prompt import SummaryPrompt
        from digest.summaries.model.summarizer import Kept, ModelSummaries

        prompt = SummaryPrompt(self.templates, self.settings.site)
        kept = Kept(self.store.answers, self.store.model_use, self.clock)
        return ModelSummaries(model, prompt, kept, os.environ, ask=self.asks)


def _schedule(timetable: str) -> Schedule | None:
    """The schedule that a newsletter had, from `Timetable.fingerprint`; without its days off, which are not kept."""
    zone, *texts = timetable.split(" | ")
    try:
        return Timetable(texts, ZoneInfo(zone))
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return None
