"""The words of a sentence as terms: what is compared when a text is weighed."""

from __future__ import annotations

import re

from digest.core.terms import UNSPACED
from digest.core.terms import stem as english

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_ASCII_WORD = re.compile(r"[a-z0-9]++(?:'[a-z0-9]++)*+")  # the same for most of English, and quicker
_UNSPACED = re.compile(rf"[{UNSPACED}]+")
# Vowel points and other marks that are written or not, and what has no width.
_MARKS = re.compile(r"[\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u065f\u0670\u200b-\u200f\u2060\ufeff]")
# Endings change with number and case, so the head of a long word stands for it. Letters.
_HEADS = {"de": 6, "fr": 6, "es": 6, "pt": 6, "ru": 5}
_ARTICLES = re.compile(r"[وفبكل]?ال(?=\w{3})|لل(?=\w{3})")
_PARTICLES = re.compile(r"(?<=\w\w)(?:에서|에게|으로|까지|부터|은|는|이|가|을|를|의|에|로|와|과|도|만)\Z")


def terms(text: str, language: str = "en") -> list[str]:
    """The words of a text in order, each without its commonest endings; pairs of characters in unspaced scripts.

    Args:
        text: A sentence.
        language: A code, `en`; empty for one that is not known: its words are taken as they stand.
    """
    text = text.lower()
    if text.isascii():
        words = _ASCII_WORD.findall(text)
        return list(map(english, words)) if language == "en" else [stem(word, language) for word in words]
    text = _MARKS.sub("", text)
    words = _WORD.findall(_UNSPACED.sub(_in_pairs, text))
    return [word if _UNSPACED.match(word) else stem(word, language) for word in words]


def _in_pairs(run: re.Match[str]) -> str:
    """Each character with the one after it, as if these were the words."""
    text = run[0]
    return f" {' '.join(text[at : at + 2] for at in range(max(1, len(text) - 1)))} "


def stem(word: str, language: str = "en") -> str:
    """A lower-case word without its commonest endings, so that 'bank', 'banks' and 'banking' are one term.

    For comparison only: what comes out need not be a word.
    """
    if language == "en":
        return english(word)
    if language in _HEADS:
        # The article or pronoun before the apostrophe is another word: l'Europe, d'une.
        return re.split("['’]", word)[-1][: _HEADS[language]]
    if language == "ar":
        return _ARTICLES.sub("", word, count=1) if _ARTICLES.match(word) else word
    return _PARTICLES.sub("", word) if language == "ko" else word
