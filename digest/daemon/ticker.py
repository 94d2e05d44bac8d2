"""One tick: look what is due, and do it. Everything it knows it reads anew; what it keeps in mind is for the log."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from digest.core.errors import ClaimError, DigestError
from digest.core.modeluse import total
from digest.core.text import counted
from digest.daemon.logs import event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from digest.app import Newsroom
    from digest.core.ports import Item
    from digest.daemon.metrics import Metrics
    from digest.publishing import Run, Target

FIRST_RETRY, LAST_RETRY = timedelta(seconds=15), timedelta(minutes=5)
"""What failed is tried again after so long; the span doubles with each failure."""

YOUNGEST = datetime(2020, 1, 1, tzinfo=UTC)
"""A clock before this is wrong: that of a machine without a battery, before it has heard the time."""

MEASURE = timedelta(minutes=1)
"""How old a figure of /metrics may be when nothing happened."""


@dataclass(slots=True)
class _Trouble:
    """Something that fails again and again: told when it begins, changes and ends, not at every try."""

    text: str
    failures: int
    retry: datetime


@dataclass(slots=True)
class Ticker:
    """Does what is due in a newsroom.

    Attributes:
        newsroom: Which; replaced when the configuration was read anew.
        clock: The present instant.
        stopping: Whether to begin nothing new.
        gather: Fetch what is due, and wait for that, but not for long.
    """

    newsroom: Newsroom
    metrics: Metrics
    clock: Callable[[], datetime]
    stopping: Callable[[], bool] = lambda: False
    gather: Callable[[], object] = lambda: None
    _collected: datetime | None = None
    _measured: datetime | None = None
    _troubles: dict[str, _Trouble] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)

    @property
    def troubles(self) -> dict[str, str]:
        """What fails now, and why: newsletters, sources, the store, the daemon, the clock. Any thread may ask."""
        return {name: trouble.text for name, trouble in self._troubles.copy().items()}

    def next_slot(self, now: datetime) -> datetime | None:
        """The earliest slot to come of all newsletters."""
        slots = (self.newsroom.target(key).schedule.next(now) for key in self.newsroom.settings.newsletters)
        return min(filter(None, slots), default=None)

    def tick(self) -> bool:
        """Do what is due; False when something fails. Only what no one could foresee raises."""
        if self.clock() < YOUNGEST:
            self.failed("the clock", f"it says {self.clock():%Y-%m-%d}: set it; until then nothing is done")
            return False
        self.works("the clock")
        with _Guard(self, "the store"):
            waiting = [target for target in self._targets() if self._waits(target)]
            if waiting:
                self.gather()
            if waiting or self._time_to_collect():
                self._collect()
            self.newsroom.refresh()
            for target in waiting:
                if self.stopping():
                    break
                self._work(target)
            self._measure(worked=bool(waiting))
        return not self._troubles

    def changed(self, newsroom: Newsroom) -> None:
        """Go on with another configuration."""
        self.newsroom = newsroom
        self._collected = self._measured = None
        settings = newsroom.settings
        names = {*settings.newsletters, *(source.name for source in settings.sources), "the store", "the daemon"}
        for name, trouble in list(self._troubles.items()):
            trouble.retry = self.clock()  # it may be mended
            if name not in names:
                del self._troubles[name]
        self.metrics.forget(list(settings.newsletters))

    def _targets(self) -> Iterator[Target]:
        for key in self.newsroom.settings.newsletters:
            yield self.newsroom.target(key)

    def _waits(self, target: Target) -> bool:
        now = self.clock()
        if self.newsroom.scheduling.meet(target, now):
            event("met", newsletter=target.key, first_slot=target.schedule.next(now), timetable=target.timetable)
        if target.key in self._troubles and not self._retries(target.key, now):
            return False
        return self.newsroom.scheduling.waiting(target, now)

    def _time_to_collect(self) -> bool:
        now, every = self.clock(), self.newsroom.settings.daemon.collect
        if any(self._retries(source.name, now) for source in self.newsroom.settings.sources):
            return True
        return self._collected is None or not self._collected <= now < self._collected + every

    def _retries(self, name: str, now: datetime) -> bool:
        """Whether what failed is to be tried again now."""
        trouble = self._troubles.get(name)
        # A retry that lies further ahead than any can was planned by a clock that has been set back since.
        return trouble is not None and not now < trouble.retry <= now + LAST_RETRY

    def _collect(self) -> None:
        self._collected = now = self.clock()
        problems = set()
        for each in self.newsroom.intake.collect(now, _silent, fetch=False):
            if each.failed:
                self.failed(each.source, each.failed)
                continue
            self.works(each.source)
            problems |= {str(problem) for problem in each.problems}
            changes = each.changes
            if changes is not None and (changes.added or changes.updated or changes.withdrawn):
                event(
                    "collected",
                    source=each.source,
                    added=len(changes.added),
                    updated=len(changes.updated),
                    withdrawn=len(changes.withdrawn),
                )
        problems |= {str(problem) for problem in self.newsroom.intake.problems()}
        for problem in sorted(problems - self._told):
            event("problem", level=logging.WARNING, problem=problem)
        self._told = problems

    def _work(self, target: Target) -> None:
        with _Guard(self, target.key):
            self.newsroom.scheduling.run_due(target, self.clock(), self._tell)

    def _tell(self, run: Run) -> bool:
        """Say what became of a slot; False when none is to be begun any more."""
        record = run.record
        about = partial(event, newsletter=record.newsletter, slot=record.slot, edition=record.id)
        for _ in range(run.merged):
            self.metrics.skipped(record.newsletter, "merged")
        if run.status == "skipped":
            self.metrics.skipped(record.newsletter, run.why)
            about("skipped", why=run.why, reason=record.reason, merged=run.merged or None)
        else:
            self.metrics.edition(record.newsletter, run.status)
            about(
                # One that was there was left unfinished by a kill.
                "finished" if run.status == "exists" else run.status,
                stories=len(record.articles),
                merged=run.merged or None,
                window_start=record.window.start,
                planned=run.deliveries.planned,
                accepted=run.deliveries.accepted,
                subject=record.subject,
            )
        for problem in run.problems:
            about("problem", level=logging.WARNING, problem=str(problem))
        for edition, sink, count in run.left:
            text = f"{counted(count, 'message')} wait for the sink '{sink}', which config.yaml lacks: name it again"
            event("left", level=logging.WARNING, newsletter=record.newsletter, edition=edition, problem=text)
        return not self.stopping()

    def _measure(self, *, worked: bool) -> None:
        now, store = self.clock(), self.newsroom.store
        if not worked and self._measured is not None and self._measured <= now < self._measured + MEASURE:
            return
        self._measured = now
        for target in self._targets():
            last = store.editions.last(target.key, now)
            self.metrics.newsletter(
                target.key,
                next_slot=target.schedule.next(now),
                last_slot=last.slot if last is not None else None,
                waiting=sum(store.ledger.left(each.id) for each in store.ledger.open(target.key)),
                failing=target.key in self._troubles,
                paused=self.newsroom.scheduling.paused(target, now) is not None,
            )
            if target.newsletter.by_model:
                self.metrics.model(target.key, total(store.model_use.days(target.key).values()))

    def failed(self, name: str, text: str, error: BaseException | None = None) -> None:
        """Something failed: told the first time, and when it fails otherwise than before."""
        before = self._troubles.get(name)
        failures = 1 if before is None else before.failures + 1
        span = min(FIRST_RETRY * 2 ** min(failures - 1, 10), LAST_RETRY)
        self._troubles[name] = _Trouble(text, failures, self.clock() + span)
        if before is None or before.text != text:
            event("failing", level=logging.ERROR, what=name, error=error or text)

    def works(self, name: str) -> None:
        """Something works: told when it had failed."""
        before = self._troubles.pop(name, None)
        if before is not None:
            event("works_again", what=name, failures=before.failures)


class _Guard:
    """Keeps a failure of one thing from stopping the others, and has it told."""

    def __init__(self, ticker: Ticker, name: str) -> None:
        self._ticker = ticker
        self._name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: object) -> bool:
        if error is None:
            self._ticker.works(self._name)
        elif isinstance(error, ClaimError):
            event("taken_over", level=logging.WARNING, what=self._name, reason=str(error))
        elif isinstance(error, DigestError):
            self._ticker.failed(self._name, str(error))
        elif isinstance(error, Exception):  # a mistake of ours: the next newsletter is none the worse for it
            self._ticker.failed(self._name, f"{type(error).__name__}: {error}", error)
        return error is None or isinstance(error, Exception)


def _silent(items: Iterable[Item], *, total: int, label: str) -> Iterator[Item]:
    """A `Progress` that nobody watches."""
    del total, label
    yield from items
