"""Which articles belong together: those that are alike on average, found without comparing all with all.

Average linkage: the two groups whose articles are most alike on average are joined, then the next two, down to a
threshold. A chain of articles, each like the next one, does not become one group so. As the average over all pairs of
two groups is the product of the sums of their vectors, no pair needs to be looked at twice, and most of them never.

Two groups that each hold together far more firmly than they would with the other are two events of one kind, like two
bouts of one boxer: they stay apart, however much of their words they share.
"""

from __future__ import annotations

import heapq
import math
from bisect import insort
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, TypeVar

from digest.core.terms import Vector, dot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized

THRESHOLD = 0.16
"""Cosine, on average, from which on articles tell of the same event."""

FIRMNESS = 0.75
"""How alike two groups are at least, beside what the articles of the looser one are to one another.

Not in the middle of a plateau, see docs/stories.md: anything from a half up is better than not to ask.
"""

IMAGINED_PAIRS = 12
"""Pairs no more alike than the two groups, imagined in each: what joins first is alike by chance too, and a few pairs
prove nothing."""

SHARED_WORDS = 2
"""Words two articles have in common at least, however short they are."""

PROBES = 12
"""Terms of an article by which others like it are looked for: those that weigh most."""

HOLDERS = 60
"""Articles that are looked at for a term at most: those in which it weighs most. This bounds the work."""

PROMISING = 0.08
"""What the probes must come to for two articles to be compared."""

CROWDED = 120
"""Neighbours of a group beyond which it is not compared with all of them whenever an article joins it: else thousands
that are nearly the same, and yet no copies, would take their number squared. Real articles had 33 at most."""

GROWN = 1.25
"""How much larger such a group must have become before it is. Until then it stands in the queue as it was; whether it
may be joined is asked of what it is."""

MONTH = 30.0
YEAR = 365.0

_Sized = TypeVar("_Sized", bound="Sized")

Pair = tuple[int, int]
"""Positions of two articles, the lower first."""


def pairs(vectors: Sequence[Vector], days: Sequence[float | None]) -> dict[Pair, float]:
    """The pairs that may be of one story, with how alike they are; in the order of their positions.

    Args:
        vectors: Of `likeness.vectors`.
        days: The date of each as days from any fixed point; None where it has none.
    """
    found: dict[Pair, float] = {}
    for pair in sorted(_candidates(vectors)):
        one, other = vectors[pair[0]], vectors[pair[1]]
        shared = [weight * other[term] for term, weight in one.items() if term in other]
        if len(shared) < SHARED_WORDS:
            continue
        alike = math.fsum(shared) * nearness(days[pair[0]], days[pair[1]])
        if alike >= THRESHOLD:
            found[pair] = alike
    return found


def _candidates(vectors: Sequence[Vector]) -> set[Pair]:
    holders = _holders(vectors)
    found: set[Pair] = set()
    for position, vector in enumerate(vectors):
        sums: dict[int, float] = {}
        for term, weight in islice(vector.items(), PROBES):
            for other, its_weight in zip(*holders[term], strict=True):
                if other in sums:
                    sums[other] += weight * its_weight
                else:
                    sums[other] = weight * its_weight
        found.update(
            (position, other) if position < other else (other, position)
            for other, so_far in sums.items()
            if so_far >= PROMISING and other != position
        )
    return found


def _holders(vectors: Sequence[Vector]) -> dict[str, tuple[list[int], list[float]]]:
    """For each term the articles that are looked at, and what it weighs in them; in lists apart, which is quicker."""
    holders: dict[str, tuple[list[int], list[float]]] = {}
    for position, vector in enumerate(vectors):
        for term, weight in vector.items():
            if term not in holders:
                holders[term] = [], []
            positions, weights = holders[term]
            positions.append(position)
            weights.append(weight)
    for term, (positions, weights) in holders.items():
        if len(positions) > HOLDERS:
            most = sorted(zip(positions, weights, strict=True), key=itemgetter(1), reverse=True)[:HOLDERS]
            holders[term] = [position for position, _ in most], [weight for _, weight in most]
    return holders


def nearness(one: float | None, other: float | None) -> float:
    """1 for dates up to a month apart, then less, a half for a month and a year: what comes round is told anew."""
    if one is None or other is None:
        return 1.0
    return YEAR / (YEAR + max(0.0, abs(one - other) - MONTH))


def agreed(days: Iterable[float | None]) -> list[float]:
    """The dates of copies of one text, in order; none where they are over a month apart.

    Then one of them is a slip, made up, or when the text went round again: nobody knows which.
    """
    known = sorted(day for day in days if day is not None)
    return known if known and known[-1] - known[0] <= MONTH else []


