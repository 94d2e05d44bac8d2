"""Adding and removing sources in the text of config.yaml: everything else stays as somebody wrote it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KEY = "sources"
DEFAULT: Mapping[str, Any] = {"type": "folder", "path": "articles"}
"""The source that is there while the key is not."""

BY_HAND = "its sources are written in a way that only a person can change"
"""Why a text is left as it is."""


def with_sources(text: str, added: Sequence[Mapping[str, Any]]) -> str:
    """The text with more sources, after those that are there.

    Args:
        text: Of a configuration that can be read.
        added: Keys and values of each.

    Raises:
        ValueError: It cannot be done without changing anything else.
    """
    there = (yaml.safe_load(text) or {}).get(KEY, [DEFAULT]) or []
    # The same ends of lines as those that are there.
    made = _with(text, added).replace("\r\n", "\n")
    return _checked(made.replace("\n", "\r\n") if "\r\n" in text else made, text, [*there, *added])


def _with(text: str, added: Sequence[Mapping[str, Any]]) -> str:
    found = _list(text)
    if found is None:
        items = [DEFAULT, *added]
        return f"{text.rstrip()}\n\n{KEY}:\n" + "".join(f"  - {_flow(each)}\n" for each in items)
    key, node = found
    if isinstance(node, yaml.SequenceNode) and node.value and not node.flow_style:
        lines = text.splitlines(keepends=True)
        last = _last_line(node.value[-1])
        dash = lines[_first_line(node.value[-1], lines)]
        indent = dash[: dash.index("-")]
        if not lines[last].endswith("\n"):
            lines[last] += "\n"
        lines[last + 1 : last + 1] = [f"{indent}- {_flow(each)}\n" for each in added]
        return "".join(lines)
    if isinstance(node, yaml.SequenceNode) and node.value:
        end = node.value[-1].end_mark.index
        return text[:end] + "".join(f", {_flow(each)}" for each in added) + text[end:]
    # Empty: written anew as a list of lines.
    indent = " " * (key.start_mark.column + 2)
    block = "".join(f"\n{indent}- {_flow(each)}" for each in added)
    return text[: key.end_mark.index] + ":" + block + text[max(node.end_mark.index, key.end_mark.index + 1) :]


def without_source(text: str, position: int) -> str:
    """The text without one of its sources.

    Args:
        text: Of a configuration that can be read.
        position: Which, from 0.

    Raises:
        IndexError: There are not so many.
        ValueError: It cannot be done without changing anything else.
    """
    there = list((yaml.safe_load(text) or {}).get(KEY) or ())
    del there[position]
    return _checked(_without(text, position), text, there)


def _without(text: str, position: int) -> str:
    found = _list(text)
    whole = found[1] if found is not None else None
    items = whole.value if isinstance(whole, yaml.SequenceNode) else []
    node = items[position]
    if isinstance(whole, yaml.SequenceNode) and not whole.flow_style:
        lines = text.splitlines(keepends=True)
        del lines[_first_line(node, lines) : _last_line(node) + 1]
        return "".join(lines)
    if position + 1 < len(items):
        return text[: node.start_mark.index] + text[items[position + 1].start_mark.index :]
    begin = items[position - 1].end_mark.index if position else node.start_mark.index
    return text[:begin] + text[node.end_mark.index :]


def _list(text: str) -> tuple[yaml.Node, yaml.Node] | None:
    """The nodes of the key and of its value."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    return next(((key, value) for key, value in pairs if key.value == KEY), None)


def _checked(made: str, text: str, sources: Sequence[object]) -> str:
    """What was made of a text, if it says the same but for its sources."""
    try:
        said, before = yaml.safe_load(made), yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise ValueError(BY_HAND) from error
    if not isinstance(said, dict) or {**said, KEY: said.get(KEY) or []} != {**before, KEY: list(sources)}:
        raise ValueError(BY_HAND)
    return made


def _first_line(node: yaml.Node, lines: Sequence[str]) -> int:
    """The line of the dash before an entry of a list: often the entry's own."""
    line = int(node.start_mark.line)
    while line and not lines[line].lstrip().startswith("-"):
        line -= 1
    return line


def _last_line(node: yaml.Node) -> int:
    """The last line that something of a node stands on: a block's own end lies behind the comments that follow it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last)
    mark = node.end_mark
    return mark.line - 1 if mark.column == 0 and mark.line > node.start_mark.line else mark.line


def _flow(source: Mapping[str, Any]) -> str:
    return yaml.safe_dump(
        dict(source), default_flow_style=True, sort_keys=False, allow_unicode=True, width=10**9
    ).strip()
