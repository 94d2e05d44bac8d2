"""Which language a text is in, by its script and its commonest words; no tables but those of this package."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from digest.summaries.functionwords import COMMON, HANDLED, OTHERS

if TYPE_CHECKING:
    from collections.abc import Iterable

LOOKED_AT = 1000
"""Characters, from the head: enough for any language to show."""

_SCRIPTS = {
    "latin": r"a-zA-Z\u00c0-\u024f\u1e00-\u1eff",
    "cyrillic": r"\u0400-\u04ff",
    "arabic": r"\u0620-\u06ff\u0750-\u077f",
    "hebrew": r"\u05d0-\u05ea",
    "kana": r"\u3041-\u30ff",
    "han": r"\u3400-\u9fff",
    "hangul": r"\uac00-\ud7a3",
    "other": r"\u0370-\u03ff\u0530-\u058f\u0900-\u109f\u1200-\u137f\u1780-\u17ff",
}
_LETTERS = {script: re.compile(f"[{letters}]") for script, letters in _SCRIPTS.items()}
# A character of these stands for about so many letters of an alphabet.
_WEIGHTS = {"han": 3, "kana": 3, "hangul": 2}
_SCRIPT_OF = {"ru": "cyrillic", "ar": "arabic", "he": "hebrew", "ko": "hangul", "zh": "han", "ja": "han"}
# Letters Russian and Arabic do not have: their neighbours are not read as them.
_UKRAINIAN_AND_KIN = re.compile("[іїєґўјљњћђџѓќІЇЄҐЎЈЉЊЋЂЏ]")
_PERSIAN_AND_KIN = re.compile("[پچژگکیٹڈڑںے]")
_WORD = re.compile(r"[^\W\d_]+")
_PROSE = 12
"""One function word in so many: prose has three times as many, lists of names and prices and code have fewer."""
_A_FEW = 0.01
"""The share of letters foreign to a language above which a text is not in it."""


def base(tag: str) -> str:
    """The language of a BCP 47 tag in lower case, `pt` of `pt_BR`; empty for an empty one."""
    return tag.strip().replace("_", "-").partition("-")[0].lower()


def language_of(text: str, stated: str = "") -> str:
    """The language a text is to be read in: as stated, unless its script or its words clearly say otherwise.

    So an article of another language than its newsletter's is read as what it is, though nobody has said so.

    Args:
        text: Any text; its head is looked at.
        stated: A BCP 47 tag; empty when nobody has said.

    Returns:
        Its code, `en`; one that is not `is_handled` for a language we only recognise; empty when that is not clear.
    """
    head = text[:LOOKED_AT]
    code = base(stated)
    script = _script(head)
    if code and (not script or code not in HANDLED):
        return code
    if code and _fits(code, script):
        return code if script != "latin" else _confirmed(head, code)
    return _by_script(head, script)


def is_handled(code: str) -> bool:
    """Whether sentences and words of this language are known well enough to choose among them."""
    return code in HANDLED


def _script(text: str) -> str:
    """The script most of a text is in; empty where there are no letters."""
    if text.isascii():
        return "latin" if _LETTERS["latin"].search(text) else ""
    counts = {script: len(found.findall(text)) * _WEIGHTS.get(script, 1) for script, found in _LETTERS.items()}
    script = max(counts, key=counts.__getitem__)
    if not counts[script]:
        return ""
    # Japanese is mostly Han in headlines; a little kana is enough to tell.
    return "kana" if script == "han" and counts["kana"] * 20 > counts["han"] else script


def _fits(code: str, script: str) -> bool:
    if code == "ja":
        return script in ("kana", "han")
    return _SCRIPT_OF.get(code, "latin") == script


def _by_script(text: str, script: str) -> str:
    if script == "latin":
        return _by_words(text)
    if script == "cyrillic":
        return "uk" if len(_UKRAINIAN_AND_KIN.findall(text)) > _A_FEW * len(text) else "ru"
    if script == "arabic":
        return "fa" if len(_PERSIAN_AND_KIN.findall(text)) > _A_FEW * len(text) else "ar"
    return {"hebrew": "he", "hangul": "ko", "kana": "ja", "han": "zh"}.get(script, "")


def _confirmed(text: str, code: str) -> str:
    """The language stated for a Latin text, or the one whose words it has while it has hardly any of that one's."""
    words = _WORD.findall(text.lower())
    if _hits(words, code) * _PROSE >= len(words):
        return code
    found = _by_words(text)
    return found if found and _hits(words, found) >= max(5, 3 * _hits(words, code)) else code


def _by_words(text: str) -> str:
    """The language whose function words are most of a Latin text's; empty when there are none to go by."""
    words = _WORD.findall(text.lower())
    hits = Counter(chain.from_iterable(filter(None, map(_languages_of().get, words))))
    # The first of those with most, in the order of their tables.
    best = max(_latin(), key=lambda code: hits[code])
    return best if hits[best] * _PROSE >= len(words) > 0 else ""


@cache
def _languages_of() -> dict[str, tuple[str, ...]]:
    """The languages each function word is of."""
    found: dict[str, tuple[str, ...]] = {}
    for code, words in _latin().items():
        for word in words:
            found[word] = (*found.get(word, ()), code)
    return found


def _hits(words: Iterable[str], code: str) -> int:
    known = _latin()[code]
    return sum(word in known for word in words)


@cache
def _latin() -> dict[str, frozenset[str]]:
    handled = {code: words for code, words in COMMON.items() if code not in _SCRIPT_OF}
    return handled | {code: frozenset(words.split()) for code, words in OTHERS.items()}
