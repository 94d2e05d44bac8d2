"""YAML as people write it, read strictly: plain values, the line of each, and every trap refused by name.

What a value may be: text, int, float, bool, None, date, datetime, list, dict with text as keys. YAML 1.1 reads more
into plain text than people mean, so less counts here: only `true` and `false` are booleans (`no`, `on` and `yes` stay
text), `08:30`, `1_000`, `010`, `0x1f` and `1e5` stay text, and so does a date that does not exist.
Tags, merge keys, keys that are no text, keys given twice and further documents are mistakes; anchors and aliases work
within bounds, so that no small file becomes a large one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml

from digest.core.model import Problem
from digest.yamlwords import complaint, describe, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

Path: TypeAlias = tuple[str | int, ...]

LONGEST_TEXT = 1_000_000
MOST_NODES = 20_000
MOST_ALIASES = 100
DEEPEST = 50

# Ten times faster where PyYAML was built with libyaml, and the same events without it.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# YAML 1.1 counts these as line breaks, editors and YAML 1.2 do not.
_NO_BREAKS = dict.fromkeys((0x85, 0x2028, 0x2029), " ")
_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Mapped:
    """What stands in a YAML text, and where.

    Attributes:
        value: Plain values; None when there is nothing, or when the text could not be read at all.
        lines: Path of keys and list positions to line, counted from `first_line`, in the order of the text. A mapping's
            entry stands on the line of its key, `()` where the value starts. What came through an alias has the lines
            of the anchor, but for its outermost value.
        problems: In the order found; one with `set_aside` says that nothing could be read.
    """

    value: Any
    lines: Mapping[Path, int]
    problems: tuple[Problem, ...] = ()


def load(text: str, name: str, *, first_line: int = 1) -> Mapped:
    """Read one YAML document. Never raises for what stands in it.

    Args:
        text: The document; a byte order mark at its start is skipped.
        name: The file's name, for the places of problems.
        first_line: The line of the file on which `text` begins: front matter starts on its second.
    """
    reader = _Reader(name, first_line)
    try:
        return reader.read(text)
    except _Refused as refused:
        problem = Problem(f"{name}:{refused.row + first_line}", refused.message, set_aside=True)
        return Mapped(None, {(): first_line}, (*dict.fromkeys(reader.problems), problem))


class _Refused(Exception):  # noqa: N818 never leaves this module
    """The whole text cannot be used; `row` is its line, counted from 0."""

    def __init__(self, row: int, message: str) -> None:
        super().__init__(message)
        self.row = row
        self.message = message


class _Reader:
    """Reads one text: first its events into a flat list, then values from that list."""

    def __init__(self, name: str, first_line: int) -> None:
        self.problems: list[Problem] = []
        self._name = name
        self._first_line = first_line
        self._last_row = 0
        self._events: list[yaml.Event] = []
        self._anchors: dict[int, int] = {}  # position of an alias -> position of what it stands for
        self._lines: dict[Path, int] = {}
        self._nodes = 0
        self._aliases = 0

    def read(self, text: str) -> Mapped:
        text = _checked(text)
        self._last_row = text.count("\n")
        try:
            self._collect(text)
        except yaml.MarkedYAMLError as error:
            raise _Refused(*complaint(error, text)) from error
        except yaml.YAMLError as error:
            raise _Refused(0, f"this cannot be read as YAML: {' '.join(str(error).split())}") from error
        if not self._events:
            return Mapped(None, {(): self._first_line}, tuple(dict.fromkeys(self.problems)))
        self._lines[()] = self._line(self._events[0])
        value, _ = self._value(0, (), 0)
        return Mapped(value, self._lines, tuple(dict.fromkeys(self.problems)))

    def _collect(self, text: str) -> None:
        """Fill the flat list; what could exhaust memory or stack is refused while it is still small."""
        named: dict[str, int] = {}
        inside: list[int] = []
        documents = 0
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _Refused(_row(event), "a second document starts here; keep one, without '---' between parts")
            elif isinstance(event, yaml.CollectionEndEvent):
                inside.pop()
                self._events.append(event)
            elif isinstance(event, yaml.NodeEvent):
                self._node(event, named, inside)

    def _node(self, event: yaml.NodeEvent, named: dict[str, int], inside: list[int]) -> None:
        at = len(self._events)
        if at > 2 * MOST_NODES:
            raise _too_many(event)
        if isinstance(event, yaml.AliasEvent):
            self._anchors[at] = _target(event, named, inside)
        elif event.anchor is not None:
            named[event.anchor] = at
        if isinstance(event, yaml.CollectionStartEvent):
            inside.append(at)
            if len(inside) > DEEPEST:
                raise _Refused(_row(event), f"nested deeper than {DEEPEST} levels; nothing here needs that")
        self._events.append(event)

    def _value(self, at: int, path: Path, depth: int) -> tuple[Any, int]:
        """The value whose first event is at `at`, and the position after its last one."""
        event = self._events[at]
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise _too_many(event)
        if depth > DEEPEST:
            raise _Refused(_row(event), f"nested deeper than {DEEPEST} levels, aliases included; write less into one")
        if isinstance(event, yaml.AliasEvent):
            self._aliases += 1
            if self._aliases > MOST_ALIASES:
                raise _Refused(_row(event), f"more than {MOST_ALIASES} aliases (*name); write the values out")
            return self._value(self._anchors[at], path, depth + 1)[0], at + 1
        tag = getattr(event, "tag", None)
        if tag is not None:
            shown = str(tag).replace("tag:yaml.org,2002:", "!!")
            self._note(event, f"the tag '{shown}' is refused: write the plain value, in quotes if it is to be text")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(at + 1, path, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(at + 1, path, depth)
        assert isinstance(event, yaml.ScalarEvent)  # noqa: S101 there is no other node event
        return plain(event.value) if event.implicit[0] else event.value, at + 1

    def _sequence(self, at: int, path: Path, depth: int) -> tuple[list[Any], int]:
        items: list[Any] = []
        while not isinstance(self._events[at], yaml.SequenceEndEvent):
            inner = (*path, len(items))
            self._lines[inner] = self._line(self._events[at])
            value, at = self._value(at, inner, depth + 1)
            items.append(value)
        return items, at + 1

    def _mapping(self, at: int, path: Path, depth: int) -> tuple[dict[str, Any], int]:
        entries: dict[str, Any] = {}
        while not isinstance(self._events[at], yaml.MappingEndEvent):
            event = self._events[at]
            key, at = self._aside(at, depth + 1)
            if self._usable(event, key, path, entries):
                self._lines[*path, key] = self._line(event)
                entries[key], at = self._value(at, (*path, key), depth + 1)
            else:
                _, at = self._aside(at, depth + 1)
        return entries, at + 1

    def _aside(self, at: int, depth: int) -> tuple[Any, int]:
        """As `_value`, for what gets no lines: a key, and the value of a key that is not kept."""
        kept, self._lines = self._lines, {}
        found = self._value(at, (), depth)
        self._lines = kept
        return found

    def _usable(self, event: yaml.Event, key: Any, path: Path, entries: dict[str, Any]) -> bool:
        """Whether an entry can be kept under this key; a problem is noted where not."""
        if not isinstance(key, str):
            self._note(event, f"a key must be text, this is {describe(key)}; put it in quotes")
        elif key == "<<" and getattr(event, "implicit", (False,))[0]:
            self._note(event, "merging with '<<' is not supported; write the keys out")
        elif key in entries:
            first = self._lines[*path, key]
            self._note(
                event, f"the key '{key}' stands on line {first} already, and that one counts; remove one of them"
            )
        else:
            return True
        return False

    def _line(self, event: yaml.Event) -> int:
        # What is left empty at the very end has its mark below the last line.
        return min(_row(event), self._last_row) + self._first_line

    def _note(self, event: yaml.Event, message: str) -> None:
        self.problems.append(Problem(f"{self._name}:{self._line(event)}", message))


def _row(event: yaml.Event) -> int:
    """The event's line, counted from 0."""
    return int(event.start_mark.line) if event.start_mark else 0


