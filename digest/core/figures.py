"""The figures of a text: its numbers with what they count, and its dates, however they are written."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from itertools import zip_longest
from typing import TYPE_CHECKING

from digest.core.numberwords import (
    GLUED_SCALES,
    LOOSE,
    MONTHS,
    NEW_IN_FRENCH,
    TWO_WORD_UNITS,
    UNITS,
    scales,
    spelled,
)

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

MOST_DIGITS = 30
"""A longer run of digits is no number: it is compared as text."""

_GROUPED = r"\d{1,3}(?:[ '’]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)*"
_BEFORE = r"(?:(?P<before>(?:[A-Za-z]{1,3})?[$€£¥₹₽₩₿]|\b[A-Z]{3}) ?)?"
# Looked at and not taken: it may be what the next number begins with.
_AFTER = r"(?=(?P<after>(?:[- ]?[^\W\d_]+\.?|[ ]?[%€$£¥₹₽₩₿]){0,4}))"
_NUMBER = re.compile(rf"{_BEFORE}(?P<digits>{_GROUPED})(?P<glued>(?:bn|tn|mn|[kmbKMB])\b)?{_AFTER}")
# What the first of two numbers counts is said with the second: '5 to 7 percent'.
_RANGE = re.compile(r" ?(?:-|to|and|or|bis|und|oder|à|et|ou|a|y|o|e|до|и) ?")
_PART = re.compile(r"[^\W\d_]+|[%€$£¥₹₽₩₿]")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)?")
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_DOTTED = re.compile(r"\b(\d{1,2})[./](\d{1,2})[./](\d{4}|\d{2})\b")
_NAME = r"(?P<month>[^\W\d_]{3,})\.?"
_YEAR = r"(?P<year>\d{4})"
_DAY_FIRST = re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|\.|º)? (?:de |of )?{_NAME}(?:,? (?:de )?{_YEAR})?")
_MONTH_FIRST = re.compile(rf"\b{_NAME} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d|[.,:]\d)(?:,? (?P<year>\d{{4}})\b)?")
_NOT_SMALL = frozenset({"dec", "fev", "jan", "mar", "may", "march", "out", "set"})
_MONTH_ALONE = re.compile(rf"\b{_NAME}(?: (?:de )?{_YEAR}\b)?")


@dataclass(frozen=True, slots=True)
class Number:
    """A number as a text has it.

    Attributes:
        meanings: What it may mean, and what it counts: "%", "point", a currency's code, or empty. 1.000 is a thousand
            or one; 5 in '5 to 7 percent' a number or percents.
        text: As it is written.
        spare: Whether it need not be looked up: it is part of a date, or of a number that may be read in two ways.
    """

    meanings: frozenset[tuple[Fraction, str]]
    text: str
    spare: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """A date as a text has it.

    Attributes:
        meanings: Day, month and year; what it leaves out is 0. 3/4/2026 is one day in Europe and another in America.
        text: As it is written.
        span: Where it stands.
    """

    meanings: frozenset[tuple[int, int, int]]
    text: str
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of a text.

    Attributes:
        loose: Amounts without a figure: "dozens".
    """

    numbers: tuple[Number, ...]
    days: tuple[Day, ...]
    loose: frozenset[str]


def plain(text: str) -> str:
    """A text with one kind of quotation marks, dashes and spaces, and no invisible characters."""
    folded = unicodedata.normalize("NFKC", text)
    return " ".join(folded.translate(_ALIKE).split())


_ALIKE = {
    **dict.fromkeys(map(ord, "“”„‟«»″"), '"'),
    **dict.fromkeys(map(ord, "’‘‛`´′"), "'"),
    **dict.fromkeys(map(ord, "‐‑‒–—―−"), "-"),
    **dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")),
}


def figures(text: str, language: str) -> Figures:
    """The figures of a text that is `plain`.

    Args:
        text: The text.
        language: Code of its language, for numbers in words.
    """
    days = tuple(_days(text))
    numbers = (*_in_digits(text, days), *_in_words(text, language))
    return Figures(numbers, days, frozenset(_loose(text, spelled(language))))


def unsupported(said: Figures, known: Figures) -> str:
    """The first figure of one text that another does not have; empty when it has them all.

    Args:
        said: Of the text that is judged.
        known: Of the one it must stand in.
    """
    values = {value for number in known.numbers for value, _ in number.meanings}
    for day in said.days:
        if not any(_same_day(day, other, values) for other in known.days):
            return day.text
    for number in said.numbers:
        if not number.spare and not any(_same_number(number, other) for other in known.numbers):
            return number.text
    return next(iter(sorted(said.loose - known.loose)), "")


def _same_day(said: Day, known: Day, values: Container[int | Fraction]) -> bool:
    """Whether they are one day, as far as both say it; a year that the other one leaves out stands elsewhere."""
    return any(
        day in (0, its_day)
        and month == its_month
        and (not year or year == its_year or (not its_year and year in values))
        for day, month, year in said.meanings
        for its_day, its_month, its_year in known.meanings
    )


def _same_number(said: Number, known: Number) -> bool:
    return any(
        value == its_value and (not unit or unit == its_unit)
        for value, unit in said.meanings
        for its_value, its_unit in known.meanings
    )


