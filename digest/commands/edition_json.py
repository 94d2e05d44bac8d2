"""An edition, and what became of a slot, in their fixed JSON forms."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from digest.core.text import utc_text

if TYPE_CHECKING:
    from digest.core.edition import DeliveryCounts, EditionRecord
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
        "deliveries": deliveries_json(deliveries),
    }
    if record.reason:
        whole["reason"] = record.reason
    return whole


def deliveries_json(counts: DeliveryCounts) -> dict[str, int]:
    """How the deliveries of an edition stand; planned is the sum of the others."""
    return asdict(counts)


def run_json(run: Run, *, dry_run: bool) -> dict[str, Any]:
    """What `run --json`, `backfill --json` and `rehearse --json` print of a slot."""
    whole = {**edition_json(run.record, run.status, run.deliveries), "files": list(run.files)}
    return {**whole, "dry_run": True} if dry_run else whole
