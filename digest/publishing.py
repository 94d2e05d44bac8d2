"""The use cases of publishing, in plain steps: compose, publish, deliver.

Each step may be killed at any point and run again: what is done is known by the store, and done once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from digest.core.errors import SourceError
from digest.core.model import DeliveryCounts, Edition, EditionRecord, Problem, SectionOfEdition, Story, Summary
from digest.core.schedule import edition_id, window_of
from digest.core.selection import Rule, Selection, select

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from digest.core.model import Article, Entry, Verdict, Window
    from digest.core.newsletter import Newsletter
    from digest.core.ports import (
        Editions,
        Envelope,
        Library,
        Pages,
        Renderer,
        Sink,
        Source,
        Summarizer,
    )
    from digest.core.schedule import Schedule

FEED_MEMORY = 1000
"""The feeds, those by category too, are made of so many of the entries that appeared last."""

MANIFEST = "edition.json"

RECOMPUTED = frozenset({Rule.TOO_OLD, Rule.WITHDRAWN})
"""Verdicts that are not recorded: there is one for every old article, and they can be worked out again."""

Status = Literal["composed", "exists", "skipped"]


@dataclass(frozen=True, slots=True)
class Target:
    """A newsletter with what composing and delivering its editions needs.

    Attributes:
        newsletter: Its definition.
        schedule: Its slots.
        sinks: Where its messages go.
    """

    newsletter: Newsletter
    schedule: Schedule
    sinks: Sequence[Sink]

    @property
    def recipients(self) -> tuple[str, ...]:
        """Addresses a message is made for."""
        return self.newsletter.recipients or (self.newsletter.sender,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What became of one slot.

    Attributes:
        record: The edition, or why there is none.
        status: "composed" now, "exists" since an earlier run, or "skipped".
        verdicts: Of this run's selection, or of the run that composed it.
        files: Absolute paths of the pages, feeds and messages of it, written now or there already.
        changed: How many of them were written now.
        problems: What was wrong with its pictures.
    """

    record: EditionRecord
    status: Status
    verdicts: tuple[Verdict, ...]
    files: tuple[str, ...] = ()
    changed: int = 0
    deliveries: DeliveryCounts = field(default_factory=DeliveryCounts)
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Publisher:
    """Makes editions, writes their pages and hands their messages to the sinks.

    Attributes:
        sources: By name, those of imported files too: asked for pictures.
        pages: Every folder that finished pages go to, the output folder first.
        envelope: Makes the envelope of an edition, with its files, for one recipient.
    """

    library: Library
    editions: Editions
    sources: Callable[[str], Source | None]
    summarizer: Summarizer
    renderer: Renderer
    pages: Sequence[Pages]
    envelope: Callable[[EditionRecord, Mapping[str, bytes], Newsletter, str], Envelope]

    def run(self, target: Target, slot: datetime, now: datetime) -> Run:
        """Make the edition of a slot unless there is one, write its pages, deliver what waits.

        Raises:
            TemplateError, StoreError, OutputError: As named; run again once it is mended, nothing is done twice.
        """
        newsletter = target.newsletter
        record = self.editions.get(newsletter.key, slot)
        problems: tuple[Problem, ...] = ()
        status: Status = "exists"
        if record is None or record.status == "skipped":
            record, problems = self.rehearse(target, slot, now)
            status = "composed"
        verdicts = tuple(self.editions.verdicts(newsletter.key, record.id))
        if record.status == "skipped":
            return Run(record=record, status="skipped", verdicts=verdicts, problems=problems)
        files, changed = self.publish(newsletter, record)
        sent, written = self._deliver(target, record, now)
        return Run(
            record=record,
            status=status,
            verdicts=verdicts,
            files=(*files, *sent),
            changed=changed + written,
            deliveries=self.editions.counts(newsletter.key, record.id),
            problems=problems,
        )

    def rehearse(self, target: Target, slot: datetime, now: datetime) -> tuple[EditionRecord, tuple[Problem, ...]]:
        """Make the edition of a slot in the store alone: for a copy of it, to see what would be; nothing is written.

        Returns:
            The record, and what was wrong with its pictures.
        """
        composed, problems = self._compose(target, slot, now)
        return self.editions.get(target.newsletter.key, slot) or composed, problems

    def published(self, newsletter: str) -> tuple[list[Entry], list[EditionRecord]]:
        """What feeds and archive show: the entries that appeared last, and the composed editions, newest first."""
        records = [each for each in self.editions.records(newsletter) if each.status == "composed"]
        return self.editions.entries(newsletter, FEED_MEMORY), records

    def choose(self, target: Target, slot: datetime, now: datetime) -> tuple[Window, Selection]:
        """What the edition of a slot would take; changes nothing."""
        newsletter = target.newsletter
        window = window_of(slot, target.schedule, length=newsletter.window, zone=newsletter.zone)
        return window, select(self.library.candidates(newsletter.key), newsletter, window, now)

    def _compose(self, target: Target, slot: datetime, now: datetime) -> tuple[EditionRecord, tuple[Problem, ...]]:
        newsletter = target.newsletter
        window, selection = self.choose(target, slot, now)
        verdicts = [verdict for verdict in selection.verdicts if verdict.rule not in RECOMPUTED]
        record = EditionRecord(
            newsletter=newsletter.key,
            id=edition_id(slot),
            slot=slot,
            window=window,
            status="skipped" if selection.too_few else "composed",
            reason=selection.too_few,
        )
        if selection.too_few:
            self.editions.skip(record, verdicts, now)
            return record, ()
        edition = self._edition(newsletter, record, selection)
        assets, problems = self._assets(edition)
        frozen = self.renderer.freeze(edition, newsletter, assets)
        deliveries = {sink.name: target.recipients for sink in target.sinks}
        self.editions.freeze(frozen, verdicts, deliveries, now)
        return record, problems

    def _edition(self, newsletter: Newsletter, record: EditionRecord, selection: Selection) -> Edition:
        articles = {article.key: article for article in self.library.articles(selection.articles)}
        return Edition(
            newsletter=newsletter.key,
            id=record.id,
            slot=record.slot,
            window=record.window,
            sections=tuple(
                SectionOfEdition(
                    section.title,
                    tuple(Story(articles[key], self._summary(articles[key], newsletter)) for key in section.articles),
                )
                for section in selection.sections
            ),
        )

    def _summary(self, article: Article, newsletter: Newsletter) -> Summary:
        if article.summary:
            return Summary((article.summary,), "author")
        return self.summarizer.summarize(
            article.title,
            article.body,
            words=newsletter.summary_words,
            language=article.language or newsletter.language,
        )

    def _assets(self, edition: Edition) -> tuple[Mapping[tuple[str, str], bytes], tuple[Problem, ...]]:
        assets: dict[tuple[str, str], bytes] = {}
        problems: list[Problem] = []
        for name, path in self.renderer.pictures(edition):
            source = self.sources(name)
            try:
                if source is None:
                    raise SourceError(f"its source '{name}' is no longer in config.yaml", place=path)  # noqa: TRY301 one way out
                assets[name, path] = source.asset(path)
            except SourceError as error:
                problems.append(Problem(error.place or path, f"{error.message}; the picture is left out"))
        return assets, tuple(problems)

    def publish(self, newsletter: Newsletter, record: EditionRecord) -> tuple[tuple[str, ...], int]:
        """Write the pages and feeds of a newsletter: this edition's, and whatever is missing of earlier ones.

        Returns:
            The paths of this edition's pages and the newsletter's files in the output folder, and how many files
            changed.
        """
        key = newsletter.key
        entries, records = self.published(key)
        shared = self.renderer.newsletter_files(newsletter, entries, records)
        files: list[str] = []
        changed = 0
        for number, pages in enumerate(self.pages):
            for each in records:
                folder = f"{key}/{each.id}"
                if each.id != record.id and pages.has(f"{folder}/{MANIFEST}"):
                    continue
                content = self.editions.files(key, each.id)
                # The manifest comes last: where it is, the rest is.
                for path in sorted(content, key=lambda name: (name == MANIFEST, name)):
                    changed += pages.put(f"{folder}/{path}", content[path])
                if number == 0 and each.id == record.id:
                    files.extend(str(pages.root / folder / path) for path in content)
            # The archive comes last: what it links to is there.
            for path in sorted(shared, key=lambda name: (name == "index.html", name)):
                changed += pages.put(f"{key}/{path}", shared[path])
            if number == 0:
                files.extend(str(pages.root / key / path) for path in shared)
        return tuple(files), changed

    def _deliver(self, target: Target, record: EditionRecord, now: datetime) -> tuple[list[str], int]:
        """Hand every waiting delivery to its sink, and settle it once it is durable there."""
        newsletter, ledger = target.newsletter, self.editions
        places: list[str] = []
        written = 0
        files: Mapping[str, bytes] = {}
        for sink in target.sinks:
            waiting = ledger.waiting(newsletter.key, record.id, sink.name)
            again = ledger.accepted(newsletter.key, record.id, sink.name) if sink.rebuilt else []
            if not waiting and not again:
                continue
            files = files or ledger.files(newsletter.key, record.id)
            addressed = {
                self.envelope(record, files, newsletter, recipient): recipient for recipient in (*waiting, *again)
            }
            for accepted in sink.deliver(tuple(addressed)):
                recipient = addressed[accepted.envelope]
                if recipient in waiting:
                    ledger.settle(
                        newsletter.key, record.id, sink.name, recipient=recipient, reply=accepted.reply, now=now
                    )
                places.append(accepted.reply)
                written += accepted.new
        return places, written
