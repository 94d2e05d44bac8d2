"""`digest config schema`: the shape of config.yaml for editors."""

from __future__ import annotations

import json

import click

from digest.terminal import CommandGroup


@click.group(name="config", cls=CommandGroup)
def command() -> None:
    """Work with the configuration."""


@command.command(name="schema")
@click.option("--json", "as_json", is_flag=True, help="Accepted for symmetry: a schema is JSON anyway.")
def schema(*, as_json: bool) -> int:
    """Print the JSON Schema of config.yaml, with a description of every key.

    Save it beside the configuration and name it in its first line, for editors with the YAML language server:
    # yaml-language-server: $schema=config.schema.json
    """
    del as_json
    from digest.config import json_schema

    click.echo(json.dumps(json_schema(), ensure_ascii=False, indent=2))
    return 0
