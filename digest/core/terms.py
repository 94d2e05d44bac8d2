"""Words for comparison, and how alike two weighted sets of them are: of stories, and of summaries."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Vector: TypeAlias = dict[str, float]

UNSPACED = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Scripts written without spaces, as a class of characters: kana, Han, Thai, Lao, Burmese, Khmer."""

_STEM_AT_LEAST = 3  # letters
_LAST = ("s", "d", "g")  # of all endings; most words need not be looked at further
_ENDINGS = (("ies", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""))
_NO_ENDING = ("ss", "us", "is")
_COMMON_WORDS = """
a about after all also am an and any are as at be because been before being but by can could did do does for from
had has have he her here hers him his how i if in into is it its just like may me might more most my no not now of
off on only or other our out over own said say says she should so some such than that the their them then there
these they this those through to too under up us very was we were what when where which while who whom why will with
would you your
"""
COMMON = frozenset(_COMMON_WORDS.split())
"""English words which most sentences share, and which so say nothing of one; other languages do without."""


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """A lower-case word without its commonest English endings, so that 'bank', 'banks' and 'banking' are one term.

    For comparison only. Words of other languages lose a letter or two now and then, the same ones each time.
    """
    word = word.removesuffix("'s").removesuffix("’s")
    if word.endswith(_LAST) and not word.endswith(_NO_ENDING):
        for ending, instead in _ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= _STEM_AT_LEAST:
                word = word.removesuffix(ending) + instead
                break
    return word.removesuffix("e") if len(word) > _STEM_AT_LEAST else word


def dot(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """The inner product; summed in the order of the shorter one, so the same each time."""
    if len(other) < len(one):
        one, other = other, one
    return sum([weight * other[term] for term, weight in one.items() if term in other])
