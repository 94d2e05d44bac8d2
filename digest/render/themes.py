"""The look that a set of templates brings: its theme.yaml, with the newsroom's own over it, key by key."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from digest.core.errors import TemplateError
from digest.core.theme import Colours, Theme, faint, read_colour, read_fonts
from digest.render.folders import shown
from digest.render.textfiles import read_texts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

THEME_FILE = "theme.yaml"
_FONTS = ("heading", "text")
_PIXELS = {"spacing": (12, 48), "width": (480, 720)}
_COLOURS = frozenset(each.name for each in fields(Colours))


def load_theme(roots: Sequence[Path], template: str) -> Theme:
    """The whole theme of a set.

    Args:
        roots: Folders of templates; a theme.yaml in an earlier one goes before that in a later.
        template: The set.

    Raises:
        TemplateError: A theme.yaml is wrong, there is none, or its colours cannot be read on one another.
    """
    theme = Theme()
    place = f"templates/{template}/{THEME_FILE}"
    for root in roots:
        path = root / template / THEME_FILE
        if path.is_file():
            theme = theme.over(_read(path, shown(path, roots)))
    if "" in (*(getattr(each, name) for each in (theme.light, theme.dark) for name in _COLOURS), theme.text_font):
        raise TemplateError("lacks colours or fonts", place=place)
    for name, colours in (("colours", theme.light), ("dark", theme.dark)):
        for one in faint(colours):
            message = (
                f"{name}.{one.pair.front}: {one.front} on {one.pair.back}, {one.back}, has a contrast of "
                f"{one.contrast:.1f}:1 and needs {one.pair.least}:1; {one.better} has it"
            )
            raise TemplateError(message, place=place)
    return theme


def _read(path: Path, place: str) -> Theme:
    data = read_texts(path, place) or {}
    try:
        _known(data, {"colours", "dark", "fonts", *_PIXELS}, "the file")
        fonts = _texts(data, "fonts", frozenset(_FONTS))
        return Theme(
            light=_colours(data, "colours"),
            dark=_colours(data, "dark"),
            heading_font=read_fonts(fonts["heading"]) if "heading" in fonts else "",
            text_font=read_fonts(fonts["text"]) if "text" in fonts else "",
            spacing=_pixels(data, "spacing"),
            width=_pixels(data, "width"),
        )
    except ValueError as error:
        raise TemplateError(str(error), place=place) from error


def _colours(data: Any, key: str) -> Colours:
    return Colours(**{name: read_colour(text) for name, text in _texts(data, key, _COLOURS).items()})


def _texts(data: Any, key: str, known: frozenset[str]) -> dict[str, str]:
    found = data.get(key) or {}
    _known(found, known, key)
    return {name: str(text) for name, text in found.items()}


def _pixels(data: Any, key: str) -> int:
    least, most = _PIXELS[key]
    text = str(data.get(key, ""))
    if text and not (text.isdecimal() and least <= int(text) <= most):
        raise ValueError(f"{key}: expected pixels from {least} to {most}, found {text[:40]!r}")
    return int(text or 0)


def _known(found: Any, known: set[str] | frozenset[str], where: str) -> None:
    if not isinstance(found, dict):
        raise ValueError(f"{where}: expected keys with values")  # noqa: TRY004 what is wrong is a value of the file
    for key in found:
        if key not in known:
            raise ValueError(f"{where}: the key '{key}' is not known here; known are {', '.join(sorted(known))}")
