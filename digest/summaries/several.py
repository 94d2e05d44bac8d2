"""A story that several articles tell: what they say together, each thing once."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from digest.core.model import Block, Body
from digest.summaries import fitness
from digest.summaries.cleaning import cleaned
from digest.summaries.extractive import MOST_SENTENCES, Extractive
from digest.summaries.language import language_of
from digest.summaries.sentences import each
from digest.summaries.terms import terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digest.core.edition import Summary

ALIKE = 0.6
"""Two sentences of which the shorter shares so much with the longer say one thing."""
_FEWEST = 8
"""Sentences of an article that are looked at, however many tell the story."""


def summarize_story(title: str, bodies: Sequence[Body], *, words: int | None = None, language: str = "") -> Summary:
    """A summary in whole sentences of all the articles that tell one story, those of the first article first.

    What an article says again that stands in one before it is passed over, and so is an article in another language
    than the first.

    Args:
        title: Of the article that leads.
        bodies: What the articles say, that of the one that leads first; at least one.
        words: At most so many, as for one article.
        language: BCP 47 tag of the language of the first; found from its text when empty.
    """
    if len(bodies) == 1:
        return Extractive().summarize(title, bodies[0], words=words, language=language)
    lead, *others = bodies
    code = language_of(_text(lead), language)
    told = [lead, *(body for body in others if language_of(_text(body), code) == code)]
    share = max(_FEWEST, MOST_SENTENCES // len(told))
    blocks: list[Block] = []
    seen: list[frozenset[str]] = []
    for number, body in enumerate(told):
        new = list(islice(_new(body, title, code, seen), share))
        # What leans on a sentence before it must not lean on another article's.
        while number and new and (fitness.points_back(new[0][0], code) or fitness.links_back(new[0][0], code)):
            new.pop(0)
        blocks += [Block("paragraph", sentence) for sentence, _ in new]
        seen += [said for _, said in new]
    return Extractive().summarize(title, Body("", tuple(blocks)), words=words, language=code or language)


def _new(body: Body, title: str, language: str, seen: Sequence[frozenset[str]]) -> Iterator[tuple[str, frozenset[str]]]:
    """The sentences of an article that say nothing of what has been said before, with their terms."""
    for block in body.blocks:
        if block.kind != "paragraph":
            continue
        for sentence in each(cleaned(block.text, title), language):
            said = frozenset(terms(sentence, language))
            if said and not any(_alike(said, other) for other in seen):
                yield sentence, said


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= ALIKE * min(len(one), len(other))


def _text(body: Body) -> str:
    return "\n".join(islice((block.text for block in body.blocks if block.kind == "paragraph"), 20))
