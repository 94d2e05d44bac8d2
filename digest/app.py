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
from digest.core.errors import OutputError, UsageError
from digest.core.operation import Worker
from digest.core.text import one_line
from digest.publishing import Publisher, Target
from digest.schedules.timetable import Timetable
from digest.scheduling import Scheduling

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from digest.bounces.ways import Box
    from digest.bouncing import Bouncing
    from digest.collecting import Collection, Imported
    from digest.config import Settings, SinkSettings, SmtpSettings, SourceSettings
    from digest.core.model import EditionRecord
    from digest.core.newsletter import Newsletter
    from digest.core.ports import Envelope, Pages, Progress, Sink, Source
    from digest.core.schedule import Schedule
    from digest.delivery.dkim import SigningKey
    from digest.delivery.keeping import KeptLimits
    from digest.delivery.keyfiles import DatedKey
    from digest.delivery.mailing import Mailing
    from digest.delivery.smtp.sink import SmtpSink
    from digest.importing import FileKind
    from digest.outbox import Outbox
    from digest.render.templates import Templates
    from digest.store.opening import Store
    from digest.witness import Mark, Witness

WITNESS = ".digest-sent"
"""Up to where mail was sent, in the output folder where the store is no file; see `digest.witness`."""

IMPORTED = "import:"
"""Names of the sources of imported files begin so; the folder they were in follows."""


