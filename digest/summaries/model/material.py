"""What a model is given of a story: its text, as data, between marks that nothing in it can imitate.

A paragraph that speaks to a model is left out whole: what is not given cannot be obeyed, nor be taken for a fact. What
nobody sees is left out too, for a model reads it.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.core.model import Article

MOST_CHARACTERS = 24_000
"""Of all articles of a story together: some 6,000 tokens. News is told by then."""

_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})
_KINDS = frozenset({"paragraph", "quote", "item", "heading"})
_TO_A_MODEL = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass|do not follow|stop following)\b.{0,40}\b(?:instruction|prompt|rule"
    r"|guideline|direction|above|previous|prior)"
    r"|\b(?:system|developer|hidden) (?:prompt|message|instruction)|\bnew instructions?\b|\byou are now\b"
    r"|\bas an? (?:ai|llm|language model|assistant)\b|\b(?:ai|language) model\b.{0,30}\b(?:must|should|has to|shall)\b"
    r"|\b(?:summari[sz]e|respond|reply|answer|output|print|write) (?:only|exactly|this|with|the following|instead)\b"
    r"|\b(?:dear|attention|note to|hey|hello)\b.{0,20}\b(?:ai|assistants?|models?|bots?|llms?|summari[sz]\w+)\b"
    r"|\b(?:the|your|this|every|any) (?:summary|answer|reply|response|output)\b.{0,30}"
    r"\b(?:must|should|shall|has to|needs to|ends?|begins?|starts?|includes?|contains?|mentions?)\b"
    r"|\b(?:include|add|mention|insert|put)\b.{0,60}\b(?:in|to|into|at the end of) (?:the|your|any|every) summar"
    r"|\b(?:when|while|if|before|after) (?:you )?summari[sz]\w+|\btranslate (?:this|the) (?:article|text|above)"
    r"|\"(?:sentences|role|content|messages)\"\s*:|#{2,}\s*(?:instruction|system|response|user|assistant)\b"
    r"|<\|?/?(?:im_start|im_end|system|assistant|user|inst)\b|\[/?inst\]|^\s*(?:system|assistant)\s*:"
    r"|\b(?:ignorier|vergiss)\w*\b.{0,40}\b(?:anweisung|vorgaben|regeln)"
    r"|\b(?:diese|deine|die) zusammenfassung\b.{0,30}\b(?:muss|soll|sollte)\b"
    r"|\b(?:ignor|oubli|olvid)\w*\b.{0,40}\b(?:instruc|consignes)|\b(?:игнорируй|забудь)\w*\b.{0,40}\bинструкц",
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
    title = one_line(_seen(article.title))
    parts = [] if _speaks_to_a_model(title) else [title]
    for block in article.body.blocks:
        text = _seen(block.text)
        if block.kind not in _KINDS or _speaks_to_a_model(text):
            continue
        room -= len(text)
        if room < 0:
            break
        parts.append(text)
    return "\n\n".join(filter(None, parts))


def _seen(text: str) -> str:
    """A text without what is not seen: marks of direction, joiners, tags, private characters."""
    if text.isprintable():
        return text
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in _UNSEEN)


def _speaks_to_a_model(text: str) -> bool:
    # Letters of another shape are the same to a model: Ｉｇｎｏｒｅ.
    return _TO_A_MODEL.search(unicodedata.normalize("NFKC", text)) is not None
