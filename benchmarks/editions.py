"""Choosing an edition out of the library, and making it."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader
from premailer import Premailer

from benchmarks.harness import Figure, Side, measure
from benchmarks.sample import NEWSLETTER, NOW, SLOT, STORIES, Sample, due
from digest.core.selection import select
from digest.store.rows import CANDIDATE_COLUMNS
from digest.summaries.extractive import Extractive

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from digest.app import Newsroom
    from digest.core.edition import Window
    from digest.core.model import Article, Candidate
    from digest.core.newsletter import Newsletter
    from digest.core.selection import Selection

REPEAT_SELECTION = 11
REPEAT_EDITION = 7


def selection(sample: Sample) -> Iterator[Figure]:
    """Loading the candidates and choosing among them; the parts apart, for they differ by much."""
    with sample.newsroom() as newsroom:
        candidates = newsroom.store.library.candidates(NEWSLETTER)
        assert len(candidates) == sample.count, f"{len(candidates)} candidates"
        name = f"selection out of {sample.count:,}"
        sort = Side("sorting the candidates", lambda: sorted(candidates, key=_latest_first))
        yield measure(
            name,
            Side("ours", lambda: _choose(newsroom, newsroom.store.library.candidates(NEWSLETTER))),
            sort,
            REPEAT_SELECTION,
        )
        yield measure(
            f"{name}: the choice alone",
            Side("ours", lambda: _choose(newsroom, candidates)),
            sort,
            REPEAT_SELECTION,
        )
        yield measure(
            f"{name}: loading alone",
            Side("ours", lambda: newsroom.store.library.candidates(NEWSLETTER)),
            Side("sqlite3 reading the same rows", lambda: _rows(newsroom)),
            REPEAT_SELECTION,
        )


def _choose(newsroom: Newsroom, candidates: Sequence[Candidate]) -> tuple[Window, Selection]:
    target = newsroom.target(NEWSLETTER)
    newsletter = target.newsletter
    window = due(target).window
    return window, select(candidates, newsletter, window, NOW)


def _latest_first(candidate: Candidate) -> tuple[float, str]:
    return (-candidate.published.timestamp() if candidate.published else 0.0, candidate.key)


def _rows(newsroom: Newsroom) -> int:
    query = f"SELECT {', '.join(CANDIDATE_COLUMNS)} FROM articles ORDER BY key"  # noqa: S608 names of the program's own
    with closing(sqlite3.connect(newsroom.store.place)) as connection:
        return len(connection.execute(query).fetchall())


def edition(sample: Sample) -> Iterator[Figure]:
    """`Publisher.run` with all that belongs to it, beside plain Jinja and premailer making the message's HTML."""
    runs = _Runs(sample)
    template = _PlainTemplate(sample)
    yield measure(
        f"an edition of {STORIES} stories out of {sample.count:,}",
        Side("ours", runs.run, runs.prepare),
        Side("plain Jinja and premailer", template.render),
        REPEAT_EDITION,
    )
    runs.close()


class _Runs:
    """Runs of the publisher, each in a newsroom that has made no edition yet."""

    def __init__(self, sample: Sample) -> None:
        self._sample = sample
        self._newsroom: Newsroom | None = None

    def prepare(self) -> None:
        self.close()
        self._newsroom = self._sample.newsroom()

    def run(self) -> None:
        assert self._newsroom is not None, "prepare comes first"
        target = self._newsroom.target(NEWSLETTER)
        run = self._newsroom.publisher.run(target, due(target), NOW)
        assert run.status == "composed", run
        assert len(run.record.articles) == STORIES, run.record
        assert run.deliveries.accepted == 1, run.deliveries

    def close(self) -> None:
        if self._newsroom is not None:
            self._newsroom.store.close()


class _PlainTemplate:
    """A plain template with the same stories, in an environment without sandbox and limits, made anew."""

    def __init__(self, sample: Sample) -> None:
        with sample.newsroom() as newsroom:
            self._context = _context(newsroom)

    def render(self) -> str:
        environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
        html = environment.get_template("plain.html").render(self._context)
        inlined = Premailer(
            html, allow_network=False, cssutils_logging_level=logging.CRITICAL, disable_validation=True
        ).transform()
        return str(inlined)


def _context(newsroom: Newsroom) -> Mapping[str, object]:
    """What the template shows of the edition that a run would make."""
    newsletter = newsroom.newsletter(NEWSLETTER)
    _, chosen = _choose(newsroom, newsroom.store.library.candidates(NEWSLETTER))
    articles = {article.key: article for article in newsroom.store.library.articles(chosen.articles)}
    sections = [
        {"title": section.title, "stories": [_story(articles[key], newsletter) for key in section.articles]}
        for section in chosen.sections
    ]
    return {"title": newsletter.title, "date": SLOT.date(), "sections": sections}


def _story(article: Article, newsletter: Newsletter) -> Mapping[str, object]:
    summary = Extractive().summarize(article.title, article.body, words=newsletter.summary_words, language="en")
    return {
        "title": article.title,
        "url": f"https://news.example.org/{article.key}.html",
        "author": article.author,
        "date": article.published.instant.date() if article.published else "",
        "summary": summary.text,
    }
