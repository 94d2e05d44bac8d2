"""`digest import`: files into the library, from anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.commands.article_json import article_json
from digest.core.text import counted
from digest.terminal import Terminal, now_or, options

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from digest.app import Newsroom
    from digest.core.model import Article
    from digest.importing import FileKind


@click.command(name="import")
@click.argument("paths", nargs=-1, required=True, type=click.Path())
@click.option("--dry-run", is_flag=True, help="Only show what would be taken in.")
@click.option("--timezone", metavar="ZONE", help="Zone of dates without one, Europe/Berlin say; none when left out.")
@click.option(
    "--as",
    "kind",
    type=click.Choice(["auto", "page", "article"]),
    default="auto",
    show_default=True,
    help="What a .txt file is: a saved news page, one article, or whichever it looks like.",
)
@options()
def command(terminal: Terminal, *, paths: tuple[str, ...], dry_run: bool, timezone: str | None, kind: FileKind) -> int:
    """Take files, or whole folders of them, into the library: articles, saved news pages, saved feeds.

    Articles are .md, .html or .txt files, pages .txt, feeds .xml, .rss, .atom, .rdf or .json.
    Importing again changes nothing but what has changed. Unlike a source's, the articles stay when the file goes.
    """
    if "" in paths:
        raise click.UsageError("a path is empty")
    with _newsroom(terminal, dry_run=dry_run) as newsroom:
        imported = newsroom.intake.import_paths(
            [Path(path) for path in paths], zone=_zone(timezone), kind=kind, now=now_or(None)
        )
        keys = [key for each in imported for key in each.articles]
        by_key = {article.key: article for article in newsroom.store.library.articles(keys)}
        articles = [by_key[key] for key in dict.fromkeys(keys)]
        terminal.problems((problem for each in imported for problem in each.problems), shown=100)
        if terminal.as_json:
            terminal.data([article_json(article) for article in articles])
        else:
            for article in articles:
                _describe(terminal, article)
            new = sum(len(each.changes.added) for each in imported)
            updated = sum(len(each.changes.updated) for each in imported)
            done = "; nothing was written" if dry_run else ""
            terminal.say(f"{counted(len(articles), 'article')}, {new} new, {updated} updated{done}")
    return 1 if any(each.failed for each in imported) else 0


def _newsroom(terminal: Terminal, *, dry_run: bool) -> Newsroom:
    """The newsroom; to look at a file only, none is needed."""
    from digest.app import Newsroom

    if dry_run and not terminal.config.exists():
        from digest import config
        from digest.store.opening import open_store

        settings = config.parse(
            "newsletters: {none: {title: None, timezone: UTC, schedule: '@daily'}}", terminal.config
        )
        return Newsroom(settings, open_store("sqlite://"))
    return Newsroom.open(terminal.config, scratch=dry_run)


def _zone(name: str | None) -> ZoneInfo | None:
    if name is None:
        return None
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise click.BadParameter(
            f"'{name}' is no time zone; write Europe/Berlin, say", param_hint="--timezone"
        ) from error


def _describe(terminal: Terminal, article: Article) -> None:
    terminal.say(article.title, bold=True)
    facts = [
        str(article.published) if article.published else "no date",
        ", ".join(article.categories) or "no category",
        counted(len(article.body.paragraphs), "paragraph"),
    ]
    if article.body.headings:
        facts.append("headings: " + "; ".join(article.body.headings))
    if article.credit:
        facts.append(article.credit)
    terminal.say("  " + " · ".join(facts))
    terminal.say(f"  {article.key}")
