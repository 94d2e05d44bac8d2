"""The use cases of publishing, in plain steps: compose, publish, deliver.

Each step may be killed at any point and run again: what is done is known by the store, and done once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from digest.core.edition import DeliveryCounts, EditionRecord
from digest.core.errors import PreflightError
from digest.core.finding import standing
from digest.core.outbox import Plan
from digest.core.reader import Reader, unaddressed
from digest.core.retry import expires
from digest.core.schedule import edition_id
from digest.core.selection import Rule
from digest.line import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from digest.composing import Composer
    from digest.core.catchup import Due, Timing
    from digest.core.edition import Entry, FrozenEdition, Verdict
    from digest.core.finding import Finding
    from digest.core.ledger import Ledger
    from digest.core.model import Problem
    from digest.core.newsletter import Newsletter
    from digest.core.operation import Hold
    from digest.core.ports import Inspector, Pages, Renderer, Sink
    from digest.core.schedule import Schedule
    from digest.core.stored import Editions
    from digest.outbox import Outbox

FEED_MEMORY = 1000
"""The feeds, those by category too, are made of so many of the entries that appeared last."""

RECOMPUTED = frozenset({Rule.TOO_OLD, Rule.WITHDRAWN})
"""Verdicts that are not recorded: there is one for every old article, and they can be worked out again."""

Status = Literal["composed", "exists", "skipped"]


@dataclass(frozen=True, slots=True)
class Target:
    """A newsletter with what composing and delivering its editions needs.

    Attributes:
        newsletter: Its definition.
        timing: Its slots, and what becomes of missed ones.
        timetable: What its slots are made from, as text: another text, another schedule.
        sinks: Where its messages go.
    """

    newsletter: Newsletter
    timing: Timing
    timetable: str
    sinks: Sequence[Sink]

    @property
    def key(self) -> str:
        """The newsletter's key."""
        return self.newsletter.key

    @property
    def schedule(self) -> Schedule:
        """Its slots."""
        return self.timing.schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What became of one slot.

    Attributes:
        record: The edition, or why there is none.
        status: "composed" now, "exists" since an earlier run, or "skipped".
        verdicts: All of this run's selection; those recorded, when the edition exists.
        files: Absolute paths of its pages, feeds and .eml files, written now or there already.
        changed: How many of them were written now.
        problems: What was wrong with its pictures, and with what a model wrote.
        findings: What the preflight found, of an edition composed now.
        left: Deliveries of this newsletter that still wait, for a sink that is no longer configured: an edition's id,
            the sink, and how many.
        why: Why it was skipped, in a word: "too few", "missed", "merged" or "paused"; empty when it was not.
        merged: How many missed slots were made part of it.
        held: What does not go out: an edition's id, the sink, and why.
        waits: What waits for a sink that can hand over nothing: an edition's id, the sink, and why.
    """

    record: EditionRecord
    status: Status
    verdicts: tuple[Verdict, ...]
    files: tuple[str, ...] = ()
    changed: int = 0
    deliveries: DeliveryCounts = field(default_factory=DeliveryCounts)
    problems: tuple[Problem, ...] = ()
    findings: tuple[Finding, ...] = ()
    left: tuple[tuple[str, str, int], ...] = ()
    why: str = ""
    merged: int = 0
    held: tuple[tuple[str, str, str], ...] = ()
    waits: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Publisher:
    """Makes editions, writes their pages and hands their messages to the sinks.

    Attributes:
        composer: Composes editions.
        pages: Every folder that finished pages go to, the output folder first.
        ledger: What happened to every delivery.
        outbox: Delivers.
        inline: Whether this publisher delivers by a sink, or leaves that to another worker.
        inspect: The preflight: its errors keep an edition from being sent.
    """

    composer: Composer
    editions: Editions
    renderer: Renderer
    pages: Sequence[Pages]
    ledger: Ledger
    outbox: Outbox
    inline: Callable[[Sink], bool]
    inspect: Inspector

    def run(self, target: Target, due: Due, now: datetime, hold: Hold | None = None) -> Run:
        """Make the edition of a slot unless there is one, write its pages, deliver what waits.

        Raises:
            TemplateError, StoreError, OutputError: As named; run again once it is mended, nothing is done twice.
            PreflightError: It has what it must not be sent with.
            ClaimError: Another process took the newsletter over; it goes on.
        """
        return self._carry_out(target, self.compose(target, due, now, hold), now, hold)

    def compose(self, target: Target, due: Due, now: datetime, hold: Hold | None = None) -> Run:
        """The same in the store alone: no page is written, no message delivered. On a copy of the store, a dry run."""
        record = self.editions.get(target.key, due.slot)
        if record is None or record.status == "skipped":
            return self._compose(target, due, now, hold)
        return self.existing(record)

    def finish(self, target: Target, now: datetime, hold: Hold | None = None) -> Run | None:
        """Write and deliver what is not yet, of every edition; None where there is no edition.

        Raises:
            As `run`.
        """
        records = self.editions.records(target.key)
        newest = next((each for each in records if each.status == "composed"), None)
        return None if newest is None else self._carry_out(target, self.existing(newest), now, hold)

    def existing(self, record: EditionRecord) -> Run:
        """What is known of a slot that was composed or skipped before."""
        return Run(
            record=record,
            status="skipped" if record.status == "skipped" else "exists",
            verdicts=tuple(self.editions.verdicts(record.newsletter, record.id)),
            deliveries=self.ledger.counts(record.newsletter, record.id),
        )

    def _carry_out(self, target: Target, run: Run, now: datetime, hold: Hold | None) -> Run:
        key = target.key
        _, records = self.published(key)
        if not records:
            return run
        if hold is not None:
            hold.keep()
        missing = self.editions.unpublished(key)
        files, changed = self.publish(target.newsletter, run.record)
        # Whoever slept in the middle of it wrote what was true before: what appeared meanwhile is put in place.
        while len(shown := self.published(key)[1]) != len(records):
            records, (files, more) = shown, self.publish(target.newsletter, run.record)
            changed += more
        self.editions.mark_published(key, missing, now)
        # What an earlier run left waiting goes out as well, the oldest first.
        keep = _keeping(hold)
        sinks = [sink for sink in target.sinks if self.inline(sink)]
        delivered = self.outbox.deliver(sinks, now, newsletter=key, watch=Watch(keep=keep))
        sent, written = self._rebuild(target, run.record, keep)
        return replace(
            run,
            files=() if run.status == "skipped" else files + sent,
            changed=changed + written + sum(each.written for each in delivered),
            deliveries=self.ledger.counts(key, run.record.id),
            left=self.left(target),
            held=tuple((each.dispatch.edition, each.dispatch.sink, each.held) for each in delivered if each.held),
            waits=tuple((each.dispatch.edition, each.dispatch.sink, each.waits) for each in delivered if each.waits),
        )

    def left(self, target: Target) -> tuple[tuple[str, str, int], ...]:
        """Deliveries that wait for a sink that is no longer configured: an edition's id, the sink, and how many."""
        known = {sink.name for sink in target.sinks}
        open_ = [each for each in self.ledger.open(target.key) if each.sink not in known]
        return tuple((each.edition, each.sink, self.ledger.left(each.id)) for each in open_)

    def published(self, newsletter: str) -> tuple[list[Entry], list[EditionRecord]]:
        """What feeds and archive show: the entries that appeared last, and the composed editions, newest first."""
        records = [each for each in self.editions.records(newsletter) if each.status == "composed"]
        return self.editions.entries(newsletter, FEED_MEMORY), records

    def _compose(self, target: Target, due: Due, now: datetime, hold: Hold | None) -> Run:
        newsletter, slot = target.newsletter, due.slot
        selection = self.composer.select(newsletter, due.window, now)
        kept = [verdict for verdict in selection.verdicts if verdict.rule not in RECOMPUTED]
        merged = [skip.record(newsletter.key) for skip in due.merged]
        claim = hold.claim if hold is not None else None
        record = EditionRecord(
            newsletter=newsletter.key,
            id=edition_id(slot),
            slot=slot,
            window=due.window,
            status="skipped" if selection.too_few else "composed",
            reason=selection.too_few,
        )
        problems: tuple[Problem, ...] = ()
        findings: tuple[Finding, ...] = ()
        if selection.too_few:
            first = self.editions.skip(record, kept, now, merged=merged, claim=claim)
        else:
            frozen, problems = self.composer.freeze(newsletter, record, selection, now, _keeping(hold))
            findings = self._preflight(target, record, frozen, now)
            plan = self._plan(target)
            first = self.editions.freeze(frozen, kept, plan, now, merged=merged, claim=claim)
        run = self.existing(self.editions.get(newsletter.key, slot) or record)
        if not first:  # somebody else made it meanwhile: theirs counts
            return run
        if selection.too_few:
            return replace(run, verdicts=selection.verdicts, why="too few", merged=len(merged))
        return replace(
            run,
            status="composed",
            verdicts=selection.verdicts,
            problems=problems,
            merged=len(merged),
            findings=findings,
        )

    def _preflight(
        self, target: Target, record: EditionRecord, frozen: FrozenEdition, now: datetime
    ) -> tuple[Finding, ...]:
        """What the preflight finds, before anything is kept: what is mended then makes the same edition."""
        if not target.sinks:
            return ()
        composed = replace(record, subject=frozen.subject, title=frozen.title, composed_at=now)
        sends = any(sink.remote for sink in target.sinks)
        findings = self.inspect(target.newsletter, composed, frozen.files, sends=sends)
        errors = standing(findings, "error")
        if errors and sends:
            raise PreflightError(target.key, errors)
        return tuple(findings)

    def publish(self, newsletter: Newsletter, record: EditionRecord) -> tuple[tuple[str, ...], int]:
        """Write the pages and feeds of a newsletter: this edition's, and whatever is missing of earlier ones.

        Returns:
            The paths of this edition's pages and the newsletter's files in the output folder, and how many files
            changed.
        """
        key = newsletter.key
        entries, records = self.published(key)
        frozen = self.editions.paths(key)
        shared = self.renderer.newsletter_files(newsletter, entries, records)
        files: list[str] = []
        changed = 0
        for number, pages in enumerate(self.pages):
            for each in records:
                folder = f"{key}/{each.id}"
                if each.id != record.id and all(pages.has(f"{folder}/{path}") for path in frozen[each.id]):
                    continue
                for path, content in unaddressed(self.editions.files(key, each.id)).items():
                    changed += pages.put(f"{folder}/{path}", content)
                if number == 0 and each.id == record.id:
                    files.extend(str(pages.root / folder / path) for path in frozen[each.id])
            # The archive comes last: what it links to is there.
            for path in sorted(shared, key=lambda name: (name == "index.html", name)):
                changed += pages.put(f"{key}/{path}", shared[path])
            if number == 0:
                files.extend(str(pages.root / key / path) for path in shared)
        return tuple(files), changed

    def _plan(self, target: Target) -> Plan:
        """Whom an edition goes to, beside the newsletter's subscriptions, and until when it is tried.

        By the clock, whatever instant is worked for: an edition of long ago that is made today is to go out today.
        """
        made = self.outbox.worker.clock()
        until = expires(made, target.schedule.next(made))
        return Plan(
            sinks={sink.name: until if sink.remote else None for sink in target.sinks},
            named=target.newsletter.recipients,
            otherwise=(target.newsletter.sender,),
        )

    def _rebuild(self, target: Target, record: EditionRecord, keep: Callable[[], None]) -> tuple[tuple[str, ...], int]:
        """Make again what somebody removed of an edition's messages; where they are, and how many were written."""
        places: list[str] = []
        written = 0
        sinks = {sink.name: sink for sink in target.sinks if sink.rebuilt}
        mine = [each for each in self.ledger.dispatches(record.newsletter, record.id) if each.sink in sinks]
        if not mine:
            return (), 0
        files = self.editions.files(record.newsletter, record.id)
        mailing = self.outbox.mailing(record, files, target.newsletter)
        for dispatch in mine:
            accepted = self.ledger.places(dispatch.id, "accepted")
            envelopes = (
                mailing.envelope(Reader(each.delivery, each.subscriber, each.address, each.name))
                for each, _ in accepted
                if each.address  # nothing is kept of who was forgotten
            )
            for place, new in sinks[dispatch.sink].rebuild(envelopes):
                keep()
                places.append(place)
                written += new
        return tuple(places), written


def _keeping(hold: Hold | None) -> Callable[[], None]:
    return hold.keep if hold is not None else _nothing


def _nothing() -> None:
    pass
