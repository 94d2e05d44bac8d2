"""`digest articles`: what the library holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digest.commands.article_json import article_json
from digest.terminal import Terminal, now_or, options

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from digest.core.model import Candidate, Problem


@click.command(name="articles")
@click.argument("reference", required=False)
@click.option("--category", help="Only those of this category.")
@click.option("--source", help="Only those of the sources whose name begins so.")
@click.option("--problems", "troubled", is_flag=True, help="Only those something is wrong with, and what.")
@options()
def command(
    terminal: Terminal, *, reference: str | None, category: str | None, source: str | None, troubled: bool
) -> int:
    """List the articles of the library, after a look at what is new in the sources.

    REFERENCE is a key, the beginning of one, or a file's path within its source.
    """
    from digest.app import Newsroom
    from digest.core.errors import UsageError

    with Newsroom.open(terminal.config) as newsroom:
        failed = [
            each.failed for each in newsroom.intake.collect(now_or(None), terminal.progress, fetch=False) if each.failed
        ]
        for failure in failed:
            terminal.failed(failure)
        library = newsroom.store.library
        keys = library.find(reference) if reference else None
        if reference and not keys:
            raise UsageError(f"no article has the key or path '{reference}'; digest articles lists them")
        listed = [
            each
            for each in library.candidates()
            if (keys is None or each.key in keys)
            and (category is None or category.casefold() in {name.casefold() for name in each.categories})
            and (source is None or each.source.startswith(source))
        ]
        doubts: dict[str, tuple[Problem, ...]] = {}
        if troubled:
            found = library.articles(each.key for each in listed)
            doubts = {each.key: each.problems for each in found if each.problems}
            listed = [each for each in listed if each.key in doubts]
        if terminal.as_json:
            terminal.data([article_json(article) for article in library.articles(each.key for each in listed)])
        elif troubled:
            for each in listed:
                click.secho(f"{each.title}  {each.key}", bold=True)
                for problem in doubts[each.key]:
                    click.echo(f"  {problem}")
        else:
            zone = next(iter(newsroom.settings.newsletters.values())).newsletter.zone
            terminal.table(("key", "published", "categories", "state", "title"), (_row(each, zone) for each in listed))
    return 1 if failed else 0


def _row(article: Candidate, zone: ZoneInfo) -> tuple[str, ...]:
    day = f"{article.published.astimezone(zone):%Y-%m-%d}" if article.published else ""
    state = "withdrawn" if article.withdrawn else "draft" if article.draft else "held" if article.held else ""
    return (article.key, day, ", ".join(article.categories), state, article.title)
