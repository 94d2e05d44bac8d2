"""What pydantic found wrong with config.yaml, in words for whoever wrote it."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from digest.core.errors import TemplateError
from digest.core.theme import faint
from digest.settings.kinds import ENVIRONMENT, MistakeAtError, name_of, suggestion
from digest.yamlwords import describe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from digest.core.theme import Faint
    from digest.settings.file import FileShape

Keys: TypeAlias = tuple[str | int, ...]
"""Path of keys and list positions to a value of the file."""

_SECRET = re.compile(
    r"(?:.*[_-])?(?:password|passwd|passphrase|secret|token|api[_-]?key|private[_-]?key)s?", re.IGNORECASE
)


def cross_checks(data: dict[str, Any], root: Path) -> Iterator[tuple[Keys, str]]:
    """What no key can know alone, from the values as read: so that it is found beside every other mistake.

    Args:
        data: The values, as read.
        root: The folder at which relative paths start, absolute.
    """
    yield from _secrets(data)
    yield from _doubles(data, root)
    yield from _namesakes(data)
    yield from _collisions(data, root)
    yield from _unknown_sources(data)
    yield from _no_model(data)


def _no_model(data: dict[str, Any]) -> Iterator[tuple[Keys, str]]:
    """Newsletters whose summaries are to be by a model that is not named."""
    newsletters = data.get("newsletters")
    if at(data, ("summaries", "model")) is not None or not isinstance(newsletters, dict):
        return
    for key in newsletters:
        if at(newsletters, (key, "summaries")) == "model":
            message = "no model is named: write 'summaries:' at the left margin, with 'model:' below it"
            yield ("newsletters", key, "summaries"), message


def faint_colours(data: dict[str, Any], shape: FileShape, root: Path) -> Iterator[tuple[Keys, str]]:
    """Colours of a theme that cannot be read on one another, each at the key that was chosen last.

    Args:
        data: The values, as read.
        shape: The same, valid.
        root: The newsroom's folder: it may have a theme.yaml of its own for a set of templates.
    """
    from digest.render.folders import builtin_folder  # noqa: PLC0415 only where a theme is chosen
    from digest.render.themes import load_theme  # noqa: PLC0415 the same

    worst: dict[Keys, tuple[float, str]] = {}
    for key, newsletter in shape.newsletters.items():
        holders: tuple[Keys, ...] = (("newsletters", key, "theme"), ("site", "theme"))
        if not any(at(data, (*holder, part)) for holder in holders for part in ("colours", "dark")):
            continue
        chosen = newsletter.theme.theme().over(shape.site.theme.theme())
        try:
            whole = chosen.on(load_theme([root / "templates", builtin_folder()], newsletter.template))
        except TemplateError:
            continue  # a theme.yaml is wrong: that is said where templates are used
        for part, colours in (("colours", whole.light), ("dark", whole.dark)):
            for one in faint(colours):
                names = (one.pair.front, one.pair.back)
                paths = [(*holder, where, name) for name in names for holder in holders for where in (part, "colours")]
                place = next((path for path in paths if at(data, path) is not None), holders[0])
                # What is legible on the worst ground is so on the others.
                if one.contrast < worst.get(place, (22.0,))[0]:
                    worst[place] = one.contrast, _too_faint(one, dark=part == "dark")
    for place, (_, message) in worst.items():
        yield place, message


def _too_faint(one: Faint, *, dark: bool) -> str:
    return (
        f"the contrast of {one.pair.front}, {one.front}, on {one.pair.back}, {one.back}, is {one.contrast:.1f}:1"
        f'{" in dark mode" if dark else ""}; it needs {one.pair.least}:1, as {one.pair.front}: "{one.better}" has'
    )


def mistakes(error: ValidationError, data: Any, schema: Mapping[str, Any]) -> Iterator[tuple[Keys, str]]:
    """Each mistake as the path of its key (of the key that is missing, where one is) and a message.

    Args:
        error: What the validation of `data` raised.
        data: The values, as read.
        schema: The JSON Schema of the file: it knows every key's meaning and an example.
    """
    details = error.errors(include_url=False)
    for detail in details:
        loc = detail["loc"]
        # A list whose only item is wrong counts as empty too; that of the item is the mistake.
        if detail["type"] == "too_short" and any(
            other["loc"][: len(loc)] == loc for other in details if other is not detail
        ):
            continue
        path = _path(loc, data)
        if detail["type"].startswith("union_tag"):
            path = (*path, "type")
        cause = detail.get("ctx", {}).get("error")
        if isinstance(cause, MistakeAtError):
            path = (*path, cause.key)
        yield path, _message(detail, path, at(data, path), _keys(schema, path, data))


def at(data: Any, path: Keys) -> Any:
    """The value under a path; None where there is none."""
    for part in path:
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data


def _path(loc: tuple[int | str, ...], data: Any) -> Keys:
    """The path in the file: pydantic's also names the shapes it tried and says '[key]' behind a wrong key."""
    path: Keys = ()
    for position, part in enumerate(loc):
        holder = at(data, path)
        known = (isinstance(holder, dict) and part in holder) or (isinstance(holder, list) and isinstance(part, int))
        missing = isinstance(holder, dict) and position == len(loc) - 1 and part not in ("[key]", holder.get("type"))
        if known or missing:
            path = (*path, part)
    return path


