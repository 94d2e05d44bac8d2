"""What clients make of a message's CSS and HTML, by facts from caniemail.com; see caniemail.json for their licence.

Only features with data are judged. A family's result is the worst of its clients'.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files as resources
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from digest.checks.catalogue import found
from digest.checks.fallbacks import Use, accepted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml import etree

    from digest.checks.page import Page
    from digest.core.finding import Finding

CODES = {"css": "CLNT001", "html": "CLNT002", "image": "CLNT003"}
_VALUES = {
    "calc()": re.compile(r"\bcalc\(", re.IGNORECASE),
    "linear-gradient()": re.compile(r"\blinear-gradient\(", re.IGNORECASE),
    "rgba()": re.compile(r"\brgba\(", re.IGNORECASE),
    "var()": re.compile(r"\bvar\(", re.IGNORECASE),
    "rem": re.compile(r"[\d.]rem\b", re.IGNORECASE),
    "vw": re.compile(r"[\d.]vw\b", re.IGNORECASE),
}
_UNIT = re.compile(r"[\d.](?:rem|vw)\b", re.IGNORECASE)
_DISPLAYS = ("flex", "grid", "none")
_SHORT = re.compile(
    r"(margin|padding|border|transition|animation)-(?!collapse|spacing|radius|image|inline|block)[a-z-]+"
)
_LOGICAL = re.compile(r"margin-(?:inline|block)(?:-start|-end)?")
_QUERIES = ("prefers-color-scheme", "prefers-reduced-motion", "hover", "orientation", "-webkit-device-pixel-ratio")
_SEMANTICS = frozenset(
    ("article", "aside", "details", "figcaption", "figure", "footer", "header", "main", "mark", "nav", "section",
     "summary", "time")
)  # fmt: skip
_ELEMENTS = ("bdi", "link", "object", "picture", "svg", "video")


class Feature(NamedTuple):
    """What is known of a feature.

    Attributes:
        slug: Its page is https://www.caniemail.com/features/SLUG/.
        tested: The month of the last test.
        unknown: Families of clients that do not know it.
    """

    slug: str
    tested: str
    unknown: tuple[str, ...]


@cache
def features() -> Mapping[tuple[str, str], Feature]:
    """The features by kind (css, html, image) and name."""
    data = json.loads(resources("digest.checks").joinpath("caniemail.json").read_text(encoding="utf-8"))
    families = data["families"]
    return {
        (kind, name): Feature(
            slug, tested, tuple(family for family, result in zip(families, results, strict=True) if result == "n")
        )
        for kind, name, slug, tested, results in data["features"]
    }


def clients(page: Page) -> Iterator[Finding]:
    """Features that a family of clients does not know, where nothing stands in: each once, with its first place."""
    known = features()
    lacking: dict[tuple[str, str], tuple[str, set[str]]] = {}
    for use in _uses(page):
        feature = known.get(use.feature)
        missed = [each for each in feature.unknown if not accepted(use, each)] if feature else []
        if missed:
            place, families = lacking.setdefault(use.feature, (page.at(use.element), set()))
            families.update(missed)
    for (kind, name), (place, families) in lacking.items():
        feature = known[kind, name]
        where = ", ".join(sorted(families))
        said = f"{name} is not known to {where} (www.caniemail.com/features/{feature.slug}/, {feature.tested})"
        yield found(CODES[kind], place, said)


def _uses(page: Page) -> Iterator[Use]:
    for rule in page.sheets():
        yield from (Use(("css", name), page) for name in (*_at(rule.at), *_selected(" ".join(rule.selectors))))
        yield from _declared(Use(("", ""), page, None, "", rule.declarations))
    for element in page.elements:
        yield from _declared(Use(("", ""), page, element, "", page.style(element)))
        yield from (Use(feature, page, element) for feature in _markup(element))


def _selected(selectors: str) -> Iterator[str]:
    if ":hover" in selectors:
        yield ":hover"
    if "[" in selectors:
        yield "[attribute]"


def _markup(element: etree._Element) -> Iterator[tuple[str, str]]:
    tag = str(element.tag)
    if tag in _ELEMENTS:
        yield "html", tag
    if tag in _SEMANTICS:
        yield "html", "semantics"
    if element.get("srcset"):
        yield "html", "srcset"
    if tag == "a" and (element.get("href") or "").startswith("#"):
        yield "html", "#anchor"
    if tag == "img":
        yield "image", _format(element.get("src") or "")


def _format(src: str) -> str:
    """The format of a picture, by its name; empty when that cannot be told."""
    try:
        path = urlsplit(src).path
    except ValueError:
        return ""
    return path.rpartition(".")[2].lower()


def _declared(block: Use) -> Iterator[Use]:
    """The uses of features by a block of declarations."""
    for name, value in block.declared:
        use = block._replace(property=name)
        short = _SHORT.fullmatch(name)
        feature = "margin-inline" if _LOGICAL.fullmatch(name) else short[1] if short else name
        yield use._replace(feature=("css", "gap" if name in ("column-gap", "row-gap") else feature))
        shown = value.lower().removeprefix("inline-") if name == "display" else ""
        if shown in _DISPLAYS:
            yield use._replace(feature=("css", f"display:{shown}"))
        if "(" in value or _UNIT.search(value):
            named = (each for each, pattern in _VALUES.items() if pattern.search(value))
            yield from (use._replace(feature=("css", each)) for each in named)
        if name == "background" and "url(" in value:
            yield use._replace(feature=("css", "background-image"))


def _at(at: str) -> Iterator[str]:
    for name in ("@font-face", "@import"):
        if name in at:
            yield name
    if "@media" in at:
        yield "@media"
        yield from (f"@media({each})" for each in _QUERIES if each in at)
