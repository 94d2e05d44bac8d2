"""The roster as CSV, in the form that an import reads back: whole, on another machine too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.core.text import utc_text
from digest.rosterfiles.guarding import csv_line

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from typing import TextIO

    from digest.core.roster import Member, Suppression

COLUMNS = (
    *("email", "name", "newsletter", "state", "changed_at", "consent_at", "source", "proof", "since"),
    *("suppressed", "suppressed_at", "detail"),
)


def write_members(members: Iterable[Member], file: TextIO) -> None:
    """Write a header and a row for each subscription, one by one. Instants are UTC, to the second."""
    file.write(csv_line(COLUMNS))
    for each in members:
        who, tie = each.subscriber, each.subscription
        standing = (tie.newsletter, tie.state, _when(tie.changed_at), _when(tie.consent_at), tie.source, tie.proof)
        file.write(csv_line((who.address, who.name, *standing, _when(who.since), *_veto(each.suppression))))


def write_suppressed(suppressed: Iterable[tuple[str, Suppression]], file: TextIO) -> None:
    """Write a row for each address that is suppressed and subscribes to nothing; after those of the others."""
    file.writelines(csv_line((address, *[""] * 8, *_veto(veto))) for address, veto in suppressed)


def _veto(veto: Suppression | None) -> tuple[str, str, str]:
    return (veto.reason, _when(veto.since), veto.detail) if veto else ("", "", "")


def _when(instant: datetime | None) -> str:
    return utc_text(instant) if instant else ""
