"""What headers of an answer say of time, content and validators [RFC 9110, RFC 9111]; absurd values are bounded."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_WAIT = timedelta(days=1)
"""A server may ask for no longer rest: Retry-After of years is a mistake."""

LONGEST_FRESH = timedelta(hours=12)
"""An answer is taken for fresh no longer: a server that says `a day` must not cost a daily edition its news."""

_DIGITS = re.compile(r"\d+", re.ASCII)
_VALIDATOR = re.compile(r"[\x20-\x7e]{1,1000}")


def freshness(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """For how long a server says its answer stays as it is, at most `LONGEST_FRESH`; None: it does not say."""
    directives: dict[str, str] = {}
    for part in headers.get("cache-control", "").lower().split(","):
        name, _, value = part.strip().partition("=")
        directives.setdefault(name.strip(), value.strip(' "'))
    if "no-store" in directives or "no-cache" in directives:
        return None
    if "max-age" in directives:
        seconds = _seconds(directives["max-age"]) - _seconds(headers.get("age", ""))
        return _within(timedelta(seconds=seconds), LONGEST_FRESH)
    if (end := http_date(headers.get("expires", ""))) is None:
        return None
    # By the server's own clock, which may be wrong.
    return _within(end - (http_date(headers.get("date", "")) or now), LONGEST_FRESH)


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """For how long a server wants to be left alone, at most `LONGEST_WAIT`; None: it does not say."""
    text = headers.get("retry-after", "").strip()
    if _DIGITS.fullmatch(text):
        return _within(timedelta(seconds=_seconds(text)), LONGEST_WAIT)
    if (end := http_date(text)) is None:
        return None
    return _within(end - (http_date(headers.get("date", "")) or now), LONGEST_WAIT)


def _seconds(text: str) -> int:
    """A number of seconds, at most some days' worth; 0 where it is none."""
    if not _DIGITS.fullmatch(text):
        return 0
    return min(int(text[:20]), 1_000_000)


def _within(span: timedelta, longest: timedelta) -> timedelta | None:
    return min(span, longest) if span > timedelta() else None


def http_date(text: str) -> datetime | None:
    """An instant as HTTP writes it, in UTC; None where it is none [RFC 9110 section 5.6.7]."""
    if len(text) > 100:
        return None
    try:
        found = parsedate_to_datetime(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def content_type(value: str) -> tuple[str, str]:
    """The media type and the charset of a Content-Type, in lower case; empty where they are not said."""
    media_type, *parameters = value[:1000].split(";")
    charset = ""
    for parameter in parameters:
        name, _, found = parameter.partition("=")
        if name.strip().lower() == "charset" and not charset:
            charset = found.strip(" \t\"'").lower()
    return media_type.strip().lower(), charset


def validators(headers: Mapping[str, str]) -> tuple[str, str]:
    """ETag and Last-Modified as they are sent back; one that cannot be is left out."""
    found = (headers.get("etag", "").strip(), headers.get("last-modified", "").strip())
    etag, modified = (value if _VALIDATOR.fullmatch(value) else "" for value in found)
    return etag, modified
