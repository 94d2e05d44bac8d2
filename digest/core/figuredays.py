"""The dates of a text, however they are written; the words of months."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from fractions import Fraction

_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_DOTTED = re.compile(r"\b(\d{1,2})[./](\d{1,2})[./](\d{4}|\d{2})\b")
_NAME = r"(?P<month>[^\W\d_]{3,})\.?"
_YEAR = r"(?P<year>\d{4})"
_DAY_FIRST = re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|\.|º)? (?:de |of )?{_NAME}(?:,? (?:de )?{_YEAR})?")
_MONTH_FIRST = re.compile(rf"\b{_NAME} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d|[.,:]\d)(?:,? (?P<year>\d{{4}})\b)?")
_NOT_SMALL = frozenset({"dec", "fev", "jan", "mar", "may", "march", "out", "set"})
_MONTH_ALONE = re.compile(rf"\b{_NAME}(?: (?:de )?{_YEAR}\b)?")

_MONTHS = (
    "january jan januar jänner janvier janv enero ene janeiro january января январь",
    "february feb februar fév février febrero fevereiro fev февраля февраль",
    "march mar märz mrz mars marzo março марта март",
    "april apr avril avr abril abr апреля апрель",
    "may mai mayo maio мая май",
    "june jun juni juin junio junho июня июнь",
    "july jul juli juillet juil julio julho июля июль",
    "august aug août agosto ago августа август",
    "september sep sept septembre septiembre setembro set сентября сентябрь",
    "october oct oktober okt octobre octubre outubro out октября октябрь",
    "november nov novembre noviembre novembro ноября ноябрь",
    "december dec dezember dez décembre déc diciembre dic dezembro декабря декабрь",
)
MONTHS = {word: number for number, words in enumerate(_MONTHS, start=1) for word in words.split()}
"""Names of months in lower case."""


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


def same_day(said: Day, known: Day, values: Container[int | Fraction]) -> bool:
    """Whether they are one day, as far as both say it; a year that the other one leaves out stands elsewhere."""
    return any(
        day in (0, its_day)
        and month == its_month
        and (not year or year == its_year or (not its_year and year in values))
        for day, month, year in said.meanings
        for its_day, its_month, its_year in known.meanings
    )


def days_in(text: str) -> Iterator[Day]:
    """The dates of a text that is plain; one may be found in two ways."""
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
