"""Whether what a model wrote is printed: its form here, what it says in `digest.core.faithful`."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from digest.core.faithful import Article
from digest.core.figures import plain
from digest.core.text import word_count
from digest.summaries.language import language_of
from digest.summaries.model.openers import no_names
from digest.summaries.model.reasons import Reason, fit_to_print

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LEEWAY = 1.2
"""A summary may be longer than its budget by so much: readers do not count, and models count badly."""
OF_THE_PROMPT = 6
"""So many words in a row that are the prompt's are no chance."""

FEWEST_OF_A_SENTENCE = 2
"""Words: "No." is none."""
LONGEST_WORD = 60
"""A longer one must be the article's."""

_MARKUP = re.compile(
    r"`|~~|[<>{}|\\]|\*\S|\S\*|(?<!\w)_\w|\w_(?!\w)|__|^\s*(?:[-*•#]|\d+[.)])\s|\[[^\]]*\][(\[]|&(?:\w+|#\w+);|\\n",
    re.IGNORECASE,
)
# Programs make links of what looks like an address, and people read what is spelled out.
_ADDRESS = re.compile(
    r"\w+://\S*|\bwww\.\S*|\S*@\w\S*|\b(?:mailto|tel|sms|data|javascript|file):\S+|\b[\w-]+(?:[.。][\w-]+)*[.。][a-z]{2,}\b"
    r"|\w+ ?[\[({] ?(?:\.|dot|punkt|point|punto) ?[\])}] ?\w+|\b\w+ dot (?:com|net|org|info|io|[a-z]{2})\b",
    re.IGNORECASE,
)
_TELEPHONE = re.compile(
    r"(?<![\w.,])(?:\+ ?\d|\(?0\d)[\d ()/.-]{5,}\d|(?<![\w.,-])(?:\d[ -])?\(?\d{3}\)?[ -]\d{3}-\d{4}(?!\d)"
)
_ASSISTANT = re.compile(
    r"\bas an? (?:ai|artificial|assistant|language model|llm)\b|\b(?:ai|large) language model\b"
    r"|\bi(?:'m| am) sorry\b|\bi (?:cannot|can't|can not|am unable|will not|won't) "
    r"|\b(?:here is|here's|here are|below is) (?:a|an|the|your|my)\b"
    r"|^(?:sure|certainly|of course|okay|absolutely)[,!.]"
    r"|^(?:summary|key points|tl;?dr|zusammenfassung|résumé|resumen)\s*:"
    r"|\b(?:als ki|als sprachmodell|en tant qu'ia|como (?:ia|modelo de lenguaje))\b"
    r"|\bhier ist (?:eine|die) zusammenfassung|\bvoici (?:un|le) résumé|\baquí (?:está|tiene)s? (?:el|un) resumen",
    re.IGNORECASE,
)
# Controls, what is not seen or turns the direction, what is not assigned.
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
# Beside letters, digits and signs of money: what plain sentences are written with though their article is not.
_MARKS = frozenset(" \u00a0\u202f.,;:!?¿¡…'\"’‘“”„‚«»‹›()[]-‐‑–—/%&+")
_CLOSED = re.compile(r"[.!?…؟。！？][\"'”’»“)\]」』]*\Z")
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True)
class Judge:
    """Holds summaries of one story against its text.

    Attributes:
        text: What the model was given.
        prompt: What it was told to do.
        language: Code of the text's language, `en`; empty when that is not clear.
        words: The budget.
    """

    text: str
    prompt: str
    language: str
    words: int

    @cached_property
    def _folded(self) -> str:
        return plain(self.text).casefold()

    @cached_property
    def _addresses(self) -> set[str]:
        return set(_ADDRESS.findall(plain(self.text)))

    @cached_property
    def article(self) -> Article:
        """The text, to be looked up in."""
        return Article(self.text, self.language, no_names(self.language))

    def cannot(self) -> str:
        """Why no summary of this story could be checked; empty when one can."""
        if not self.text.strip():
            return "there is no text to summarise"
        return "" if self.article.tells_names() else "in its script names cannot be told from other words"

    def refuses(self, sentences: Sequence[str]) -> str:
        """Why a summary is not printed, in words for a person; empty when it is."""
        found = self.refusal(sentences)
        return found.text if found is not None else ""

    def refusal(self, sentences: Sequence[str]) -> Reason | None:
        """Why a summary is not printed; None when it is.

        What it names of the summary is short and of one line, for nothing is certain of what a model writes.
        """
        if said := next(self._forms(sentences), ""):
            return Reason("form", fit_to_print(said))
        said = self.article.contradicts(sentences)
        return Reason("facts", fit_to_print(said)) if said else None

    def _forms(self, sentences: Sequence[str]) -> Iterator[str]:
        whole = plain(" ".join(sentences))
        if not word_count(whole):
            yield "the answer is no summary in the form asked for"
        count = word_count(whole)
        if count > LEEWAY * self.words:
            yield f"it has {count} words, and {self.words} are the budget"
        if len(set(sentences)) < len(sentences):
            yield "it says a sentence twice"
        for sentence in sentences:
            if word_count(sentence) < FEWEST_OF_A_SENTENCE:
                yield "a sentence of it is none"
            yield from self._form(sentence)
        if self._repeats_the_prompt(whole):
            yield "it repeats its instructions"
        language = language_of(whole, self.language)
        if self.language and language != self.language:
            yield f"it is in another language ('{language}', the article's is '{self.language}')"

    def _form(self, sentence: str) -> Iterator[str]:
        said = plain(sentence)
        for address in _ADDRESS.findall(said):
            # A firm may be called Example.com, and be named.
            if "/" in address or "@" in address or not address[0].isupper() or address not in self._addresses:
                yield f"it has an address in it, '{address}'"
        if found := _TELEPHONE.search(said):
            yield f"it has a telephone number in it, '{found[0]}'"
        if found := _MARKUP.search(sentence) or _MARKUP.search(said):
            yield f"it has markup in it, '{found[0].strip()}'"
        if (found := _ASSISTANT.search(said)) and found[0].casefold() not in self._folded:
            yield f"it speaks of itself, '{found[0].strip()}'"
        if not _CLOSED.search(sentence):
            yield "a sentence of it is cut off"
        yield from self._letters(sentence)

    def _letters(self, sentence: str) -> Iterator[str]:
        for char in unicodedata.normalize("NFC", sentence):
            kind = unicodedata.category(char)
            usual = char.isalnum() or kind == "Sc" or char in _MARKS
            if kind in _UNSEEN or not (usual or char in self.text):
                yield f"it has a character in it that is no text, U+{ord(char):04X}"
        for word in plain(sentence).split():
            if len(word) > LONGEST_WORD and word.casefold() not in self._folded:
                yield f"it has a word of {len(word)} letters"

    def _repeats_the_prompt(self, summary: str) -> bool:
        told = _runs(self.prompt) - _runs(self.text)
        return not told.isdisjoint(_runs(summary))


def _runs(text: str) -> set[tuple[str, ...]]:
    words = _WORDS.findall(plain(text).casefold())
    return {tuple(words[start : start + OF_THE_PROMPT]) for start in range(len(words) - OF_THE_PROMPT + 1)}
