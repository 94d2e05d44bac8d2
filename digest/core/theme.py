"""A look: colours, fonts, a logo and room around the text; and whether what is printed in it can be read.

A set of templates brings a whole theme, config.yaml says what is to differ. Contrast is that of WCAG 2.2: 4.5:1 for
text, 3:1 for large text (from 24 px on, bold from 18.66 px on), success criterion 1.4.3.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from digest.core.contrast import LARGE, TEXT
from digest.core.contrast import contrast as of_channels

if TYPE_CHECKING:
    from collections.abc import Iterator

_COLOUR = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
_FAMILY = re.compile(r"-?[A-Za-z][A-Za-z0-9 _-]{0,60}")


@dataclass(frozen=True, slots=True)
class Colours:
    """Colours by what they are for, each `#rrggbb`; empty where another theme is to say.

    Attributes:
        page: Behind everything.
        sheet: Behind the text.
        text: Of what is read.
        muted: Of what stands beside it: dates, authors, credits.
        heading: Of titles.
        link: Of links, and of the category above a title.
        accent: Of what is to be seen first: a button, a numeral.
        on_accent: Of the words on a button.
        band: Behind the newsletter's name, and behind the footer.
        on_band: Of the words there.
        line: Of rules between stories.
    """

    page: str = ""
    sheet: str = ""
    text: str = ""
    muted: str = ""
    heading: str = ""
    link: str = ""
    accent: str = ""
    on_accent: str = ""
    band: str = ""
    on_band: str = ""
    line: str = ""

    def over(self, base: Colours) -> Colours:
        """These, and those of `base` where there is none."""
        return Colours(*(getattr(self, each.name) or getattr(base, each.name) for each in fields(self)))


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture above the newsletter's name.

    Attributes:
        url: Absolute; empty where it is a file.
        alt: What it says, for those who do not see it.
        width: In pixels, as it is shown.
        file: Its path in the newsroom's folder, with `/` between its parts; empty where it is served elsewhere.
    """

    url: str
    alt: str
    width: int
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """A look, or what is to differ from one.

    Attributes:
        light, dark: By day, and where a reader's program shows dark.
        heading_font, text_font: Families in order of preference, with a comma between them; empty: as the other.
        logo: None: as the other.
        spacing: Pixels between the text and the edge of the sheet; 0: as the other.
        width: Of the sheet at most, in pixels; 0: as the other.
    """

    light: Colours = Colours()
    dark: Colours = Colours()
    heading_font: str = ""
    text_font: str = ""
    logo: Logo | None = None
    spacing: int = 0
    width: int = 0

    def over(self, base: Theme) -> Theme:
        """This, and `base` where it says nothing."""
        return Theme(
            light=self.light.over(base.light),
            dark=self.dark.over(base.dark),
            heading_font=self.heading_font or base.heading_font,
            text_font=self.text_font or base.text_font,
            logo=self.logo or base.logo,
            spacing=self.spacing or base.spacing,
            width=self.width or base.width,
        )

    def on(self, base: Theme) -> Theme:
        """The whole theme that comes of putting this over a whole one.

        What was chosen for light alone is carried over to dark, and what stands on a colour follows it: whoever
        chooses an accent need not think of the rest.
        """
        whole = self.over(base)
        dark = whole.dark
        if self.light.band and not self.dark.band:
            dark = replace(dark, band=whole.light.band)
        for name in ("accent", "link"):
            if getattr(self.light, name) and not getattr(self.dark, name):
                dark = replace(dark, **{name: _legible_on(getattr(whole.light, name), dark.sheet, dark.page)})
        return replace(whole, light=_followed(self.light, whole.light), dark=_followed(self.dark, dark))


class Pair(NamedTuple):
    """Two colours of which one stands on the other, by their names in `Colours`, and the least contrast they need."""

    front: str
    back: str
    least: float


PAIRS: Final = (
    Pair("text", "sheet", TEXT),
    Pair("muted", "sheet", TEXT),
    Pair("link", "sheet", TEXT),
    Pair("accent", "sheet", TEXT),
    Pair("heading", "sheet", LARGE),
    Pair("text", "page", TEXT),
    Pair("muted", "page", TEXT),
    Pair("link", "page", TEXT),
    Pair("accent", "page", TEXT),
    Pair("heading", "page", LARGE),
    Pair("on_accent", "accent", TEXT),
    Pair("on_band", "band", TEXT),
)
"""What the built-in templates print on what: messages on the sheet, web pages on the page as well."""


class Faint(NamedTuple):
    """Two colours that cannot be told apart well enough.

    Attributes:
        contrast: What they have, 1 to 21.
        better: A colour close to the front one that is legible.
    """

    pair: Pair
    front: str
    back: str
    contrast: float
    better: str


def faint(colours: Colours) -> Iterator[Faint]:
    """The pairs of a whole set of colours whose contrast is too low."""
    for pair in PAIRS:
        front, back = getattr(colours, pair.front), getattr(colours, pair.back)
        found = contrast(front, back)
        if found < pair.least:
            yield Faint(pair, front, back, found, legible(front, back, pair.least))


def read_colour(text: str) -> str:
    """Read `#b93c27` or `#abc`; the same in six small digits.

    Raises:
        ValueError: It is no such colour.
    """
    if not _COLOUR.fullmatch(text):
        raise ValueError(f'expected a colour such as "#b93c27", found {text[:40]!r}')
    digits = text[1:].lower()
    return "#" + ("".join(digit * 2 for digit in digits) if len(digits) == 3 else digits)


def read_fonts(text: str) -> str:
    """Read families in order of preference, `Charter, Georgia, serif`; the same with one space after each comma.

    Raises:
        ValueError: A name has signs that a style sheet would take for something else.
    """
    families = [family.strip().strip("'\"") for family in text.split(",")]
    for family in families:
        if not _FAMILY.fullmatch(family):
            raise ValueError(f"expected names of fonts such as 'Charter, Georgia, serif', found {text[:60]!r}")
    return ", ".join(families)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours `#rrggbb`, 1 to 21 [WCAG 2.2, contrast ratio]."""
    return of_channels(_channels(one), _channels(other))


def legible(front: str, back: str, least: float = TEXT) -> str:
    """`front`, or the closest mixture of it with black or white that has the contrast on `back`.

    Where neither reaches it, whichever of black and white comes closer.
    """
    goal = max(("#000000", "#ffffff"), key=lambda end: contrast(end, back))
    for step in range(101):
        mixed = _mixed(front, goal, step)
        if contrast(mixed, back) >= least:
            return mixed
    return goal


def _legible_on(front: str, *backs: str) -> str:
    """A colour that is legible on each of several that are alike, two dark ones say."""
    for back in backs:
        front = legible(front, back)
    return front


def _followed(chosen: Colours, whole: Colours) -> Colours:
    """The words on an accent or a band whose colour was chosen without theirs: made legible on it."""
    if not chosen.on_accent:
        whole = replace(whole, on_accent=legible(whole.on_accent, whole.accent))
    if not chosen.on_band:
        whole = replace(whole, on_band=legible(whole.on_band, whole.band))
    return whole


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _mixed(one: str, other: str, percent: int) -> str:
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{(mine * (100 - percent) + theirs * percent + 50) // 100:02x}" for mine, theirs in pairs)
