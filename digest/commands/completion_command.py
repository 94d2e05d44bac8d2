"""`digest completion`: the completion script for a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command(name="completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> int:
    """Print the completion script for SHELL; for bash, say: source <(digest completion bash)."""
    kind = get_completion_class(shell)
    if kind is None:  # pragma: no cover  click has all three
        raise click.UsageError(f"there is no completion for {shell}")
    click.echo(kind(ctx.find_root().command, {}, "digest", "_DIGEST_COMPLETE").source())
    return 0
