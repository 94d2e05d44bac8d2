"""Articles as lines of JSON, `{"id": ..., "title": ..., "body": ...}`: what `summarize` and `stories` read alike."""

from __future__ import annotations

import json
from typing import Any


class BadLineError(Exception):
    """A line that cannot be used; the message goes on from its place, and says what to do."""


def fields_of(raw: bytes) -> dict[str, Any]:
    """The keys of a line.

    Raises:
        BadLineError: It is no object of JSON.
    """
    try:
        # With its end of line, what is cut off would be wrong in the first column of the next one.
        value = json.loads(raw.decode("utf-8-sig").rstrip())
    except UnicodeDecodeError as error:
        message = f"is no UTF-8 (byte {error.start + 1}); save the file as UTF-8"
        raise BadLineError(message) from error
    except (ValueError, RecursionError) as error:
        reason = "it goes too deep" if isinstance(error, RecursionError) else str(error)
        if isinstance(error, json.JSONDecodeError):
            reason = f"{error.msg} at column {error.colno}"
        message = f"is no JSON ({reason}); write one object a line"
        raise BadLineError(message) from error
    if not isinstance(value, dict):
        message = 'is no object; write {"id": "a", "title": "...", "body": "..."}'
        raise BadLineError(message)
    return value


def id_of(fields: dict[str, Any]) -> str | int | None:
    """What the line is called; None where that is not said.

    Raises:
        BadLineError: By something that is written differently elsewhere: a fraction, a list.
    """
    given = fields.get("id")
    if given is None or (isinstance(given, (str, int)) and not isinstance(given, bool)):  # to Python, True is an int
        return given
    message = "its id is neither a text nor a whole number; give it one of these"
    raise BadLineError(message)


def text_of(fields: dict[str, Any], name: str) -> str:
    """The text of a key; empty where there is none.

    Raises:
        BadLineError: It is something else.
    """
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        message = f"its {name} is no text; put it into quotation marks"
        raise BadLineError(message)
    return value
