"""What a model is given of a story: its text, as data, between marks that nothing in it can imitate.

A paragraph that speaks to a model is left out whole: what is not given cannot be obeyed, nor be taken for a fact.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.core.model import Article

MOST_CHARACTERS = 24_000
"""Of all articles of a story together: some 6,000 tokens. News is told by then."""

_KINDS = frozenset({"paragraph", "quote", "item", "heading"})
_TO_A_MODEL = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass|do not follow|stop following)\b.{0,40}\b(?:instruction|prompt|rule"
    r"|guideline|direction|above|previous|prior)"
    r"|\b(?:system|developer|hidden) (?:prompt|message|instruction)|\bnew instructions?\b|\byou are now\b"
    r"|\bas an? (?:ai|llm|language model|assistant)\b|\b(?:ai|language) model\b.{0,30}\b(?:must|should|has to|shall)\b"
    r"|\b(?:summari[sz]e|respond|reply|answer|output|print|write) (?:only|exactly|this|with|the following|instead)\b"
    r"|\b(?:dear|attention|note to|hey|hello)\b.{0,20}\b(?:ai|assistants?|models?|bots?|llms?|summari[sz]\w+)\b"
    r"|<\|?/?(?:im_start|im_end|system|assistant|user|inst)\b|\[/?inst\]|^\s*(?:system|assistant)\s*:"
    r"|\bignorier\w*\b.{0,40}\b(?:anweisung|vorgaben|regeln)|\bignor\w*\b.{0,40}\b(?:instruc|consignes)",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Material:
    """A story as it is sent.

    Attributes:
        text: Title and text of its articles: what the summary is held against.
        mark: Stands before and after it; no text holds its own, for it is made of a hash over it.
    """

    text: str
    mark: str

    @property
    def message(self) -> str:
        """The message that holds it."""
        return f"{self.mark}\n{self.text}\n{self.mark}"


def material(story: Sequence[Article]) -> Material:
    """A story's text without code, tables, and paragraphs that speak to a model."""
    room = MOST_CHARACTERS // len(story)
    text = "\n\n\n".join(_article(article, room) for article in story)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Material(text, f"=== {digest[:24]} ===")


def _article(article: Article, room: int) -> str:
    title = one_line(article.title)
    parts = [] if _TO_A_MODEL.search(title) else [title]
    for block in article.body.blocks:
        if block.kind not in _KINDS or _TO_A_MODEL.search(block.text):
            continue
        room -= len(block.text)
        if room < 0:
            break
        parts.append(block.text)
    return "\n\n".join(filter(None, parts))
