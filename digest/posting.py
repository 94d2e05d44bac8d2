"""Builds what delivers: the sinks with their limits, the outbox, and the witness beside the store."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING

from digest import processes
from digest.core.errors import DeferredError, OutputError, UncertainError
from digest.core.replies import judge
from digest.outbox import Outbox
from digest.trial import Single
from digest.witness import Mark, Witness

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from digest.config import Settings
    from digest.core.edition import EditionRecord
    from digest.core.envelope import Envelope
    from digest.core.newsletter import Newsletter
    from digest.core.operation import Worker
    from digest.core.ports import Mailing, Sink
    from digest.delivery.keeping import KeptLimits
    from digest.delivery.smtp.sink import SmtpSink
    from digest.settings.file import SinkSettings
    from digest.settings.relays import SmtpSettings
    from digest.store.opening import Store

WITNESS = ".digest-sent"
"""Up to where mail was sent, in the output folder where the store is no file; see `digest.witness`."""


class Posting:
    """How one newsroom's messages go out. Not shared between threads.

    Args:
        settings: What config.yaml says.
        store: Has the ledger and the readers.
        worker: This process.
        mailing: The messages of an edition.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        worker: Worker,
        mailing: Callable[[EditionRecord, Mapping[str, bytes], Newsletter], Mailing],
    ) -> None:
        self._settings = settings
        self._store = store
        self._worker = worker
        self._mailing = mailing

    @cached_property
    def sinks(self) -> tuple[Sink, ...]:
        """Where messages go: files first, then what sends."""
        files = tuple(_sink(each) for each in self._settings.sinks if each.format != "web")
        return (*files, *(self._smtp_sink(each) for each in self._settings.smtp))

    @cached_property
    def _limits(self) -> KeptLimits:
        # Imported only here, as what else sends by SMTP: most commands send nothing.
        from digest.delivery.keeping import KeptLimits  # noqa: PLC0415 see above

        limits = {relay.name: sink.limits for sink in self._settings.smtp for relay in sink.relays}
        relays = self._store.relays
        return KeptLimits(limits, relays.all(), relays.put, relays.all)

    def _smtp_sink(self, settings: SmtpSettings) -> SmtpSink:
        from digest.delivery.smtp.sink import SmtpSink  # noqa: PLC0415 as in `_limits`

        return SmtpSink(
            settings.name,
            settings.relays,
            governor=self._limits,
            clock=self._worker.clock,
            chance=SystemRandom(),
            environ=os.environ,
        )

    def look_at_pauses(self) -> None:
        """Take over pauses of relays that another process lifted or made."""
        if "_limits" in self.__dict__:
            self._limits.look()

    def keep_limits(self) -> None:
        """Keep what relays' limits must not forget, where they were used."""
        if "_limits" in self.__dict__:
            self._limits.flush()

    @cached_property
    def witness(self) -> Witness:
        """What tells an old backup of the store."""
        path = self._settings.store.removeprefix("sqlite:///")
        if path != self._settings.store:
            return Witness(Path(f"{path}.sent"))
        return Witness(self._settings.output / WITNESS)

    def _mark(self) -> Mark:
        return Mark(*self._store.ledger.mark(), at=self._worker.clock())

    def check_age(self) -> None:
        """Make sure that the store may be sent from.

        Raises:
            StoreError: It is an old copy: mail was sent from here that it does not know of.
        """
        self.witness.check(self._mark(), self._store.place)

    @cached_property
    def outbox(self) -> Outbox:
        """Delivers what is due.

        Raises:
            StoreError: The store is an old copy: mail was sent from here that it does not know of.
        """
        self.check_age()
        return self.unguarded_outbox

    @cached_property
    def unguarded_outbox(self) -> Outbox:
        """The same, also with an old copy of the store: for looking, and for what mends that."""
        store = self._store

        def newsletter(key: str) -> Newsletter | None:
            known = self._settings.newsletters.get(key)
            return known.newsletter if known is not None else None

        return Outbox(
            ledger=store.ledger,
            roster=store.roster,
            bounces=store.bounces,
            editions=store.editions,
            worker=self._worker,
            newsletter=newsletter,
            mailing=self._mailing,
            rebooted=processes.rebooted,
            stepped=lambda: self.witness.keep(self._mark()),
            paused=self._paused,
        )

    def _paused(self, key: str, now: datetime) -> str:
        pause = next((each for each in self._store.standings.pauses(key, now) if each.covers(now)), None)
        if pause is None:
            return ""
        return f"paused: {pause.reason}" if pause.reason else "paused"

    def post(self, envelope: Envelope, stop: Callable[[], bool] = lambda: False) -> str:
        """Hand one message that is in no ledger to the first sink that sends, else to the first, once.

        Args:
            envelope: The message.
            stop: Whether to give up.

        Returns:
            Where it went.

        Raises:
            DeferredError: It was not taken this time, and may be another.
            UncertainError: Nobody knows whether it was taken.
            OutputError: No sink took it; says why.
        """
        queue = Single(envelope)
        if not self.sinks:
            place = str(self._settings.path)
            raise OutputError("no sink takes messages; name one under 'sinks'", place=place)
        sink = next((each for each in self.sinks if each.remote), self.sinks[0])
        sink.deliver(queue, stop)
        if not queue.attempts:
            raise DeferredError(f"did not take the message: {queue.trouble or 'it gave up'}", place=sink.name)
        last = queue.attempts[-1]
        state = judge(last).state
        if state == "accepted":
            return last.place or sink.name
        if state == "uncertain":
            why = last.reply or last.trouble
            raise UncertainError(f"may have taken the message, and nobody knows: {why}", place=sink.name)
        kind = DeferredError if state == "deferred" else OutputError
        raise kind(f"did not take the message: {last.reply or last.trouble}", place=sink.name)


def _sink(settings: SinkSettings) -> Sink:
    from digest.delivery.files import EmlFolder, Maildir, Mbox  # noqa: PLC0415 only where there is one

    kinds: dict[str, Callable[[Path, str], Sink]] = {"eml": EmlFolder, "maildir": Maildir, "mbox": Mbox}
    return kinds[settings.format](settings.path, settings.name)
