"""The use cases of managing sources: find out what an address is, see what would come of it, change config.yaml."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.core.errors import SourceError, UsageError
from digest.core.fetching import Visit
from digest.core.sourcerules import Judged, SourceRules, judge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from digest.core.fetching import Fetched
    from digest.core.model import Problem
    from digest.core.newsletter import Filter
    from digest.core.ports import Fetcher, Offer
    from digest.gathering import Remote

CONDITIONS = ("categories", "tags", "authors", "words")
"""What a rule of a source may ask about."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What would come of a source.

    Attributes:
        remote: The source, at the address where it was found.
        fetched: The answer.
        offer: What it holds.
        judged: Its articles as the rules leave them, in the source's order.
        problems: Every doubt.
        instead: Other feeds that the page named.
    """

    remote: Remote
    fetched: Fetched
    offer: Offer
    judged: tuple[Judged, ...]
    problems: tuple[Problem, ...]
    instead: tuple[str, ...] = ()


def look_at(remote: Remote, fetcher: Fetcher, now: datetime) -> Trial:
    """Fetch a source and say what would come of it if it were met now; nothing is kept.

    Raises:
        SourceError: It cannot be fetched, or nothing can be made of what came.
    """
    (fetched,) = fetcher.fetch([remote.wanted(Visit(remote.url), now)], now)
    if fetched.outcome != "new":
        # Of a source that is called by its address, the reason says it already.
        raise SourceError(fetched.reason, place="" if remote.name.endswith(remote.url) else remote.name)
    offer = remote.reader.offer(fetched, now)
    judged = judge(offer.articles, remote.rules, met=False)
    problems = (*offer.problems, *(problem for each in offer.articles for problem in each.problems))
    return Trial(remote, fetched, offer, tuple(judged), problems)


def find(url: str, fetcher: Fetcher, make: Callable[[str, str], Remote], now: datetime) -> Trial:
    """What an address is: a feed, a page that names a feed, or a page to read.

    Args:
        url: As a person gives it; `https://` is put before a bare host.
        fetcher: Fetches.
        make: A source of a type, "feed" or "webpage", at an address.
        now: The instant.

    Raises:
        SourceError: Nothing can be made of it.
    """
    address = url.strip() if "://" in url else f"https://{url.strip()}"
    trial = look_at(make("feed", address), fetcher, now)
    if not trial.offer.useless:
        return trial
    for number, feed in enumerate(trial.offer.feeds, start=1):
        try:
            found = look_at(make("feed", feed), fetcher, now)
        except (SourceError, UsageError):
            continue  # pages name feeds that are long gone; the next may work, else the page itself is read
        if not found.offer.useless:
            return replace(found, instead=trial.offer.feeds[number:])
    page = look_at(make("webpage", address), fetcher, now)
    if page.offer.useless:
        raise SourceError(page.offer.useless)
    return page


def with_rules(rules: SourceRules, texts: Iterable[str]) -> SourceRules:
    """Rules with more conditions, to be tried.

    Args:
        rules: Those of the source.
        texts: Such as `exclude.words=sponsored` or `include.categories=Mail,Feeds`.

    Raises:
        UsageError: One of them cannot be read.
    """
    for text in texts:
        left, equals, values = text.partition("=")
        kind, dot, name = left.strip().partition(".")
        names = tuple(value.strip() for value in values.split(",") if value.strip())
        if not (equals and dot and names) or kind not in ("include", "exclude") or name not in CONDITIONS:
            known = ", ".join(CONDITIONS)
            raise UsageError(
                f"expected include or exclude, a dot, one of {known}, '=' and what it is to hold, such as "
                "exclude.words=sponsored",
                place=f"--rule '{text}'",
            )
        conditions: Filter = getattr(rules, kind)
        more = replace(conditions, **{name: (*getattr(conditions, name), *names)})
        rules = replace(rules, include=more) if kind == "include" else replace(rules, exclude=more)
    return rules
