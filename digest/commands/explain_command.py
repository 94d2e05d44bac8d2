"""`digest explain`: why an edition is as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digest.commands.run_command import tally
from digest.terminal import Terminal, complete_newsletter, now_or, options

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digest.app import Newsroom
    from digest.core.edition import EditionRecord
    from digest.core.newsletter import Newsletter
    from digest.explaining import Explained


@click.command(name="explain")
@click.argument("newsletter", shell_complete=complete_newsletter)
@click.argument("article", required=False)
@click.option("--edition", "-e", help="Id of the edition, as digest editions lists them; the latest when left out.")
@options()
def command(terminal: Terminal, *, newsletter: str, article: str | None, edition: str | None) -> int:
    """Print the verdict on each article, or on ARTICLE, for an edition of NEWSLETTER, and the rule behind it.

    ARTICLE is a key, the beginning of one, or a file's path within its source. Before the first edition is made, it
    says what that one would take.
    """
    from digest.app import Newsroom
    from digest.core.errors import UsageError
    from digest.explaining import explain, told_by

    with Newsroom.open(terminal.config, scratch=True) as newsroom:
        definition = newsroom.newsletter(newsletter)
        record = _record(newsroom, newsletter, edition) or _rehearsed(terminal, newsroom, newsletter)
        library = newsroom.store.library
        keys = None
        if article is not None:
            keys = library.find(article)
            if not keys:
                raise UsageError(f"no article has the key or path '{article}'; digest articles lists them")
        verdicts = list(explain(library, newsroom.store.editions, definition, record, keys))
        told = told_by(newsroom.store.editions, record)
        if terminal.as_json:
            terminal.data([_json(each, told) for each in verdicts])
        else:
            _print(terminal, definition, record, verdicts, everything=keys is not None or terminal.verbose)
            _print_summaries(terminal, verdicts, told)
    return 0


def _record(newsroom: Newsroom, newsletter: str, edition: str | None) -> EditionRecord | None:
    from digest.core.errors import UsageError

    editions = newsroom.store.editions
    if edition is None:
        records = editions.records(newsletter)
        # A slot whose span went to another edition has nothing to explain.
        return next((each for each in records if each.window.start < each.window.end), None)
    record = editions.find(newsletter, edition)
    if record is None:
        raise UsageError(f"'{newsletter}' has no edition '{edition}'; digest editions {newsletter} lists them")
    return record


def _rehearsed(terminal: Terminal, newsroom: Newsroom, newsletter: str) -> EditionRecord:
    """The record of the edition that would be made now, composed on the copy."""
    from digest.core.errors import UsageError

    now = now_or(None)
    newsroom.intake.collect(now, terminal.progress, fetch=False)
    target = newsroom.target(newsletter)
    runs = newsroom.scheduling.rehearse_latest(target, now)
    if not runs:
        raise UsageError(f"'{newsletter}' has no edition, and no slot until now")
    terminal.note("no edition has been made yet; this is what digest run would do now")
    return runs[-1].record


def _json(each: Explained, told: Mapping[str, str]) -> dict[str, object]:
    verdict = each.verdict
    return {
        "article": verdict.article,
        "title": each.title,
        "chosen": verdict.chosen,
        "rule": str(verdict.rule),
        "reason": verdict.reason,
        "recorded": each.recorded,
        **({"summary": told[verdict.article]} if verdict.article in told else {}),
    }


def _print(
    terminal: Terminal,
    newsletter: Newsletter,
    record: EditionRecord,
    verdicts: Sequence[Explained],
    *,
    everything: bool,
) -> None:
    zone = newsletter.zone
    start, end = record.window.start.astimezone(zone), record.window.end.astimezone(zone)
    state = f"skipped: {record.reason}" if record.status == "skipped" else record.status
    terminal.say(f"{newsletter.key} {record.id} ({state}), window {start:%Y-%m-%d %H:%M %Z} to {end:%Y-%m-%d %H:%M %Z}")
    shown = [each for each in verdicts if everything or each.recorded]
    terminal.table(
        ("", "rule", "article", "why"),
        (
            ("in" if each.verdict.chosen else "out", str(each.verdict.rule), each.verdict.article, each.verdict.reason)
            for each in shown
        ),
    )
    rest = [each.verdict.rule for each in verdicts if not everything and not each.recorded]
    if rest:
        terminal.say(f"and {len(rest)} more: {tally(rest)} (--verbose lists them)")


def _print_summaries(terminal: Terminal, verdicts: Sequence[Explained], told: Mapping[str, str]) -> None:
    """Who wrote the summaries, where a model did or was to."""
    lines = [(each.verdict.article, told.get(each.verdict.article, "")) for each in verdicts if each.verdict.chosen]
    if any(how == "model" or ": " in how for _, how in lines):
        terminal.say("summaries:")
        terminal.table(("article", "by"), lines)