def _keys(schema: Mapping[str, Any], path: Keys, data: Any) -> Mapping[str, Any]:
    """The keys that can stand beside the last one of a path, each with its schema."""
    node: Any = schema
    for position in range(len(path)):
        node = _whole(schema, node, at(data, path[:position]))
        keys = node.get("properties", {})
        if position == len(path) - 1:
            return dict(keys)
        if isinstance(path[position], int):
            node = node.get("items", {})
        else:  # a newsletter's name is free, and so no property of its own
            node = keys.get(path[position]) or next(iter(node.get("patternProperties", {}).values()), {})
    return {}


def _whole(schema: Mapping[str, Any], node: Mapping[str, Any], value: Any) -> Mapping[str, Any]:
    """A part of the schema with its reference followed; of several shapes, the one that the value's type names."""
    if "discriminator" in node:
        mapping = node["discriminator"]["mapping"]
        named = value.get("type") if isinstance(value, dict) else None
        node = {"$ref": mapping.get(named if isinstance(named, str) else "", next(iter(mapping.values())))}
    while "$ref" in node:
        node = schema["$defs"][node["$ref"].rpartition("/")[2]]
    return node


def _message(detail: ErrorDetails, path: Keys, value: Any, keys: Mapping[str, Any]) -> str:
    key = str(path[-1]) if path else ""
    kind = detail["type"]
    context = detail.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "extra_forbidden":
        meant = _MEANT.get(key)
        hint = f"; did you mean '{meant}'?" if meant in keys else suggestion(key, list(keys))
        return f"the key '{key}' is not known here{hint or '; known are ' + ', '.join(keys)}"
    if kind == "union_tag_not_found":
        return f"the key 'type' is missing: write {_TYPES.get(str(path[0]), _TYPES['sources'])}"
    known = keys.get(key, {})
    example = (
        f"; for example {key}: {json.dumps(known['examples'][0], ensure_ascii=False)}" if known.get("examples") else ""
    )
    if kind == "missing":
        return f"the key '{key}' is missing: {known.get('description', '').rstrip('.')}{example}"
    if kind == "too_short":
        return f"expected at least one, found none{example}"
    words = _EXPECTED.get(kind)
    expected = words.format(**context) if words else detail["msg"]
    if kind == "union_tag_invalid":
        expected = " or ".join(expected.rsplit(", ", 1))
    hint = ""
    if isinstance(value, str):
        hint = suggestion(value, re.findall(r"'(\w+)'", expected))  # where there are choices, they stand in quotes
    elif kind == "string_type" and value is not None and not isinstance(value, list | dict):
        hint = "; put it in quotes if it is meant as text"
    return f"expected {expected}, found {describe(value)}{hint or example}"


def _secrets(value: Any, path: Keys = ()) -> Iterator[tuple[Keys, str]]:
    """Keys that look like those of secrets, wherever they stand; the names of newsletters are free."""
    if isinstance(value, dict):
        for key, inner in value.items():
            kept_elsewhere = isinstance(inner, str) and re.fullmatch(ENVIRONMENT, inner)
            if path not in _NO_SECRETS and _SECRET.fullmatch(key) and not kept_elsewhere:
                hint = _INSTEAD.get(str(path[0]), "") if path else ""
                yield (
                    (*path, key),
                    f"a secret does not belong in this file; keep it in the environment or a file of its own{hint}",
                )
            yield from _secrets(inner, (*path, key))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _secrets(inner, (*path, position))


def _doubles(data: dict[str, Any], root: Path) -> Iterator[tuple[Keys, str]]:
    """Sources and sinks that are there twice, and copies of the web pages that would copy themselves."""
    for kind in ("sources", "sinks"):
        seen: dict[tuple[Any, str], int] = {}
        for position, one in enumerate(_mappings(data.get(kind))):
            what = "path" if isinstance(one.get("path"), str) else "url"
            if not isinstance(one.get(what), str):
                continue
            place = os.path.normpath(root / one["path"]) if what == "path" else one["url"].strip()
            key = (str(one.get("type")) if kind == "sources" else "", place)
            if key in seen:
                yield (
                    (kind, position, what),
                    f"{kind}[{seen[key]}] has the same {what}, '{one[what]}'; remove one of the two",
                )
            seen.setdefault(key, position)
            if kind == "sinks" and one.get("format") == "web":
                output = data.get("output", "out")
                if isinstance(output, str) and _overlap(place, os.path.normpath(root / output)):
                    message = (
                        f"the pages in output, '{output}', are copied here: the one folder cannot lie in the other"
                    )
                    yield (kind, position, "path"), message


