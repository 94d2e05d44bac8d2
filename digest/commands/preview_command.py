"""`digest preview`: an edition in the making, as a local page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digest.terminal import complete_newsletter, now_or, options

if TYPE_CHECKING:
    from digest.terminal import Terminal


@click.command(name="preview")
@click.argument("newsletter", shell_complete=complete_newsletter)
@click.option("--at", metavar="INSTANT", help="As if it were this instant; now when left out.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8027,
    show_default=True,
    help="The port to listen at; 0 takes any that is free.",
)
@click.option("--open/--no-open", "browse", default=True, help="Whether to open it in your browser.")
@options(data=False)
def command(terminal: Terminal, *, newsletter: str, at: str | None, host: str, port: int, browse: bool) -> int:
    """Show the edition of NEWSLETTER's next slot as a local page, until Ctrl-C.

    On a desktop and on phones, in the dark, without pictures, with large text; as plain text and source; its headers,
    findings and reasons; its web page and feeds. It renews itself when an article, a template or the configuration
    changes, and says so where there is a mistake in one. Nothing is written, nothing is sent.
    """
    import sys
    import webbrowser
    from threading import Event

    from digest.app import Newsroom
    from digest.commands.preview_edition import proof, watched
    from digest.copying import Remembering
    from digest.core.hosts import host_and_port
    from digest.preview.application import application
    from digest.preview.watching import Studio
    from digest.web.listening import is_loopback
    from digest.web.server import WebServer

    now_or(at)
    with Newsroom.open(terminal.config, scratch=True) as newsroom:
        newsroom.newsletter(newsletter)
        settings = newsroom.settings
        # For as long as it runs: what changes while somebody edits is not what others publish.
        pictures = Remembering(newsroom.intake.pictures)
    studio = Studio(lambda: proof(terminal.config, newsletter, at, pictures), watched(settings))
    app = application(lambda: studio.state, host, lambda error: terminal.failed(f"{type(error).__name__}: {error}"))
    server = WebServer(app, (host, port), "--port")
    server.start()
    try:
        studio.start()
        address = f"http://{host_and_port(host, server.address[1])}/"
        click.echo(address)
        terminal.note("Ctrl-C ends it; nothing is written" if is_loopback(host) else "whoever reaches it sees it all")
        if browse and sys.stdout.isatty():
            webbrowser.open(address)
        Event().wait()
    except KeyboardInterrupt:
        terminal.say()
    finally:
        studio.stop()
        server.stop()
    return 0
