"""Choosing the set of sentences that is expected to agree best with a good summary of a given length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_ROUNDS = 6
"""Exchanges tried at the end: after three hardly any is found."""
_BETTER = 1e-9

Set = tuple[int, ...]
"""Sentences by their numbers, in order."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A sentence that may be chosen.

    Attributes:
        own: The worth of what counts each time it is said.
        concepts: The numbers of what counts once.
        terms: How many words it has, as concepts are counted.
        words: How many, as a reader counts them.
        blemish: What speaks against it, in shares of agreement.
        with_it: The numbers of the sentences it must stand with, its own the last: those it leans on come before it.
    """

    own: float
    concepts: frozenset[int]
    terms: int
    words: int
    blemish: float
    with_it: Set


@dataclass(frozen=True, slots=True)
class Room:
    """How much may be chosen.

    Attributes:
        sentences: So many, exactly where there are as many; None for as many as it takes.
        words: At most so many, but for a first sentence that is longer; None for no limit.
        terms: The length of the summary that the choice is compared with, in terms.
    """

    sentences: int | None
    words: int | None
    terms: float


def choose(choices: Sequence[Choice], worth: Sequence[float], room: Room) -> Set:
    """The best set found, in order: built sentence by sentence, then one at a time exchanged for a better one.

    What a set is worth is the F-measure of its agreement with a summary of `room.terms` terms, each concept counted
    once and by its worth. So repeating earns nothing, a long sentence must earn its length, and where there is a
    limit of words alone, what adds too little to be worth its words is left out.

    Args:
        choices: What may be chosen, in the order of the article.
        worth: Of each concept that counts once, by its number.
        room: How much may be chosen.
    """
    search = _Search(choices, worth, room)
    chosen, value = search.grown((), 0.0)
    for _ in range(MOST_ROUNDS):
        better, its_value = search.exchanged(chosen, value)
        if better == chosen:
            break
        # An exchange may leave room for one more.
        chosen, value = search.grown(better, its_value)
    return chosen


@dataclass(slots=True)  # frozen ones are made half as quickly
class _Sums:
    """What some sentences come to.

    Attributes:
        covered: What they say that counts once.
        held: The worth of all they say.
    """

    count: int
    covered: frozenset[int]
    held: float
    terms: int
    words: int
    blemish: float


class _Search:
    def __init__(self, choices: Sequence[Choice], worth: Sequence[float], room: Room) -> None:
        self.choices = choices
        self.worth = worth
        self.room = room
        self._known: dict[Set, _Sums] = {}

    def grown(self, chosen: Set, value: float) -> tuple[Set, float]:
        """The set with sentences added while there is room and, without a number to reach, while they add to it."""
        while True:
            longer, its_value = self._best_with(chosen)
            if longer == chosen or (self.room.sentences is None and chosen and its_value <= value + _BETTER):
                return chosen, value
            chosen, value = longer, its_value

    def exchanged(self, chosen: Set, value: float) -> tuple[Set, float]:
        """The set with the one sentence exchanged that betters it most; the same set when none does."""
        best = (chosen, value)
        for rest in self._without_one(chosen):
            candidate, its_value = self._best_with(rest, most=1)
            if len(candidate) == len(chosen) and its_value > best[1] + _BETTER:
                best = (candidate, its_value)
        return best

    def _without_one(self, chosen: Set) -> Iterator[Set]:
        """The set less each sentence on which no other in it leans."""
        for out in chosen:
            rest = tuple(one for one in chosen if one != out)
            if not any(out in self.choices[one].with_it for one in rest):
                yield rest

    def _best_with(self, chosen: Set, most: int | None = None) -> tuple[Set, float]:
        """The set with the best sentence added, and those it leans on; the same set, worth nothing, when none fits."""
        so_far = self._sums(chosen)
        length, covered, held = so_far.terms + self.room.terms, so_far.covered, so_far.held
        known, best, best_value = self._known, chosen, -1.0
        for number, choice in enumerate(self.choices):
            if number in chosen:
                continue
            added = choice.with_it
            if len(added) > 1:
                added = tuple(one for one in added if one not in chosen)
            more = known.get(added) or self._sums(added)
            share = 2 / (length + more.terms)
            most_held = held + more.held
            against = (so_far.blemish + more.blemish) / (so_far.count + more.count)
            # Were nothing of it said before it would be worth this: most need not be looked at further.
            if share * most_held - against <= best_value or not self._fits(so_far, more, most):
                continue
            value = share * (most_held - self._worth_of(more.covered & covered)) - against
            if value > best_value:
                best, best_value = tuple(sorted((*chosen, *added))), value
        return best, best_value

    def _sums(self, some: Set) -> _Sums:
        if len(some) == 1:
            return self._sums_of_one(some, self.choices[some[0]])
        choices = [self.choices[one] for one in some]
        covered: frozenset[int] = frozenset().union(*(choice.concepts for choice in choices))
        sums = self._known[some] = _Sums(
            len(choices),
            covered,
            self._worth_of(covered) + sum(choice.own for choice in choices),
            sum(choice.terms for choice in choices),
            sum(choice.words for choice in choices),
            sum(choice.blemish for choice in choices),
        )
        return sums

    def _sums_of_one(self, number: Set, choice: Choice) -> _Sums:
        held = self._worth_of(choice.concepts) + choice.own
        sums = self._known[number] = _Sums(1, choice.concepts, held, choice.terms, choice.words, choice.blemish)
        return sums

    def _fits(self, so_far: _Sums, more: _Sums, most: int | None) -> bool:
        if most is not None and more.count > most:
            return False
        if self.room.sentences is not None and so_far.count + more.count > self.room.sentences:
            return False
        return self.room.words is None or so_far.words + more.words <= self.room.words

    def _worth_of(self, concepts: frozenset[int]) -> float:
        return sum(map(self.worth.__getitem__, concepts))
