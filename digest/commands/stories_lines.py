"""Articles as lines of JSON: `{"id": ..., "title": ..., "body": ..., "date": ...}`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from digest.commands.article_lines import BadLineError, fields_of, id_of, text_of
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
            fields = fields_of(raw)
            given = _id(fields, places)
            key = str(given)
            title, body = text_of(fields, "title"), text_of(fields, "body")
        except BadLineError as error:
            read.problems.append(Problem(place, str(error), set_aside=True))
            continue
        date = _date(fields.get("date"), place, read.problems)
        places[key], read.ids[key] = place, given
        read.tellings.append(Telling(key=key, title=title, text=body, date=date))
    return read


def _id(fields: dict[str, Any], places: Mapping[str, str]) -> str | int:
    given = id_of(fields)
    if given is None or given == "":
        message = "has no id; give it one, a text or a whole number"
        raise BadLineError(message)
    if str(given) in places:
        message = f"has the id '{given}', as {places[str(given)]} has; give each article its own"
        raise BadLineError(message)
    return given


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