def _loose(text: str, numbers: Container[str]) -> Iterator[str]:
    """Amounts without a figure before them."""
    counted = False
    for word in re.findall(r"\w+(?:[.,-]\w+)*", text.lower()):
        if word in LOOSE and not counted:
            yield word
        # 'two million', '2 mil millones'
        counted = word[:1].isdigit() or word in numbers or (counted and word in scales())


def _in_digits(text: str, days: Sequence[Day]) -> Iterator[Number]:
    numbers = list(_NUMBER.finditer(text))
    for found, following in zip_longest(numbers, numbers[1:]):
        counted = {_meaning(found["before"], found["glued"], found["after"])}
        if counted == {("", 1)} and following and _RANGE.fullmatch(text, found.end(), following.start()):
            counted.add(_meaning(following["before"], following["glued"], following["after"]))
        values = readings(found["digits"])
        meanings = frozenset((value * factor, unit) for value in values for unit, factor in counted)
        dated = any(day.span[0] <= found.start("digits") < day.span[1] for day in days)
        yield Number(meanings, found[0].strip(), spare=dated)
        # 'in May 12 345 people' may be two numbers, though it looks like one.
        if " " in found["digits"]:
            yield from (Number(_plainly(part), part, spare=True) for part in found["digits"].split())


def _plainly(digits: str) -> frozenset[tuple[Fraction, str]]:
    return frozenset((value, "") for value in readings(digits))


def _meaning(before: str | None, glued: str | None, after: str) -> tuple[str, int]:
    """What a number counts, and by how much it is multiplied."""
    factor = GLUED_SCALES.get((glued or "").lower(), 1)
    unit = UNITS.get((before or "").lower(), "")
    words = [part.lower() for part in _PART.findall(after)]
    while words and words[0] in scales():  # 'mil millones'
        factor *= scales()[words.pop(0)]
    words = [word for word in words if word not in ("de", "d", "of", "us")]  # 'millones de euros'
    if not unit and words:
        unit = TWO_WORD_UNITS.get((words[0], words[1]), "") if len(words) > 1 else ""
        unit = unit or UNITS.get(words[0], "")
    if unit == "%" and len(words) > 1 and words[1].startswith(("point", "punkt")):
        unit = "point"
    return unit, factor


def readings(digits: str) -> frozenset[Fraction]:
    """What a number in digits may mean: of '1.500' one and a half, or fifteen hundred.

    Args:
        digits: With '.', ',', an apostrophe or a space between them.
    """
    bare = re.sub(r"[ '’]", "", digits)
    if len(bare) > MOST_DIGITS:
        return frozenset()
    parts = re.split(r"[.,]", bare)
    whole = Fraction("".join(parts))
    if len(parts) == 1:
        return frozenset({whole})
    groups = all(len(part) == 3 for part in parts[1:]) and 1 <= len(parts[0]) <= 3
    decimal = Fraction(f"{''.join(parts[:-1])}.{parts[-1]}")
    if len(parts) == 2:
        return frozenset({whole, decimal} if groups and parts[0] != "0" else {decimal})
    marks = re.findall(r"[.,]", bare)
    if marks[-1] != marks[0] and marks.count(marks[-1]) == 1:
        return frozenset({decimal})
    # Several equal marks: thousands, or the parts of a date, a version, a section.
    return frozenset({whole} if groups else map(Fraction, parts))


def _in_words(text: str, language: str) -> Iterator[Number]:
    known = spelled(language)
    words = list(_WORD.finditer(text))
    for place, found in enumerate(words):
        word = found[0].lower()
        if word not in known or word in NEW_IN_FRENCH or (found[0].isupper() and len(word) < 4):
            continue
        following = " ".join(each[0] for each in words[place + 1 : place + 4])
        unit, factor = _meaning(None, None, " " + following)
        yield Number(frozenset({(Fraction(known[word] * factor), unit)}), found[0])


def _days(text: str) -> Iterator[Day]:
    for found in _ISO.finditer(text):
        yield from _valid(found, (int(found[3]), int(found[2]), int(found[1])))
    for found in _DOTTED.finditer(text):
        first, second, year = int(found[1]), int(found[2]), int(found[3])
        full = year + 2000 if year < 100 else year
        yield from _valid(found, (first, second, full), (second, first, full))
    for pattern in (_DAY_FIRST, _MONTH_FIRST):
        for found in pattern.finditer(text):
            if month := _month(found["month"]):
                yield from _valid(found, (int(found["day"]), month, int(found["year"] or 0)))
    for found in _MONTH_ALONE.finditer(text):
        # Of the short forms some are other words.
        if (month := _month(found["month"])) and (found["year"] or len(found["month"]) > 3):
            yield Day(frozenset({(0, month, int(found["year"] or 0))}), found[0].strip(" ."), found.span())


def _month(word: str) -> int:
    """The month a word names, 0 for none; verbs and articles that look like one are written small."""
    if word.islower() and word in _NOT_SMALL:
        return 0
    return MONTHS.get(word.lower(), 0)


def _valid(found: re.Match[str], *meanings: tuple[int, int, int]) -> Iterator[Day]:
    real = frozenset(each for each in meanings if 1 <= each[0] <= 31 and 1 <= each[1] <= 12)
    if real:
        yield Day(real, found[0].strip(" ."), found.span())
