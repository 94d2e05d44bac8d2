"""Stories: articles on the same event, or copies of one another; which of them leads, and why the others join it.

What comes out depends on the articles alone, never on the order they come in. An article that is like no other is a
story by itself.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from digest.core import likeness
from digest.core.linkage import MONTH, SHARED_WORDS, THRESHOLD, agreed, link, pairs
from digest.core.terms import Vector, dot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from digest.core.linkage import Pair
    from digest.core.model import Article

COPY = 0.55
"""How much of the shorter text must stand in the longer one for them to be copies, by three words in a row."""

COPY_LIKENESS = 0.5
"""How alike copies are as a whole. Short pieces that share no more than their site's footer are less."""

SAME_SOURCE = 0.4
"""How alike two articles of one source are at least to be one story: what one desk writes has its subject and its words
in common, whatever it is about."""

SAME_SOURCE_WORDS = 5
"""Words that those two have in common at least: short notes of one desk are alike by their form."""

WORDS_SHOWN = 5
STEP = 600
"""Characters, some hundred words, that make an article fuller by one; a picture or a summary do as much."""

FULL = 6_000
"""Characters from which on an article is no fuller for being longer."""

_NEVER = datetime.max.replace(tzinfo=UTC)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What is needed of an article to find its story.

    Attributes:
        key: Unique.
        text: Plain; the first `likeness.READ` characters do.
        date: Aware; None when it has none.
        priority: Of its source; the lowest leads.
        length: Characters of the whole text, where `text` is less than that.
        has_picture: Whether it has a picture.
        has_summary: Whether its author wrote a summary.
        source: Where it comes from; empty when nothing is known of that.
    """

    key: str
    title: str
    text: str
    date: datetime | None = None
    priority: int = 0
    length: int = 0
    has_picture: bool = False
    has_summary: bool = False
    source: str = ""

    @property
    def fullness(self) -> int:
        """How much there is to read and see, in steps."""
        return min(max(self.length, len(self.text)), FULL) // STEP + self.has_picture + self.has_summary


def telling_of(article: Article) -> Telling:
    """What there is of an article to find its story by.

    Headings are left out: they say little, and sites have the same ones everywhere.
    """
    paragraphs = article.body.paragraphs
    start = ""
    for paragraph in paragraphs:
        if len(start) >= likeness.READ:
            break
        start = f"{start}\n{paragraph}" if start else paragraph
    return Telling(
        key=article.key,
        title=article.title,
        text=start[: likeness.READ],
        date=article.published.instant if article.published else None,
        length=sum(map(len, paragraphs)),
        has_picture=article.image is not None,
        has_summary=bool(article.summary),
        source=article.source,
    )


@dataclass(frozen=True, slots=True)
class Also:
    """An article that does not lead its story, and why it is in it.

    Attributes:
        likeness: With the lead, from 0 to 1.
        nearest: Key of the article of the story that it is most like; the lead's or another's.
        closeness: How much it is like that one.
        words: What both say, as this one writes it; what weighs most comes first.
        is_copy: Whether it has that one's text, or that one has its.
    """

    key: str
    likeness: float
    nearest: str
    closeness: float
    words: tuple[str, ...]
    is_copy: bool = False

    @property
    def reason(self) -> str:
        """One phrase for a person."""
        what = "a copy of" if self.is_copy else f"{self.closeness:.2f} like"
        return f"{what} {self.nearest}: {', '.join(self.words)}"


@dataclass(frozen=True, slots=True)
class Gathered:
    """A story: the article that leads it, and the others, in the order in which they would."""

    lead: str
    also: tuple[Also, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Of all its articles, the lead's first."""
        return (self.lead, *(each.key for each in self.also))


def group(tellings: Iterable[Telling]) -> list[Gathered]:
    """Find the stories of a batch of articles, in the order of their leads' keys. Every article is in one of them.

    Raises:
        ValueError: Two have the same key.
    """
    batch = sorted(tellings, key=lambda each: each.key)
    twice = [key for key, count in Counter(each.key for each in batch).items() if count > 1]
    if twice:
        message = f"two articles have the key '{twice[0]}'"
        raise ValueError(message)
    twins = _Twins.among(batch)
    # What is there many times is compared once: else its words would seem common, and it would cost its number squared.
    only = likeness.vectors([likeness.weigh(batch[position].title, batch[position].text) for position in twins.first])
    vectors = [only[number] for number in twins.number_of]
    days = [(each.date - _EPOCH) / timedelta(days=1) if each.date else None for each in batch]
    alike = {
        (twins.first[one], twins.first[other]): cosine for (one, other), cosine in pairs(only, twins.days(days)).items()
    }
    copies = {**dict.fromkeys(twins.pairs(vectors), 1.0), **dict.fromkeys(_copies(batch, vectors, alike), 1.0)}
    close = {**copies, **alike}
    neighbours: dict[int, list[int]] = {}
    for one, other in sorted(close):
        neighbours.setdefault(one, []).append(other)
        neighbours.setdefault(other, []).append(one)
    told = _Told(batch, vectors, days, close, copies, neighbours, twins)
    groups = (held for members in link(vectors, days, alike, copies) for held in told.held(members))
    return sorted(map(told.story, groups), key=lambda each: each.lead)