def _checked(text: str) -> str:
    """The text as the parser may see it.

    Raises:
        _Refused: It is too long, or holds what no text file should.
    """
    if len(text) > LONGEST_TEXT:
        raise _Refused(0, f"{len(text):,} characters are more than the {LONGEST_TEXT:,} that are read; write less")
    text = text.removeprefix("\ufeff").translate(_NO_BREAKS)
    if bad := _UNPRINTABLE.search(text):
        row = text.count("\n", 0, bad.start())
        raise _Refused(row, f"the invisible character U+{ord(bad[0]):04X} cannot stand here; delete it")
    return text


def _target(event: yaml.AliasEvent, named: Mapping[str, int], inside: list[int]) -> int:
    """The position of what an alias stands for."""
    target = named.get(event.anchor or "")
    if target is None:
        raise _Refused(
            _row(event), f"'*{event.anchor}' refers to an anchor '&{event.anchor}' that does not come before; "
            "a text that starts with '*' goes in quotes"
        )  # fmt: skip
    if target in inside:
        raise _Refused(_row(event), f"'*{event.anchor}' refers to what it stands in, without end; remove it")
    return target


def _too_many(event: yaml.Event) -> _Refused:
    return _Refused(_row(event), f"more than {MOST_NODES:,} values, aliases included; write less into one file")
