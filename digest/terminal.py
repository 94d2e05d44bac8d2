"""What commands print: results on standard output, everything else on standard error, colour only on a terminal."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from digest.clock import system_clock
from digest.core.dates import EARLIEST_YEAR, LATEST_YEAR
from digest.core.errors import ConfigError, DigestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from zoneinfo import ZoneInfo

    from digest.core.model import Problem
    from digest.core.ports import Item

MANY = 200
"""A progress bar appears for more steps than this."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where and how much a command prints.

    Attributes:
        config: The configuration's path.
        quiet: Print only results asked for as data, and errors.
        verbose: Print what is usually left out.
        as_json: Standard output carries JSON alone.
    """

    config: Path
    quiet: bool = False
    verbose: bool = False
    as_json: bool = False

    def say(self, text: str = "", **style: Any) -> None:
        """A line for a person."""
        if not self.quiet and not self.as_json:
            click.secho(text, **style)

    def note(self, text: str) -> None:
        """A line beside the result, on standard error."""
        if not self.quiet:
            click.secho(text, err=True, fg="yellow")

    def detail(self, text: str) -> None:
        """A line that only --verbose shows, on standard error."""
        if self.verbose and not self.quiet:
            click.secho(text, err=True, dim=True)

    def more(self, text: str) -> None:
        """A line of the result that only --verbose shows."""
        if self.verbose:
            self.say(text, dim=True)

    def data(self, value: Any) -> None:
        """The result as JSON."""
        click.echo(json.dumps(value, ensure_ascii=False, indent=2))

    def data_line(self, value: Any) -> None:
        """One result of several as a line of JSON, where JSON is wanted."""
        if self.as_json:
            click.echo(json.dumps(value, ensure_ascii=False))

    def failed(self, text: str) -> None:
        """Something that failed while the rest went on, on standard error."""
        click.secho(f"error: {text}", err=True, fg="red")

    @property
    def program(self) -> str:
        """The command as it can be typed here: where it is not on the path, with its folder."""
        called = Path(sys.argv[0])
        if called.name != "digest" or shutil.which("digest"):
            return "digest"
        return relative(called.absolute())

    def problems(self, problems: Iterable[Problem], *, shown: int = 20) -> None:
        """Problems, those that set something aside always, of the others the first few unless --verbose."""
        ordered = sorted(problems, key=lambda problem: not problem.set_aside)
        serious = sum(problem.set_aside for problem in ordered)
        limit = len(ordered) if self.verbose else max(serious, shown)
        for problem in ordered[:limit]:
            if problem.set_aside:
                click.secho(f"set aside: {problem}", err=True, fg="red")
            else:
                self.note(f"note: {problem}")
        if len(ordered) > limit:
            self.note(f"and {len(ordered) - limit} more notes: digest check shows them")

    def progress(self, items: Iterable[Item], *, total: int, label: str) -> Iterator[Item]:
        """Pass the items on, with a bar on a terminal when there are many; see `digest.core.ports.Progress`."""
        if self.quiet or total <= MANY or not sys.stderr.isatty():
            yield from items
            return
        from rich.console import Console
        from rich.progress import track

        yield from track(items, description=label, total=total, console=Console(stderr=True), transient=True)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A table for a person: fitted to a terminal, tab-separated where there is none."""
        if not sys.stdout.isatty():
            for row in rows:
                click.echo("\t".join(row))
            return
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(*columns, box=None, pad_edge=False, header_style="bold")
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        Console(no_color="NO_COLOR" in os.environ).print(table)


class CommandGroup(click.Group):
    """A group which lists its commands with the whole first sentence of each, however many lines that takes."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands."""
        names = self.list_commands(ctx)
        commands = [(name, command) for name in names if (command := self.get_command(ctx, name)) is not None]
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.get_short_help_str(limit=1000)) for name, command in commands])


