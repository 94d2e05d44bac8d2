"""Summaries of articles whose authors wrote none."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from benchmarks.harness import Figure, Side, measure
from digest.summaries.extractive import Extractive
from digest.summaries.sentences import each

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.sample import Sample
    from digest.core.model import Article

REPEAT = 15
ARTICLES = 200


def summaries(sample: Sample) -> Iterator[Figure]:
    """The extractive summarizer, beside the first three sentences, and beside finding the sentences it chooses from."""
    articles = sample.first(ARTICLES)
    name = f"summaries of {len(articles)} articles"
    ours = Side("ours", lambda: _extract(articles))
    yield measure(name, ours, Side("their first three sentences", lambda: _lead(articles)), REPEAT)
    yield measure(name, ours, Side("all their sentences", lambda: _split(articles)), REPEAT)


def _extract(articles: Sequence[Article]) -> None:
    summarize = Extractive().summarize
    for article in articles:
        summary = summarize(article.title, article.body, words=60, language="en")
        assert summary.method == "extractive", summary


def _lead(articles: Sequence[Article]) -> list[list[str]]:
    return [list(islice(_sentences(article), 3)) for article in articles]


def _split(articles: Sequence[Article]) -> list[list[str]]:
    return [list(_sentences(article)) for article in articles]


def _sentences(article: Article) -> Iterator[str]:
    return (one for block in article.body.blocks if block.kind == "paragraph" for one in each(block.text, "en"))
