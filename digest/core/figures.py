"""The figures of a text: its numbers with what they count, its scores and its dates, however they are written."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING

from digest.core.countedin import BETWEEN, OFTEN_LEFT_OUT, TWO_WORD_UNITS, UNITS
from digest.core.figuredays import days_in, same_day
from digest.core.numberwords import GLUED_SCALES, LOOSE, PARTS, number_of, scales

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from digest.core.figuredays import Day

MOST_DIGITS = 30
"""A longer run of digits is no number: it is compared as text."""

_GROUPED = r"\d{1,3}(?:[ '’]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)*"
_BEFORE = r"(?:(?P<before>(?:[A-Za-z]{1,3})?[$€£¥₹₽₩₿]|\b[A-Z]{3}) ?)?"
# Looked at and not taken: it may be what the next number begins with.
_AFTER = r"(?=(?P<after>(?:[- ]?[^\W\d_]+\.?|[ ]?[%€$£¥₹₽₩₿°]){0,4}))"
_NUMBER = re.compile(rf"{_BEFORE}(?P<digits>{_GROUPED})(?P<glued>(?:bn|tn|mn|[kmbKMB])\b)?{_AFTER}")
# What the first of two numbers counts is said with the second: '5 to 7 percent'.
_RANGE = re.compile(r" ?(?:-|to|and|or|until|bis|und|oder|à|et|ou|a|y|o|e|до|и) ?")
_SCORE = re.compile(r"[-:]")
_HIGHEST_SCORE = 200
_CLOCK = re.compile(r"(?<![\d:])((?:[01]?\d|2[0-4])):([0-5]\d)(?![\d:])")
_MINUS_BEFORE = re.compile(r"(?:(?:^|(?:^|[^\d]) |[(\"'])-|\b(?:minus|moins|menos|минус) )\Z", re.IGNORECASE)
_MINUS_AFTER = re.compile(r"\b(?:below zero|unter null|sous zéro|bajo cero|abaixo de zero|ниже нуля)\b", re.IGNORECASE)
_ORDINAL = re.compile(r"^(?:st|nd|rd|th|er|e|º|ª)(?= |-|$)")
_PART = re.compile(r"[^\W\d_]+|[%€$£¥₹₽₩₿]")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SAID = re.compile(r"[- ]?[^\W\d_]+\.?|[ ]?[%€$£¥₹₽₩₿°]")
_STEM = 5
"""Letters by which a counted word is known again: workers, worker."""
_NEAR = 3
"""Words after a number among which the one it counts stands."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number as a text has it.

    Attributes:
        meanings: What it may mean, and what it counts: "%", "point", a currency's code, a measure, or empty. 1.000 is a
            thousand or one; 5 in '5 to 7 percent' a number or percents.
        text: As it is written, with what follows.
        spare: Whether it need not be looked up: it is part of a date, or of a number that may be read in two ways.
        near: The words right after it, by their first letters; none where its unit is known, or a stop follows.
    """

    meanings: frozenset[tuple[Fraction, str]]
    text: str
    spare: bool = False
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of a text.

    Attributes:
        loose: Amounts without a figure: "dozens".
        scores: Pairs of small numbers, `3-1`; those of '3 to 1' too.
        score: The first that is written as one; empty when there is none.
    """

    numbers: tuple[Number, ...]
    days: tuple[Day, ...]
    loose: frozenset[str]
    scores: frozenset[tuple[str, str]]
    score: tuple[tuple[str, str], ...]


def plain(text: str) -> str:
    """A text with one kind of quotation marks, dashes and spaces, and no invisible characters."""
    folded = unicodedata.normalize("NFKC", text)
    return " ".join(folded.translate(_ALIKE).split())


_ALIKE = {
    **dict.fromkeys(map(ord, "“”„‟«»″「」『』〝〞〟"), '"'),
    **dict.fromkeys(map(ord, "’‘‛‚‹›`´′"), "'"),
    **dict.fromkeys(map(ord, "‐‑‒–—―−"), "-"),
    **dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")),
}


