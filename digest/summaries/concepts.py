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
    worth: Mapping[int, float]


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
    # A pair as one number above those of the words: quicker than a pair of them.
    size = len(numbers)
    pairs = [list(map(add, map(size.__mul__, map((1).__add__, ones)), ones[1:])) for ones in words]
    counts = Counter(chain.from_iterable(map(frozenset, words)))
    weights = _Weights.of(numbers, counts, frozenset(title), COMMON.get(language, frozenset()))
    found = _Found(Counter(chain.from_iterable(pairs)), weights)
    early = _early(len(sentences), _WORD, _LONG, _EARLY)
    early_pairs = _early(len(sentences), _PAIR, _PAIR_LONG, _PAIR_EARLY)
    for position, (ones, twos) in enumerate(zip(words, pairs, strict=True)):
        found.add_words(frozenset(ones), counts, early[position])
        found.add_pairs(ones, twos, early_pairs[position])
    return Concepts(found.own, found.shared, found.worth)


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


class _Found:
    """What is said, as it is read sentence by sentence."""

    def __init__(self, pair_counts: Mapping[int, int], weights: _Weights) -> None:
        self.own: list[float] = []
        self.shared: list[frozenset[int]] = []
        self.worth: dict[int, float] = {}
        self._pair_counts = pair_counts
        self._weights = weights

    def add_words(self, words: frozenset[int], counts: Mapping[int, int], early: float) -> None:
        """Add the words of the next sentence; they count by how many sentences have them."""
        weights = self._weights.word
        self.own.append(sum([1.0 / (1.0 + early * weights[word]) for word in words if counts[word] == 1]))
        shared = [word for word in words if counts[word] > 1]
        for word in shared:
            if word not in self.worth:
                self.worth[word] = 1.0 / (1.0 + early * weights[word])
        self.shared.append(frozenset(shared))

    def add_pairs(self, words: Sequence[int], pairs: Sequence[int], early: float) -> None:
        """Add the pairs of the same sentence; they count by how often they stand in the text."""
        counts = self._pair_counts
        in_pair = list(map(self._weights.in_pair.__getitem__, words))
        rare = list(map(self._weights.rare.__getitem__, words))
        # Of two words the rarer one has the larger number.
        rarer = map(max, rare, rare[1:])
        odds = [early * one * other * by for one, other, by in zip(in_pair, in_pair[1:], rarer, strict=False)]
        single = sum([1.0 / (1.0 + against) for pair, against in zip(pairs, odds, strict=True) if counts[pair] == 1])
        self.own[-1] += PAIR_COUNTS * single
        shared = [(pair, against) for pair, against in zip(pairs, odds, strict=True) if counts[pair] > 1]
        for pair, against in shared:
            if pair not in self.worth:
                self.worth[pair] = PAIR_COUNTS / (1.0 + against * counts[pair] ** -_PAIR_REPEATED)
        self.shared[-1] |= {pair for pair, _ in shared}


def _early(sentences: int, outset: float, long: float, weight: float) -> list[float]:
    """The odds against what is said first at each position of an article of so many sentences."""
    always = outset + long * math.log(max(sentences, 3) / USUAL_LENGTH)
    return [math.exp(-always - weight * math.exp(-position / EARLY_FADES)) for position in range(sentences)]
