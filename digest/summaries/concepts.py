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
from itertools import chain
from operator import add
from typing import TYPE_CHECKING

from digest.summaries.functionwords import COMMON

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

EARLY_FADES = 10.0
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
_PAIR_WITH_COMMON = math.exp(-_OF_PAIR_COMMON)


@dataclass(frozen=True, slots=True)
class Concepts:
    """The concepts of one article.

    Attributes:
        shared: For each sentence, the numbers of its words and of those of its pairs that stand in others too.
        worth: Of each of these, by its number, how much a summary gains by it, once.
        own: For each sentence, the worth of its other pairs together.
    """

    shared: Sequence[frozenset[int]]
    worth: Sequence[float]
    own: Sequence[float]


# Odds are multiplied where their logarithms would be added: there are some hundreds of each, and this is what takes
# the time. They are odds against, so that a chance is 1 / (1 + odds).


def concepts(sentences: Sequence[Sequence[str]], title: Iterable[str], language: str) -> Concepts:
    """Weigh the words and pairs of words of an article.

    Args:
        sentences: Its sentences as terms (`digest.summaries.terms`), from its head on.
        title: The terms of its title; they may be none.
        language: Its code, `en`: which words are common.
    """
    # Words are numbered in the order of the text, never in that of a set of strings: that is another in each process.
    numbers = {term: number for number, term in enumerate(dict.fromkeys(chain.from_iterable(sentences)))}
    words = [list(map(numbers.__getitem__, terms)) for terms in sentences]
    # A pair as one number: quicker than a pair of them.
    size = len(numbers)
    pairs = [list(map(add, map(size.__mul__, ones), ones[1:])) for ones in words]
    sets = list(map(frozenset, words))
    counts = Counter(chain.from_iterable(sets))
    weights = _Weights.of(numbers, counts, frozenset(title), COMMON.get(language, frozenset()))
    worth = _of_words(words, weights.word)
    repeated = {pair: count for pair, count in Counter(chain.from_iterable(pairs)).items() if count > 1}
    pair_numbers = {pair: number for number, pair in enumerate(repeated, size)}
    shared, own = [], []
    for here, twos, odds in zip(sets, pairs, _against(words, weights), strict=True):
        own.append(
            PAIR_COUNTS * sum([1.0 / (1.0 + o) for o, pair in zip(odds, twos, strict=True) if pair not in repeated])
        )
        found = {pair: o for pair, o in zip(twos, odds, strict=True) if pair in repeated}
        for pair, against in found.items():
            # Counted on from the words: the order in which pairs are first found is that of their numbers.
            if pair_numbers[pair] == len(worth):
                worth.append(PAIR_COUNTS / (1.0 + against * repeated[pair] ** -_PAIR_REPEATED))
        shared.append(here.union(map(pair_numbers.__getitem__, found)))
    return Concepts(shared, worth, own)


def _of_words(sentences: Sequence[Sequence[int]], weights: Sequence[float]) -> list[float]:
    """The worth of each word, by its number."""
    first: list[float] = []
    for words, early in zip(sentences, _early(len(sentences), _WORD, _LONG, _EARLY), strict=True):
        # The words are numbered as they come, so the new ones of a sentence follow those before.
        first += [early] * (max(words, default=-1) + 1 - len(first))
    return [1.0 / (1.0 + early * weight) for early, weight in zip(first, weights, strict=True)]


def _against(sentences: Sequence[Sequence[int]], weights: _Weights) -> Iterator[list[float]]:
    """The odds against each pair of each sentence, were it found nowhere else."""
    for words, early in zip(sentences, _early(len(sentences), _PAIR, _PAIR_LONG, _PAIR_EARLY), strict=True):
        one = list(map(weights.in_pair.__getitem__, words))
        rare = list(map(weights.rare.__getitem__, words))
        # Of two words the rarer one has the larger number.
        rarer = map(max, rare, rare[1:])
        yield [early * a * b * by for a, b, by in zip(one, one[1:], rarer, strict=False)]


@dataclass(frozen=True, slots=True)
class _Weights:
    """What the odds of each word, by its number, are multiplied by.

    Attributes:
        word: For the word itself.
        in_pair: For each pair it is in.
        rare: For a pair of which it is the rarer word.
    """

    word: Sequence[float]
    in_pair: Sequence[float]
    rare: Sequence[float]

    @classmethod
    def of(
        cls, numbers: Mapping[str, int], counts: Mapping[int, int], title: frozenset[str], common: frozenset[str]
    ) -> _Weights:
        word = [1.0] * len(numbers)
        rare = word.copy()
        in_pair = [_PAIR_WITH_COMMON if term in common else 1.0 for term in numbers]
        for term, number in numbers.items():
            if (count := counts[number]) > 1:
                word[number] = count ** -(_REPEATED + _COMMON_REPEATED * (term in common))
                rare[number] = count**-_RARER_REPEATED
            if term[0].isdigit():
                word[number] *= math.exp(-_FIGURE)
                in_pair[number] *= math.exp(-_OF_PAIR_FIGURE)
            if term in title and term not in common:
                word[number] *= math.exp(-_IN_TITLE)
                in_pair[number] *= math.exp(-_OF_PAIR_IN_TITLE)
        return cls(word, in_pair, rare)


def _early(sentences: int, outset: float, long: float, weight: float) -> list[float]:
    """The odds against what is said first at each position of an article of so many sentences."""
    always = outset + long * math.log(max(sentences, 3) / USUAL_LENGTH)
    return [math.exp(-always - weight * math.exp(-position / EARLY_FADES)) for position in range(sentences)]