def figures(text: str, language: str, common: Collection[str] = ()) -> Figures:
    """The figures of a text that is `plain`.

    Args:
        text: The text.
        language: Code of its language, for numbers in words.
        common: Words of the language that nothing is counted in, in lower case.
    """
    text = _CLOCK.sub(r"\1.\2", text)  # 5:30 is 5.30, at the same place
    days = tuple(days_in(text))
    digits = list(_NUMBER.finditer(text))
    pairs = list(_scores(text, digits))
    numbers = (*_in_digits(text, digits, days, language, common), *_in_words(text, language, common))
    written = tuple(pair for pair, as_score in pairs if as_score)
    return Figures(numbers, days, frozenset(_loose(text, language)), frozenset(pair for pair, _ in pairs), written)


def unsupported(said: Figures, known: Figures) -> str:
    """The first figure of one text that another does not have; empty when it has them all.

    Args:
        said: Of the text that is judged.
        known: Of the one it must stand in.
    """
    values = {value for number in known.numbers for value, _ in number.meanings}
    for day in said.days:
        if not any(same_day(day, other, values) for other in known.days):
            return day.text
    for number in said.numbers:
        if number.spare:
            continue
        if not any(_same_number(number, other) for other in known.numbers):
            return number.text
        if _counts_else(number, known.numbers):
            return number.text
    for first, second in said.score:
        if known.score and (first, second) not in known.scores:
            return f"{first}-{second}"
    return next(iter(sorted(said.loose - known.loose)), "")


def _same_number(said: Number, known: Number) -> bool:
    return any(
        value == its_value
        and (not unit or unit == its_unit or (unit in OFTEN_LEFT_OUT and not its_unit and not known.spare))
        for value, unit in said.meanings
        for its_value, its_unit in known.meanings
    )


def _counts_else(said: Number, known: Sequence[Number]) -> bool:
    """Whether the other text counts something else by this number, and by other numbers what this one counts."""
    if not said.near:
        return False
    same = [number for number in known if _same_number(said, number)]
    counted = said.near[0]
    elsewhere = (
        counted not in number.near if number.near else all(unit for _, unit in number.meanings) for number in same
    )
    return all(elsewhere) and any(number.near[:1] == (counted,) for number in known)


def _loose(text: str, language: str) -> Iterator[str]:
    """Amounts without a figure before them, and parts of a whole."""
    counted, before = False, ""
    for word in re.findall(r"[^\W_]+(?:[.,][^\W_]+)*", re.sub(r"\bhat[- ]trick", "hattrick", text.lower())):
        if word in PARTS:
            yield f"{before} {word}".strip()
        elif word in LOOSE and not counted:
            yield word
        # 'two million', '2 mil millones'
        number = word[:1].isdigit() or number_of(word, language) is not None
        counted, before = number or (counted and word in scales()), word if number else ""


def _scores(text: str, digits: Sequence[re.Match[str]]) -> Iterator[tuple[tuple[str, str], bool]]:
    """Small numbers in pairs, and whether they are written as a score is."""
    for found, following in pairwise(digits):
        first, second = found["digits"], following["digits"]
        if found["before"] or found["glued"] or not (_small(first) and _small(second)):
            continue
        between = text[found.end() : following.start()]
        if _SCORE.fullmatch(between) or _RANGE.fullmatch(between):
            yield (first, second), _SCORE.fullmatch(between) is not None


def _small(digits: str) -> bool:
    return len(digits) <= len(str(_HIGHEST_SCORE)) and digits.isdecimal() and int(digits) < _HIGHEST_SCORE


def _in_digits(
    text: str, numbers: Sequence[re.Match[str]], days: Sequence[Day], language: str, common: Collection[str]
) -> Iterator[Number]:
    for found, following in zip_longest(numbers, numbers[1:]):
        counted = _meanings(found, language)
        if following and _RANGE.fullmatch(text, found.end(), following.start()):
            counted |= {
                (unit or its_unit, its_factor)
                for unit, factor in counted
                for its_unit, its_factor in _meanings(following, language)
                if factor == 1 and (not unit or not its_unit or unit == its_unit)
            }
        sign = -1 if _MINUS_BEFORE.search(text[: found.start()][-12:]) or _MINUS_AFTER.search(found["after"]) else 1
        values = readings(found["digits"], language)
        meanings = frozenset((sign * value * factor, unit) for value in values for unit, factor in counted)
        dated = any(day.span[0] <= found.start("digits") < day.span[1] for day in days)
        bare = counted == {("", 1)}
        near = _near(_ORDINAL.sub("", found["after"]), common) if bare and not dated else ()
        yield Number(meanings, _as_said(found[0], found["after"]), spare=dated, near=near)
        # 'in May 12 345 people' may be two numbers, though it looks like one.
        if " " in found["digits"]:
            yield from (Number(_plainly(part, language), part, spare=True) for part in found["digits"].split())


