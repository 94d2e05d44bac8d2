"""Conditions on an article: which of them it meets; see `digest.core.newsletter.Filter`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digest.core.model import Candidate, FoundArticle
    from digest.core.newsletter import Filter

Found: TypeAlias = "Candidate | FoundArticle"
"""What can be asked about: both have categories, tags, source, author and title."""


def _conditions(conditions: Filter, found: Found) -> Iterable[tuple[str, tuple[str, ...], str]]:
    """Each condition that asks something: its name, what it asks for, and what of it the article has."""
    values = {
        "categories": found.categories,
        "tags": found.tags,
        "sources": (found.source,),
        "authors": (found.author,),
    }
    for name, has in values.items():
        wanted: tuple[str, ...] = getattr(conditions, name)
        if wanted:
            folded = {value.casefold() for value in has}
            yield name, wanted, next((value for value in wanted if value.casefold() in folded), "")
    if conditions.words:
        hits = (word for word in conditions.words if _has_word(found.title, word))
        yield "words", conditions.words, next(hits, "")


def _has_word(title: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word.casefold())}(?!\w)", title.casefold()) is not None


def unmet(include: Filter, found: Found) -> str:
    """The first include condition the article does not meet, for it must meet each that asks something; empty: none."""
    for name, wanted, hit in _conditions(include, found):
        if not hit:
            return f"{name} ({', '.join(wanted)})"
    return ""


def first_hit(exclude: Filter, found: Found) -> str:
    """The first exclude condition the article meets, for one is enough; empty: none."""
    for name, _, hit in _conditions(exclude, found):
        if hit:
            return f"{name} ('{hit}')"
    return ""
