"""What the readers of all services share: fields, JSON, times, the shape of a report."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from digest.bounces.addresses import addresses_in, merged
from digest.bounces.verdict import verdict
from digest.core.bounce import Report, ReportedRecipient
from digest.core.errors import ForgedError, SourceError
from digest.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import timedelta

    from digest.core.bounce import Kind

Meaning: TypeAlias = tuple["Kind", str]
"""A kind, and why in a few words."""

NOT_NOW: Meaning = ("soft", "not this time")
UNCLEAR: Meaning = ("soft", "unclear")

LARGEST_BODY = 5_000_000
"""Bytes of a posted body that are read at all."""


def header(headers: Mapping[str, str], name: str) -> str:
    """A header's value, whatever the case of its name; empty when it is missing."""
    return next((value for key, value in headers.items() if key.lower() == name.lower()), "")


def parsed(body: bytes, place: str) -> Any:
    """The JSON of a body.

    Raises:
        SourceError: It is none, or too large.
    """
    if len(body) > LARGEST_BODY:
        raise SourceError(f"the event has more than {LARGEST_BODY} bytes", place=place)
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"the event is no JSON: {one_line(str(error))[:200]}", place=place) from error


def inside(value: Any, *path: str) -> Any:
    """What stands under a path of keys; None where it leads nowhere."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text(value: Any, *path: str) -> str:
    """The text under a path of keys, on one line, at most 2,000 characters; empty where there is none."""
    found = inside(value, *path)
    if isinstance(found, bool) or not isinstance(found, (str, int, float)):
        return ""
    return one_line(str(found)[:2000])


def items(value: Any, *path: str) -> list[Any]:
    """The list under a path of keys; empty where there is none."""
    found = inside(value, *path)
    return found if isinstance(found, list) else []


def check_fresh(instant: datetime | None, now: datetime, most: timedelta, place: str) -> None:
    """Refuse what was signed long ago, or will be.

    Raises:
        ForgedError: It is not fresh.
    """
    if instant is None or abs(now - instant) > most:
        raise ForgedError(
            f"the event was not signed within {most} of now: an old one played again, or a clock that is wrong",
            place=place,
        )


def from_epoch(seconds: str) -> datetime | None:
    """An instant of seconds since 1970; None when it is none."""
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 12):
        return None
    return datetime.fromtimestamp(int(seconds), UTC)


def judged(hint: Meaning, status: str, diagnostic: str) -> Meaning:
    """What a failure comes to: the server's words where they are known, else what the service makes of them.

    A service that says it may work another time is believed before words.
    """
    found = verdict(status, diagnostic) if status or diagnostic else None
    if found is None or not found.sure:
        return hint
    if found.kind == "hard" and hint == NOT_NOW:
        return "soft", f"{found.why}, for now"
    return found.kind, found.why


def report(
    identity: Iterable[str],
    kind: Kind,
    why: str,
    recipients: Iterable[ReportedRecipient],
    *,
    diagnostic: str = "",
    sent_to: Iterable[str] = (),
    message_id: str = "",
    feedback_type: str = "",
) -> Report:
    """A report of an event.

    Args:
        identity: What makes the event the same when it is posted again: the service, and its id.
        kind: What it says.
        why: In a few words.
        recipients: Whom it is about.
        diagnostic: The words of the server that refused.
        sent_to: Texts that have the original's envelope sender, likeliest first.
        message_id: Message-ID of the original, with or without angle brackets.
        feedback_type: Of a complaint.
    """
    bare = message_id.strip("<> ")
    return Report(
        id=hashlib.sha256("\n".join(identity).encode("utf-8", "surrogatepass")).hexdigest(),
        kind=kind,
        why=why,
        recipients=tuple(recipients),
        diagnostic=one_line(diagnostic)[:500],
        sent_to=merged(addresses_in(each) for each in sent_to),
        message_id=f"<{bare}>" if bare else "",
        feedback_type=feedback_type,
    )
