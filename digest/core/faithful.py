"""Whether a summary says only what its article says: figures, names and quotations are looked up in it. Pure.

What is checked is what can be looked up. That a sentence turns an article's words round, or leaves a "not" out, is not
seen here; that it names somebody, a sum or a day that the article does not name, is.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from digest.core.countedin import UNITS
from digest.core.figures import figures, plain, unsupported
from digest.core.numberwords import scales

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from digest.core.figures import Figures

_LARGE_NOUNS = frozenset({"de"})
"""Languages that write every noun large."""
LEAST_SHARED = 0.5
"""The share of longer words that must be the article's, in some form."""
MOST_FOREIGN = 2
"""So many of a sentence's longer words may be others whatever its length."""
LEAST_CASED = 0.5
"""The share of letters that have a case, above which names can be told by their capitals."""

# Letters, digits, and what may stand within a name: O'Neill, Jean-Luc, U.S., C++.
_TOKEN = re.compile(r"\w+(?:(?:['&.-]|\.-)\w+)*(?:\.(?=\w)|\+\+|#)?")
_BREAK = re.compile(r"[.!?…:;,()\[\]\"]|\s-\s")
_QUOTED = re.compile(r'"([^"]*)"|(?<!\w)\'([^\']+(?:\'\w[^\']*)*)\'(?!\w)')
_ELLIPSIS = re.compile(r"\[?(?:\.\.\.|…)\]?")
_ENDINGS = ("s", "es", "n", "an", "ian", "ish", "ese", "i", "e", "en", "in", "innen", "y")
# Of adjectives and names in Russian, after accents were taken off: й is и.
_RUSSIAN_ENDING = re.compile(
    r"(?:ого|его|ому|ему|ыми|ими|ами|ями|ах|ях|ои|ом|ем|ым|им|ых|их|ую|юю|ая|яя|ое|ее|ые|ие|ыи|ии|[аяуюеыиоьи])\Z"
)
# Looked up as a figure is: '12C'.
_MEASURE = re.compile(r"\d+(?:[.,]\d+)*[CFkKmMbB]")
_FEWEST_OF_A_STEM = 4
_LONG = 5
"""Letters of a word that says something; of a shorter one nothing is said by its being there."""
_GAP = 3
"""Words of a name that may be left out between two of its parts: Ursula (Gertrud von der) Leyen."""
# 'Mio. Euro': looked up with its number.
_COUNTED = frozenset(word for word in (*scales(), *UNITS) if word.isalpha() and len(word) > 1)
_PARTICLES = frozenset(
    ("al", "bin", "da", "de", "del", "den", "der", "di", "du", "el", "la", "le", "of", "the", "van", "von")
)


