"""Extractive summaries: the set of an article's own sentences that together say most of what it says."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from digest.core.model import Summary
from digest.core.terms import Vector, dot, terms, vector
from digest.core.text import word_count
from digest.summaries import fitness
from digest.summaries.sentences import each

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from digest.core.model import Body

MOST_SENTENCES = 200
"""Sentences looked at, from the head: what an article says, it has said by then."""
LONGEST_LEAD = 2000
"""Characters: text that long without an end is no sentence, and no summary."""

# The share of likeness to the whole article, and of standing near its head; tuned on news, and flat around here.
_LIKENESS, _HEAD = 0.75, 0.25
_HEAD_FADES = 8.0  # sentences
_CENTROID_FADES = 60.0  # sentences
_TOO_ALIKE = 0.75  # cosine
_TITLE = 0.08
_ENOUGH = 0.02  # what one more sentence must add to the worth of the set, so that room alone takes none
_QUESTION, _POINTING, _LINKING, _LONG = 0.10, 0.04, 0.02, 0.03
_LONG_WORDS = 38
_NOT_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A sentence that may be chosen.

    Attributes:
        position: Its place among the sentences of the article, from 0.
        unit: Its terms at length 1: for comparison.
        leans: Whether it needs the sentence before it.
        merit: What speaks for it (words of the title) less what speaks against it.
    """

    text: str
    position: int
    words: int
    weights: Vector
    unit: Vector
    leans: bool
    merit: float


class Extractive:
    """Chooses whole sentences of the article, in order; the port `Summarizer`.

    The set is built greedily: each step takes the sentence with which the set comes closest to the article's
    centroid (the sum of its sentences, earlier ones weighing more), small penalties counted in, and leaves out what
    is too like one already chosen. Only words, their counts and their places decide: no clock, no chance.
    """

    def summarize(self, title: str, body: Body, *, words: int, language: str) -> Summary:
        """At most `words` words, in whole sentences of the article's own paragraphs, in order.

        Code, tables and headings are not looked at; quotations and lists only where there are no paragraphs. Where
        no sentence is sound enough to be chosen ("extractive"), the head of the text is taken ("lead"); where there
        is none that is closed and shorter than `LONGEST_LEAD`, there is no summary ("none").

        Args:
            title: The article's title; a sentence that only repeats it is left out.
            body: Its content.
            words: The budget; the first sentence is taken even when it is longer.
            language: BCP 47 tag of the article's language.
        """
        sentences = _sentences(body, ("paragraph",), title, language)
        if not sentences:
            sentences = _sentences(body, ("quote", "item"), title, language)
        chosen = _choose(_candidates(sentences, title, language), words)
        if chosen:
            return Summary(tuple(candidate.text for candidate in chosen), "extractive")
        lead = tuple(_lead(sentences, words))
        return Summary(lead, "lead" if lead else "none")


def _sentences(body: Body, kinds: Sequence[str], title: str, language: str) -> list[str]:
    """The first sentences of an article, each once, without furniture and repeats of the title."""
    blocks = (block.text for block in body.blocks if block.kind in kinds)
    seen = {_key(title)}
    found = []
    for sentence in islice((one for text in blocks for one in each(text, language)), MOST_SENTENCES):
        key = _key(sentence)
        if key and key not in seen and not fitness.is_furniture(sentence):
            seen.add(key)
            found.append(sentence)
    return found


def _key(sentence: str) -> str:
    """What two sentences must share to count as the same: letters and digits, without case."""
    return _NOT_LETTERS.sub("", sentence.casefold())


def _candidates(sentences: Sequence[str], title: str, language: str) -> list[_Candidate]:
    about = set(terms(title))
    return [
        _candidate(sentence, position, about, language)
        for position, sentence in enumerate(sentences)
        if fitness.is_sound(sentence)
    ]


def _candidate(sentence: str, position: int, about: set[str], language: str) -> _Candidate:
    found = terms(sentence)
    weights = vector(found)
    length = math.sqrt(dot(weights, weights)) or 1.0
    words = word_count(sentence)
    points, links = fitness.points_back(sentence, language), fitness.links_back(sentence, language)
    merit = _TITLE * len(about.intersection(found)) / max(1, len(about))
    merit -= _POINTING * (points or sentence[0] in "\"'“‘„«»「") + _LINKING * links + _LONG * (words > _LONG_WORDS)
    merit -= _QUESTION * sentence.rstrip("\"'”’»").endswith(("?", "？", "؟"))
    return _Candidate(
        sentence,
        position,
        words,
        weights,
        {term: weight / length for term, weight in weights.items()},
        points or links,
        merit,
    )


