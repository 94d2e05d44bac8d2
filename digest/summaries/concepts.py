"""What a summary should hold: words and pairs of words, each with the chance that a person's summary would have it.

The chance rests on what is known of good summaries of news: they name what the title names, what is said early, what
is said in several sentences, and figures; and the longer an article, the less of it they can hold. How much each of
these counts was fitted once on English news with summaries by people (logistic regression), then rounded: with a
weight half or twice as large the choice hardly differs.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING, TypeAlias

from digest.summaries.functionwords import COMMON

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_Kind: TypeAlias = tuple[bool, bool, bool]
"""Of a word: whether the title has it, whether it is a figure, whether it is common."""

EARLY_FADES = 8.0
"""Sentences after which having been said early counts for about a third."""
USUAL_LENGTH = 20.0
"""Sentences of an article for which the chances are as fitted."""
PAIR_COUNTS = 2.0
"""A pair found again says more than a word: it is half of a phrase."""

# One word: log odds at the outset, and what adds to them.
_WORD, _REPEATED, _COMMON_REPEATED, _EARLY, _IN_TITLE, _FIGURE, _LONG = -3.7, 1.3, -0.35, 1.6, 1.6, 0.5, -0.6
# Two words side by side; what is of one word alone counts for each of them.
_PAIR, _PAIR_REPEATED, _RARER_REPEATED, _PAIR_EARLY, _PAIR_LONG = -4.3, 1.1, 0.34, 1.95, -0.57
_OF_PAIR_IN_TITLE, _OF_PAIR_FIGURE, _OF_PAIR_COMMON = 0.63, 0.5, -0.43


@dataclass(frozen=True, slots=True)
class Concepts:
    """The concepts of one article, as numbers, for speed.

    Attributes:
        worth: For each concept how much a summary gains by it.
        of: For each sentence, its concepts.
    """

    worth: Mapping[int, float]
    of: Sequence[frozenset[int]]


def concepts(sentences: Sequence[Sequence[str]], title: Iterable[str], language: str) -> Concepts:
    """Weigh the words and pairs of words of an article.

    Args:
        sentences: Its sentences as terms (`digest.summaries.terms`), from its head on.
        title: The terms of its title; they may be none.
        language: Its code, `en`: which words are common.
    """
    numbers = {term: number for number, term in enumerate(dict.fromkeys(chain.from_iterable(sentences)))}
    words = [list(map(numbers.__getitem__, terms)) for terms in sentences]
    # A pair is one number too, above those of the words: first word * size + second word + size.
    size = len(numbers)
    pairs = [[one * size + other for one, other in pairwise(ones)] for ones in words]
    common = COMMON.get(language, frozenset())
    about = frozenset(title) - common
    kinds = [(term in about, term[0].isdigit(), term in common) for term in numbers]
    counts = _counts(words)
    worth = _of_words(words, kinds, counts)
    worth.update((size + pair, value) for pair, value in _of_pairs(pairs, kinds, counts).items())
    held = [frozenset((*ones, *map(size.__add__, twos))) for ones, twos in zip(words, pairs, strict=True)]
    return Concepts(worth, held)


# Odds are multiplied where their logarithms would be added: there are some hundreds of each, and this is what takes
# the time. They are odds against, so that a chance is 1 / (1 + odds).


def _of_words(
    sentences: Sequence[Sequence[int]], kinds: Sequence[_Kind], counts: Mapping[int, int]
) -> dict[int, float]:
    early = _early(len(sentences), _WORD, _LONG, _EARLY)
    worth = {}
    for number, first in sorted(_firsts(sentences).items()):
        in_title, is_figure, is_common = kinds[number]
        odds = early[first] * math.exp(-_IN_TITLE * in_title - _FIGURE * is_figure)
        if (count := counts[number]) > 1:
            odds *= count ** -(_REPEATED + _COMMON_REPEATED * is_common)
        worth[number] = 1.0 / (1.0 + odds)
    return worth


def _of_pairs(
    sentences: Sequence[Sequence[int]], kinds: Sequence[_Kind], word_counts: Mapping[int, int]
) -> dict[int, float]:
    size = len(kinds)
    early = _early(len(sentences), _PAIR, _PAIR_LONG, _PAIR_EARLY)
    by_word = [
        math.exp(-_OF_PAIR_IN_TITLE * in_title - _OF_PAIR_FIGURE * is_figure - _OF_PAIR_COMMON * is_common)
        for in_title, is_figure, is_common in kinds
    ]
    by_count = [word_counts[number] ** -_RARER_REPEATED for number in range(size)]
    counts = _counts(sentences)
    worth = {}
    for pair, first in _firsts(sentences).items():
        one, other = divmod(pair, size)
        # The larger of the two is that of the rarer word.
        rarer = max(by_count[other], by_count[one])
        odds = early[first] * by_word[one] * by_word[other] * rarer
        if (count := counts[pair]) > 1:
            odds *= count**-_PAIR_REPEATED
        worth[pair] = PAIR_COUNTS / (1.0 + odds)
    return worth


def _counts(sentences: Iterable[Iterable[int]]) -> Mapping[int, int]:
    """In how many sentences each stands."""
    return Counter(chain.from_iterable(map(frozenset, sentences)))


def _firsts(sentences: Sequence[Iterable[int]]) -> Mapping[int, int]:
    """In which sentence each stands first."""
    firsts: dict[int, int] = {}
    for position in reversed(range(len(sentences))):
        firsts.update(dict.fromkeys(sentences[position], position))
    return firsts


def _early(sentences: int, outset: float, long: float, weight: float) -> list[float]:
    """The odds against what is said first at each position of an article of so many sentences."""
    always = outset + long * math.log(max(sentences, 3) / USUAL_LENGTH)
    return [math.exp(-always - weight * math.exp(-position / EARLY_FADES)) for position in range(sentences)]
