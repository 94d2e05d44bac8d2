"""`digest subscribers import` and `export`."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.commands.subscribers_views import STATES
from digest.core.errors import UsageError
from digest.core.text import counted
from digest.terminal import Terminal, complete_newsletter, now_or, options, relative

if TYPE_CHECKING:
    from digest.core.roster import ReadRow, State
    from digest.membership import Imported

SHOWN = 10
"""So many reasons for which rows were set aside are shown, the most frequent first."""

TOLD_APART = 1000
"""So many different reasons are counted each; a hostile file has one for each of its rows."""

PIPED = "standard-input"
SET_ASIDE = ".set-aside.csv"

SAID = {
    "added": "added",
    "confirmed": "confirmed",
    "left": "noted as unsubscribed",
    "suppressed": "noted as suppressed",
    "unchanged": "known already",
}


@click.command(name="import")
@click.argument("file", type=click.Path())
@click.option("--newsletter", shell_complete=complete_newsletter, help="To which newsletter; all that an export names.")
@click.option("--dry-run", is_flag=True, help="Only show what would become of the rows; write nothing.")
@click.option(
    "--set-aside",
    "aside",
    type=click.Path(),
    help="Where rows that were not used go, with the reason; FILE.set-aside.csv if not given.",
)
@options()
def import_command(terminal: Terminal, *, file: str, newsletter: str | None, dry_run: bool, aside: str | None) -> int:
    """Take a list of subscribers in: one address a line, or CSV as Mailchimp, Substack, Ghost and others export it.

    Running it again changes nothing, and nobody who left or is suppressed comes back by it. FILE is `-` for standard
    input. An export of digest is taken in whole without --newsletter.
    """
    from digest.app import Newsroom
    from digest.membership import import_rows
    from digest.rosterfiles.piped import is_piped, kept
    from digest.rosterfiles.reading import look_at
    from digest.rosterfiles.set_aside import SetAside

    if not file:
        raise click.UsageError("FILE is empty")
    piped, now, reasons = is_piped(file), now_or(None), Reasons()
    with ExitStack() as stack:
        newsroom = stack.enter_context(Newsroom.open(terminal.config, scratch=dry_run))
        key = newsroom.newsletter(newsletter).key if newsletter else ""
        path = stack.enter_context(kept(file)) if piped else Path(file)
        found = look_at(path, name=PIPED if piped else "")
        if not key and (found.form is None or found.form.name != "digest"):
            raise UsageError("does not say which newsletter it is for: give --newsletter KEY", place=found.place)
        where = Path(aside or (f"{PIPED}{SET_ASIDE}" if piped else path.with_name(f"{path.name}{SET_ASIDE}")))
        kept_rows = None if dry_run else stack.enter_context(SetAside(where, path))

        def set_aside(row: ReadRow, reason: str) -> None:
            reasons.note(row.line, reason)
            if kept_rows is not None:
                kept_rows.add(row, reason)

        rows = found.rows(key, now, newsroom.settings.newsletters)
        shown = terminal.progress(rows, total=found.lines, label=f"importing {found.name}")
        imported = import_rows(newsroom.store.roster, key, shown, now, set_aside)
    _report(terminal, imported, found.form.name if found.form else "plain list", dry_run=dry_run)
    reasons.tell(terminal, found.place)
    if reasons.counts and not dry_run:
        terminal.note(f"rows set aside, each with the reason: {relative(where)}")
    return 0


class Reasons:
    """Why rows were set aside: how often each, and the first line. Of very many different ones, some are only counted.

    Attributes:
        counts: Reason to how many rows.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._first: dict[str, int] = {}
        self._others = 0

    def note(self, line: int, reason: str) -> None:
        """One more row."""
        if reason not in self.counts and len(self.counts) >= TOLD_APART:
            self._others += 1
            return
        self.counts[reason] += 1
        self._first.setdefault(reason, line)

    def tell(self, terminal: Terminal, place: str) -> None:
        """The most frequent ones, each with its first line."""
        for reason, count in self.counts.most_common(SHOWN):
            more = f" (and {count - 1} more)" if count > 1 else ""
            terminal.note(f"{place}:{self._first[reason]}: {reason}{more}")
        if len(self.counts) > SHOWN:
            terminal.note(f"and {len(self.counts) - SHOWN}{' or' if self._others else ''} more reasons")


def _report(terminal: Terminal, imported: Imported, form: str, *, dry_run: bool) -> None:
    if terminal.as_json:
        outcomes = {kind: imported.outcomes.get(kind, 0) for kind in (*SAID, "refused")}
        terminal.data({"form": form, **outcomes, "unusable": imported.unusable, "dry_run": dry_run})
        return
    said = [f"{imported.outcomes[kind]} {words}" for kind, words in SAID.items() if imported.outcomes.get(kind)]
    if imported.set_aside:
        said.append(f"{imported.set_aside} set aside")
    rows = sum(imported.outcomes.values()) + imported.unusable
    done = "; nothing was written" if dry_run else ""
    terminal.say(f"{form}, {counted(rows, 'row')}: {', '.join(said) or 'nothing in it'}{done}")


@click.command(name="export")
@click.option("--newsletter", shell_complete=complete_newsletter, help="Only subscriptions to this newsletter.")
@click.option("--state", type=STATES, help="Only subscriptions in this state.")
@options(data=False)
def export_command(terminal: Terminal, *, newsletter: str | None, state: State | None) -> int:
    """Print the roster as CSV, with consent time, source, proof and suppressions; `import` reads it back.

    Without options it is whole: addresses that are suppressed and subscribe to nothing are in it too.
    """
    from digest.app import Newsroom
    from digest.rosterfiles.writing import write_members, write_suppressed

    with Newsroom.open(terminal.config, create=False) as newsroom:
        roster = newsroom.store.roster
        key = newsroom.newsletter(newsletter).key if newsletter else None
        write_members(roster.members(key, state), sys.stdout)
        if key is None and state is None:
            write_suppressed(roster.suppressed(alone=True), sys.stdout)
            if count := roster.forgotten():
                people = "person was" if count == 1 else "people were"
                terminal.note(f"{count} {people} forgotten; their addresses are not known any more, so none is in it")
    return 0
