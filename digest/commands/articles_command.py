"""`digest articles`: what the library holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digest.commands.article_json import article_json
from digest.terminal import Terminal, now_or, options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.core.model import Article


@click.command(name="articles")
@click.argument("reference", required=False)
@click.option("--category", help="Only those of this category.")
@click.option("--source", help="Only those of this source.")
@click.option("--problems", "troubled", is_flag=True, help="Only those something is wrong with.")
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
        failed = [each.failed for each in newsroom.collect(now_or(None), terminal.progress) if each.failed]
        for failure in failed:
            click.secho(f"error: {failure}", err=True, fg="red")
        library = newsroom.store.library
        keys = library.find(reference) if reference else None
        if reference and not keys:
            raise UsageError(f"no article has the key or path '{reference}'; digest articles lists them")

        def wanted() -> Iterator[Article]:
            for article in library.articles(keys):
                if (
                    (category is None or category.casefold() in {name.casefold() for name in article.categories})
                    and (source is None or article.source == source)
                    and (not troubled or article.problems)
                ):
                    yield article

        if terminal.as_json:
            terminal.data([article_json(article) for article in wanted()])
        else:
            rows = ((each.key, _day(each), ", ".join(each.categories), _state(each), each.title) for each in wanted())
            terminal.table(("key", "published", "categories", "state", "title"), rows)
    return 1 if failed else 0


def _day(article: Article) -> str:
    return article.published.instant.date().isoformat() if article.published else ""


def _state(article: Article) -> str:
    if article.withdrawn:
        return "withdrawn"
    if article.draft:
        return "draft"
    return "held" if article.held else ""
