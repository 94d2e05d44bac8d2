"""How alike two articles are: by the words they share, weighed, or because one has the other's text.

A word counts by how often it stands in the beginning of an article and how early, doubled in a name, and by how rare it
is in the batch. To a batch belong a thousand imagined articles: so the same words say as much in a batch of two, where
each word stands in half of the articles or in all, as in a batch of ten thousand, where what is rare can be counted.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from functools import lru_cache
from itertools import repeat
from typing import TYPE_CHECKING

from digest.core.terms import COMMON, UNSPACED, Vector, stem

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

READ = 1_000
"""Characters of a text that are compared, some 260 words: what happened is told first."""

IMAGINED = 1_000
"""Articles imagined beside the batch."""

IMAGINED_SHARE = 0.01
"""The share of the imagined articles in which a word is taken to stand that nothing is known of."""

TITLE = 2.0
NAME = 2.0
LATE = 0.3
"""What a word weighs late in the text, beside 1 at its beginning."""

FADES = 60
"""Words over which the weight falls from 1 towards `LATE`, by the factor e."""

KEPT = 40
"""Terms of an article that are compared: those that weigh most. More make it slower, and not better."""

_TITLE_CASE = 0.7
"""The share of capitals from which on a capital says nothing: `Red Sox Make Offer`, `RED SOX MAKE OFFER`."""

_WORD = rf"[{UNSPACED}]+|[^\W_{UNSPACED}]+(?:['’][^\W_{UNSPACED}]+)*"
_PLAIN_WORD = r"[a-zA-Z0-9]++(?:'[a-zA-Z0-9]++)*+"
# The same for ASCII alone, where it is quicker.
_WORDS = {False: re.compile(_WORD), True: re.compile(_PLAIN_WORD)}
# What begins a sentence, or the text; a row of dots is read once, though no word comes after it.
_OPENINGS = {
    False: re.compile(rf"[.!?:…\"“„»\n]\W*+({_WORD})?"),
    True: re.compile(rf"[.!?:\"\n][^a-zA-Z0-9_]*+({_PLAIN_WORD})?"),
}
_is_unspaced = re.compile(rf"[{UNSPACED}]").match
# The commonest small words of other languages; none that is a word of weight in another one, like 'war' or 'son'.
_SMALL_WORDS = """
der die das den dem des ein eine einen einem einer und oder aber nicht ist sind wird werden wurde wurden hatte haben im
zu zum zur mit von vom für auf aus bei nach über vor sich auch als wie dass er sie es ihr ihre sein seine noch durch
le la les un une du et ou est sont été au aux ce cette ces il elle ils elles qui que dans pour avec ne pas se sa ses
leur leurs mais plus comme sur el los las una y o del al en por con para su sus lo está han ha fue muy más como pero
il gli dei della delle dell di da per che non è sono nel nella alla alle anche più si os as um uma e do dos das no na
nos nas em ao à pelo pela com não mais foi het een van en op te dat niet met voor zijn aan ook maar bij naar door
och att det som på är av för inte till den ett har jag i od w z na się nie że jest do to jak
"""
_SAYS_NOTHING = COMMON | frozenset(_SMALL_WORDS.split())
_FADING = tuple(LATE + (1 - LATE) * math.exp(-at / FADES) for at in range(READ + 1))


def weigh(title: str, text: str) -> Vector:
    """What an article is about: its terms, weighed by itself alone.

    Args:
        title: Counts twice.
        text: Plain; what comes after `READ` characters is not looked at.
    """
    weights: Vector = {}
    names: set[str] = set()
    for part, fading in ((_read(title), repeat(TITLE)), (_read(text), _FADING)):
        words = _words(part)
        for terms, weight in zip(map(_terms, words), fading, strict=False):
            for term in terms:
                if term in weights:
                    weights[term] += weight
                else:
                    weights[term] = weight
        names.update(*map(_terms, _names(part, words)))
    for term, weight in weights.items():
        if weight >= 1:
            weights[term] = 1 + math.log(weight)
    for term in names:
        weights[term] *= NAME
    return weights


def _names(text: str, words: Sequence[str]) -> Counter[str]:
    """The words of a text that have a capital where not every word has one: inside a sentence."""
    capitals = [word for word in words if word[0].isupper()]
    if not capitals or len(capitals) > _TITLE_CASE * len(words):
        return Counter()
    # The first word begins a sentence too, whatever stands before it.
    text = f"\n{text[text.index(words[0]) :]}"
    return Counter(capitals) - Counter(_OPENINGS[text.isascii()].findall(text))


def vectors(weighed: Sequence[Vector]) -> list[Vector]:
    """The articles of a batch as unit vectors, so that `dot` is the cosine: what is rare in the batch counts for more.

    Terms are in order of their weight.
    An article without any is an empty vector, and like nothing.
    """
    found: Counter[str] = Counter()
    for each in weighed:
        found.update(each.keys())
    total, unknown = len(weighed) + IMAGINED, IMAGINED * IMAGINED_SHARE
    rarity = {term: math.log(total / (count + unknown)) for term, count in found.items()}
    return [_unit({term: weight * rarity[term] for term, weight in each.items()}) for each in weighed]


def _unit(vector: Vector) -> Vector:
    # Sorting is stable, and a vector's terms are in the order of its text: the same article, the same terms.
    kept = sorted(vector, key=vector.__getitem__, reverse=True)[:KEPT]
    length = math.sqrt(sum([vector[term] * vector[term] for term in kept]))
    return {term: vector[term] / length for term in kept}


def shingles(text: str) -> frozenset[str]:
    """Every three words in a row, or characters of unspaced script, in what is compared of a text."""
    text = _read(text)
    if text.isascii():
        words = _words(text.lower())
    else:
        words = [each for word in _words(text) for each in (word if _is_unspaced(word) else (word.casefold(),))]
    return frozenset(map(" ".join, zip(words, words[1:], words[2:], strict=False)))


def containment(one: frozenset[str], other: frozenset[str]) -> float:
    """How much of the smaller set is in the other, from 0 to 1; so a copy cut short is still seen for one."""
    small, large = (one, other) if len(one) < len(other) else (other, one)
    # What is missing is less than what is shared where it matters, and quicker to count.
    return (len(small) - len(small - large)) / max(1, len(small))


def as_written(title: str, text: str, wanted: Collection[str]) -> dict[str, str]:
    """Terms of an article, each as it is written where it first stands, to be shown to a person.

    Args:
        title: As of `weigh`.
        text: As of `weigh`.
        wanted: The terms to look for; one that does not stand there is left out.
    """
    written: dict[str, str] = {}
    # The text first: a title may be all in capitals.
    for part in (text, title):
        for word in _words(_read(part)):
            for term in _terms(word):
                if term in wanted and term not in written:
                    written[term] = term if _is_unspaced(word) else word
                    if len(written) == len(wanted):
                        return written
    return written


def _words(text: str) -> list[str]:
    """Words and runs of unspaced script, of what `_read` gives."""
    return _WORDS[text.isascii()].findall(text)


def _read(text: str) -> str:
    """The beginning; full-width letters and ligatures become plain ones, an accent by itself joins its letter."""
    text = text[:READ]
    return text if text.isascii() else unicodedata.normalize("NFKC", text)[:READ]


@lru_cache(maxsize=65536)
def _terms(word: str) -> tuple[str, ...]:
    """The terms of a word: none of one that says nothing, of a run of unspaced script each pair of its characters."""
    if _is_unspaced(word):
        return tuple(word[at : at + 2] for at in range(max(1, len(word) - 1)))
    word = word.casefold()
    return () if word in _SAYS_NOTHING else (stem(word),)
