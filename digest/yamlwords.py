"""What plain YAML text means, and what to say about it in words."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import yaml

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}
_INT = re.compile(r"[-+]?(?:0|[1-9]\d{0,17})", re.ASCII)
_FLOAT = re.compile(r"[-+]?\d{1,17}\.\d{1,17}", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DATETIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ]((?:[01]\d|2[0-3]):\d\d(?::\d\d(?:\.\d{1,9})?)?) ?(Z|[-+]\d\d(?::?\d\d)?)?", re.ASCII
)
_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    ((int, float), "the number {}"),
    (date, "the date {}"),
    (list, "a list"),
    (dict, "a mapping (keys with values)"),
)


def plain(text: str) -> Any:
    """The value that unquoted text stands for: itself, unless it is unmistakably something else."""
    if text in _WORDS:
        return _WORDS[text]
    for shape, make in ((_INT, int), (_FLOAT, float), (_DATE, date.fromisoformat), (_DATETIME, _moment)):
        if shape.fullmatch(text):
            try:
                return make(text)
            except ValueError:  # no such date: whoever wants a date says so, better than could be said here
                return text
    return text


def describe(value: Any) -> str:
    """A value as a message names it: "the number 5", "the text 'a b'", "a list"."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    for types, words in _KINDS:
        if isinstance(value, types):
            return words.format(value)
    shown = " ".join(str(value).split())
    return f"the text '{shown if len(shown) <= 60 else shown[:57] + '...'}'"


def complaint(error: yaml.MarkedYAMLError, text: str) -> tuple[int, str]:
    """The parser's complaint in words for whoever wrote the file: the line, counted from 0, and what to do."""
    said = f"{error.context or ''}: {error.problem or ''}"
    here = error.problem_mark
    opened = error.context_mark or here
    char = text[here.index : here.index + 1] if here else ""
    last = text.rstrip("\n").count("\n")  # what is missing at the end is missed on the last line
    row = min(here.line, last) if here else 0
    if char == "\t" or "tab character" in said:
        return row, "a tab stands where indentation is read; indent with spaces"
    for words, at_start, message in _COMPLAINTS:
        if words in said:
            line = min(opened.line, last) if at_start and opened else row
            hint = _COMMENT if words.startswith("flow") and " #" in text.split("\n")[line] else ""
            return line, message.replace("CHAR", char) + hint
    return row, f"this is not YAML: {error.problem or error.context}; check quotes, colons and indentation"


def _moment(text: str) -> datetime:
    """The time, aware only where a zone is stated."""
    match = _DATETIME.fullmatch(text)
    assert match is not None  # noqa: S101 asked before
    return datetime.fromisoformat(f"{match[1]}T{match[2]}{match[3] or ''}")


_COMMENT = "; from ' #' on it is a comment: a colour such as \"#b93c27\" goes in quotes"
# Words of libyaml or PyYAML; whether the line is the one where the fault began; what to do.
_COMPLAINTS = (
    ("scanning an alias", True, "a text that starts with '*' goes in quotes: \"*\""),
    ("scanning an anchor", True, "a text that starts with '&' goes in quotes"),
    ("cannot start any token", False, "a text that starts with 'CHAR' goes in quotes"),
    (
        "mapping values are not allowed",
        False,
        "a ':' that belongs to no key; put a text with ': ' in quotes, or check the indentation of this line",
    ),
    ("sequence entries are not allowed", False, "a list cannot start beside its key; give each '- item' its own line"),
    ("quoted scalar: found unexpected end", True, "the quote that opens here is never closed"),
    ("scalar: found unknown escape", False, "a backslash in double quotes starts an escape; use single quotes"),
    ("flow sequence", True, "the list that opens here with '[' is not closed with ']', or lacks a ','"),
    ("flow mapping", True, "the mapping that opens here with '{' is not closed with '}', or lacks a ','"),
    ("flow node", True, "the list or mapping that opens here is never closed"),
    ("simple key", True, "this line is no 'key: value'; a text of several lines goes in quotes or below 'key: |'"),
    (
        "parsing a block",
        False,
        "this does not fit the lines above; check the indentation, and whether a text needs quotes around all of it",
    ),
)
