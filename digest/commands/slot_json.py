"""Slots, and runs that only show, in their fixed JSON form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digest.core.text import utc_text

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from digest.core.edition import Window


def instant_json(slot: datetime, zone: ZoneInfo) -> dict[str, str]:
    """A slot in UTC, and on the wall clock of its newsletter's zone with the offset from UTC."""
    return {"slot": utc_text(slot), "local": slot.astimezone(zone).isoformat(timespec="seconds")}


def slot_json(newsletter: str, slot: datetime, zone: ZoneInfo, window: Window, note: str) -> dict[str, Any]:
    """What `schedule --json` prints of a slot."""
    return {
        "newsletter": newsletter,
        **instant_json(slot, zone),
        "window": {"start": utc_text(window.start), "end": utc_text(window.end)},
        "note": note,
    }
