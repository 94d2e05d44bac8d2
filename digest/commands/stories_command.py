"""`digest stories`: which articles tell of the same event."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.core.text import counted
from digest.terminal import Terminal, options

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from digest.core.stories import Also, Gathered


@click.command(name="stories")
@click.argument("files", nargs=-1, type=click.Path())
@click.option("--jsonl", is_flag=True, help="Read lines of {id, title, body, date}; write lines of {id, story}.")
@click.option("--explain", "explained", is_flag=True, help="Say why each article is in its story.")
@options()
def command(terminal: Terminal, *, files: tuple[str, ...], jsonl: bool, explained: bool) -> int:
    """List the stories of the library that several articles tell of; changes nothing.

    With --jsonl, articles are read from FILES or standard input, one JSON object a line, and each comes out with the id
    of the article that leads its story, in the same order.
    """
    from digest.core.errors import UsageError

    if files and not jsonl:
        raise UsageError("files are read with --jsonl; without it, the stories of the library are listed")
    if jsonl:
        return _lines(terminal, files or ("-",), explained=explained)
    _library(terminal, explained=explained)
    return 0


def _lines(terminal: Terminal, files: Sequence[str], *, explained: bool) -> int:
    from digest.commands.stories_lines import read_lines
    from digest.core.stories import group

    failed: list[str] = []
    read = read_lines(_raw(files, failed))
    for failure in failed:
        terminal.failed(failure)
    terminal.problems(read.problems)
    led: dict[str, tuple[str, Also | None]] = {}
    for story in group(read.tellings):
        led[story.lead] = (story.lead, None)
        led.update((each.key, (story.lead, each)) for each in story.also)
    for telling in read.tellings:
        lead, also = led[telling.key]
        line: dict[str, object] = {"id": read.ids[telling.key], "story": read.ids[lead]}
        if explained:
            line["why"] = also.reason if also else "leads"
        _write(line)
    return 1 if failed or any(problem.set_aside for problem in read.problems) else 0


def _write(line: Mapping[str, object]) -> None:
    import json

    click.echo(json.dumps(line, ensure_ascii=False))


def _raw(files: Sequence[str], failed: list[str]) -> Iterator[tuple[str, bytes]]:
    """The lines of all files, each with its place; which file cannot be read is added to `failed`."""
    for name in files:
        try:
            raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except OSError as error:
            failed.append(f"{name}: cannot be read: {error.strerror or error}")
            continue
        shown = "standard input" if name == "-" else name
        yield from ((f"{shown}:{number}", line) for number, line in enumerate(raw.split(b"\n"), start=1))


def _library(terminal: Terminal, *, explained: bool) -> None:
    from digest.app import Newsroom
    from digest.core.stories import group, telling_of

    with Newsroom.open(terminal.config, scratch=True) as newsroom:
        library = newsroom.store.library
        fit = [each.key for each in library.candidates() if not (each.draft or each.held or each.withdrawn)]
        tellings = [telling_of(article) for article in library.articles(fit)]
    titles = {each.key: each.title for each in tellings}
    stories = [story for story in group(tellings) if story.also]
    if terminal.as_json:
        terminal.data([_json(story) for story in stories])
        return
    for story in stories:
        terminal.say(titles[story.lead], bold=True)
        terminal.say(f"  {story.lead}")
        for also in story.also:
            terminal.say(f"  also in: {titles[also.key]}")
            terminal.say(f"    {also.key}")
            if explained:
                terminal.say(f"    {also.reason}")
    if not tellings:
        terminal.say("the library has no articles to compare; digest articles takes in what the sources hold")
        return
    told = "1 story" if len(stories) == 1 else f"{len(stories)} stories"
    terminal.say(f"{told} told by several of {counted(len(tellings), 'article')}")


def _json(story: Gathered) -> dict[str, object]:
    return {
        "lead": story.lead,
        "also": [
            {
                "article": each.key,
                "likeness": round(each.likeness, 3),
                "nearest": each.nearest,
                "closeness": round(each.closeness, 3),
                "words": list(each.words),
                "copy": each.is_copy,
            }
            for each in story.also
        ],
    }
