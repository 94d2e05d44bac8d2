"""The clock: the only place that asks it."""

from __future__ import annotations

from datetime import UTC, datetime


def system_clock() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)
