"""What a source's own rules make of its articles: categories, conditions, and how many the first time. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from digest.core.filters import first_hit, unmet
from digest.core.newsletter import ANY_CATEGORY, Filter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from digest.core.model import FoundArticle


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRules:
    """The rules of one source.

    Attributes:
        zone: Of dates that name none; None when the source has none.
        language: BCP 47 tag of what does not state its own; empty when unknown.
        categories: Given to every article besides its own.
        mapping: A category as the source calls it, without case, to ours; "*" stands for every one that is not named;
            an empty one is left out.
        include, exclude: Conditions, after the categories have been mapped.
        first: Of the articles met the first time, the newest so many, or those dated that day or later.
        most: At most so many articles are looked at each time, as the source orders them.
    """

    zone: ZoneInfo | None = None
    language: str = ""
    categories: tuple[str, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)
    include: Filter = field(default_factory=Filter)
    exclude: Filter = field(default_factory=Filter)
    first: int | date = 10
    most: int = 500


@dataclass(frozen=True, slots=True)
class Judged:
    """An article as the rules left it.

    Attributes:
        refused: Why it is not taken; empty when it is.
        late: Whether that is because it was there before the source was met.
    """

    article: FoundArticle
    refused: str = ""
    late: bool = False


def judge(
    articles: Sequence[FoundArticle], rules: SourceRules, *, met: bool, since: datetime | None = None
) -> list[Judged]:
    """Apply a source's rules.

    Args:
        articles: What the source gives now, in its own order.
        rules: Its rules.
        met: Whether something was taken from it before: else `first` counts.
        since: When it was first asked, and gave nothing; None: never yet. What is dated later is new whatever `first`
            says.
    """
    judged = [_judge(article, rules, position) for position, article in enumerate(articles)]
    if met:
        return judged
    there = [each.article for each in judged if not each.refused]
    new = {each.path for each in there if since is not None and _is_after(each, since)}
    late = {path: why for path, why in _late(there, rules).items() if path not in new}
    return [
        Judged(each.article, late[each.article.path], late=True) if each.article.path in late else each
        for each in judged
    ]


def _judge(article: FoundArticle, rules: SourceRules, position: int) -> Judged:
    article = replace(
        article,
        categories=_mapped(article.categories, rules),
        language=article.language or rules.language,
    )
    if position >= rules.most:
        return Judged(article, f"it is beyond the first {rules.most} of its source")
    if missing := unmet(rules.include, article):
        return Judged(article, f"it matches none of include.{missing}")
    if hit := first_hit(rules.exclude, article):
        return Judged(article, f"it matches exclude.{hit}")
    return Judged(article)


def _mapped(categories: Iterable[str], rules: SourceRules) -> tuple[str, ...]:
    """Our names of categories, those that the source gives all its articles last; each once."""
    folded = {name.casefold(): ours for name, ours in rules.mapping.items()}
    other = folded.get(ANY_CATEGORY)
    named = [folded.get(name.casefold(), name if other is None else other) for name in categories]
    if not named and other is not None:
        named = [other]
    unique: dict[str, str] = {}
    for name in filter(None, [*named, *rules.categories]):
        unique.setdefault(name.casefold(), name)
    return tuple(unique.values())


def _late(articles: Sequence[FoundArticle], rules: SourceRules) -> dict[str, str]:
    """Why those that were there before the source was met are not taken, by path."""
    if isinstance(rules.first, date):
        begins = rules.first
        return {
            each.path: f"it is dated before {begins.isoformat()}, where this source begins"
            for each in articles
            if each.published is not None and each.published.instant.date() < begins
        }
    # Without dates, the source's own order counts: the newest stand first.
    newest = sorted(enumerate(articles), key=lambda item: (*_age(item[1]), item[0]))
    kept = {each.path for _, each in newest[: rules.first]}
    why = f"it was there before this source was met, and is not among the newest {rules.first} (its `first`)"
    return {each.path: why for each in articles if each.path not in kept}


def _is_after(article: FoundArticle, since: datetime) -> bool:
    """Whether it is dated later; a day without a time may have been any of its hours."""
    published = article.published
    if published is None:
        return False
    return published.instant > since - timedelta(days=1 if published.precision == "day" else 0)


def _age(article: FoundArticle) -> tuple[bool, float]:
    published = article.published
    return published is None, -published.instant.timestamp() if published else 0.0
