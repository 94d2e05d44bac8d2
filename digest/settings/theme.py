"""The theme in config.yaml: what is to differ from the look that a set of templates brings.

Annotations are not postponed here: pydantic reads them while the classes are made.
"""

import os
from dataclasses import fields
from pathlib import PurePosixPath
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, Strict, WithJsonSchema, model_validator

from digest.core.theme import Colours, Logo, Theme, read_colour, read_fonts
from digest.settings.addresses import parse_web_address
from digest.settings.kinds import Line, MistakeAtError
from digest.settings.parts import Shape
from digest.yamlwords import describe

_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")


def _colour(value: Any) -> str:
    try:
        return read_colour(value if isinstance(value, str) else "")
    except ValueError as error:
        # Without quotes, what follows '#' is a comment of YAML, and digits are a number.
        raise ValueError(f'expected a colour such as "#b93c27", in quotes, found {describe(value)}') from error


def _picture(value: str) -> str:
    expected = "expected the https address of a picture such as https://news.example.org/logo.png"
    if parse_web_address(value, expected).scheme != "https":
        raise ValueError(f"{expected}, found {describe(value)}")
    return value


def _file(value: str) -> str:
    path = PurePosixPath(os.path.normpath(value))
    if path.is_absolute() or ".." in path.parts or path.suffix.lower() not in _SUFFIXES:
        raise ValueError(
            "expected the path of a picture in this file's folder such as images/logo.svg, ending in "
            f"{', '.join(_SUFFIXES)}; found {describe(value)}"
        )
    return str(path)


Colour = Annotated[str, BeforeValidator(_colour), WithJsonSchema({"type": "string", "pattern": "^#[0-9A-Fa-f]{3,6}$"})]
Fonts = Annotated[str, AfterValidator(read_fonts)]
Picture = Annotated[str, AfterValidator(_picture), WithJsonSchema({"type": "string", "pattern": "^https://"})]
PictureFile = Annotated[str, AfterValidator(_file)]
Pixels = Annotated[int, Strict(), Field(ge=16, le=600)]
Spacing = Annotated[int, Strict(), Field(ge=12, le=48)]
Width = Annotated[int, Strict(), Field(ge=480, le=720)]


class ColoursShape(Shape):
    """Colours by what they are for; those left out are the template's own."""

    model_config = ConfigDict(title="colours")

    page: Colour | None = Field(default=None, description="Behind everything.", examples=["#f3eee5"])
    sheet: Colour | None = Field(default=None, description="Behind the text.", examples=["#ffffff"])
    text: Colour | None = Field(default=None, description="What is read.", examples=["#2b3345"])
    muted: Colour | None = Field(default=None, description="Dates, authors, credits.", examples=["#5b6475"])
    heading: Colour | None = Field(default=None, description="Titles.", examples=["#14213d"])
    link: Colour | None = Field(default=None, description="Links and categories.", examples=["#1f6f6b"])
    accent: Colour | None = Field(default=None, description="Buttons and numerals.", examples=["#b93c27"])
    on_accent: Colour | None = Field(
        default=None, description="Words on a button; a legible one when left out.", examples=["#ffffff"]
    )
    band: Colour | None = Field(
        default=None, description="Behind the newsletter's name and the footer.", examples=["#14213d"]
    )
    on_band: Colour | None = Field(
        default=None, description="Words on the band; a legible one when left out.", examples=["#ffffff"]
    )
    line: Colour | None = Field(default=None, description="Rules between stories.", examples=["#e4dccd"])

    @model_validator(mode="before")
    @classmethod
    def _quoted(cls, given: Any) -> Any:
        """Refuse a colour with nothing behind its key: without quotes it is a comment of YAML."""
        empty = [key for key, value in given.items() if value is None] if isinstance(given, dict) else []
        if empty:
            raise MistakeAtError(empty[0], 'expected a colour such as "#b93c27", in quotes')
        return given

    def colours(self) -> Colours:
        """The colours as rendering needs them."""
        return Colours(*(getattr(self, each.name) or "" for each in fields(Colours)))


class FontsShape(Shape):
    """Fonts; a reader's program takes the first of each that it has."""

    model_config = ConfigDict(title="fonts")

    heading: Fonts | None = Field(default=None, description="Of titles.", examples=["Charter, Georgia, serif"])
    text: Fonts | None = Field(default=None, description="Of all else.", examples=["Verdana, Arial, sans-serif"])


class LogoShape(Shape):
    """A picture above the newsletter's name."""

    model_config = ConfigDict(
        title="logo", json_schema_extra={"oneOf": [{"required": ["url"]}, {"required": ["file"]}]}
    )

    url: Picture | None = Field(
        default=None,
        description="Where it is served: PNG, JPEG or GIF, twice as wide as it is shown.",
        examples=["https://news.example.org/logo.png"],
    )
    file: PictureFile | None = Field(
        default=None,
        description="In place of 'url': a picture in this file's folder, published with each edition.",
        examples=["images/logo.svg"],
    )
    alt: Line = Field(description="What it says, for those who do not see it.", examples=["Example Press"])
    width: Pixels = Field(default=160, description="Pixels it is shown wide; 160 when left out.", examples=[160])

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.url is None) == (self.file is None):
            raise ValueError(
                f"a logo has 'url' or 'file', and this one has {'neither' if self.url is None else 'both'}; "
                "for example file: images/logo.svg"
            )
        return self

    def logo(self) -> Logo:
        """The logo as rendering needs it."""
        return Logo(self.url or "", self.alt, self.width, self.file or "")


class ThemeShape(Shape):
    """What differs from the look of the template: colours, fonts, logo, spacing."""

    model_config = ConfigDict(title="theme")

    colours: ColoursShape = Field(default=ColoursShape(), description="By day, and everywhere but in dark mode.")
    dark: ColoursShape = Field(
        default=ColoursShape(), description="In dark mode; an accent or a band of 'colours' is carried over."
    )
    fonts: FontsShape = Field(default=FontsShape(), description="Fonts of titles and of text.")
    logo: LogoShape | None = Field(default=None, description="A picture above the newsletter's name.")
    spacing: Spacing | None = Field(
        default=None, description="Pixels between the text and the edge, 12 to 48.", examples=[32]
    )
    width: Width | None = Field(default=None, description="Pixels of the sheet at most, 480 to 720.", examples=[640])

    def theme(self) -> Theme:
        """The theme as rendering needs it."""
        return Theme(
            light=self.colours.colours(),
            dark=self.dark.colours(),
            heading_font=self.fonts.heading or "",
            text_font=self.fonts.text or "",
            logo=self.logo.logo() if self.logo else None,
            spacing=self.spacing or 0,
            width=self.width or 0,
        )