class Newsroom:
    """Everything built from one config.yaml, as commands use it. Not shared between threads.

    Args:
        settings: What config.yaml says.
        store: Opened; closed with the newsroom.
        clock: The present instant, for leases.

    Attributes:
        inline: Whether whoever makes an edition delivers by a sink as well; a daemon leaves some to another worker.
    """

    def __init__(self, settings: Settings, store: Store, clock: Callable[[], datetime] = system_clock) -> None:
        self.settings = settings
        self.store = store
        self.clock = clock
        self.inline: Callable[[Sink], bool] = lambda _: True
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
        if "_limits" in self.__dict__ and error is None:
            self._limits.flush()
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
        self._targets[key] = Target(newsletter, timing, schedule.fingerprint, self.sinks)
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
    def sinks(self) -> tuple[Sink, ...]:
        """Where messages go: files first, then what sends."""
        files = tuple(_sink(each) for each in self.settings.sinks if each.format != "web")
        return (*files, *(_smtp_sink(each, self._limits, self.clock) for each in self.settings.smtp))

    @cached_property
    def _limits(self) -> KeptLimits:
        from digest.delivery.keeping import KeptLimits

        limits = {relay.name: sink.limits for sink in self.settings.smtp for relay in sink.relays}
        relays = self.store.relays
        return KeptLimits(limits, relays.all(), relays.put, relays.all)

    def look_at_pauses(self) -> None:
        """Take over pauses of relays that another process lifted or made."""
        if "_limits" in self.__dict__:
            self._limits.look()

    @cached_property
    def witness(self) -> Witness:
        """What tells an old backup of the store."""
        from digest.witness import Witness

        path = self.settings.store.removeprefix("sqlite:///")
        if path != self.settings.store:
            return Witness(Path(f"{path}.sent"))
        return Witness(self.settings.output / WITNESS)

    def _mark(self) -> Mark:
        from digest.witness import Mark

        return Mark(*self.store.ledger.mark(), at=self.clock())

    @cached_property
    def outbox(self) -> Outbox:
        """Delivers what is due.

        Raises:
            StoreError: The store is an old copy: mail was sent from here that it does not know of.
        """
        self.witness.check(self._mark(), self.store.place)
        return self.unguarded_outbox

    @cached_property
    def unguarded_outbox(self) -> Outbox:
        """The same, also with an old copy of the store: for looking, and for what mends that."""
        from digest.outbox import Outbox

        store = self.store

        def newsletter(key: str) -> Newsletter | None:
            known = self.settings.newsletters.get(key)
            return known.newsletter if known is not None else None

        return Outbox(
            ledger=store.ledger,
            roster=store.roster,
            bounces=store.bounces,
            editions=store.editions,
            worker=self.worker,
            newsletter=newsletter,
            mailing=self.mailing,
            rebooted=processes.rebooted,
            stepped=lambda: self.witness.keep(self._mark()),
            paused=self._paused,
        )

    def _paused(self, key: str, now: datetime) -> str:
        pause = next((each for each in self.store.standings.pauses(key, now) if each.covers(now)), None)
        if pause is None:
            return ""
        return f"paused: {pause.reason}" if pause.reason else "paused"

    @cached_property
    def bouncing(self) -> Bouncing:
        """Takes what comes back."""
        from digest.bounces.classify import classify
        from digest.bounces.leaving import asks_to_leave
        from digest.bouncing import Bouncing, Leaver
        from digest.delivery.tokens import read_unsubscribe_token
        from digest.delivery.verp import decode, decode_confirmation

        store, key = self.store, self.store.secret

        def leaver(raw: bytes) -> Leaver | None:
            asked = asks_to_leave(raw)
            if asked is None:
                return None
            return Leaver(asked.id, asked.newsletter, read_unsubscribe_token(key, asked.newsletter, asked.token))

        return Bouncing(
            ledger=store.ledger,
            roster=store.roster,
            bounces=store.bounces,
            decode=lambda address: decode(address, key),
            classify=classify,
            leaver=leaver,
            asked=lambda address: decode_confirmation(address, key),
        )

    @property
    def mailboxes(self) -> tuple[Box, ...]:
        """The mailboxes that reports come into."""
        from digest.bounces.ways import ImapWay, MaildirWay

        return tuple(way for way in self.settings.bounces if isinstance(way, MaildirWay | ImapWay))

    def takes_mail_for(self, address: str) -> bool:
        """Whether reports or unsubscriptions come to an address: a VERP address of ours, or the one to leave by."""
        leave, bouncing = self.settings.site.unsubscribe_mailto, self.bouncing
        if leave and address.lower() == leave.lower():
            return True
        return bouncing.decode(address) is not None or bouncing.asked(address) is not None

    @cached_property
    def worker(self) -> Worker:
        """This process, as claims know it."""
        return Worker(processes.holder(), self.clock, processes.is_gone)

    @cached_property
    def _keys(self) -> tuple[DatedKey, ...]:
        from digest.delivery.dkim import SigningKey
        from digest.delivery.keyfiles import DatedKey, read_key

        return tuple(
            DatedKey(SigningKey(one.domain, one.selector, read_key(one.path)), one.start)
            for one in self.settings.mail.dkim
        )

    def signers(self, newsletter: Newsletter, when: datetime) -> tuple[SigningKey, ...]:
        """The keys that sign messages of a newsletter dated so (in UTC).

        Raises:
            ConfigError: A key cannot be read.
        """
        from digest.delivery.envelope import mailbox
        from digest.delivery.keyfiles import signing

        return signing(self._keys, mailbox(newsletter.sender).domain, when.date())

    def mailing(
        self, record: EditionRecord, files: Mapping[str, bytes], newsletter: Newsletter, *, variant: str = ""
    ) -> Mailing:
        """The messages of an edition, signed by the keys that sign on its day.

        Args:
            record: The edition.
            files: Its frozen files.
            newsletter: Its newsletter.
            variant: As of `Mailing`.

        Raises:
            ConfigError: A key cannot be read.
        """
        from digest.delivery.mailing import Mailing, Sending, made

        keys = self.signers(newsletter, made(record))
        sending = Sending(key=self.store.secret, bounces=self.settings.mail.bounces, keys=keys)
        return Mailing(record, files, newsletter, self.settings.site, sending, variant=variant)

    def confirmation(self, key: str, subscriber: int, now: datetime) -> Envelope:
        """The message that asks a subscriber to confirm: its link works for a week.

        Args:
            key: The newsletter's.
            subscriber: Number of the subscriber.
            now: Its date.

        Raises:
            UsageError: There is no such newsletter or subscriber, or no page that the link could name.
            TemplateError: A template is wrong.
            ConfigError: A key to sign with cannot be read.
        """
        from digest.core.reader import Reader, confirm_url
        from digest.core.roster import CONFIRMABLE
        from digest.delivery.confirmation import Texts, confirmation_message
        from digest.delivery.tokens import confirm_token
        from digest.delivery.verp import encode_confirmation
        from digest.render.views import direction, site_view

        newsletter, site = self.newsletter(key), self.settings.site
        person = self.store.roster.subscriber(subscriber)
        if person is None:
            raise UsageError(f"there is no subscriber {subscriber}", place=key)
        if not site.readers_url:
            raise UsageError("is not set: without it there is no page to confirm on", place="web.url")
        token = confirm_token(self.store.secret, key, subscriber, now + CONFIRMABLE)
        context = {
            "newsletter": {
                "title": newsletter.title,
                "language": newsletter.language,
                "direction": direction(newsletter.language),
                "organisation": newsletter.organisation,
            },
            "site": site_view(site),
            "reader": {"address": person.address, "confirm_url": confirm_url(site.readers_url, key, token)},
        }
        names = ("confirm-subject.txt", "confirm.txt", "confirm.html")
        texts = Texts(*(self.templates.render(name, context, language=newsletter.language) for name in names))
        reader = Reader(0, subscriber, person.address, person.name)
        keys = self.signers(newsletter, now)
        base = self.settings.mail.bounces
        bounces = encode_confirmation(base, subscriber, self.store.secret) if base else ""
        return confirmation_message(newsletter, reader, texts, token=token, now=now, keys=keys, bounces=bounces)

    def post(self, envelope: Envelope, stop: Callable[[], bool] = lambda: False) -> str:
        """Hand one message that is in no ledger to the first sink that sends, else to the first, once.

        Args:
            envelope: The message.
            stop: Whether to give up.

        Returns:
            Where it went.

        Raises:
            DeferredError: It was not taken this time, and may be another.
            OutputError: No sink took it, or nobody knows whether one did; says why.
        """
        from digest.core.errors import DeferredError
        from digest.core.replies import judge
        from digest.trial import Single

        queue = Single(envelope)
        if not self.sinks:
            raise OutputError("no sink takes messages; name one under 'sinks'", place=str(self.settings.path))
        sink = next((each for each in self.sinks if each.remote), self.sinks[0])
        sink.deliver(queue, stop)
        if not queue.attempts:
            raise DeferredError(f"did not take the message: {queue.trouble or 'it gave up'}", place=sink.name)
        last = queue.attempts[-1]
        state = judge(last).state
        if state == "accepted":
            return last.place or sink.name
        kind = DeferredError if state == "deferred" else OutputError
        raise kind(f"did not take the message: {last.reply or last.trouble}", place=sink.name)

    @cached_property
    def templates(self) -> Templates:
        """The newsroom's templates, the built-in ones behind them.

        Raises:
            TemplateError: Their fixed words cannot be read.
        """
        from digest.render.templates import Templates, builtin_folder

        return Templates([self.settings.root / "templates", builtin_folder()])

    @cached_property
    def publisher(self) -> Publisher:
        """Makes and publishes editions.

        Raises:
            TemplateError: The templates' fixed words cannot be read.
        """
        from digest.delivery.atomic import Pages as PagesFolder
        from digest.render.renderer import TemplateRenderer
        from digest.summaries.extractive import Extractive

        site = self.settings.site
        folders = [self.settings.output, *(sink.path for sink in self.settings.sinks if sink.format == "web")]
        pages: list[Pages] = [PagesFolder(folder) for folder in folders]
        return Publisher(
            library=self.store.library,
            editions=self.store.editions,
            sources=self.source,
            summarizer=Extractive(),
            renderer=TemplateRenderer(
                self.templates,
                site,
                self.store.editions.feed_id(site.id),
            ),
            pages=pages,
            ledger=self.store.ledger,
            outbox=self.outbox,
            inline=self.inline,
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


def _smtp_sink(settings: SmtpSettings, limits: KeptLimits, clock: Callable[[], datetime]) -> SmtpSink:
    import os
    from random import SystemRandom

    from digest.delivery.smtp.sink import SmtpSink

    return SmtpSink(
        settings.name, settings.relays, governor=limits, clock=clock, chance=SystemRandom(), environ=os.environ
    )
