"""Whether text stands out from what is behind it, by day and in dark mode, as far as colours stand in the markup."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from digest.checks.catalogue import found
from digest.checks.colours import BLACK, LINK, WHITE, Colour, background, colour, contrast
from digest.checks.page import SPACE
from digest.core.contrast import LARGE, TEXT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml import etree

    from digest.checks.page import Page
    from digest.core.finding import Finding

_DARK = re.compile(r"prefers-color-scheme\s*:\s*dark")
_SIMPLE = re.compile(r"([a-z][a-z0-9]*)?((?:[.#][\w-]+)*)", re.IGNORECASE)
_SHORTHAND_SIZE = re.compile(r"(?:^|\s)([\d.]+(?:px|pt|em|rem|%))(?:/|\s)")
_PIXELS = {"px": 1.0, "pt": 4 / 3, "em": 0.0, "rem": 16.0, "%": 0.0}


_Rules: TypeAlias = "dict[str, list[tuple[int, frozenset[str], tuple[tuple[str, str], ...]]]]"


class _Look(NamedTuple):
    """How text looks at an element: what is inherited."""

    text: Colour = BLACK
    behind: Colour = WHITE
    pixels: float = 16.0
    bold: bool = False
    hidden: bool = False
    judged: bool = True


def contrasts(page: Page) -> Iterator[Finding]:
    """Text that does not stand out enough: each pair of colours once, with the first place."""
    dark = _dark_rules(page)
    seen: set[tuple[str, str, bool]] = set()
    for mode, rules in (("", {}), (" in dark mode", dark)) if dark else (("", {}),):
        looks: dict[etree._Element, _Look] = {}
        for element in page.elements:
            parent = element.getparent()
            above = looks.get(parent, _Look()) if parent is not None else _Look()
            look = looks[element] = _look(element, above, _style(page, element, rules))
            if look.hidden or not look.judged or not _has_words(element):
                continue
            ratio = contrast(look.text.over(look.behind), look.behind)
            large = look.pixels >= 24 or (look.bold and look.pixels >= 18.66)
            pair = str(look.text), str(look.behind), large
            if ratio < (LARGE if large else TEXT) and pair not in seen:
                seen.add(pair)
                words = SPACE.sub(" ", element.text or "").strip()[:40]
                said = f"{look.text} on {look.behind} is {ratio:.2f}:1{mode}: '{words}'"
                yield found("A11Y003", page.at(element), said)


def _dark_rules(page: Page) -> _Rules:
    """The rules of dark mode with simple selectors, in order, by one of the names they ask for."""
    found_rules: _Rules = {}
    rules = (rule for rule in page.sheets() if _DARK.search(rule.at))
    for position, rule in enumerate(rules):
        for selector in rule.selectors:
            match = _SIMPLE.fullmatch(selector)
            parts = [*re.findall(r"[.#][\w-]+", match[2]), (match[1] or "").lower()] if match else []
            names = frozenset(filter(None, parts))
            if names:
                found_rules.setdefault(min(names), []).append((position, names, rule.declarations))
    return found_rules


def _has_words(element: etree._Element) -> bool:
    """Whether text stands right in an element; what follows its children counts for it too."""
    if element.tag in ("style", "script", "title", "head"):
        return False
    pieces = [element.text, *(child.tail for child in element)]
    return any(SPACE.sub("", piece) for piece in pieces if piece)


def _style(page: Page, element: etree._Element, rules: _Rules) -> Mapping[str, str]:
    """What is declared for an element: inlined, and over that what rules say, for they are important."""
    style = dict(page.style(element))
    if not rules:
        return style
    names = {str(element.tag), f"#{element.get('id')}", *(f".{each}" for each in (element.get("class") or "").split())}
    meant = (each for name in names for each in rules.get(name, ()) if each[1] <= names)
    for _, _, declared in sorted(meant, key=lambda each: each[0]):
        for name, value in declared:
            if name == "background-color":
                style.pop("background", None)
            style[name] = value
    return style


def _look(element: etree._Element, above: _Look, style: Mapping[str, str]) -> _Look:
    """How an element's text looks, after what is around it."""
    own = style.get("background-color") or style.get("background") or element.get("bgcolor") or ""
    behind = background(own) if own else None
    text = colour(style.get("color", element.get("color") or ""))
    judged = above.judged
    # A picture behind, or a colour that is not read here, is left to a person.
    if own and (behind is None or "url(" in own or "gradient(" in own):
        judged = behind is not None and behind.alpha == 1 and "gradient(" not in own
    elif behind is not None and behind.alpha == 1:
        judged = True
    if text is None:
        inherited = element.tag != "a" or element.get("href") is None or style.get("color") == "inherit"
        text = above.text if inherited else LINK
    return _Look(
        text=text,
        behind=behind.over(above.behind) if behind is not None else above.behind,
        pixels=_pixels(style, above.pixels, str(element.tag)),
        bold=_bold(style, element, inherited=above.bold),
        hidden=above.hidden or style.get("display") == "none" or element.get("hidden") is not None,
        judged=judged,
    )


def _pixels(style: Mapping[str, str], above: float, tag: str) -> float:
    shorthand = _SHORTHAND_SIZE.search(style.get("font", ""))
    size = style.get("font-size") or (shorthand[1] if shorthand else "")
    match = re.fullmatch(r"([\d.]+)(px|pt|em|rem|%)", size.strip())
    if match is None:
        return {"h1": 2 * above, "h2": 1.5 * above}.get(tag, above)
    number = float(match[1])
    relative = {"em": above, "%": above / 100}.get(match[2])
    return number * (relative if relative is not None else _PIXELS[match[2]])


def _bold(style: Mapping[str, str], element: etree._Element, *, inherited: bool) -> bool:
    weight = style.get("font-weight") or style.get("font", "")
    if "font-weight" in style or "font" in style:
        return bool(re.search(r"\bbold\b|\b[6-9]00\b", weight))
    return inherited or element.tag in ("b", "strong", "h1", "h2", "h3", "h4", "h5", "h6", "th")