def _namesakes(data: dict[str, Any]) -> Iterator[tuple[Keys, str]]:
    """SMTP sinks of one name: what waits for the one would be sent by the other. Sources of one name, likewise."""
    sources: dict[str, int] = {}
    for position, one in enumerate(_mappings(data.get("sources"))):
        if "url" not in one or "name" not in one:
            continue
        name = _source_name(one).casefold()
        if name in sources:
            message = f"sources[{sources[name]}] has the name '{one['name']}' too; give one of them another"
            yield ("sources", position, "name"), message
        sources.setdefault(name, position)
    seen: dict[str, int] = {}
    for position, one in enumerate(_mappings(data.get("sinks"))):
        if one.get("type") != "smtp":
            continue
        name = str(one.get("name", ""))
        if name in seen:
            what = f"the name '{name}'" if name else "no name either"
            yield (
                ("sinks", position, "name"),
                f"sinks[{seen[name]}] has {what}; give each SMTP sink one of its own, for example name: bulk",
            )
        seen.setdefault(name, position)


def _collisions(data: dict[str, Any], root: Path) -> Iterator[tuple[Keys, str]]:
    """Output where articles are read, or where the store lies: an edition would be made of the last one's pages."""

    def place(path: Any) -> str:
        return os.path.normpath(root / str(path))

    output, store = (
        place(data.get("output", "out")),
        place(str(data.get("store", "digest.db")).removeprefix("sqlite:///")),
    )
    sources = [place(one["path"]) for one in _mappings(data.get("sources", [{"path": "articles"}])) if "path" in one]
    for source in sources:
        if _overlap(source, output):
            yield ("output",), "its folder and a source's lie in one another; what is written would be read as articles"
    for position, one in enumerate(_mappings(data.get("sinks"))):
        if one.get("type") == "smtp":
            continue
        sink = place(one.get("path", "out/mail"))
        if any(_overlap(source, sink) for source in sources):
            message = "it and a source's folder lie in one another; what is written would be read as articles"
            yield ("sinks", position, "path"), message
        if sink == store or Path(store).is_relative_to(sink):
            yield ("sinks", position, "path"), "the store lies there; name a folder or file of its own"


def _overlap(one: str, other: str) -> bool:
    return Path(one).is_relative_to(other) or Path(other).is_relative_to(one)


def _unknown_sources(data: dict[str, Any]) -> Iterator[tuple[Keys, str]]:
    """Names in include and exclude that no source has: they would choose nothing, or leave nothing out."""
    names = [_source_name(one) for one in _mappings(data.get("sources", [{"type": "folder", "path": "articles"}]))]
    newsletters = data.get("newsletters")
    for newsletter in newsletters if isinstance(newsletters, dict) else ():
        for kind in ("include", "exclude"):
            path = ("newsletters", newsletter, kind, "sources")
            asked = at(data, path)
            for position, name in enumerate(asked if isinstance(asked, list) else ()):
                if isinstance(name, str) and name.strip().casefold() not in (one.casefold() for one in names):
                    hint = suggestion(name, names) or f"; there is {', '.join(names)}"
                    yield (*path, position), f"no source is named '{name}'{hint}"


def _source_name(one: Mapping[str, Any]) -> str:
    kind = str(one.get("type"))
    if "url" in one:
        return f"{kind}:{str(one.get('name') or one['url']).strip()}"
    return name_of(kind, str(one.get("path")))


def _mappings(value: Any) -> list[dict[str, Any]]:
    """The items of a list, an empty mapping for each that is none: positions stay what they were."""
    return [item if isinstance(item, dict) else {} for item in value] if isinstance(value, list) else []


# Mappings whose keys name no secret: newsletters are called as one likes, and a model's tokens are counted.
_NO_SECRETS: frozenset[Keys] = frozenset({("newsletters",), ("summaries", "budget")})

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "greater_than_equal": "a whole number of at least {ge}",
    "less_than_equal": "a whole number of at most {le}",
    "tuple_type": "a list",
    "model_type": "a mapping (keys with values)",
    "model_attributes_type": "a mapping (keys with values)",
    "dict_type": "a mapping (keys with values)",
    "literal_error": "{expected}",
    "union_tag_invalid": "{expected_tags}",
}

_TYPES = {
    "sources": "type: folder, type: page, type: feed or type: webpage",
    "bounces": "type: maildir, type: imap, type: lmtp or type: webhook",
}

# What to write in place of a secret.
_INSTEAD = {
    "sources": "; for a source write password: ${EXAMPLE_PASSWORD}",
    "sinks": "; for a relay write password: ${SMTP_PASSWORD}",
    "bounces": "; name a variable, such as ${IMAP_PASSWORD}",
    "summaries": "; write key: ${OPENAI_API_KEY}",
}

# Words for a key that look like another one, or like none.
_MEANT = {"sender": "from", "cron": "schedule"}
