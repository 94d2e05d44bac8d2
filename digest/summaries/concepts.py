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
from typing import TYPE_CHECKING

from digest.summaries.functionwords import COMMON

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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
        own: For each sentence, the worth of all that no other one says.
        shared: For each sentence, the numbers of those concepts that others say too.
        worth: Of each shared concept, by its number, how much a summary gains by it.
    """

    own: Sequence[float]
    shared: Sequence[frozenset[int]]
    worth: Sequence[float]


# Odds are multiplied where their logarithms would be added: there are some hundreds of each, and this is what takes
# the time. They are odds against, so that a chance is 1 / (1 + odds).


def concepts(sentences: Sequence[Sequence[str]], title: Iterable[str], language: str) -> Concepts:
    """Weigh the words and pairs of words of an article.

    Args:
        sentences: Its sentences as terms (`digest.summaries.terms`), from its head on.
        title: The terms of its title; they may be none.
        language: Its code, `en`: which words are common.
    """
    # In the order of the text and never in that of a set, which is another one in each process.
    words = [list(dict.fromkeys(terms)) for terms in sentences]
    pairs = [list(dict.fromkeys(pairwise(terms))) for terms in sentences]
    counts, pair_counts = Counter(chain.from_iterable(words)), Counter(chain.from_iterable(pairs))
    weights = _Weights.of(counts, frozenset(title), COMMON.get(language, frozenset()))
    word, in_pair, rare = weights.word, weights.in_pair, weights.rare
    early = _early(len(sentences), _WORD, _LONG, _EARLY)
    early_pairs = _early(len(sentences), _PAIR, _PAIR_LONG, _PAIR_EARLY)
    numbers: dict[str | tuple[str, str], int] = {}
    worth: list[float] = []
    own: list[float] = []
    shared: list[frozenset[int]] = []
    for here, here_pairs, ones, twos in zip(early, early_pairs, words, pairs, strict=True):
        alone = sum([1.0 / (1.0 + here * word[term]) for term in ones if counts[term] == 1])
        # The larger rareness of the two is that of the rarer word.
        pairs_alone = sum(
            [
                1.0 / (1.0 + here_pairs * in_pair[one] * in_pair[other] * max(rare[one], rare[other]))
                for one, other in twos
                if pair_counts[one, other] == 1
            ]
        )
        own.append(alone + PAIR_COUNTS * pairs_alone)
        repeated = [term for term in ones if counts[term] > 1]
        for term in repeated:
            if term not in numbers:
                numbers[term] = len(worth)
                worth.append(1.0 / (1.0 + here * word[term]))
        repeated_pairs = [pair for pair in twos if pair_counts[pair] > 1]
        for pair in repeated_pairs:
            if pair not in numbers:
                numbers[pair] = len(worth)
                odds = here_pairs * weights.of_pair(*pair) * pair_counts[pair] ** -_PAIR_REPEATED
                worth.append(PAIR_COUNTS / (1.0 + odds))
        shared.append(frozenset(map(numbers.__getitem__, chain(repeated, repeated_pairs))))
    return Concepts(own, shared, worth)


@dataclass(frozen=True, slots=True)
class _Weights:
    """What the odds of each word are multiplied by: its own, those of a pair it is in, those by its rareness."""

    word: Mapping[str, float]
    in_pair: Mapping[str, float]
    rare: Mapping[str, float]

    @classmethod
    def of(cls, counts: Mapping[str, int], title: frozenset[str], common: frozenset[str]) -> _Weights:
        word = dict.fromkeys(counts, 1.0)
        rare = dict.fromkeys(counts, 1.0)
        in_pair = {term: _PAIR_WITH_COMMON if term in common else 1.0 for term in counts}
        for term, count in counts.items():
            if count > 1:
                word[term] = count ** -(_REPEATED + _COMMON_REPEATED * (term in common))
                rare[term] = count**-_RARER_REPEATED
            if term[0].isdigit():
                word[term] *= math.exp(-_FIGURE)
                in_pair[term] *= math.exp(-_OF_PAIR_FIGURE)
        for term in (title - common) & counts.keys():
            word[term] *= math.exp(-_IN_TITLE)
            in_pair[term] *= math.exp(-_OF_PAIR_IN_TITLE)
        return cls(word, in_pair, rare)

    def of_pair(self, one: str, other: str) -> float:
        # The larger rareness of the two is that of the rarer word.
        return self.in_pair[one] * self.in_pair[other] * max(self.rare[one], self.rare[other])


def _early(sentences: int, outset: float, long: float, weight: float) -> list[float]:
    """The odds against what is said first at each position of an article of so many sentences."""
    always = outset + long * math.log(max(sentences, 3) / USUAL_LENGTH)
    return [math.exp(-always - weight * math.exp(-position / EARLY_FADES)) for position in range(sentences)]
