"""Articles as lines of JSON: `{"id": ..., "title": ..., "body": ..., "date": ...}`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from digest.core.dates import parse_date
from digest.core.model import Problem
from digest.core.stories import Telling

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Lines:
    """What was read, in its order.

    Attributes:
        ids: As they stood in the lines, text or number, by key.
        problems: Lines that were set aside, and dates that could not be read.
    """

    tellings: list[Telling]
    ids: dict[str, str | int]
    problems: list[Problem]


class _BadLineError(Exception):
    """A line that cannot be used; the message says why and what to do."""


def read_lines(lines: Iterable[tuple[str, bytes]]) -> Lines:
    """Read articles; a line that is none is set aside with its place, and the rest goes on.

    Args:
        lines: Each with its place, `news.jsonl:3`. Empty ones are passed over.
    """
    read = Lines([], {}, [])
    places: dict[str, str] = {}
    for place, raw in lines:
        if not raw.strip():
            continue
        try:
            fields = _fields(raw)
            given = _id(fields, places)
            key = str(given)
            title, body = _text(fields, "title"), _text(fields, "body")
        except _BadLineError as error:
            read.problems.append(Problem(place, str(error), set_aside=True))
            continue
        date = _date(fields.get("date"), place, read.problems)
        places[key], read.ids[key] = place, given
        read.tellings.append(Telling(key=key, title=title, text=body, date=date))
    return read


def _fields(raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        message = f"is no UTF-8 (byte {error.start + 1}); save the file as UTF-8"
        raise _BadLineError(message) from error
    except (ValueError, RecursionError) as error:
        message = f"is no JSON ({error}); write one object a line"
        raise _BadLineError(message) from error
    if not isinstance(value, dict):
        message = 'is no object; write {"id": "a", "title": "...", "body": "...", "date": "2026-03-02"}'
        raise _BadLineError(message)
    return value


def _id(fields: dict[str, Any], places: Mapping[str, str]) -> str | int:
    given = fields.get("id")
    # To Python, True is an int.
    if isinstance(given, bool) or not isinstance(given, (str, int)) or given == "":
        message = "has no id; give it one, a text or a whole number"
        raise _BadLineError(message)
    if str(given) in places:
        message = f"has the id '{given}', as {places[str(given)]} has; give each article its own"
        raise _BadLineError(message)
    return given


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        message = f"its {name} is no text; put it into quotation marks"
        raise _BadLineError(message)
    return value


def _date(value: object, place: str, problems: list[Problem]) -> datetime | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        try:
            return parse_date(value, None).instant
        except ValueError as error:
            problems.append(Problem(place, f"{error}; the article counts as undated"))
            return None
    problems.append(Problem(place, "its date is no text; the article counts as undated"))
    return None