@dataclass(slots=True)
class _Group:
    """A group while it grows.

    Attributes:
        members: In any order.
        first: The first of them.
        total: The sum of its members' vectors.
        days: Its members' dates, of those that have one, in order.
        compared: How many members it had when it was last compared with all that are near.
        inside: The sum of the cosines of its members' pairs, but for those that are copies from the beginning: a text
            that went round is one telling, and says nothing of how alike others should be.
        pairs: How many pairs these are.
        near: Groups with a pair of articles in `pairs`, and the sum of the cosines of all pairs with them.
    """

    members: list[int]
    first: int
    total: Vector
    days: list[float]
    compared: int
    inside: float = 0.0
    pairs: int = 0
    near: dict[int, float] = field(default_factory=dict)

    @property
    def date(self) -> float | None:
        """The middle one, of two the later: a single date far off, mistaken or made up, moves it little."""
        return self.days[len(self.days) // 2] if self.days else None

    @property
    def has_grown(self) -> bool:
        """Whether what it knows of those near is out of date."""
        return self.compared < len(self.members)

    def firmness(self, alike: float) -> float:
        """How alike its own articles are, drawn towards how alike it is to another group."""
        return (self.inside + IMAGINED_PAIRS * alike) / (self.pairs + IMAGINED_PAIRS)

    def likeness(self, other: _Group, cosines: float) -> float:
        """How alike two groups are on average; 0 when they should not be joined."""
        average = cosines / (len(self.members) * len(other.members)) * nearness(self.date, other.date)
        if average >= THRESHOLD and average >= FIRMNESS * min(self.firmness(average), other.firmness(average)):
            return average
        return 0.0

    def joined(self, other: _Group, cosines: float) -> _Group:
        """Both as one that has not met anybody; they are of no use then, as the larger parts are not copied."""
        pairs = self.pairs + other.pairs + len(self.members) * len(other.members)
        members, fewer = _by_length(self.members, other.members)
        members.extend(fewer)
        days, fewer_days = _by_length(self.days, other.days)
        for day in fewer_days:
            insort(days, day)
        total, less = _by_length(self.total, other.total)
        for term, weight in less.items():
            total[term] = total.get(term, 0.0) + weight
        inside = self.inside + other.inside + cosines
        return _Group(members, min(self.first, other.first), total, days, len(members), inside, pairs)


class _Linking:
    """Average linkage over groups by number; a group that two were joined to has a new one, unless it is crowded."""

    def __init__(self, groups: Iterable[_Group]) -> None:
        self.groups = dict(enumerate(groups))
        self._next = len(self.groups)
        self._queue: list[tuple[float, int, int, int, int]] = []

    def meet(self, one: int, other: int, cosines: float) -> None:
        """Note two groups as neighbours; in the queue when they are alike enough to be joined."""
        a, b = self.groups[one], self.groups[other]
        a.near[other] = b.near[one] = cosines
        average = a.likeness(b, cosines)
        if average:
            # Of two that are alike to the last digit, that of the first articles goes first.
            first, second = sorted((a.first, b.first))
            heapq.heappush(self._queue, (-average, first, second, one, other))

    def run(self) -> None:
        """Join until nothing is alike enough."""
        while self._queue:
            *_, one, other = heapq.heappop(self._queue)
            if one in self.groups and other in self.groups:
                a, b = self.groups[one], self.groups[other]
                cosines = self._cosines(a, other)
                # A crowded group may have grown since they met.
                if a.likeness(b, cosines):
                    self._join(one, other, cosines)

    def _join(self, one: int, other: int, cosines: float) -> None:
        a, b = self.groups.pop(one), self.groups.pop(other)
        crowd, large, small = (one, a, b) if len(a.near) >= len(b.near) else (other, b, a)
        stays = len(large.near) > CROWDED and len(a.members) + len(b.members) < GROWN * large.compared
        neighbours = {
            number: self._cosines(a, number) + self._cosines(b, number)
            for number in (small.near if stays else {**a.near, **b.near})
            if number in self.groups
        }
        joined = a.joined(b, cosines)
        if stays:
            number, joined.near, joined.compared = crowd, large.near, large.compared
        else:
            number, self._next = self._next, self._next + 1
        self.groups[number] = joined
        for neighbour, its_cosines in neighbours.items():
            its_near = self.groups[neighbour].near
            its_near.pop(one, None)
            its_near.pop(other, None)
            self.meet(number, neighbour, its_cosines)

    def _cosines(self, group: _Group, number: int) -> float:
        other = self.groups[number]
        if group.has_grown or other.has_grown or number not in group.near:
            return dot(group.total, other.total)
        return group.near[number]


def link(
    vectors: Sequence[Vector], days: Sequence[float | None], alike: Mapping[Pair, float], copies: Iterable[Pair]
) -> list[list[int]]:
    """Every position in exactly one group; members in order, groups by their first member.

    Args:
        vectors: As of `pairs`.
        days: As of `pairs`.
        alike: What `pairs` has found.
        copies: Pairs that are in one group whatever the rest is like.
    """
    whole = list(_united(len(vectors), copies))
    linking = _Linking(_grown(members, vectors, days) for members in whole)
    group_of = {position: number for number, members in enumerate(whole) for position in members}
    for one, other in dict.fromkeys(_ordered(group_of[one], group_of[other]) for one, other in alike):
        if one != other:
            linking.meet(one, other, dot(linking.groups[one].total, linking.groups[other].total))
    linking.run()
    return sorted(sorted(group.members) for group in linking.groups.values())


def _grown(members: list[int], vectors: Sequence[Vector], days: Sequence[float | None]) -> _Group:
    total = dict(vectors[members[0]])
    for position in members[1:]:
        for term, weight in vectors[position].items():
            total[term] = total.get(term, 0.0) + weight
    return _Group(members, members[0], total, agreed(days[position] for position in members), len(members))


def _united(count: int, copies: Iterable[Pair]) -> Iterator[list[int]]:
    """Positions up to `count`, those that copies lead to from one to the next together, in order of the first."""
    root = list(range(count))

    def find(position: int) -> int:
        while root[position] != position:
            root[position] = position = root[root[position]]
        return position

    for one, other in copies:
        low, high = sorted((find(one), find(other)))
        root[high] = low
    united: dict[int, list[int]] = {}
    for position in range(count):
        united.setdefault(find(position), []).append(position)
    yield from united.values()


def _by_length(one: _Sized, other: _Sized) -> tuple[_Sized, _Sized]:
    """The longer first."""
    return (one, other) if len(one) >= len(other) else (other, one)


def _ordered(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)
