"""What trafilatura and htmldate make of a page's looks: the last to be asked, and only for what nothing else says."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from digest.core.feeddates import FAR_AHEAD
from digest.core.urls import date_in_path
from digest.sources.webpage_body import load_trafilatura
from digest.sources.webpage_claims import claim

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from digest.sources.webpage_claims import Claim, Claims
    from digest.sources.webpage_tree import PageTree


def guesses(page: PageTree, stated: Claims, now: datetime) -> Iterator[Claim]:
    """Guesses at a page's title, author and date, where it states none.

    Args:
        page: The page.
        stated: What it says.
        now: No date is guessed that is later.
    """
    said = {each.field for each in stated.all}
    dated = "published" in said or date_in_path(page.url) is not None
    if {"title", "author"} <= said and dated:
        return
    # Not the extensive search: it takes any year in the text, and the one of a copyright line.
    dates = {"original_date": True, "extensive_search": False, "max_date": (now + FAR_AHEAD).strftime("%Y-%m-%d")}
    try:
        guess = load_trafilatura().extract_metadata(deepcopy(page.root), page.url, dates, extensive=False)
    except (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError):
        return  # a guess less: what is missing is told with the article
    yield from claim("title", "guess", [guess.title or ""])
    yield from claim("author", "guess", (guess.author or "").split("; "))
    yield from claim("published", "guess", [guess.date or ""])
