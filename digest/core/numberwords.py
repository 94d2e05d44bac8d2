"""Words that stand for numbers and amounts, by language: what a summary may write in place of an article's."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache

_ONES = {
    "en": "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen",
    "de": "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn "
    "achtzehn neunzehn",
    "fr": "deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit "
    "dix-neuf",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
    "dieciocho diecinueve",
    "pt": "dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis dezessete dezoito "
    "dezenove",
    "ru": "два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать "
    "пятнадцать шестнадцать семнадцать восемнадцать девятнадцать",
}
_TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "de": "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
    "fr": "vingt trente quarante cinquante soixante",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    "pt": "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa",
    "ru": "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто",
}
# From 'first' on; those of German are made of its numbers, but for a few.
_ORDINALS = {
    "en": "first second third fourth fifth sixth seventh eighth ninth tenth",
    "fr": "première deuxième troisième quatrième cinquième sixième septième huitième neuvième dixième",
    "es": "primera segunda tercera",
    "pt": "primeira segunda terceira",
}
_MORE = {
    "de": {"zwo": 2, "ein": 1},
    "es": {"cien": 100, "primer": 1, "primero": 1, "segundo": 2, "tercer": 3, "tercero": 3},
    "pt": {"duas": 2, "cem": 100, "primeiro": 1, "segundo": 2, "terceiro": 3},
    "fr": {"cent": 100, "premier": 1},
    "ru": {"две": 2},
}
_GERMAN_ORDINALS = {"erst": 1, "dritt": 3, "siebt": 7, "acht": 8}
OFTEN_OTHERWISE = {"fr": frozenset({"neuf"}), "de": frozenset({"ein", "achten"})}
"""Words that most often mean something else, by language."""

_LOOSE = (
    "half halves twice double doubled doubling triple tripled tripling quadrupled dozen dozens tens hundred hundreds "
    "thousand thousands million millions billion billions trillion trillions quarter majority hattrick "
    "hälfte doppelt verdoppelt verdoppelte dutzend dutzende hunderte tausende millionen milliarden mehrheit "
    "moitié doublé douzaine douzaines centaines milliers milliards majorité mitad doble docena docenas cientos miles "
    "millones mayoría metade dobro dúzia centenas milhares milhões maioria половина вдвое десятки сотни тысячи "
    "миллионы миллиарды большинство"
)
LOOSE = frozenset(_LOOSE.split())
"""Amounts without a figure: they must stand in the article as they are."""
_PARTS = "quarters thirds fifths tenths drittel viertel fünftel zehntel tiers tercio tercios terço terços"
PARTS = frozenset(_PARTS.split())
"""Parts of a whole: they must stand in the article with the number before them."""

_SCALES = {
    "hundred": 10**2,
    "thousand tsd mil mille milliers thousands tausend тыс тысяч тысячи": 10**3,
    "million millions mn mio millionen millón millones milhão milhões млн миллион миллиона миллионов": 10**6,
    "billion billions bn milliarde milliarden mrd milliard milliards bilhão bilhões млрд миллиард миллиарда "
    "миллиардов": 10**9,
    "trillion trillions tn billionen trilhão trilhões трлн": 10**12,
}
# Right after a figure, as in '€5m' and '20k'.
GLUED_SCALES = {"k": 10**3, "m": 10**6, "bn": 10**9, "b": 10**9, "tn": 10**12, "mn": 10**6}


@cache
def scales() -> dict[str, int]:
    """Words that multiply the number before them, in lower case; without the stop of an abbreviation."""
    return {word: factor for words, factor in _SCALES.items() for word in words.split()}


@cache
def spelled(language: str) -> dict[str, int]:
    """The numbers a language spells in one word, in lower case, from two on: "one" is most often no number.

    Args:
        language: Its code, `en`; of one that is not known none.
    """
    numbers = {word: number for number, word in enumerate(_ONES.get(language, "").split(), start=2)}
    tens = {word: 10 * number for number, word in enumerate(_TENS.get(language, "").split(), start=2)}
    ordinals = {word: number for number, word in enumerate(_ORDINALS.get(language, "").split(), start=1)}
    if language == "en":
        # 'twenty-one' to 'ninety-nine'.
        ones = {"one": 1} | {word: number for word, number in numbers.items() if number < 10}
        tens |= {f"{ten}-{one}": value + number for ten, value in tens.items() for one, number in ones.items()}
    return numbers | tens | ordinals | _MORE.get(language, {})


def number_of(word: str, language: str) -> Fraction | None:
    """The number that a word stands for.

    Args:
        word: In lower case.
        language: Code of its language.

    Returns:
        None for a word that is no number, or most often is none.
    """
    if word in OFTEN_OTHERWISE.get(language, ()):
        return None
    known = spelled(language).get(word)
    if known is not None:
        return Fraction(known)
    return _german(word) if language == "de" else None


def _german(word: str) -> Fraction | None:
    """A number as German puts it together: zweieinhalb, einundzwanzig, dreitausendfünfhundert, vierten."""
    if word == "anderthalb":
        return Fraction(3, 2)
    if word.endswith("einhalb"):
        whole = _german_whole(word.removesuffix("einhalb"))
        return None if whole is None else whole + Fraction(1, 2)
    if found := re.fullmatch(r"(.+t)e[nmrs]?", word):
        stem = found[1]
        ordinal = _GERMAN_ORDINALS.get(stem) or _german_whole(re.sub(r"s?t$", "", stem))
        return None if ordinal is None else Fraction(ordinal)
    value = _german_whole(word)
    return None if value is None else Fraction(value)


def _german_whole(word: str) -> int | None:
    for mark, factor in (("tausend", 1000), ("hundert", 100)):
        if mark in word:
            before, _, after = word.partition(mark)
            many = _german_whole(before) if before else 1
            rest = _german_whole(after.removeprefix("und")) if after else 0
            return None if many is None or rest is None else many * factor + rest
    known = spelled("de")
    ones, joined, tens = word.partition("und")
    if joined and known.get(ones, 10) < 10 and known.get(tens, 0) % 10 == 0 < known.get(tens, 0):
        return known[ones] + known[tens]
    return known.get(word)
