"""How well a colour is told from another [WCAG 2.2, relative luminance and contrast ratio]. Pure."""

from __future__ import annotations

from typing import TypeAlias

TEXT, LARGE = 4.5, 3.0
"""The contrast that text needs, and text that is large or bold enough [WCAG 2.2, 1.4.3]."""

Channels: TypeAlias = "tuple[float, float, float]"
"""Red, green and blue from 0 to 255."""


def luminance(channels: Channels) -> float:
    """Relative, from 0 to 1."""
    red, green, blue = (
        value / 12.92 if (value := channel / 255) <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Channels, other: Channels) -> float:
    """From 1, none, to 21, black on white."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)