@dataclass(frozen=True)
class Article:
    """What a summary is held against.

    Attributes:
        text: Title and text, as they were read.
        language: Code of its language, `en`; empty when it is not known.
        common: Words that are no names though a sentence begins with them, in lower case; in a language that writes
            nouns large, wherever they stand.
    """

    text: str
    language: str
    common: Collection[str]

    @cached_property
    def _plain(self) -> str:
        return plain(self.text)

    @cached_property
    def _tokens(self) -> list[str]:
        """Its words, compounds in their parts, and an empty one wherever a name cannot go on."""
        tokens: list[str] = []
        end = 0
        for found in _TOKEN.finditer(self._plain):
            if _BREAK.search(self._plain, end, found.start()):
                tokens.append("")
            tokens += _parts(_bare(found[0]))
            end = found.end()
        return tokens

    @cached_property
    def _folded(self) -> dict[str, list[int]]:
        """Each word, case folded, and its places."""
        places: dict[str, list[int]] = {}
        for place, token in enumerate(self._tokens):
            places.setdefault(_fold(token), []).append(place)
        return places

    @cached_property
    def _stems(self) -> dict[str, list[int]]:
        """The same for words in Cyrillic, without their endings."""
        places: dict[str, list[int]] = {}
        for word, where in self._folded.items():
            if stem := _russian_stem(word):
                places.setdefault(stem, []).extend(where)
        return places

    @cached_property
    def _beginnings(self) -> set[str]:
        """How its longer words begin."""
        return {word[:_LONG] for word in self._folded if len(word) >= _LONG}

    @cached_property
    def _common(self) -> set[str]:
        return {_fold(word) for word in self.common}

    @cached_property
    def _figures(self) -> Figures:
        return figures(self._plain, self.language, self.common)

    @cached_property
    def _small(self) -> set[str]:
        """Words that it also writes small, in lines where it writes some large: they are no names."""
        lines = (plain(line) for line in self.text.splitlines() if line != line.lower())
        return {_fold(_bare(token)) for line in lines for token in _TOKEN.findall(line) if token[:1].islower()}

    @cached_property
    def _acronyms(self) -> set[str]:
        """Its acronyms, and the initials of its names: ECB of the European Central Bank."""
        found = {_undotted(token) for token in self._tokens if _is_acronym(token)}
        initials = ""
        for token in [*self._tokens, ""]:
            if _is_name(token):
                initials += token[0].upper()
            elif token not in _PARTICLES:
                found |= {initials, initials[1:]}
                initials = ""
        return found

    def tells_names(self) -> bool:
        """Whether names can be told in its script: they begin with capitals."""
        letters = [char for char in self._plain if char.isalpha()]
        cased = sum(char.lower() != char.upper() for char in letters)
        return cased >= LEAST_CASED * max(1, len(letters))

    def contradicts(self, sentences: Sequence[str]) -> str:
        """Why a summary cannot be taken, in words for a person; empty when everything in it was found.

        Args:
            sentences: The summary's.
        """
        said = [plain(sentence) for sentence in sentences]
        whole = " ".join(said)
        if wrong := next((each for each in self._unquoted(whole)), ""):
            return wrong
        if wrong := unsupported(figures(whole, self.language, self.common), self._figures):
            return f"'{wrong}' is not in the article"
        for sentence in said:
            for name in self._unknown_names(sentence):
                return f"'{name}' is not in the article"
        return next(filter(None, (self._foreign(sentence, MOST_FOREIGN) for sentence in said)), self._foreign(whole, 0))

    def _unquoted(self, text: str) -> Iterator[str]:
        """What is wrong with quotations: each stands in the article word for word, what '...' leaves out aside."""
        if text.count('"') % 2:
            yield "a quotation is not closed"
        haystack = f" {_words(self._plain)} "
        for found in _QUOTED.finditer(text):
            quoted = found[1] or found[2] or ""
            for part in _ELLIPSIS.split(quoted):
                if f" {_words(part)} " not in haystack:
                    yield f'the quotation "{quoted.strip()}" is not in the article'

    def _unknown_names(self, sentence: str) -> Iterator[str]:
        for run, opens in _runs(sentence):
            if self._knows(run) or (opens and self._opens(run)):
                continue
            yield " ".join(run)

    def _opens(self, run: Sequence[str]) -> bool:
        """Whether a run that begins a sentence is known without its first word, which is written large there anyway."""
        first = _fold(run[0])
        return (first in self._common or first in self._small) and self._knows(run[1:])

    def _knows(self, run: Sequence[str]) -> bool:
        """Whether the article has these words, and as one name where there are several."""
        if self.language in _LARGE_NOUNS:
            run = [word for word in run if _fold(word) not in self._common]
        if not all(self._has(word) for word in run):
            return False
        # 'President Biden' of 'Biden, the president': what it writes small too is no part of the name.
        names = [word for word in run if not self._is_small(word)]
        if len(names) < 2 or self._together(names):
            return True
        # Where nouns are written large, several may stand in a row and be no name.
        return self.language in _LARGE_NOUNS and all(
            self._together(pair) or self._ends(pair[0]) for pair in pairwise(names)
        )

    def _is_small(self, word: str) -> bool:
        folded = _fold(word)
        return folded in self._small or any(
            form in self._small for form in (f"{folded}s", folded.removesuffix("s")) if len(form) > _FEWEST_OF_A_STEM
        )

    def _ends(self, word: str) -> bool:
        """Whether a word somewhere stands without another name after it: first names and titles hardly ever do."""
        after = [place + 1 for part in _parts(word)[-1:] for place in self._places(part)]
        return any(place >= len(self._tokens) or not _is_name(self._tokens[place]) for place in after)

    def _has(self, word: str) -> bool:
        if _is_acronym(word):
            return _undotted(word) in self._acronyms
        return all(self._places(part) for part in _parts(word))

    def _places(self, part: str) -> list[int]:
        folded = _fold(part)
        found = self._folded.get(folded, [])
        if not found and len(folded) >= _FEWEST_OF_A_STEM:
            # German of Germany, Estonia's of Estonia: a word with another ending.
            for form in _forms(folded):
                found = [*found, *self._folded.get(form, [])]
            if stem := _russian_stem(folded):
                found = [*found, *self._stems.get(stem, [])]
        return found

    def _together(self, names: Sequence[str]) -> bool:
        """Whether the words stand in the article close to one another, in this order."""
        parts = [part for name in names for part in _parts(name)]
        ends = set(self._places(parts[0]))
        for part in parts[1:]:
            ends = {place for place in self._places(part) if any(self._goes_on(end, place) for end in ends)}
        return bool(ends)

    def _goes_on(self, end: int, place: int) -> bool:
        """Whether a name that has come to one word goes on to another."""
        between = self._tokens[end + 1 : place]
        return 1 <= place - end <= _GAP + 1 and all(_is_name(word) or word in _PARTICLES for word in between)

    def _foreign(self, text: str, most: int) -> str:
        """Why words are not the article's, when more than so many are not, and most."""
        words = {_fold(word) for word in re.findall(r"[^\W\d_]{5,}", text)} - self._common - _COUNTED
        foreign = [word for word in words if word not in self._folded and word[:_LONG] not in self._beginnings]
        if len(foreign) <= max(most, (1 - LEAST_SHARED) * len(words)):
            return ""
        return f"most words of '{text[:60]}' are not the article's"


