"""Where templates are found: the newsroom's go before the built-in ones, a set's own before what all sets share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SETS = ("standard", "brief", "minimal")
"""The built-in sets, each a folder of that name."""


def builtin_folder() -> Path:
    """Where the built-in templates are: inside the package, or (in a checkout) beside it."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


def template_names(folder: Path) -> list[str]:
    """The templates of a folder, by path within it: `email.html`, `brief/email.css`."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*") if path.is_file())


def search_path(roots: Sequence[Path], template: str) -> tuple[Path, ...]:
    """The folders of a set, in the order they are looked through: of each root its folder for the set, then itself."""
    return tuple(folder for root in roots for folder in (root / template, root))


def shown(path: Path, roots: Sequence[Path]) -> str:
    """A template's path as a newsroom knows it, `templates/brief/email.css`; empty where it lies in no root."""
    for root in roots:
        if path.is_relative_to(root):
            return f"templates/{path.relative_to(root).as_posix()}"
    return ""
