"""`digest serve`: the daemon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click

from digest.terminal import options

if TYPE_CHECKING:
    from digest.terminal import Terminal


@click.command(name="serve")
@click.option(
    "--log",
    "form",
    type=click.Choice(["auto", "text", "json"]),
    default="auto",
    show_default=True,
    help="Form of the log: text for a person, JSON for whatever collects it; auto looks where it goes.",
)
@options(data=False)
def command(terminal: Terminal, *, form: Literal["auto", "text", "json"]) -> int:
    """Work like cron: make and send each newsletter's edition at its slot, until told to stop.

    SIGTERM or Ctrl-C finishes what is under way, a second Ctrl-C stops at once, SIGHUP reads the configuration again;
    so does a change of the file. The log goes to standard error, one line an event.
    """
    import logging
    import os
    import sys

    from digest.daemon.signals import hold_back

    hold_back()
    from digest.clock import system_clock
    from digest.daemon import logs
    from digest.daemon.loop import Daemon
    from digest.daemon.systemd import Notifier

    level = logging.WARNING if terminal.quiet else logging.DEBUG if terminal.verbose else logging.INFO
    chosen = logs.choose_form(sys.stderr, os.environ) if form == "auto" else form
    logs.configure(sys.stderr, form=chosen, level=level)
    return Daemon(terminal.config, system_clock, Notifier.from_environ(os.environ)).run()