@dataclass(frozen=True, slots=True)
class _Twins:
    """Articles of the same title and text, as far as it is compared, by position.

    Attributes:
        first: Of each title and text, the first article that has them.
        number_of: For each article, the place in `first` of the one that it is the twin of.
        sources: For each in `first`, where it and its twins come from.
    """

    first: Sequence[int]
    number_of: Sequence[int]
    sources: Sequence[frozenset[str]]

    @classmethod
    def among(cls, batch: Sequence[Telling]) -> _Twins:
        numbers: dict[tuple[str, str], int] = {}
        number_of = [numbers.setdefault((each.title, each.text[: likeness.READ]), len(numbers)) for each in batch]
        first: list[int] = []
        sources: list[set[str]] = []
        for position, number in enumerate(number_of):
            if number == len(first):
                first.append(position)
                sources.append(set())
            sources[number].add(batch[position].source)
        return cls(first, number_of, [frozenset(each) for each in sources])

    def days(self, days: Sequence[float | None]) -> list[float | None]:
        """For each in `first`, its date; None where it and its twins do not agree."""
        dates: list[list[float | None]] = [[] for _ in self.first]
        for number, day in zip(self.number_of, days, strict=True):
            dates[number].append(day)
        return [next(iter(agreed(each)), None) for each in dates]

    def pairs(self, vectors: Sequence[Vector]) -> Iterator[Pair]:
        """Each twin with the first; too few words are a coincidence."""
        for position, number in enumerate(self.number_of):
            first = self.first[number]
            if first != position and len(vectors[position]) >= SHARED_WORDS:
                yield first, position

    def sources_of(self, *positions: int) -> frozenset[str]:
        return frozenset().union(*(self.sources[self.number_of[position]] for position in positions))


def _copies(batch: Sequence[Telling], vectors: Sequence[Vector], alike: Mapping[Pair, float]) -> Iterator[Pair]:
    known: dict[int, frozenset[str]] = {}

    def shingles(position: int) -> frozenset[str]:
        if position not in known:
            known[position] = likeness.shingles(batch[position].text)
        return known[position]

    def are_like(one: int, other: int) -> bool:
        # What is known to be alike needs no more looking at: of copies that is nearly all.
        return one == other or _pair(one, other) in alike or dot(vectors[one], vectors[other]) >= THRESHOLD

    found = {
        (one, other): cosine
        for (one, other), cosine in alike.items()
        if cosine >= COPY_LIKENESS and likeness.containment(shingles(one), shingles(other)) >= COPY
    }
    # What holds the texts of two that are unlike is a round-up, or wants to be in both stories: it must not join them.
    nearest: dict[int, tuple[float, int]] = {}
    for (one, other), cosine in found.items():
        nearest[one] = max(nearest.get(one, (0.0, 0)), (cosine, -other))
        nearest[other] = max(nearest.get(other, (0.0, 0)), (cosine, -one))
    for one, other in found:
        if are_like(-nearest[one][1], other) and are_like(-nearest[other][1], one):
            yield one, other


def _rank(telling: Telling, *, is_timely: bool) -> tuple[int, int, datetime, str]:
    """What leads a story: the lowest priority, the fullest, the earliest, the first key."""
    date = telling.date if is_timely else None
    return telling.priority, -telling.fullness, date or _NEVER, telling.key


@dataclass(frozen=True, slots=True)
class _Told:
    """A batch that has been compared, by position."""

    batch: Sequence[Telling]
    vectors: Sequence[Vector]
    days: Sequence[float | None]
    close: Mapping[Pair, float]
    copies: Mapping[Pair, float]
    neighbours: Mapping[int, Sequence[int]]
    twins: _Twins

    def held(self, members: Iterable[int]) -> Iterator[list[int]]:
        """A group's parts that hold together without pairs of one source that are too little alike."""
        left = set(members)
        while left:
            part = [min(left)]
            left.remove(part[0])
            for one in part:  # it grows while it is walked
                near = [other for other in self.neighbours.get(one, ()) if other in left and self._holds(one, other)]
                left.difference_update(near)
                part += near
            yield part

    def _holds(self, one: int, other: int) -> bool:
        sources = self.twins.sources_of(one, other)
        if len(sources) > 1 or "" in sources:
            return True
        is_copy, closeness = self._closeness(one, other)
        shared = self.vectors[one].keys() & self.vectors[other].keys()
        return len(shared) >= SAME_SOURCE_WORDS and (is_copy or closeness >= SAME_SOURCE)

    def story(self, members: Sequence[int]) -> Gathered:
        lead, *others = self._ranked(members)
        among = frozenset(members)
        return Gathered(self.batch[lead].key, tuple(self._also(position, lead, among) for position in others))

    def _ranked(self, members: Sequence[int]) -> list[int]:
        """The best first. Where most dates are close, one far off is a slip or made up, and counts as none."""
        known = sorted(date for position in members if (date := self.days[position]) is not None)
        middle = known[len(known) // 2] if known else 0.0
        timely = {date for date in known if abs(date - middle) <= MONTH}
        if 2 * sum(date in timely for date in known) <= len(known):
            timely.update(known)
        return sorted(
            members,
            key=lambda position: _rank(self.batch[position], is_timely=self.days[position] in timely),
        )

    def _also(self, position: int, lead: int, among: frozenset[int]) -> Also:
        vector = self.vectors[position]
        # One that was joined has a neighbour among them: a group grows by pairs that are alike.
        those = [other for other in self.neighbours[position] if other in among]
        nearest = max(those, key=lambda other: (self._closeness(position, other), other == lead, -other))
        its = self.vectors[nearest]
        shared = sorted((term for term in vector if term in its), key=lambda term: (-vector[term] * its[term], term))
        shown = shared[:WORDS_SHOWN]
        telling = self.batch[position]
        written = likeness.as_written(telling.title, telling.text, shown)
        return Also(
            telling.key,
            min(1.0, dot(vector, self.vectors[lead])),
            self.batch[nearest].key,
            min(1.0, dot(vector, its)),
            tuple(written[term] for term in shown),
            _pair(position, nearest) in self.copies,
        )

    def _closeness(self, one: int, other: int) -> tuple[bool, float]:
        pair = _pair(one, other)
        return pair in self.copies, self.close[pair]


def _pair(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)
