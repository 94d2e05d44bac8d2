"""Extractive summaries: the set of an article's own sentences that together say most of what it says."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import dropwhile, islice
from typing import TYPE_CHECKING

from digest.core.edition import Summary
from digest.core.text import word_count
from digest.summaries import fitness
from digest.summaries.choosing import Choice, Room, choose
from digest.summaries.cleaning import cleaned
from digest.summaries.concepts import concepts
from digest.summaries.language import is_handled, language_of
from digest.summaries.sentences import each
from digest.summaries.terms import terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from digest.core.model import Block, Body

MOST_SENTENCES = 40
"""Sentences looked at, from the head: what an article says, it has said by then."""
LONGEST_LEAD = 2000
"""Characters: text that long without an end is no sentence, and no summary."""
USUAL_WORDS = 60
"""The budget where none is given."""

_WORDS_A_SENTENCE = 15
"""People's summaries are terser than the sentences of an article: each that is asked for counts for so many words."""
# In shares of agreement, as `Choice` has them.
_QUESTION, _QUOTED, _LEANING = 0.04, 0.04, 0.01


@dataclass(frozen=True, slots=True)
class _Budget:
    """At most so many words, or so many sentences."""

    words: int | None
    sentences: int | None

    @property
    def length(self) -> float:
        """The words of the summary that is wished for."""
        return float(self.words or 1) if self.sentences is None else self.sentences * _WORDS_A_SENTENCE


class Extractive:
    """Chooses whole sentences of the article, in order; the port `Summarizer`.

    Each word, and each pair of words, has a chance to be in a good summary (`concepts`); the set of sentences is
    taken that is expected to agree best with one of the length asked for (`choosing`). Only words, their counts and
    their places decide: no clock, no chance, nothing to download.
    """

    def summarize(
        self, title: str, body: Body, *, words: int | None = None, sentences: int | None = None, language: str = ""
    ) -> Summary:
        """A summary in whole sentences of the article's own paragraphs, in order.

        Code, tables and headings are not looked at; quotations and lists only where there are no paragraphs. Where
        no sentence is sound enough to be chosen ("extractive"), or the language is not one whose sentences we know,
        the head of the text is taken ("lead"); where there is no sentence that is closed and shorter than
        `LONGEST_LEAD`, there is no summary ("none").

        Args:
            title: The article's title; a sentence that only repeats it is left out.
            body: Its content.
            words: At most so many; the first sentence is taken even when it is longer. `USUAL_WORDS` when neither is
                given.
            sentences: So many in place of a number of words, where there are as many.
            language: BCP 47 tag of the article's language; found from the text when empty.
        """
        budget = _Budget(USUAL_WORDS if words is None else words, sentences)
        code = language_of(_head(body.blocks), language)
        found = _sentences(body, ("paragraph",), title, code) or _sentences(body, ("quote", "item"), title, code)
        if is_handled(code) and (chosen := _chosen(found, title, code, budget)):
            return Summary(tuple(chosen), "extractive")
        lead = tuple(_lead(found.values(), code, budget))
        return Summary(lead, "lead" if lead else "none")


def _head(blocks: Iterable[Block]) -> str:
    """Enough of the text to tell its language."""
    texts = (block.text for block in blocks if block.kind in ("paragraph", "quote", "item"))
    return "\n".join(islice(texts, 20))


def _sentences(body: Body, kinds: Sequence[str], title: str, language: str) -> dict[tuple[str, ...], str]:
    """The first sentences of an article by their terms: each once, without furniture and repeats of the title."""
    blocks = (cleaned(block.text, title) for block in body.blocks if block.kind in kinds)
    about = tuple(terms(title, language))
    found: dict[tuple[str, ...], str] = {}
    for sentence in islice((one for text in blocks for one in each(text, language)), MOST_SENTENCES):
        key = tuple(terms(sentence, language))
        if key and key != about and key not in found and not fitness.is_furniture(sentence):
            found[key] = sentence
    return found


def _chosen(found: Mapping[tuple[str, ...], str], title: str, language: str, budget: _Budget) -> list[str]:
    """The best of the sound sentences, in order; none where there is none that can stand."""
    sentences, split = list(found.values()), list(found)
    counts = [word_count(sentence) for sentence in sentences]
    weighed = concepts(split, terms(title, language), language)
    choices: list[Choice] = []
    places: list[int] = []
    with_last: tuple[int, ...] | None = None
    for place, sentence in enumerate(sentences):
        leans = _leans(sentence, language)
        number = len(choices)
        # A line in small letters goes on from one that has no end: of a poem, or of a page broken in the wrong place.
        is_rest = sentence[0].islower() and place > 0 and not fitness.is_ended(sentences[place - 1])
        if is_rest or not fitness.is_sound(sentence, counts[place]) or (leans and with_last is None):
            with_last = None
            continue
        with_last = (*(with_last or ()), number) if leans else (number,)
        blemish = (
            _QUESTION * fitness.is_question(sentence) + _QUOTED * fitness.opens_quoted(sentence) + _LEANING * leans
        )
        choices.append(
            Choice(weighed.own[place], weighed.shared[place], len(split[place]), counts[place], blemish, with_last)
        )
        places.append(place)
    if not choices:
        return []
    # Terms and words are not the same where words are not written apart.
    ratio = sum(choice.terms for choice in choices) / sum(choice.words for choice in choices)
    room = Room(budget.sentences, budget.words if budget.sentences is None else None, budget.length * ratio)
    numbers = choose(choices, weighed.worth, room) or choose(choices, weighed.worth, Room(1, None, room.terms))
    taken = {places[number] for number in numbers}
    return [sentences[place] for place in sorted(taken | _fill(sentences, taken, budget))]


def _leans(sentence: str, language: str) -> bool:
    return fitness.points_back(sentence, language) or fitness.links_back(sentence, language)


def _fill(sentences: Sequence[str], taken: set[int], budget: _Budget) -> set[int]:
    """Where a number of sentences is asked for: what stands closest to the head of those not taken, as many as lack."""
    lacking = 0 if budget.sentences is None else budget.sentences - len(taken)
    others = (place for place, sentence in enumerate(sentences) if place not in taken and _may_lead(sentence))
    return set(islice(others, max(0, lacking)))


def _may_lead(sentence: str) -> bool:
    return len(sentence) <= LONGEST_LEAD and fitness.is_closed(sentence)


def _lead(sentences: Iterable[str], language: str, budget: _Budget) -> Iterator[str]:
    """The head of a text among whose sentences nothing can be chosen: closed ones as they come, in the budget."""
    closed = list(filter(_may_lead, sentences))
    # From the first one that can stand at the head, if there is any.
    closed = list(dropwhile(lambda sentence: _leans(sentence, language), closed)) or closed
    if budget.sentences is not None:
        yield from islice(closed, max(0, budget.sentences))
        return
    left, first = budget.words or 0, True
    for sentence in closed:
        left -= word_count(sentence)
        if left < 0 and not first:
            return
        yield sentence
        first = False
