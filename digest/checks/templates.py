"""Files among a newsroom's templates that nothing uses: a slip in a name is no error to whoever looks for another."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from digest.checks.catalogue import found

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from digest.core.finding import Finding

_SUFFIXES = frozenset({".html", ".txt", ".css", ".yaml"})
_ALONE = frozenset({"phrases.yaml"})
"""Read from the folder itself, never from one of a set."""
_OF_SETS = frozenset({"theme.yaml"})
"""Read from the folders of sets alone."""


def is_template(path: str) -> bool:
    """Whether a file looks like a template by its name: notes and editors' own files may lie beside them."""
    file = PurePosixPath(path)
    return file.suffix in _SUFFIXES and not any(part.startswith(".") for part in file.parts)


def unused(own: Mapping[str, str], builtin: Iterable[str]) -> Iterator[Finding]:
    """Files that replace no built-in template, and that no other one names.

    Args:
        own: The newsroom's: path within its templates/, `brief/email.css`, to text.
        builtin: The same paths of all built-in ones.
    """
    known = _looked_for(builtin)
    for path in sorted(own):
        if path in known or _is_named(path, own):
            continue
        close = get_close_matches(path, sorted(known), n=1)
        hint = f"did you mean '{close[0]}'?" if close else "`digest templates list` names those there are"
        yield found("TMPL003", f"templates/{path}", f"replaces no template, and no other one names it; {hint}")


def _looked_for(builtin: Iterable[str]) -> frozenset[str]:
    """Every path at which a newsroom's own file is looked for: any template's for all sets, or in a set's folder."""
    paths = [PurePosixPath(path) for path in builtin]
    sets = {path.parts[0] for path in paths if len(path.parts) > 1}
    shared = {path.name for path in paths if len(path.parts) == 1}
    for_all = (shared | {path.name for path in paths}) - _OF_SETS
    of_sets = {f"{each}/{name}" for each in sets for name in shared - _ALONE}
    return frozenset({*for_all, *of_sets, *map(str, paths)})


def _is_named(path: str, own: Mapping[str, str]) -> bool:
    """Whether another file names it in quotes, to include or extend it; of one in a set's folder, its name there."""
    names = {path, path.partition("/")[2] or path}
    quoted = {f"{quote}{name}{quote}" for name in names for quote in "\"'"}
    return any(each in text for other, text in own.items() if other != path for each in quoted)
