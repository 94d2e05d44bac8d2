"""An edition, and what became of a slot, in their fixed JSON forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digest.core.text import utc_text

if TYPE_CHECKING:
    from digest.core.model import DeliveryCounts, EditionRecord
    from digest.publishing import Run


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


def run_json(run: Run, *, dry_run: bool) -> dict[str, Any]:
    """What `run --json`, `backfill --json` and `rehearse --json` print of a slot."""
    whole = {**edition_json(run.record, run.status, run.deliveries), "files": list(run.files)}
    return {**whole, "dry_run": True} if dry_run else whole
