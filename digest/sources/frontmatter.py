"""Front matter: the YAML between `---` lines or the TOML between `+++` lines with which a file may begin.

Blank lines may stand before it. Front matter that cannot be read sets the whole file aside: what it says may be
`draft: true`. A first `---` that nothing closes is a rule of Markdown, unless the next line reads `key: value`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from digest import yamlfile
from digest.core.model import Problem
from digest.yamlwords import describe

if TYPE_CHECKING:
    from collections.abc import Mapping

_OPENING = re.compile(r"\s*^(?P<fence>---|\+\+\+)[ \t]*\n", re.MULTILINE)
_CLOSING = {
    "---": re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE),
    "+++": re.compile(r"^\+\+\+[ \t]*(?:\n|\Z)", re.MULTILINE),
}
_LOOKS_LIKE_KEY = {"---": re.compile(r"\s*[\w-]+[ \t]*:(?:\s|$)"), "+++": re.compile(r"\s*[\w-]+[ \t]*=")}
_TOML_KEY = re.compile(r"^[ \t]*\[{0,2}[ \t]*[\"']?(?P<key>[\w-]+)[\"']?[ \t]*[=.\]]")
_TOML_PLACE = re.compile(r" \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """A file taken apart.

    Attributes:
        values: Key to value, as YAML or TOML gives it; empty when there is no front matter.
        lines: Key to its line in the file.
        body: What follows.
        body_line: The line of the file on which the body begins.
        problems: In the order of the lines; one with `set_aside` says that the file cannot be used.
    """

    values: Mapping[str, Any]
    lines: Mapping[str, int]
    body: str
    body_line: int = 1
    problems: tuple[Problem, ...] = field(default=())

    @property
    def unusable(self) -> bool:
        """Whether the file must be set aside."""
        return any(problem.set_aside for problem in self.problems)


def read_front_matter(text: str, name: str) -> FrontMatter:
    r"""Split a file into front matter and body. Never raises for what stands in it.

    Args:
        text: The whole file, with `\n` line ends and no byte order mark.
        name: The file's name, for the places of problems.
    """
    opening = _OPENING.match(text)
    if opening is None:
        return FrontMatter({}, {}, text)
    fence = opening["fence"]
    first_line = text.count("\n", 0, opening.end()) + 1
    closing = _CLOSING[fence].search(text, opening.end())
    if closing is None:
        if not _LOOKS_LIKE_KEY[fence].match(text, opening.end()):
            return FrontMatter({}, {}, text)
        message = f"the front matter that starts here has no end; add a line '{fence}' after its last key"
        return FrontMatter({}, {}, "", problems=(Problem(f"{name}:{first_line - 1}", message, set_aside=True),))
    source = text[opening.end() : closing.start()]
    values, lines, problems = (_yaml if fence == "---" else _toml)(source, name, first_line)
    body_line = text.count("\n", 0, closing.end()) + 1
    return FrontMatter(values, lines, text[closing.end() :], body_line, problems)


_Read = tuple[dict[str, Any], dict[str, int], tuple[Problem, ...]]


def _yaml(source: str, name: str, first_line: int) -> _Read:
    mapped = yamlfile.load(source, name, first_line=first_line)
    if mapped.value is None or isinstance(mapped.value, dict):
        lines = {str(path[0]): line for path, line in mapped.lines.items() if len(path) == 1}
        return mapped.value or {}, lines, mapped.problems
    message = f"front matter must be lines of the form 'key: value', this is {describe(mapped.value)}"
    problem = Problem(f"{name}:{mapped.lines.get((), first_line)}", message, set_aside=True)
    return {}, {}, (*mapped.problems, problem)


def _toml(source: str, name: str, first_line: int) -> _Read:
    if len(source) > yamlfile.LONGEST_TEXT:
        message = f"front matter of more than {yamlfile.LONGEST_TEXT:,} characters is not read; write less"
        return {}, {}, (Problem(f"{name}:{first_line}", message, set_aside=True),)
    try:
        values = tomllib.loads(source)
    except RecursionError:
        problem = Problem(
            f"{name}:{first_line}", "front matter nested too deep; nothing here needs that", set_aside=True
        )
        return {}, {}, (problem,)
    except ValueError as error:
        place = _TOML_PLACE.search(str(error))
        row = int(place["line"]) - 1 if place and place["line"] else source.count("\n") if place else 0
        message = f"this cannot be read as TOML: {_TOML_PLACE.sub('', str(error))}"
        return {}, {}, (Problem(f"{name}:{first_line + row}", message, set_aside=True),)
    lines: dict[str, int] = {}
    for row, line in enumerate(source.split("\n")):
        if (match := _TOML_KEY.match(line)) and match["key"] in values:
            lines.setdefault(match["key"], first_line + row)
    return values, lines, ()
