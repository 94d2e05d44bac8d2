"""Whether a sentence may stand in a summary: whole, sound, no furniture, and able to stand first."""

from __future__ import annotations

import re

from digest.core.text import word_count

MOST_WORDS = 60
MOST_CHARACTERS = 400
LEAST_WORDS = 5

_TERMINAL = re.compile(
    r"[.!?…‽。！？｡؟۔।॥։።។။][\"'”’»«“)\]}」』）】》〉\u200b-\u200f\u2060\u2066-\u2069\ufeff]*(?:\[\d{1,3}\])*\Z"
)
_PAIRS = (("(", ")"), ("（", "）"), ("[", "]"), ("«", "»"), ("「", "」"), ("『", "』"))
_INCHES = re.compile(r'\d"(?=\s[a-z])')
_SINGLE_OPEN = re.compile(r"(?<!\w)'(?=\w)|‘(?=\w)")
_SINGLE_CLOSE = re.compile(r"(?<=[\w.,!?…])['’](?!\w)")
_SURE_SINGLE_CLOSE = re.compile(r"[.,!?…]['’](?!\w)")
# What stands around an article, not in it; matched at the start of a sentence.
_FURNITURE = re.compile(
    r"""[\s\W]*(?:
    (?:read|see|learn|find\ out|discover|watch|listen|click|tap|scroll|continue\ reading|keep\ reading)\s
        (?:more|also|next|here|now|on|down|below|the\ (?:full|rest)|about\ (?:our|how\ we))\b
    |(?:feature[d]?\s|file\s|cover\s|header\s)?(?:photo|photograph|image|picture|illustration|video|graphic)s?
        \s*(?:by\b|:|credit|courtesy|source|via\b)
    |(?:photo|image)s?\s(?:credits?|courtesy)\b
    |sign\s(?:up|in)\b|log\sin\b|subscribe\b|follow\s(?:us|him|her|me|@|the\sauthor)\b|join\s(?:our|the\snewsletter)\b
    |like\sus\son\b|share\s(?:this|on|via)\b|get\s(?:our|the\slatest|more\sstories)\b|download\s(?:our|the)\sapp\b
    |advertisement\b|sponsored\s(?:content|by)\b|related(?:\s(?:articles?|stories|content|posts?))?\s*(?::|$)
    |more\s(?:to\sread|stories|news|on\sthis|from\s\w+)\s*(?::|$)|view\s(?:all|comments)\b|loading\b|story\scontinues\b
    |copyright\b|©|all\srights\sreserved\b|(?:this|these)\s(?:article|story|post|report|material|piece)s?\s
        (?:was|were|has|have|may|is|originally|first)\s
        (?:been\s|not\s|also\s|originally\s|first\s)*(?:published|appeared|updated|corrected|produced|sponsored|be)\b
    |(?:additional\s)?reporting\sby\b|edit(?:ed|ing)\sby\b|writing\sby\b|written\sby\b|the\sassociated\spress\scontributed
    |e-?mail\s(?:us|him|her|the\sauthor)\b|contact\s(?:us|the\sauthor)\b|we\suse\scookies\b|do\syou\shave\sa\sstory
    |newsletter\s(?:abonnieren|sign)|lesen\ssie\s(?:auch|mehr|hier)|mehr\szum\sthema|foto\s*:|bild\s*:
    |lire\s(?:aussi|la\ssuite)|à\slire|abonnez|inscrivez|crédits?\sphoto
    |lea?\s(?:también|más)|leer\smás|suscríbe|regístrate|créditos?\sde
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_CREDIT = re.compile(
    r"(?:©|\b(?:contributed\sto\sthis\s(?:report|story|article)|all\srights\sreserved)\b"
    r"|\b(?:Getty\sImages|AP\sPhoto|Shutterstock|on\s(?:Unsplash|Pexels|Pixabay|Flickr)|via\s(?:AP|AFP|Reuters))\W*\Z)"
)
_BYLINE = re.compile(
    r"(?:By|Von|Par|Por|Text|Story)\s(?:[^\W\d_a-z][\w.’'-]*[\s,]*(?:and\s|und\s|et\s|y\s|for\s|of\s)?){1,7}\Z"
)
_OPEN_MARKS = re.compile(r"[\"'“‘„«»「『(\[]+")
# Their meaning stands in a sentence before; and words which tie a sentence to the one before.
_POINTING = {
    "en": "he|she|it|they|his|hers?|him|its|their|them|this|these|those|such|both|neither|the (?:latter|former)",
    "de": "er|sie|es|ihre?n?|seine?|diese[rsmn]?|dieselbe",
    "fr": "il|elle|ils|elles|son|sa|ses|leurs?|cela|ce|cette|ces|celui-ci|celle-ci",
    "es": "él|ellas?|ellos|est[eao]s?|eso",
}
_LINKING = {
    "en": "but|and|or|so|yet|also|however|meanwhile|moreover|furthermore|nevertheless|nonetheless|still|then|thus|"
    "therefore|instead|otherwise|besides|likewise|similarly|consequently|additionally|in (?:addition|contrast|fact)|"
    "for (?:example|instance)|as (?:a result|such)|on the other hand|of course|at the same time|that(?:['’]s)?",
    "de": "aber|und|oder|doch|jedoch|auch|dabei|damit|danach|dann|daher|deshalb|denn|zudem|außerdem|allerdings|"
    "dennoch|trotzdem|stattdessen|zum beispiel",
    "fr": "mais|et|ou|donc|or|cependant|pourtant|aussi|toutefois|ensuite|ainsi|de plus|en revanche|par exemple",
    "es": "pero|y|o|sin embargo|además|también|entonces|así|por ejemplo|no obstante|por eso",
}


def _openings(table: dict[str, str]) -> dict[str, re.Pattern[str]]:
    return {code: re.compile(rf"(?:{words})(?!\w)", re.IGNORECASE) for code, words in table.items()}


_POINTING_AT_START = _openings(_POINTING)
_LINKING_AT_START = _openings(_LINKING)


def is_sound(sentence: str) -> bool:
    """Whether it is a sentence of a fitting length, with its stop, that leaves no mark open."""
    return (
        len(sentence) <= MOST_CHARACTERS
        and _TERMINAL.search(sentence[-40:]) is not None
        and LEAST_WORDS <= word_count(sentence) <= MOST_WORDS
        and is_closed(sentence)
    )


def is_closed(text: str) -> bool:
    """Whether every quotation and bracket opened in a text is closed in it, and none closed that it has not opened."""
    if any(text.count(one) != text.count(other) for one, other in _PAIRS):
        return False
    low, left, right = text.count("„"), text.count("“"), text.count("”")
    # „so“ and „so” in German and its neighbours, “so” in English, ”so” in Swedish and in texts that were set badly.
    pairs = low == left + right if low else left == right or (not left and right % 2 == 0)
    straight = text.count('"')
    if straight % 2:
        straight -= len(_INCHES.findall(text))
    return pairs and straight % 2 == 0 and _single_marks_closed(text)


def _single_marks_closed(text: str) -> bool:
    """The same for single quotation marks, which are apostrophes too: only those at the edge of a word count."""
    if "'" not in text and "’" not in text and "‘" not in text:
        return True
    opened, closed = len(_SINGLE_OPEN.findall(text)), len(_SINGLE_CLOSE.findall(text))
    if opened:
        return closed >= opened
    return not _SURE_SINGLE_CLOSE.search(text)


def is_furniture(sentence: str) -> bool:
    """Whether it is of the page and not of the article: 'Read more', a credit, a byline, a call to subscribe."""
    return bool(_FURNITURE.match(sentence) or _CREDIT.search(sentence) or _BYLINE.match(sentence))


def points_back(sentence: str, language: str) -> bool:
    """Whether it opens with a word whose meaning stands in a sentence before: 'He', 'These'."""
    return _opens_with(_POINTING_AT_START, sentence, language)


def links_back(sentence: str, language: str) -> bool:
    """Whether it opens with a word that ties it to the one before: 'But', 'However'."""
    return _opens_with(_LINKING_AT_START, sentence, language)


def _opens_with(table: dict[str, re.Pattern[str]], sentence: str, language: str) -> bool:
    pattern = table.get(language.replace("_", "-").partition("-")[0].lower() or "en")
    marks = _OPEN_MARKS.match(sentence)
    return pattern is not None and pattern.match(sentence, marks.end() if marks else 0) is not None
