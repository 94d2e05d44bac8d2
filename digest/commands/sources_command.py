"""`digest sources`: where articles come from."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import click

from digest.commands.sources_changes import (
    add_command,
    export_command,
    import_command,
    remote_of,
    remove_command,
    unknown_source,
)
from digest.commands.sources_views import describe_trial, source_json, source_row, trial_json
from digest.core.errors import SourceError
from digest.intake import remote
from digest.settings.sources import RemoteSource, is_called
from digest.sourcing import find, look_at, with_rules
from digest.terminal import CommandGroup, Terminal, now_or, options

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.app import Newsroom
    from digest.gathering import Remote
    from digest.sourcing import Trial


@click.group(name="sources", cls=CommandGroup)
@click.option("--config", "-c", type=click.Path(), help="The newsroom's configuration.")
@click.pass_context
def command(ctx: click.Context, config: str | None) -> None:
    """Work with sources: folders, feeds and web pages."""
    ctx.obj = config or ctx.obj


@command.command(name="list")
@options()
def list_command(terminal: Terminal) -> int:
    """List the sources: how many articles each has given, and how it stands."""
    from digest.app import Newsroom

    now = now_or(None)
    with Newsroom.open(terminal.config, create=False) as newsroom:
        counts = newsroom.store.library.counts()
        visits = newsroom.store.visits.all()
        sources = newsroom.settings.sources
        if terminal.as_json:
            terminal.data([source_json(each, counts, visits) for each in sources])
        else:
            columns = ("source", "articles", "last fetched", "state")
            terminal.table(columns, (source_row(each, counts, visits, now) for each in sources))
    return 0


@command.command(name="test")
@click.argument("source", required=False)
@click.option(
    "--rule",
    "rules",
    multiple=True,
    metavar="RULE",
    help="Try one more rule: exclude.words=sponsored, include.categories=Mail,Feeds.",
)
@click.option("--local", is_flag=True, help="It may lie in your own network.")
@options()
def test_command(terminal: Terminal, *, source: str | None, rules: tuple[str, ...], local: bool) -> int:
    """Fetch a source, or each of them, and show what would come and every doubt; nothing is kept.

    SOURCE is a source's name or address, or any other address.
    """
    from digest.app import Newsroom

    failed, found = False, []
    with Newsroom.open(terminal.config, create=False) as newsroom:
        trials = _trials(newsroom, source, partial(_as_tried, rules=rules, local=local))
        for trial in trials:
            try:
                found.append(trial(fetcher=newsroom.intake.fetcher, now=now_or(None)))
            except SourceError as error:
                terminal.failed(str(error))
                failed = True
    if terminal.as_json:
        terminal.data([trial_json(trial) for trial in found])
    else:
        for number, each in enumerate(found):
            if number:
                terminal.say()
            describe_trial(terminal, each)
        if not trials:
            terminal.say("nothing is fetched: these are files, which digest check reads")
    return 1 if failed or any(each.offer.useless for each in found) else 0


def _trials(newsroom: Newsroom, source: str | None, tried: Callable[[Remote], Remote]) -> list[Callable[..., Trial]]:
    """What is to be tried: configured sources, or an address that is none of them."""
    sources = newsroom.settings.sources
    wanted = [each for each in sources if source is None or is_called(each, source)]
    if source is not None and not wanted:
        if "." not in source and "/" not in source:
            raise unknown_source(source, sources, "sources")
        return [partial(find, source, make=lambda kind, url: tried(remote_of(kind, url)))]
    return [partial(look_at, tried(remote(each))) for each in wanted if isinstance(each, RemoteSource)]


def _as_tried(made: Remote, rules: tuple[str, ...], *, local: bool) -> Remote:
    return replace(made, rules=with_rules(made.rules, rules), local=local or made.local)


command.add_command(add_command)
command.add_command(remove_command)
command.add_command(import_command)
command.add_command(export_command)
