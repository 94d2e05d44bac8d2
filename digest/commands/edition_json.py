"""An edition in its fixed JSON form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digest.core.text import utc_text

if TYPE_CHECKING:
    from digest.core.model import DeliveryCounts, EditionRecord


def edition_json(record: EditionRecord, status: str, deliveries: DeliveryCounts) -> dict[str, Any]:
    """What `run --json` and `editions --json` both print of an edition."""
    whole: dict[str, Any] = {
        "newsletter": record.newsletter,
        "edition": record.id,
        "slot": utc_text(record.slot),
        "window": {"start": utc_text(record.window.start), "end": utc_text(record.window.end)},
        "status": status,
        "articles": list(record.articles),
        "deliveries": {
            "planned": deliveries.planned,
            "accepted": deliveries.accepted,
            "waiting": deliveries.waiting,
        },
    }
    if record.reason:
        whole["reason"] = record.reason
    return whole
