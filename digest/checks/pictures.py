"""Pictures of a message: their size on the page, whether they are there, what they weigh."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from digest.checks.catalogue import found

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from digest.checks.page import Page
    from digest.core.finding import Finding

HEAVY = 1_000_000
"""Octets."""


def pictures(page: Page, files: Mapping[str, bytes], folder: str) -> Iterator[Finding]:
    """What is wrong with the pictures of the HTML.

    Args:
        page: The HTML.
        files: The edition's, by path within its folder.
        folder: Address of that folder, ends with "/".
    """
    for element in page.all("img"):
        place, src = page.at(element), (element.get("src") or "").strip()
        missing = [name for name in ("width", "height") if not (element.get(name) or "").strip().isdigit()]
        if missing:
            yield found("IMG001", place, f"a picture has no {' and no '.join(missing)} in pixels")
        if src.lower().startswith("data:"):
            yield found("IMG003", place, f"a picture of {len(src):,} characters stands in the markup")
        elif src.startswith(folder):
            path = unquote(src.removeprefix(folder))
            if path not in files:
                yield found("IMG002", place, f"the edition has no file {path}")
            elif len(files[path]) > HEAVY:
                yield found("IMG004", place, f"{path} has {len(files[path]):,} octets")
