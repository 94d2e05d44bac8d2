"""`digest templates`: what templates see, and how one becomes the newsroom's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digest.terminal import CommandGroup, Terminal, options, relative

if TYPE_CHECKING:
    from pathlib import Path


@click.group(name="templates", cls=CommandGroup)
def command() -> None:
    """Work with templates: what they look like is yours."""


@command.command(name="context")
@options()
def context(terminal: Terminal) -> int:
    """Print what templates can print: every name with its type, and the filters."""
    from digest.render.describing import FILTERS, variables

    found = list(variables())
    if terminal.as_json:
        terminal.data(
            {
                "variables": [{"name": each.name, "type": each.type, "meaning": each.meaning} for each in found],
                "filters": [{"name": name, "example": example, "meaning": said} for name, example, said in FILTERS],
            }
        )
        return 0
    width = max(len(each.name) for each in found)
    kinds = max(len(each.type) for each in found)
    for each in found:
        click.echo(f"{each.name:{width}}  {each.type:{kinds}}  {each.meaning}".rstrip())
    click.echo()
    width = max(len(example) for _, example, _ in FILTERS)
    for _, example, said in FILTERS:
        click.echo(f"{example:{width}}  {said}")
    return 0


@command.command(name="list")
@options()
def listed(terminal: Terminal) -> int:
    """List the templates: those of the newsroom's own, and the built-in ones."""
    from digest.render.folders import builtin_folder, template_names

    own = terminal.config.resolve().parent / "templates"
    rows = [{"name": name, "own": (own / name).is_file()} for name in template_names(builtin_folder())]
    if terminal.as_json:
        terminal.data(rows)
        return 0
    for row in rows:
        click.echo(f"{row['name']}{'  (the newsroom has its own)' if row['own'] else ''}")
    return 0


@command.command(name="copy")
@click.argument("name")
@options()
def copy(terminal: Terminal, *, name: str) -> int:
    """Copy a built-in template into the newsroom, to be changed: a file, or a set such as `brief`.

    Nothing is overwritten. A file that lies in a set's folder is used by that set alone, one beside it by all of them.
    """
    from digest.core.errors import UsageError
    from digest.delivery.atomic import write
    from digest.render.folders import builtin_folder

    builtin, own = builtin_folder(), terminal.config.resolve().parent / "templates"
    names = _chosen(builtin, name)
    there = [each for each in names if (own / each).exists()]
    if there:
        raise UsageError(
            "is there already: nothing was copied; move it away to begin anew from the built-in one",
            place=relative(own / there[0]),
        )
    for each in names:
        write(own / each, (builtin / each).read_bytes())
        terminal.data_line({"file": str(own / each)})
        terminal.say(f"{relative(own / each)}")
    return 0


def _chosen(builtin: Path, name: str) -> list[str]:
    """The files a name means.

    Raises:
        UsageError: There is none, or it is a part that every set has its own of.
    """
    from difflib import get_close_matches

    from digest.core.errors import UsageError
    from digest.core.text import one_line
    from digest.render.folders import template_names

    known = template_names(builtin)
    wanted = name.removeprefix("templates/").strip("/")
    of_set = [each for each in known if each.startswith(f"{wanted}/")]
    if wanted in known or of_set:
        return [wanted] if wanted in known else of_set
    several = [each for each in known if each.endswith(f"/{wanted}")]
    if several:
        raise UsageError(f"each set has its own '{wanted}'; name one: {', '.join(several)}", place="NAME")
    close = get_close_matches(wanted, [*known, *{each.partition("/")[0] for each in known if "/" in each}], n=1)
    hint = f"did you mean '{close[0]}'?" if close else "`digest templates list` names them"
    raise UsageError(f"there is no template '{one_line(name)[:80]}'; {hint}", place="NAME")
