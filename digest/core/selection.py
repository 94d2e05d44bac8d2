"""Selection: which articles an edition takes, in which order, and why.

An article is taken when, in this order of rules:

1. it is fit to be read: no draft, not held, its file not gone;
2. it is published: its date is not after now;
3. the newsletter's include and exclude conditions admit it;
4. its date lies before the end of the window, and not before the window's start less the late allowance
   (an article without a date counts from when it was first seen, and has no end to keep to);
5. a section takes one of its categories (where none are configured: that of its first category);
6. no other article that leads its story is: see `digest.core.stories`;
7. the edition, and that section, have room.

Articles compete for room by rank: pinned ones first, then the latest date, then the key. What is already in an edition
of the newsletter is no candidate at all. When fewer than the minimum are left, older ones that were never in an edition
are added up to the minimum, if the newsletter says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from digest.core.edition import Verdict
from digest.core.filters import first_hit, unmet
from digest.core.model import Candidate
from digest.core.newsletter import ANY_CATEGORY, Section
from digest.core.schedule import earlier

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from digest.core.edition import Window
    from digest.core.model import Article
    from digest.core.newsletter import Newsletter


_NOTHING: Mapping[str, Joined] = MappingProxyType({})


class Rule(StrEnum):
    """What decided on an article."""

    IN_WINDOW = "in window"
    LATE = "late"
    UNDATED = "undated"
    TOPPED_UP = "topped up"
    DRAFT = "draft"
    HELD = "held"
    WITHDRAWN = "withdrawn"
    NOT_YET_PUBLISHED = "not yet published"
    NOT_INCLUDED = "not included"
    EXCLUDED = "excluded"
    NO_SECTION = "no section"
    NEXT_WINDOW = "next window"
    TOO_OLD = "too old"
    SAME_STORY = "same story"
    SECTION_FULL = "section full"
    EDITION_FULL = "edition full"
    NOT_SENT = "not sent"
    ALREADY_IN = "already in"
    NOT_YET_SEEN = "not yet seen"


@dataclass(frozen=True, slots=True)
class ChosenSection:
    """A section of the edition and the articles it takes, in order."""

    title: str
    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """What an edition takes.

    Attributes:
        sections: Those that have articles, in order.
        verdicts: One for each candidate, those chosen first, in order; then by key.
        too_few: Why there is to be no edition; empty when there is to be one.
        also: Keys of the articles that tell the story of a chosen one, by its key.
    """

    sections: tuple[ChosenSection, ...]
    verdicts: tuple[Verdict, ...]
    too_few: str = ""
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def articles(self) -> tuple[str, ...]:
        """Keys of the chosen articles, in order."""
        return tuple(key for section in self.sections for key in section.articles)


@dataclass(frozen=True, slots=True)
class Joined:
    """Why an article does not stand for itself: the key of the one that leads its story, and what makes it one."""

    lead: str
    reason: str


def admitted(candidates: Iterable[Candidate], newsletter: Newsletter, window: Window, now: datetime) -> list[str]:
    """Keys of the articles that could be in an edition if there were room: rules 1 to 5. Arguments as of `select`."""
    admission = _Admission.of(newsletter, window, now)
    return [
        each.key
        for each in candidates
        if admission.judge(each)[0] in _ADMITTED
        and (not newsletter.sections or any(_takes(section, each.categories) for section in newsletter.sections))
    ]


def select(
    candidates: Iterable[Candidate],
    newsletter: Newsletter,
    window: Window,
    now: datetime,
    joined: Mapping[str, Joined] = _NOTHING,
) -> Selection:
    """Choose the articles of an edition.

    Args:
        candidates: Articles that are in no edition of this newsletter.
        newsletter: Its rules.
        window: The span the edition covers.
        now: What is dated after it is not yet published.
        joined: Those of `admitted` that another one's story tells, by key.
    """
    ranked = sorted(candidates, key=_rank)
    admission = _Admission.of(newsletter, window, now)
    judged = [(candidate, *admission.judge(candidate)) for candidate in ranked]
    fit = [candidate for candidate, rule, _ in judged if rule in _ADMITTED]
    older = [candidate for candidate, rule, _ in judged if rule is Rule.TOO_OLD]
    # What cannot be in the edition has no say in its sections either.
    board = _Board(newsletter, newsletter.sections or _own_sections((*fit, *older)))
    for candidate, rule, reason in judged:
        if rule not in _ADMITTED:
            board.refuse(candidate, rule, reason)
        elif candidate.key not in joined:
            board.place(candidate, rule, reason)
    if newsletter.too_few == "top_up":
        _top_up(board, older, newsletter)
    also = _join(board, fit, joined)
    return _conclude(board, newsletter, also)


def _join(
    board: _Board, candidates: Sequence[Candidate], joined: Mapping[str, Joined]
) -> Mapping[str, tuple[str, ...]]:
    """Give those that another one's story tells their verdict; and the keys of those by that one's, where it is in."""
    titles = {candidate.key: candidate.title for candidate in candidates}
    also: dict[str, tuple[str, ...]] = {}
    for candidate in (each for each in candidates if each.key in joined):
        lead, why = joined[candidate.key].lead, joined[candidate.key].reason
        leads = board.verdicts[lead]
        said = f"it tells the story of '{titles[lead]}' ({lead}): {why}"
        if leads.chosen:
            also[lead] = (*also.get(lead, ()), candidate.key)
        else:
            said = f"{said}; of that, {leads.reason}"
        board.refuse(candidate, Rule.SAME_STORY, said)
    return also


def candidate_of(article: Article) -> Candidate:
    """What selection would have known of an article."""
    return Candidate(
        key=article.key,
        title=article.title,
        published=article.published.instant if article.published else None,
        first_seen=article.first_seen,
        categories=article.categories,
        tags=article.tags,
        author=article.author,
        source=article.source,
        draft=article.draft,
        pinned=article.pinned,
        held=article.held,
        withdrawn=article.withdrawn,
    )


def reconsider(
    candidate: Candidate, newsletter: Newsletter, window: Window, composed_at: datetime, included_in: str | None
) -> Verdict:
    """The verdict on an article that an edition has recorded none for, by today's article and rules.

    Args:
        candidate: The article.
        newsletter: Its rules.
        window: The edition's.
        composed_at: When the edition was made.
        included_in: Id of the edition of this newsletter that had the article by then; None when none had.
    """
    if included_in is not None:
        return Verdict(candidate.key, Rule.ALREADY_IN, chosen=False, reason=f"it is in edition {included_in}")
    # By today its date may have come: what then matters is that the window had ended before it.
    now = max(window.end, candidate.published or window.end)
    rule, reason = _Admission.of(newsletter, window, now).judge(candidate)
    if rule in _ADMITTED or candidate.first_seen > composed_at:
        reason = "it was first seen, or changed, after the edition was made; the next one considers it"
        return Verdict(candidate.key, Rule.NOT_YET_SEEN, chosen=False, reason=reason)
    return Verdict(candidate.key, rule, chosen=False, reason=reason)


_ADMITTED = frozenset({Rule.IN_WINDOW, Rule.LATE, Rule.UNDATED})


def _rank(candidate: Candidate) -> tuple[bool, bool, float, str]:
    published = candidate.published
    return (not candidate.pinned, published is None, -published.timestamp() if published else 0.0, candidate.key)


def _own_sections(candidates: Iterable[Candidate]) -> tuple[Section, ...]:
    """A section for each first category, by name, as the article ranked first writes it; one for what has none."""
    names: dict[str, str] = {}
    for candidate in candidates:
        for category in candidate.categories[:1]:
            names.setdefault(category.casefold(), category)
    # An article may call its category "*": it must not become the section that takes every article.
    found = (Section(names[name], (names[name],)) for name in sorted(names) if name not in ("", ANY_CATEGORY))
    return (*found, Section(title="", categories=(ANY_CATEGORY,)))


def _takes(section: Section, categories: Iterable[str]) -> bool:
    wanted = {category.casefold() for category in section.categories}
    return ANY_CATEGORY in wanted or any(category.casefold() in wanted for category in categories)


@dataclass(frozen=True, slots=True)
class _Admission:
    """Rules 1 to 4: those that look at one article alone."""

    newsletter: Newsletter
    window: Window
    now: datetime
    admitted_from: datetime

    @classmethod
    def of(cls, newsletter: Newsletter, window: Window, now: datetime) -> _Admission:
        return cls(newsletter, window, now, earlier(window.start, newsletter.late, newsletter.zone))

    def judge(self, candidate: Candidate) -> tuple[Rule, str]:
        return self._state(candidate) or self._filters(candidate) or self._date(candidate)

    def _state(self, candidate: Candidate) -> tuple[Rule, str] | None:
        if candidate.withdrawn:
            return Rule.WITHDRAWN, "its file is gone"
        if candidate.draft:
            return Rule.DRAFT, "it is marked as a draft"
        if candidate.held:
            return Rule.HELD, candidate.held
        if candidate.published is not None and candidate.published > self.now:
            return Rule.NOT_YET_PUBLISHED, f"it is dated {self._local(candidate.published)}, which is still to come"
        return None

    def _filters(self, candidate: Candidate) -> tuple[Rule, str] | None:
        include, exclude = self.newsletter.include, self.newsletter.exclude
        missing = unmet(include, candidate)
        if missing:
            return Rule.NOT_INCLUDED, f"it matches none of include.{missing}"
        hit = first_hit(exclude, candidate)
        if hit:
            return Rule.EXCLUDED, f"it matches exclude.{hit}"
        return None

    def _date(self, candidate: Candidate) -> tuple[Rule, str]:
        start, end, admitted_from = self.window.start, self.window.end, self.admitted_from
        if candidate.published is None:
            if candidate.first_seen < admitted_from:
                return Rule.TOO_OLD, f"it has no date and was first seen {self._local(candidate.first_seen)}"
            return Rule.UNDATED, f"it has no date and was first seen {self._local(candidate.first_seen)}"
        local = self._local(candidate.published)
        if candidate.published >= end:
            return Rule.NEXT_WINDOW, f"it is dated {local}, and the window ends {self._local(end)}"
        if candidate.published >= start:
            return Rule.IN_WINDOW, f"it is dated {local}, within the window"
        if candidate.published >= admitted_from:
            return Rule.LATE, f"it is dated {local}, before the window but within the late allowance"
        return Rule.TOO_OLD, f"it is dated {local}, and late ones are taken from {self._local(admitted_from)} on"

    def _local(self, instant: datetime) -> str:
        return local_text(instant, self.newsletter.zone)


def local_text(instant: datetime, zone: ZoneInfo) -> str:
    """An instant for a reason: the day and minute on the wall clock of `zone`."""
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M")


@dataclass(slots=True)
class _Board:
    """Rules 5 and 6: places for articles, section by section, and every verdict so far."""

    newsletter: Newsletter
    sections: tuple[Section, ...]
    placed: dict[int, list[Candidate]] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(len(articles) for articles in self.placed.values())

    def refuse(self, candidate: Candidate, rule: Rule, reason: str) -> None:
        self.verdicts[candidate.key] = Verdict(candidate.key, rule, chosen=False, reason=reason)

    def place(self, candidate: Candidate, rule: Rule, reason: str) -> bool:
        categories = candidate.categories if self.newsletter.sections else candidate.categories[:1]
        fitting = [number for number, section in enumerate(self.sections) if _takes(section, categories)]
        if not fitting:
            named = ", ".join(candidate.categories) or "none"
            self.refuse(candidate, Rule.NO_SECTION, f"no section takes its categories ({named})")
            return False
        if self.newsletter.maximum is not None and self.count >= self.newsletter.maximum:
            places = _count(self.newsletter.maximum, "place", "places")
            self.refuse(candidate, Rule.EDITION_FULL, f"the edition's {places} went to articles ranked before it")
            return False
        for number in fitting:
            section, taken = self.sections[number], self.placed.setdefault(number, [])
            if section.limit is None or len(taken) < section.limit:
                taken.append(candidate)
                self.verdicts[candidate.key] = Verdict(candidate.key, rule, chosen=True, reason=reason)
                return True
        full = " and ".join(_places(self.sections[number]) for number in fitting)
        self.refuse(candidate, Rule.SECTION_FULL, f"{full} went to articles ranked before it")
        return False


def _top_up(board: _Board, older: Sequence[Candidate], newsletter: Newsletter) -> None:
    for candidate in older:
        if board.count >= newsletter.minimum:
            return
        verdict = board.verdicts[candidate.key]
        reason = f"{verdict.reason}; added because there were fewer than {_stories(newsletter.minimum)}"
        if not board.place(candidate, Rule.TOPPED_UP, reason):
            # It stays refused as too old: that it found no room besides decides nothing.
            board.verdicts[candidate.key] = verdict


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _stories(number: int) -> str:
    return _count(number, "story", "stories")


def _places(section: Section) -> str:
    return f"the {_count(section.limit or 0, 'place', 'places')} of the section '{section.title}'"


def _conclude(board: _Board, newsletter: Newsletter, also: Mapping[str, tuple[str, ...]]) -> Selection:
    sections = tuple(
        ChosenSection(section.title, tuple(candidate.key for candidate in board.placed[number]))
        for number, section in enumerate(board.sections)
        if board.placed.get(number)
    )
    too_few = ""
    if board.count == 0 or (board.count < newsletter.minimum and newsletter.too_few != "send"):
        too_few = f"{_stories(board.count)} found, and the minimum is {newsletter.minimum}"
    if too_few:
        for section in sections:
            for key in section.articles:
                chosen = board.verdicts[key]
                board.verdicts[key] = Verdict(key, Rule.NOT_SENT, chosen=False, reason=f"{chosen.reason}; {too_few}")
        sections, also = (), {}
    order = {key: position for position, key in enumerate(key for section in sections for key in section.articles)}
    verdicts = sorted(
        board.verdicts.values(), key=lambda verdict: (order.get(verdict.article, len(order)), verdict.article)
    )
    return Selection(sections, tuple(verdicts), too_few, also)
