"""When a deferred delivery is tried again, and when it is too late for that [RFC 5321 section 4.5.4.1]."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

PATIENCE = timedelta(hours=48)
"""News of the day before yesterday is none."""

SOONEST = timedelta(minutes=5)
"""Greylists let a message in after about five minutes."""

SPREAD = timedelta(minutes=10)
"""Over so long the first retries of an edition are spread, that a relay which deferred them is not overrun."""

LONGEST = timedelta(hours=4)

INSISTENCE = timedelta(hours=6)
"""For so long a message that one person waits for is tried: who has waited longer asks again."""


def next_attempt(attempts: int, now: datetime, key: str, expires: datetime) -> datetime | None:
    """When to try again: 5 to 15 minutes after the first attempt, then after twice as long each time, at most 4 hours.

    The jitter is of the key alone, so that waits never shrink and the same delivery has the same times.

    Args:
        attempts: How many there were, this one included; 0 is taken as 1.
        now: When the last one ended, aware.
        key: What the delivery is known by, its Message-ID say.
        expires: When it is too late, aware; see `expires`.

    Returns:
        None when it would be at or after `expires`.
    """
    jitter = int.from_bytes(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:4], "big")
    first = SOONEST + timedelta(seconds=jitter % (int(SPREAD.total_seconds()) + 1))
    # Six doublings exceed the longest wait; more would only make large numbers.
    due = now + min(first * 2 ** min(max(attempts, 1) - 1, 6), LONGEST)
    return due if due < expires else None


def expires(planned_at: datetime, next_slot: datetime | None, patience: timedelta = PATIENCE) -> datetime:
    """When a delivery is not to be tried any more.

    Args:
        planned_at: When the edition was due or, where that was later, planned; aware.
        next_slot: The newsletter's next slot, aware: the next edition takes this one's place. None when there is none;
            one that is not after `planned_at` does not count, for an edition made late by hand is wanted all the same.
        patience: The longest that is tried.
    """
    latest = planned_at + patience
    return latest if next_slot is None or next_slot <= planned_at else min(latest, next_slot)
