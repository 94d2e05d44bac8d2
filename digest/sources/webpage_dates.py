"""When a page was published and changed: by the first of its dates that can be read, with what contradicts it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from digest.core.feeddates import read_feed_date
from digest.core.urls import date_in_path
from digest.sources.webpage_claims import SHOWN, Claim

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from digest.core.model import Published
    from digest.sources.webpage_claims import Claims, Origin

CONTRADICTION = timedelta(hours=36)
"""A day, and what zones and days without a time make of it."""


@dataclass(frozen=True, slots=True)
class PageDates:
    """The dates of a page.

    Attributes:
        published: None when none can be read.
        origin: Where that stood; empty without one.
        updated: None when there is none, or it is not later.
        notes: What was refused, doubtful or contradictory; each goes on from the page's address.
    """

    published: Published | None
    origin: Origin | str
    updated: Published | None
    notes: tuple[str, ...]


def page_dates(claims: Claims, url: str, zone: ZoneInfo | None, now: datetime) -> PageDates:
    """Read a page's dates.

    Args:
        claims: What it says of itself, its own guess by htmldate last.
        url: Its address; the day in it counts before a guess.
        zone: Of dates that name none; None when the source has none.
        now: Aware; what is more than a year after it is refused.
    """
    notes: list[str] = []
    said = claims.of("published")
    if day := date_in_path(url):
        guess = next((at for at, each in enumerate(said) if each.origin == "guess"), len(said))
        said.insert(guess, Claim("published", "url", (day.isoformat(),)))
    readable = _readable(said, zone, now, notes)
    changed = _readable(claims.of("updated"), zone, now, notes)
    published, origin = (readable[0][1], readable[0][0]) if readable else (None, "")
    for other_origin, other in readable[1:]:
        if published is not None and other_origin not in {"guess", origin} and _apart(published, other):
            notes.append(
                f"contradicts itself on its date: {published} in {SHOWN[readable[0][0]]}, which counts, and {other} in "
                f"{SHOWN[other_origin]}"
            )
            break
    if origin in {"guess", "url"} and readable:
        notes.append(f"states no date that can be used; {published} is {_weak(readable[0][0])}")
    if published is None:
        notes.append("has no date that can be used: it counts as published when first seen")
    updated = changed[0][1] if changed else None
    if updated and published and updated.instant <= published.instant:
        updated = None
    return PageDates(published, origin, updated, tuple(dict.fromkeys(notes)))


def _weak(origin: Origin) -> str:
    return "taken from its address" if origin == "url" else SHOWN[origin]


def _readable(
    said: list[Claim], zone: ZoneInfo | None, now: datetime, notes: list[str]
) -> list[tuple[Origin, Published]]:
    found: list[tuple[Origin, Published]] = []
    for claim in said[:10]:
        text = claim.values[0]
        try:
            read = read_feed_date(text, zone, now)
        except ValueError as error:
            # Names like 'date' or 'twitter:data1' hold all kinds of things: only the first rungs deserve a word.
            if not found and claim.origin != "guess":
                notes.append(f"has a date '{text[:80]}' in {SHOWN[claim.origin]} that is not taken: {error}")
            continue
        if not found:
            notes += (f"has a date '{text[:80]}' in {SHOWN[claim.origin]}, which {doubt}" for doubt in read.doubts)
        found.append((claim.origin, read.published))
    return found


def _apart(one: Published, other: Published) -> bool:
    return abs(one.instant - other.instant) > CONTRADICTION
