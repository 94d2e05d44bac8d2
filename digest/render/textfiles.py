"""The YAML files beside templates: themes and phrases, in which every value is a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from digest.core.errors import TemplateError

if TYPE_CHECKING:
    from pathlib import Path

# libyaml's where it is there, for it is ten times as fast.
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def read_texts(path: Path, place: str) -> Any:
    """What stands in a file, mappings and lists of texts: 'no' is Norwegian there, not False; None of an empty one.

    Args:
        path: The file.
        place: Its name, for errors.

    Raises:
        TemplateError: It cannot be read, or is no YAML.
    """
    try:
        return _LOADER(path.read_text("utf-8")).get_single_data()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise TemplateError(f"is no YAML: {error.problem}", place=f"{place}:{line}") from error
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise TemplateError(f"cannot be read: {error}", place=place) from error
