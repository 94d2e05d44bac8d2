"""What a summary should hold: words and pairs of words, each with the chance that a person's summary would have it.

The chance rests on what is known of good summaries of news: they name what the title names, what is said early, what
is said in several sentences, and figures; and the longer an article, the less of it they can hold. How much each of
these counts was fitted once on English news with summaries by people (logistic regression), then rounded: with a
weight half or twice as large the choice hardly differs.
"""

from __future__ import annotations

import math
from bisect import bisect
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate, chain, count, pairwise, repeat
from operator import itemgetter
from typing import TYPE_CHECKING, TypeVar

from digest.summaries.functionwords import COMMON

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from _typeshed import SupportsGetItem

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
# What these multiply the odds against by.
_WORD_IN_TITLE, _WORD_FIGURE = math.exp(-_IN_TITLE), math.exp(-_FIGURE)
_PAIR_WITH_COMMON, _PAIR_IN_TITLE = math.exp(-_OF_PAIR_COMMON), math.exp(-_OF_PAIR_IN_TITLE)
_PAIR_FIGURE = math.exp(-_OF_PAIR_FIGURE)

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


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


# Odds are multiplied where their logarithms would be added, and what can be is done for the words of all sentences at
# once: there are some hundreds of each, and this is what takes the time. They are odds against, so that a chance is
# 1 / (1 + odds).


def concepts(sentences: Sequence[Sequence[str]], title: Iterable[str], language: str) -> Concepts:
    """Weigh the words and pairs of words of an article.

    Args:
        sentences: Its sentences as terms (`digest.summaries.terms`), from its head on.
        title: The terms of its title; they may be none.
        language: Its code, `en`: which words are common.
    """
    text = list(chain.from_iterable(sentences))
    # Words are numbered in the order of the text, never in that of a set of strings: that is another in each process.
    numbers = dict(zip(dict.fromkeys(text), count(), strict=False))
    words = _picked(numbers, text)
    ends = list(accumulate(map(len, sentences), initial=0))
    sets = [frozenset(words[start:end]) for start, end in pairwise(ends)]
    counts = Counter(chain.from_iterable(sets))
    weights = _Weights.of(numbers, counts, frozenset(title), COMMON.get(language, frozenset()))
    worth = _of_words(sets, weights.word)
    pairs = _pairs(words, len(numbers), ends)
    odds = _against(words, weights, ends)
    repeated = {pair: times for pair, times in Counter(pairs).items() if times > 1}
    # Counted on from the words, in the order in which they are first found.
    pair_numbers = dict(zip(repeated, count(len(numbers)), strict=False))
    chances = [1.0 / (1.0 + o) for o in odds]
    also: list[list[int]] = [[] for _ in sentences]
    for place in [place for place, pair in enumerate(pairs) if pair in repeated]:
        pair = pairs[place]
        number = pair_numbers[pair]
        if number == len(worth):
            worth.append(PAIR_COUNTS / (1.0 + odds[place] * repeated[pair] ** -_PAIR_REPEATED))
        also[bisect(ends, place) - 1].append(number)
        chances[place] = 0.0
    shared = [here.union(more) if more else here for here, more in zip(sets, also, strict=True)]
    own = [PAIR_COUNTS * sum(chances[start : max(start, end - 1)]) for start, end in pairwise(ends)]
    return Concepts(shared, worth, own)


def _picked(table: SupportsGetItem[_Key, _Value], keys: Sequence[_Key]) -> Sequence[_Value]:
    """What a table has for each key; twice as quick as a loop."""
    # Of a single key `itemgetter` gives no tuple, and it wants one at least.
    return itemgetter(*keys)(table) if len(keys) > 1 else [table[key] for key in keys]


def _pairs(words: Sequence[int], size: int, ends: Sequence[int]) -> list[int]:
    """Each word with the next one as one number, which is quicker than a pair of them.

    Args:
        words: The words of all sentences, by their numbers.
        size: How many different ones there are.
        ends: Where each sentence begins, and the end of the last. What reaches across one is no pair: it gets a
            number of its own, so that it is never found again.
    """
    pairs = [word * size + following for word, following in pairwise(words)]
    for end in ends:
        if 0 < end < len(words):
            pairs[end - 1] = -end
    return pairs


def _against(words: Sequence[int], weights: _Weights, ends: Sequence[int]) -> list[float]:
    """The odds against each word and the next one as a pair, were it found nowhere else; arguments as of `_pairs`."""
    lengths = [end - start for start, end in pairwise(ends)]
    early = chain.from_iterable(map(repeat, _early(len(lengths), _PAIR, _PAIR_LONG, _PAIR_EARLY), lengths))
    one, rare = _picked(weights.in_pair, words), _picked(weights.rare, words)
    # Of two words the rarer one has the larger number; a call would take as long as all the rest.
    return [
        outset * a * b * (x if x > y else y)  # noqa: FURB136 see above
        for outset, a, b, x, y in zip(early, one, one[1:], rare, rare[1:], strict=False)
    ]


def _of_words(sentences: Sequence[frozenset[int]], weights: Sequence[float]) -> list[float]:
    """The worth of each word, by its number."""
    first: list[float] = []
    for words, early in zip(sentences, _early(len(sentences), _WORD, _LONG, _EARLY), strict=True):
        # The words are numbered as they come, so the new ones of a sentence follow those before.
        first += [early] * (max(words, default=-1) + 1 - len(first))
    return [1.0 / (1.0 + early * weight) for early, weight in zip(first, weights, strict=True)]


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
        rare, in_pair = word.copy(), word.copy()
        for number, times in counts.items():
            if times > 1:
                word[number] = times**-_REPEATED
                rare[number] = times**-_RARER_REPEATED
        for number in _numbers_of(common, numbers):
            in_pair[number] = _PAIR_WITH_COMMON
            word[number] *= counts[number] ** -_COMMON_REPEATED
        for number in _numbers_of(title - common, numbers):
            word[number] *= _WORD_IN_TITLE
            in_pair[number] *= _PAIR_IN_TITLE
        for number in [number for term, number in numbers.items() if term[0].isdigit()]:
            word[number] *= _WORD_FIGURE
            in_pair[number] *= _PAIR_FIGURE
        return cls(word, in_pair, rare)


def _numbers_of(some: frozenset[str], numbers: Mapping[str, int]) -> list[int]:
    """The numbers of those of some terms that the text has; in no order."""
    return [numbers[term] for term in some & numbers.keys()]


def _early(sentences: int, outset: float, long: float, weight: float) -> list[float]:
    """The odds against what is said first at each position of an article of so many sentences."""
    always = outset + long * math.log(max(sentences, 3) / USUAL_LENGTH)
    return [math.exp(-always - weight * math.exp(-position / EARLY_FADES)) for position in range(sentences)]
