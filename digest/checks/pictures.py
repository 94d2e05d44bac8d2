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


LARGE = 2_000_000
LARGEST = 10_000_000
"""Octets of a message: many servers take no more than this, some little more (10,240,000)."""


def weight(octets: int, place: str) -> Iterator[Finding]:
    """Whether a message weighs too much, with the pictures it carries."""
    if octets > LARGEST:
        yield found("SIZE003", place, f"has {octets:,} octets, and {LARGEST:,} are the most")
    elif octets > LARGE:
        yield found("SIZE004", place, f"has {octets:,} octets")


def pictures(page: Page, files: Mapping[str, bytes], folder: str, carried: Mapping[str, bytes]) -> Iterator[Finding]:
    """What is wrong with the pictures of the HTML.

    Args:
        page: The HTML.
        files: The edition's, by path within its folder.
        folder: Address of that folder, ends with "/".
        carried: Pictures of the message itself, by their ids.
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
            yield from _there(place, path, files.get(path), "the edition has no file")
        elif src.lower().startswith("cid:"):
            name = unquote(src[4:])
            yield from _there(place, name, carried.get(name), "the message carries no")


def _there(place: str, name: str, content: bytes | None, missing: str) -> Iterator[Finding]:
    if content is None:
        yield found("IMG002", place, f"{missing} {name}")
    elif len(content) > HEAVY:
        yield found("IMG004", place, f"{name} has {len(content):,} octets")
