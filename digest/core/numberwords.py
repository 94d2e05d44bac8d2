"""Words that stand for numbers, amounts and months, by language: what a summary may write in place of an article's."""

from __future__ import annotations

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
_ORDINALS = {
    "en": "third fourth fifth sixth seventh eighth ninth tenth",
    "de": "dritte vierte fünfte sechste siebte achte neunte zehnte",
    "fr": "troisième quatrième cinquième sixième septième huitième neuvième dixième",
}
_MORE = {"de": {"zwo": 2}, "es": {"cien": 100}, "pt": {"duas": 2, "cem": 100}, "fr": {"cent": 100}, "ru": {"две": 2}}
NEW_IN_FRENCH = frozenset({"neuf"})
"""A word that also means something else."""

_LOOSE = (
    "half halves twice double doubled doubling triple tripled tripling quadrupled dozen dozens tens hundred hundreds "
    "thousand thousands million millions billion billions trillion trillions quarter quarters majority "
    "hälfte doppelt verdoppelt verdoppelte dutzend dutzende hunderte tausende millionen milliarden viertel mehrheit "
    "moitié doublé douzaine douzaines centaines milliers milliards majorité mitad doble docena docenas cientos miles "
    "millones mayoría metade dobro dúzia centenas milhares milhões maioria половина вдвое десятки сотни тысячи "
    "миллионы миллиарды большинство"
)
LOOSE = frozenset(_LOOSE.split())
"""Amounts without a figure: they must stand in the article as they are."""

_SCALES = {
    "thousand tsd mil mille milliers thousands tausend тыс тысяч тысячи": 10**3,
    "million millions mn mio millionen millón millones milhão milhões млн миллион миллиона миллионов": 10**6,
    "billion billions bn milliarde milliarden mrd milliard milliards bilhão bilhões млрд миллиард миллиарда "
    "миллиардов": 10**9,
    "trillion trillions tn billionen trilhão trilhões трлн": 10**12,
}
# Right after a figure, as in '€5m' and '20k'.
GLUED_SCALES = {"k": 10**3, "m": 10**6, "bn": 10**9, "b": 10**9, "tn": 10**12, "mn": 10**6}

_UNITS = {
    "%": "% percent pct prozent porcentaje процентов процента процент",
    "point": "bp bps pp prozentpunkt prozentpunkte prozentpunkten",
    "USD": "$ us$ usd dollar dollars dólar dólares доллар доллара долларов",
    "AUD": "a$ au$ aud",
    "CAD": "c$ ca$ cad",
    "HKD": "hk$ hkd",
    "EUR": "€ eur euro euros евро",
    "GBP": "£ gbp pound pounds pfund libras livres",
    "JPY": "¥ jpy yen",
    "CNY": "cny rmb yuan",
    "CHF": "chf franken francs",
    "INR": "₹ inr rupee rupees",
    "RUB": "₽ rub rouble roubles ruble rubles рубль рубля рублей",
    "KRW": "₩ krw won",
    "BTC": "₿ btc bitcoin bitcoins",
    "ETH": "eth ether",
}
UNITS = {word: unit for unit, words in _UNITS.items() for word in words.split()}
"""What stands before or after a number, in lower case, and what it means; a percentage point is no percentage."""
TWO_WORD_UNITS = {
    ("per", "cent"): "%",
    ("por", "ciento"): "%",
    ("por", "cento"): "%",
    ("pour", "cent"): "%",
    ("percentage", "point"): "point",
    ("percentage", "points"): "point",
    ("basis", "points"): "point",
}

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


@cache
def scales() -> dict[str, int]:
    """Words that multiply the number before them, in lower case; without the stop of an abbreviation."""
    return {word: factor for words, factor in _SCALES.items() for word in words.split()}


@cache
def spelled(language: str) -> dict[str, int]:
    """The numbers a language spells, in lower case, from two on: "one" is most often no number.

    Args:
        language: Its code, `en`; of one that is not known none.
    """
    numbers = {word: number for number, word in enumerate(_ONES.get(language, "").split(), start=2)}
    tens = {word: 10 * number for number, word in enumerate(_TENS.get(language, "").split(), start=2)}
    ordinals = {word: number for number, word in enumerate(_ORDINALS.get(language, "").split(), start=3)}
    if language == "en":
        # 'twenty-one' to 'ninety-nine'.
        ones = {"one": 1} | {word: number for word, number in numbers.items() if number < 10}
        tens |= {f"{ten}-{one}": value + number for ten, value in tens.items() for one, number in ones.items()}
    return numbers | tens | ordinals | _MORE.get(language, {})
