"""What makes it acceptable that a client does not know a feature: something stands in for it, or nothing is lost."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lxml import etree

    from digest.checks.page import Page


class Use(NamedTuple):
    """One use of a feature.

    Attributes:
        feature: Kind and name as in caniemail.json.
        page: Where.
        element: That has it; None in a style element.
        property: Its property; empty when it is none.
        declared: All declarations it stands among, in order.
    """

    feature: tuple[str, str]
    page: Page
    element: etree._Element | None = None
    property: str = ""
    declared: tuple[tuple[str, str], ...] = ()


class Fallback(NamedTuple):
    """What makes a use acceptable.

    Attributes:
        words: As docs/checks.md has them.
        holds: Whether it is there.
        families: Of clients it helps; empty: all.
    """

    words: str
    holds: Callable[[Use], bool]
    families: tuple[str, ...] = ()


_HIDES = (("display", r"none"), ("max-height", r"0(px)?"), ("mso-hide", r"all"), ("visibility", r"hidden"),
          ("font-size", r"[01](px)?"), ("line-height", r"[01](px)?"), ("opacity", r"0"))  # fmt: skip
_COMPUTED = re.compile(r"(?:var|calc|rgba|linear-gradient|min|max|clamp)\(|[\d.](?:rem|vw|vh)\b", re.IGNORECASE)
_OUTLOOK = ("outlook-windows",)


def _always(_: Use) -> bool:
    return True


def _in_head(use: Use) -> bool:
    return use.element is None


def _for_outlook(use: Use) -> bool:
    return use.page.has_outlook_part


def _hidden(use: Use) -> bool:
    """Whether the text is hidden in more than one way."""
    declared = use.declared
    ways = {way for way, value in _HIDES if any(name == way and re.fullmatch(value, it) for name, it in declared)}
    return len(ways) > 1


def _colour(use: Use) -> bool:
    """Whether a plain colour is declared as well."""
    plain = any(name in ("background-color", "background") and "(" not in value for name, value in use.declared) or any(
        name == "background" and re.match(r"#[0-9a-fA-F]{3,8}\s", value) for name, value in use.declared
    )
    return plain or (use.element is not None and use.element.get("bgcolor") is not None)


def _beside(use: Use) -> bool:
    """Whether the same property is declared before with what every client knows."""
    return any(name == use.property and not _COMPUTED.search(value) for name, value in use.declared)


def _inner(*tags: str) -> Callable[[Use], bool]:
    def holds(use: Use) -> bool:
        return use.element is not None and next(use.element.iter(*tags), None) is not None

    return holds


def _sized(use: Use) -> bool:
    element = use.element
    return element is not None and bool(element.get("width") and element.get("height"))


def _no_sheet(use: Use) -> bool:
    return use.element is not None and "stylesheet" not in (use.element.get("rel") or "").lower()


def _source(use: Use) -> bool:
    return use.element is not None and bool(use.element.get("src"))


_HEAD = Fallback("stands in <style>, over what is inlined", _in_head)
_HIDDEN = Fallback("the text is hidden in a second way (mso-hide:all, max-height:0, font-size:1px)", _hidden)
_TABLE = Fallback("a conditional comment holds a table for Outlook", _for_outlook, _OUTLOOK)
_COLOUR = Fallback("a plain background-color or bgcolor is beside it", _colour)
_BESIDE = Fallback("the same property is declared before it with a plain value", _beside)


def _plain(words: str) -> Fallback:
    """Nothing that matters is lost."""
    return Fallback(f"always: {words}", _always)


FALLBACKS: Mapping[str, tuple[Fallback, ...]] = MappingProxyType(
    {
        "#anchor": (_plain("clicking does nothing; what it leads to is further down"),),
        ":hover": (_HEAD,),
        "@font-face": (_HEAD,),
        "@media": (_HEAD,),
        "@media(-webkit-device-pixel-ratio)": (_HEAD,),
        "@media(hover)": (_HEAD,),
        "@media(orientation)": (_HEAD,),
        "@media(prefers-color-scheme)": (_HEAD,),
        "@media(prefers-reduced-motion)": (_HEAD,),
        "[attribute]": (_HEAD,),
        "animation": (_plain("nothing moves"),),
        "aspect-ratio": (Fallback("width and height are attributes", _sized), _HEAD),
        "background-image": (_COLOUR,),
        "background-size": (_plain("the picture behind is cut otherwise"),),
        "bdi": (_plain("the text stands; its direction is guessed"),),
        "border-radius": (_plain("corners are square"),),
        "border-spacing": (_plain("cells stand two pixels apart"),),
        "box-shadow": (_plain("there is no shadow"),),
        "box-sizing": (_HEAD,),
        "calc()": (_BESIDE, _HEAD),
        "color-scheme": (_plain("the client picks the colours of its own controls"),),
        "display:none": (_HIDDEN, _HEAD),
        "float": (_TABLE,),
        "height": (_plain("it is a minimum there"),),
        "linear-gradient()": (_COLOUR,),
        "link": (Fallback("it is no style sheet", _no_sheet),),
        "max-height": (_HIDDEN, _TABLE, _HEAD),
        "min-width": (_TABLE, _HEAD),
        "object-fit": (Fallback("width and height are attributes", _sized), _HEAD),
        "opacity": (_HIDDEN, _HEAD),
        "overflow": (_HIDDEN, _HEAD),
        "overflow-wrap": (_plain("a very long word is not broken"),),
        "picture": (Fallback("an <img> is inside", _inner("img")),),
        "position": (_HEAD,),
        "rem": (_BESIDE, _HEAD),
        "rgba()": (_BESIDE, _HEAD),
        "semantics": (_plain("the tag is dropped, its text stands"),),
        "srcset": (Fallback("a src is beside it", _source),),
        "text-shadow": (_plain("there is no shadow"),),
        "transition": (_plain("it changes at once"),),
        "var()": (_BESIDE,),
        "video": (Fallback("an <img> or <a> is inside", _inner("img", "a")),),
        "visibility": (_HIDDEN, _HEAD),
        "vw": (_BESIDE, _HEAD),
        "white-space": (_plain("the text wraps"),),
        "word-break": (_plain("a very long word is not broken"),),
    }
)
"""By feature; one that is not here is never acceptable where a client does not know it."""


def accepted(use: Use, family: str) -> bool:
    """Whether a use is acceptable for clients of a family that do not know its feature."""
    return any(family in (each.families or (family,)) and each.holds(use) for each in FALLBACKS.get(use.feature[1], ()))