def show_error(error: DigestError) -> None:
    """An error, on standard error, one line a mistake."""
    lines = [str(problem) for problem in error.problems] if isinstance(error, ConfigError) else [str(error)]
    for line in lines:
        click.secho(f"error: {line}", err=True, fg="red")


def parse_instant(text: str) -> datetime:
    """Read `2026-03-02T12:00:00Z`: ISO 8601 with a zone, so that it means one instant.

    Raises:
        click.BadParameter: It is none.
    """
    instant = _parsed(text, "is no instant; write 2026-03-02T12:00:00Z")
    if instant.tzinfo is None:
        hint = instant.isoformat(timespec="minutes")
        raise click.BadParameter(f"'{text}' has no time zone; write {hint}Z for UTC, or {hint}+01:00")
    return instant.astimezone(UTC)


def parse_when(text: str, zone: ZoneInfo) -> datetime:
    """Read an instant, or what the wall clock of a newsletter shows: `2026-03-02T08:00`, or a day for its midnight.

    A time that the clock skips is the first instant after the gap; of one that comes twice, the first is meant.

    Args:
        text: The instant with its zone, the local time, or the day.
        zone: The newsletter's, for what names none.

    Returns:
        The instant, in UTC.

    Raises:
        click.BadParameter: It is none of these, or the day does not exist in the zone.
    """
    from digest.schedules.clock import once

    when = _parsed(text, "is neither day nor time; write 2026-03-02, 2026-03-02T08:00 or 2026-03-02T07:00:00Z")
    instant = once(when.date(), when.time(), zone) if when.tzinfo is None else when.astimezone(UTC)
    if instant is None:
        raise click.BadParameter(f"'{text}' does not exist: the clocks of {zone} leave out that day")
    return instant


def _parsed(text: str, otherwise: str) -> datetime:
    try:
        when = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise click.BadParameter(f"'{text}' {otherwise}") from error
    if not EARLIEST_YEAR < when.year < LATEST_YEAR:
        raise click.BadParameter(f"'{text}' lies too far off: give a year from {EARLIEST_YEAR + 1} on")
    return when


def now_or(at: str | None) -> datetime:
    """The instant a command works at: the one given, or the clock's, to the second."""
    try:
        return parse_instant(at) if at else system_clock().replace(microsecond=0)
    except click.BadParameter as error:
        error.param_hint = "'--at'"
        raise


def complete_newsletter(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """The newsletters of the configuration that begin so, for shell completion; none while it has mistakes."""
    from digest import config

    root = ctx.find_root()
    chosen = ctx.params.get("config") or root.params.get("config") or config.DEFAULT_NAME
    try:
        known = config.load(Path(chosen)).newsletters
    except ConfigError:
        return []
    return [key for key in known if key.startswith(incomplete)]


def relative(path: str | Path) -> str:
    """A path as one would type it here."""
    try:
        whole, here = Path(path), Path.cwd()
    except OSError:  # the folder one stands in was removed
        return str(path)
    return str(whole.relative_to(here)) if whole.is_relative_to(here) else str(whole)


def options(*, data: bool = True) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The options all commands share: --config, --quiet, --verbose and, for those that print data, --json.

    The command receives them as one `Terminal`, its first argument.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        def run(
            ctx: click.Context, config: str | None, *, quiet: bool, verbose: bool, as_json: bool = False, **rest: Any
        ) -> Any:
            chosen = config or ctx.obj or "config.yaml"
            return command(Terminal(Path(chosen), quiet, verbose, as_json), **rest)

        run.__name__, run.__doc__ = command.__name__, command.__doc__
        run.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
        wrapped: Callable[..., Any] = click.pass_context(run)
        if data:
            wrapped = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")(wrapped)
        wrapped = click.option("--verbose", "-v", is_flag=True, help="Say more.")(wrapped)
        wrapped = click.option("--quiet", "-q", is_flag=True, help="Say only what went wrong.")(wrapped)
        return click.option("--config", "-c", type=click.Path(), help="The newsroom's configuration.")(wrapped)

    return decorate
