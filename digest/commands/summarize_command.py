"""`digest summarize`: the summaries digest would make, as a filter."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, BinaryIO

import click

from digest.commands.article_lines import BadLineError, fields_of, id_of, text_of
from digest.terminal import Terminal, options

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from digest.commands.summarize_model import ByModel
    from digest.core.edition import Summary
    from digest.core.model import Body
    from digest.summaries.extractive import Extractive

STDIN = "-"


@click.command(name="summarize")
@click.argument("files", nargs=-1, type=click.Path())
@click.option("--jsonl", is_flag=True, help="Read and write a line of JSON an article: {id, title, body}.")
@click.option("--sentences", type=click.IntRange(min=1), help="How many sentences; in place of --words.")
@click.option("--words", type=click.IntRange(min=1), help="At most so many words, 60 when neither is given.")
@click.option("--language", default="", metavar="TAG", help="Language of the text, en say; found when left out.")
@click.option("--model", "by_model", is_flag=True, help="Ask the model of config.yaml, and say why it is refused.")
@options(data=False)
def command(
    terminal: Terminal,
    *,
    files: Sequence[str],
    jsonl: bool,
    sentences: int | None,
    words: int | None,
    language: str,
    by_model: bool,
) -> int:
    """Print a summary of each of FILES, or of standard input.

    A file is an article: Markdown or HTML by its name, else plain text. Its author's own summary is printed where it
    has one. With --jsonl each line is an article, and a line {id, summary, method} is written for it at once.

    With --model the model of the newsroom is asked, as for an edition: what it would print, or why not.
    """
    if sentences is not None and words is not None:
        raise click.UsageError("give --sentences or --words, not both")
    if by_model and sentences is not None:
        raise click.UsageError("a model is told --words, not --sentences")
    with _asking(terminal, words) if by_model else nullcontext() as model:
        work = _Work(terminal, sentences, words, language, model)
        wrong = sum((work.lines if jsonl else work.article)(name) for name in files or (STDIN,))
        if model is not None:
            terminal.note(model.used())
    return int(wrong > 0)


def _asking(terminal: Terminal, words: int | None) -> ByModel:
    from digest.commands.summarize_model import ByModel

    return ByModel(terminal.config, words)


class _Work:
    """Files to summaries; each method returns how many things went wrong."""

    def __init__(
        self, terminal: Terminal, sentences: int | None, words: int | None, language: str, model: ByModel | None
    ) -> None:
        from digest.summaries.extractive import Extractive

        self.terminal = terminal
        self.summarizer: Extractive = Extractive()
        self.sentences, self.words, self.language = sentences, words, language
        self.model = model
        self._printed = False

    def article(self, name: str) -> int:
        """Print the summary of one file."""
        from digest.core.errors import DigestError

        try:
            summary = self._of_file(name)
        except (OSError, DigestError) as error:
            self.terminal.failed(_told(name, error))
            return 1
        if self._printed:
            click.echo()
        self._printed = True
        click.echo(summary.text)
        if not summary.sentences:
            self.terminal.note(f"{_place(name)}: there is no text to choose from")
        elif summary.reason:
            self.terminal.note(f"{_place(name)}: its summary is not the model's: {summary.reason}")
        elif summary.method == "lead":
            self.terminal.note(f"{_place(name)}: nothing in it could be weighed, so this is its head")
        return 0

    def lines(self, name: str) -> int:
        """Write a line for each line of one file, as soon as it has been read."""
        try:
            opened = _opened(name)
        except OSError as error:
            self.terminal.failed(_told(name, error))
            return 1
        wrong = 0
        with opened as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                try:
                    made = self._of_line(line)
                except BadLineError as error:
                    wrong += 1
                    self.terminal.failed(f"{_place(name)}:{number}: {error}; the line is left out")
                    continue
                click.echo(json.dumps(made, ensure_ascii=False))
                sys.stdout.flush()
        return wrong

    def _of_line(self, line: bytes) -> dict[str, object]:
        """What is written for a line.

        Raises:
            BadLineError: It is no article.
        """
        given = fields_of(line)
        name = id_of(given)
        title, body, language = (text_of(given, key) for key in ("title", "body", "language"))
        if "body" not in given:
            message = "has no body; write the article's text there"
            raise BadLineError(message)
        summary = self._summary(title, body, language)
        made: dict[str, object] = {"id": name, "summary": list(summary.sentences), "method": summary.method}
        return {**made, "reason": summary.reason} if summary.reason else made

    def _summary(self, title: str, text: str, language: str = "") -> Summary:
        from digest.core.text import one_line
        from digest.summaries.plaintext import plain_body

        return self._made(one_line(title), plain_body(text), language or self.language)

    def _made(self, title: str, body: Body, language: str) -> Summary:
        if self.model is not None:
            return self.model.summarize(title, body, language)
        return self.summarizer.summarize(title, body, sentences=self.sentences, words=self.words, language=language)

    def _of_file(self, name: str) -> Summary:
        """The summary of a file.

        Raises:
            OSError: It cannot be read.
            DigestError: It holds no article; the message says why.
        """
        from pathlib import PurePath

        from digest.clock import system_clock
        from digest.core.edition import Summary
        from digest.core.errors import SourceError
        from digest.core.model import Problem
        from digest.sources.article_file import Origin, read_article
        from digest.sources.files import decoded

        with _opened(name) as file:
            data = file.read()
        if PurePath(name).suffix.lower() not in (".md", ".markdown", ".html", ".htm"):
            text = decoded(data, _place(name))
            if isinstance(text, Problem):
                raise SourceError(text.message, place=text.place)
            return self._summary("", text)
        reading = read_article(data, Origin("", name, name, None, lambda path: path), system_clock())
        if not reading.articles:
            problem = reading.problems[0]
            raise SourceError(problem.message, place=problem.place)
        article = reading.articles[0]
        if article.summary:
            return Summary((article.summary,), "author")
        return self._made(article.title, article.body, self.language or article.language)


def _opened(name: str) -> AbstractContextManager[BinaryIO]:
    """A file, closed at the end; standard input stays open."""
    from pathlib import Path

    return nullcontext(sys.stdin.buffer) if name == STDIN else Path(name).open("rb")


def _place(name: str) -> str:
    return "standard input" if name == STDIN else name


def _told(name: str, error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{_place(name)}: cannot be read: {error.strerror or error}"
    return str(error)
