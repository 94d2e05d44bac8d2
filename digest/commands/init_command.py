"""`digest init`: a new newsroom."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

import click

from digest.terminal import relative


@click.command(name="init")
@click.argument("directory", type=click.Path(file_okay=False), default=".")
def command(directory: str) -> int:
    """Lay out a new newsroom in DIRECTORY: config.yaml, articles/ and templates/. It runs at once.

    Files that are there already are never touched; where there is a config.yaml, nothing is done.
    """
    from digest.core.errors import UsageError
    from digest.delivery.atomic import write

    target = Path(directory)
    if (target / "config.yaml").exists():
        raise UsageError("there is a newsroom already; choose another folder", place=str(target / "config.yaml"))
    with as_file(files("digest") / "starter") as starter:
        # The configuration comes last: where it is, the rest is.
        for path in sorted(starter.rglob("*"), key=lambda each: (each.name == "config.yaml", each)):
            goal = target / path.relative_to(starter)
            if path.is_file() and not goal.exists():
                write(goal, path.read_bytes())
                click.echo(f"  {relative(goal)}")
    click.echo(f"A newsroom is laid out. Next: cd {directory} && digest run weekly")
    return 0