def _runs(sentence: str) -> Iterator[tuple[list[str], bool]]:
    """Words in a row that are written large, and whether they begin the sentence."""
    run: list[str] = []
    begins, end = True, 0
    for found in _TOKEN.finditer(sentence):
        word = _bare(found[0])
        if run and _BREAK.search(sentence, end, found.start()):
            yield run, begins
            run, begins = [], False
        # After a colon or a quotation mark a sentence begins within the sentence.
        if not run and re.search(r'[:"]\s?"?$', sentence[: found.start()]):
            begins = True
        if _is_name(word):
            run.append(word)
        # What belongs to somebody is no part of the name: Austria's Karl Moser.
        if not _is_name(word) or found[0].endswith("'s"):
            if run:
                yield run, begins
            run, begins = [], False
        end = found.end()
    if run:
        yield run, begins


def _is_name(word: str) -> bool:
    """Whether a word is written as names are: Berlin, iPhone, 5G; every word of a script without case."""
    letters = [char for char in word if char.isalpha()]
    if not letters or _MEASURE.fullmatch(word) or (word.lower() in _COUNTED and not word.isupper()):
        return False
    if any(char.isdigit() for char in word) and not re.fullmatch(r"\d+(?:st|nd|rd|th|s|k|m|bn|er|e|º|ª)", word.lower()):
        return any(char.isupper() for char in letters)
    return any(char.isupper() for char in letters) or all(char.lower() == char.upper() for char in letters)


def _is_acronym(word: str) -> bool:
    letters = _undotted(word)
    return 1 < len(letters) <= 6 and letters.isalpha() and letters.isupper()


def _undotted(word: str) -> str:
    return word.replace(".", "").removesuffix("s") if word[:-1].isupper() else word.replace(".", "")


def _bare(word: str) -> str:
    """A word without the possessive."""
    return re.sub(r"'s?$|'s(?=-|$)", "", word)


def _parts(word: str) -> list[str]:
    """The parts of a compound: Trump-Putin is found where both stand."""
    return [part for part in re.split(r"[-&]", word) if part]


def _fold(word: str) -> str:
    """Case folded, without accents."""
    folded = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in folded if not unicodedata.combining(char))


def _forms(word: str) -> Iterator[str]:
    """The word with each ending, and without."""
    for ending in _ENDINGS:
        yield word + ending
        if word.endswith(ending) and len(word) - len(ending) >= _FEWEST_OF_A_STEM:
            stem = word.removesuffix(ending)
            yield stem
            yield stem + "y"  # Italian, Italy
            yield stem + "ish"  # Sweden, Swedish
    # der Vorsitzende, ihr Vorsitzender
    if word.endswith("er"):
        yield word[:-1]
    elif word.endswith("e"):
        yield word + "r"


def _russian_stem(word: str) -> str:
    """A word in Cyrillic without its ending; empty for any other."""
    if len(word) <= _FEWEST_OF_A_STEM or not "а" <= word[0] <= "я":
        return ""
    return _RUSSIAN_ENDING.sub("", word)


def _words(text: str) -> str:
    """The words alone, so that neither case nor the marks around a quotation count."""
    return " ".join(_TOKEN.findall(text.casefold()))
