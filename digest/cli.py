"""The command line. `digest --help` imports click and nothing else; a command's module is imported when it runs."""

from __future__ import annotations

import errno
import importlib
import io
import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "init": "Lay out a new newsroom that runs at once.",
    "run": "Make the edition of the latest slot, write it out, deliver it.",
    "serve": "Work like cron: each newsletter's edition at its slot.",
    "schedule": "List the slots to come.",
    "rehearse": "Show what a span of the schedule would bring; writes nothing.",
    "backfill": "Make the editions of past slots that have none.",
    "pause": "Make no editions of a newsletter for a while.",
    "resume": "End the pause of a newsletter.",
    "deliver": "Deliver what waits.",
    "verify": "Prove that no delivery is lost.",
    "reconcile": "Settle deliveries of which nobody knows whether they arrived.",
    "status": "Say how daemons and newsletters stand, and what is wrong.",
    "import": "Take files into the library: articles, saved news pages.",
    "sources": "Work with sources: feeds, web pages, lists of them (OPML).",
    "subscribers": "Work with the roster: subscribers, subscriptions, suppressions.",
    "summarize": "Summarise texts: a filter, one article or many.",
    "articles": "List the articles of the library.",
    "stories": "Say which articles tell of the same event.",
    "editions": "List the editions made, and the slots skipped.",
    "explain": "Say why articles are in an edition or are not.",
    "bounces": "Take what comes back: bounces, complaints (digest bounces read).",
    "check": "Check configuration, articles and templates; changes nothing.",
    "preview": "Show the next edition as a page that renews itself as you edit.",
    "templates": "Work with templates: what they see, copies to change.",
    "send": "Send an edition to one address, as a test.",
    "keys": "Make the keys that sign messages; print DNS records.",
    "config": "Work with the configuration (digest config schema).",
    "completion": "Print the completion script for a shell.",
}
EPILOG = "Exit codes: 0 done, or nothing was due; 1 something failed; 2 the command line or the configuration is wrong."


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called; their help lines stand here."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands, in the order a newcomer meets them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"digest.commands.{cmd_name}_command").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or suggest one."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            close = get_close_matches(args[0], COMMANDS, n=1)
            if close:
                ctx.fail(f"no such command '{args[0]}'; did you mean '{close[0]}'?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _version(ctx: click.Context, _: click.Parameter, wanted: Any) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"digest {version('digest')}")
        ctx.exit()


@click.group(cls=LazyGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    "-c",
    envvar="DIGEST_CONFIG",
    default="config.yaml",
    show_default=True,
    type=click.Path(),
    help="The newsroom's configuration.",
)
@click.option("--version", is_flag=True, expose_value=False, is_eager=True, callback=_version, help="Say which digest.")
@click.pass_context
def group(ctx: click.Context, config: str) -> None:
    """Make newsletters: articles in, a finished edition out, as mail, web pages and feeds."""
    ctx.obj = config


def _prepare_streams() -> None:
    """Closed streams swallow what is printed; an encoding that lacks a character gets its escape."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115, PTH123 it stands until the process ends
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit; errors a person can mend are told without a traceback."""
    _prepare_streams()
    try:
        result = group.main(args=list(args) if args is not None else None, prog_name="digest", standalone_mode=False)
        sys.stdout.flush()  # here, where a full disk can be told
    except click.exceptions.Exit as exit_:
        sys.exit(exit_.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(1)
    except Exception as error:
        from digest.core.errors import DigestError, OutputError
        from digest.terminal import show_error

        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            error = OutputError("the disk that the output goes to is full: make room and run again")
        if not isinstance(error, DigestError):
            raise
        show_error(error)
        sys.exit(error.exit_code)
    sys.exit(result if isinstance(result, int) else 0)
