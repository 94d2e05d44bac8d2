"""How well summaries agree with people's, beside other ways to choose sentences measured in the same run."""

from __future__ import annotations

import json
import random
import re
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rouge_score.rouge_scorer import RougeScorer
from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
from sumy.nlp.stemmers import Stemmer
from sumy.summarizers.lex_rank import LexRankSummarizer
from sumy.summarizers.text_rank import TextRankSummarizer
from sumy.utils import get_stop_words

from benchmarks.harness import Figure, layout
from digest.core.text import word_count
from digest.summaries.extractive import Extractive
from digest.summaries.plaintext import paragraphs, plain_body
from digest.summaries.sentences import each

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from benchmarks.sample import Sample

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SETS = ("cnn", "realsumm", "standfirst", "dm100")
MOST_ARTICLES = 150
"""Of each set, evenly taken from it: a minute or two for all."""
SENTENCES, WORDS = 3, 60
MEASURES = ("rouge1", "rouge2", "rougeLsum")
RESAMPLES = 1000
HEADINGS = ("articles", "method", "ROUGE-1", "ROUGE-2", "ROUGE-Lsum", "R1 + R2 above lead", "words", "ms an article")

_WORD = re.compile(r"[^\W_]+")


@dataclass(slots=True)
class Scores:
    """What one method came to: F1 in percent, an article each; words; seconds of the processor."""

    f1: list[tuple[float, ...]] = field(default_factory=list)
    words: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def quality(sample: Sample) -> Iterator[Figure]:
    """Print the table of the sets that are there; yields the time of our summaries beside LexRank's."""
    del sample
    rows: list[tuple[str, ...]] = []
    ours: list[float] = []
    theirs: list[float] = []
    for name in SETS:
        path = DATA / f"summ_{name}.dev.jsonl"
        if not path.exists():
            print(f"summaries of {name} are not measured: {path} is not there", file=sys.stderr)
            continue
        print(f"measuring the summaries of {name} ...", file=sys.stderr)
        scores = _measured(_articles(path))
        rows += _rows(name, scores)
        ours += scores["digest"].seconds
        theirs += scores["LexRank (sumy)"].seconds
    if rows:
        print(layout([HEADINGS, *rows]))
        print(
            f"\nF1 in percent with 95% confidence, {RESAMPLES} bootstrap samples; at most {MOST_ARTICLES} of a set.\n"
        )
        yield Figure("a summary of three sentences", "LexRank (sumy)", tuple(ours), tuple(theirs))


def _articles(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        articles = [json.loads(line) for line in lines]
    step = max(1.0, len(articles) / MOST_ARTICLES)
    return [articles[int(number * step)] for number in range(min(len(articles), MOST_ARTICLES))]


def _measured(articles: Sequence[Mapping[str, Any]]) -> Mapping[str, Scores]:
    """All methods by turns on each article, so that a slow minute meets all."""
    scorer = RougeScorer(MEASURES, use_stemmer=True)
    methods = _methods()
    scores = {name: Scores() for name in methods}
    for article in articles:
        for name, summarize in methods.items():
            # Of the processor: others may be at work on the machine, and a pause of theirs is no time of ours.
            began = time.process_time()
            summary = summarize(article["title"], article["body"])
            scores[name].seconds.append(time.process_time() - began)
            found = scorer.score(article["reference"], "\n".join(summary))
            scores[name].f1.append(tuple(100 * found[measure].fmeasure for measure in MEASURES))
            scores[name].words.append(word_count(" ".join(summary)))
    return scores


def _methods() -> Mapping[str, Callable[[str, str], Sequence[str]]]:
    """By name; the first of each budget is what the others of it are compared with."""
    extractive = Extractive()
    return {
        "lead-3": lambda _, body: _lead(body)[:SENTENCES],
        "TextRank (sumy)": _of_sumy(TextRankSummarizer),
        "LexRank (sumy)": _of_sumy(LexRankSummarizer),
        "digest": lambda title, body: extractive.summarize(title, plain_body(body), sentences=SENTENCES).sentences,
        f"lead, {WORDS} words": lambda _, body: _within(_lead(body)),
        f"digest, {WORDS} words": lambda title, body: (
            extractive.summarize(title, plain_body(body), words=WORDS).sentences
        ),
    }


def _lead(body: str) -> list[str]:
    return [sentence for paragraph in paragraphs(body) for sentence in each(paragraph)]


def _within(sentences: Sequence[str]) -> Sequence[str]:
    """Sentences from the first on, as many as the words allow; one at least."""
    left = WORDS
    for number, sentence in enumerate(sentences):
        left -= word_count(sentence)
        if left < 0:
            return sentences[: max(1, number)]
    return sentences


class _Tokenizer:
    """Words for sumy, whose own tokenizer wants data that has to be downloaded."""

    @staticmethod
    def to_words(sentence: str) -> tuple[str, ...]:
        return tuple(_WORD.findall(sentence))


def _of_sumy(kind: Any) -> Callable[[str, str], Sequence[str]]:
    """One of sumy's methods, with its stemmer and stop words, on our sentences."""
    summarizer = kind(Stemmer("english"))
    summarizer.stop_words = get_stop_words("english")

    def summarize(_: str, body: str) -> Sequence[str]:
        sentences = [Sentence(sentence, _Tokenizer()) for sentence in _lead(body)]
        chosen = summarizer(ObjectDocumentModel([Paragraph(sentences)]), SENTENCES)
        return [str(sentence) for sentence in chosen]

    return summarize


def _rows(name: str, scores: Mapping[str, Scores]) -> Iterator[tuple[str, ...]]:
    lead = next(iter(scores))
    for method, found in scores.items():
        lead = method if method.startswith("lead") else lead
        above = [sum(ours[:2]) - sum(theirs[:2]) for ours, theirs in zip(found.f1, scores[lead].f1, strict=True)]
        yield (
            f"{name} ({len(found.f1)})",
            method,
            *(_interval([each[measure] for each in found.f1]) for measure in range(len(MEASURES))),
            "" if method == lead else _interval(above, signed=True),
            f"{statistics.mean(found.words):.0f}",
            f"{1000 * statistics.median(found.seconds):.2f}",
        )


def _interval(values: Sequence[float], *, signed: bool = False) -> str:
    """The mean, and between what it lies in 95 of 100 samples of the same size: `31.3 (30.2 to 32.4)`."""
    chance = random.Random(7)  # noqa: S311 it draws samples, no secrets
    means = sorted(statistics.fmean(chance.choices(values, k=len(values))) for _ in range(RESAMPLES))
    low, high = means[RESAMPLES // 40], means[-1 - RESAMPLES // 40]
    form = "+.1f" if signed else ".1f"
    return f"{statistics.fmean(values):{form}} ({low:{form}} to {high:{form}})"