def _choose(candidates: Sequence[_Candidate], budget: int) -> list[_Candidate]:
    """The best set of candidates within the budget, in document order; the first step may be over it."""
    chosen = _Chosen(candidates)
    left = budget
    while (best := chosen.best(left)) is not None:
        chosen.take(best)
        left -= candidates[best].words
    return [candidates[index] for index in sorted(chosen.indices)]


class _Chosen:
    """The set as it grows, with the sums kept that make the worth of one more cheap to know."""

    def __init__(self, candidates: Sequence[_Candidate]) -> None:
        self.candidates = candidates
        self.indices: list[int] = []
        centroid = _centroid(candidates)
        # Inner products: of each with the centroid, with itself, and with the sum of those chosen.
        self._central = [dot(one.weights, centroid) for one in candidates]
        self._square = [dot(one.weights, one.weights) for one in candidates]
        self._shared = [0.0] * len(candidates)
        self._sum_central = self._sum_square = self._sum_head = 0.0
        self._open = [index for index, square in enumerate(self._square) if square]
        self._worth = 0.0

    def best(self, left: int) -> int | None:
        """The candidate to take next with `left` words to spend; None when enough is said."""
        able = [index for index in self._open if self._may_follow(index)]
        fitting = [index for index in able if self.candidates[index].words <= left]
        if not fitting and not self.indices:
            fitting = able
        # The earlier one where two are worth the same.
        best = max(fitting, key=lambda index: (self.worth(index), -index), default=None)
        if best is None or (self.indices and self.worth(best) < self._worth + _ENOUGH):
            return None
        return best

    def worth(self, index: int) -> float:
        """What the set is worth with this candidate in it."""
        one, size = self.candidates[index], len(self.indices) + 1
        length = math.sqrt(self._sum_square + 2 * self._shared[index] + self._square[index])
        likeness = (self._sum_central + self._central[index]) / length
        head = (self._sum_head + _head(one)) / size
        return _LIKENESS * likeness + _HEAD * head + one.merit

    def take(self, index: int) -> None:
        """Add a candidate; those too like it are out."""
        taken = self.candidates[index]
        # Merit counts once, for the choice: two sentences of small merit are no better than one.
        self._worth = self.worth(index) - taken.merit
        self._sum_central += self._central[index]
        self._sum_square += 2 * self._shared[index] + self._square[index]
        self._sum_head += _head(taken)
        self.indices.append(index)
        still_open = []
        for other in self._open:
            if other == index:
                continue
            self._shared[other] += dot(taken.weights, self.candidates[other].weights)
            if dot(taken.unit, self.candidates[other].unit) <= _TOO_ALIKE:
                still_open.append(other)
        self._open = still_open

    def _may_follow(self, index: int) -> bool:
        """Whether a summary may hold it: a sentence that leans on another needs one before it."""
        return not self.candidates[index].leans or any(chosen < index for chosen in self.indices)


def _head(candidate: _Candidate) -> float:
    return math.exp(-candidate.position / _HEAD_FADES)


def _centroid(candidates: Iterable[_Candidate]) -> Vector:
    """What the article is about: its sentences at length 1, added up, the earlier ones weighing more; of length 1."""
    total: Vector = {}
    for one in candidates:
        weight = math.exp(-one.position / _CENTROID_FADES)
        for term, value in one.unit.items():
            total[term] = total.get(term, 0.0) + weight * value
    length = math.sqrt(dot(total, total)) or 1.0
    return {term: value / length for term, value in total.items()}


def _lead(sentences: Sequence[str], budget: int) -> Iterator[str]:
    """The head of a text in which no sentence is sound: closed sentences as they come, while the budget lasts."""
    left, first = budget, True
    for sentence in sentences:
        if len(sentence) > LONGEST_LEAD or not fitness.is_closed(sentence):
            continue
        left -= word_count(sentence)
        if left < 0 and not first:
            return
        yield sentence
        first = False