def _plainly(digits: str, language: str) -> frozenset[tuple[Fraction, str]]:
    return frozenset((value, "") for value in readings(digits, language))


def _as_said(number: str, after: str) -> str:
    """A number with the word after it, and those that multiply it."""
    words: list[str] = []
    for word in _SAID.findall(after):
        words.append(word)
        if word.strip(" -.").lower() not in scales():
            break
    return (number + "".join(words)).strip().rstrip(".")


def _near(after: str, common: Collection[str]) -> tuple[str, ...]:
    """The words that follow a number, up to a stop; none where the first says nothing of what is counted."""
    words = after.partition(".")[0].lower().replace("-", " ").split()[:_NEAR]
    if not words or words[0] in common or words[0] in scales() or not words[0].isalpha() or len(words[0]) < _NEAR:
        return ()
    return tuple(word[:_STEM] for word in words)


def _meanings(found: re.Match[str], language: str) -> set[tuple[str, int]]:
    """What a number counts, and by how much it is multiplied: 5m is five millions, or metres."""
    unit, factor = _meaning(found["before"], found["glued"], found["after"], language)
    return {(unit, factor), ("metre", 1)} if found["glued"] == "m" and not unit else {(unit, factor)}


def _meaning(before: str | None, glued: str | None, after: str, language: str) -> tuple[str, int]:
    factor = GLUED_SCALES.get((glued or "").lower(), 1)
    unit = UNITS.get((before or "").lower(), "")
    words = [part.lower() for part in _PART.findall(_ORDINAL.sub("", after))]
    while words and words[0] in scales():  # 'mil millones'
        factor *= scales()[words.pop(0)]
    while words and words[0] in BETWEEN:
        words.pop(0)
    if not unit and words:
        unit = TWO_WORD_UNITS.get((words[0], words[1]), "") if len(words) > 1 else ""
        unit = unit or UNITS.get(words[0], "")
    if unit == "%" and len(words) > 1 and words[1].startswith(("point", "punkt")):
        unit = "point"
    if unit == "am" and language == "de":  # 'um 3 am Montag'
        unit = ""
    return unit, factor


def readings(digits: str, language: str = "") -> frozenset[Fraction]:
    """What a number in digits may mean: of '1.500' one and a half, or fifteen hundred.

    Args:
        digits: With '.', ',', an apostrophe or a space between them.
        language: Code of the language of its text, which says what stands between thousands; empty when not known.
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
    marks = re.findall(r"[.,]", bare)
    if len(parts) == 2:
        if not groups or parts[0] == "0":
            return frozenset({decimal})
        # Nobody writes 3.000 for three.
        thousands = "," if language == "en" else "." if language else ""
        return frozenset({whole} if parts[1] == "000" or marks[0] == thousands else {whole, decimal})
    if marks[-1] != marks[0] and marks.count(marks[-1]) == 1:
        return frozenset({decimal})
    # Several equal marks: thousands, or the parts of a date, a version, a section.
    return frozenset({whole} if groups else map(Fraction, parts))


def _in_words(text: str, language: str, common: Collection[str]) -> Iterator[Number]:
    for found in _WORD.finditer(text):
        word, value, times = found[0].lower(), None, False
        if found[0].isupper() and len(word) < 4:
            continue
        rest = text[found.end() : found.end() + 60]
        value = number_of(word, language)
        if value is None and "-" in word:  # 'two-year'
            word, _, more = word.partition("-")
            rest = f" {more}{rest}"
            value = number_of(word, language)
        if value is None and language == "de":
            times = word.endswith(("mal", "fach"))
            value = number_of(re.sub("(?:mal|fach)$", "", word), language) if times else None
        if value is None:
            continue
        after = re.match(r"(?:[- ][^\W\d_]+\.?){0,4}", rest)
        following = after[0] if after else ""
        if following[1:].partition(" ")[0].lower() in PARTS:
            continue
        unit, factor = ("times", 1) if times else _meaning(None, None, following, language)
        near = _near(following, common) if not unit and factor == 1 else ()
        if value == 1 and not near:  # 'said first'
            continue
        yield Number(frozenset({(value * factor, unit)}), _as_said(found[0], following), near=near)
