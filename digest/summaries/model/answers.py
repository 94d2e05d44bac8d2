"""What a model is asked to answer with, and how its answer is read."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from digest.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"sentences": {"type": "array", "items": {"type": "string"}}},
    "required": ["sentences"],
    "additionalProperties": False,
}
FORMAT: dict[str, Any] = {
    "type": "json_schema",
    "json_schema": {"name": "summary", "strict": True, "schema": SCHEMA},
}
MOST_SENTENCES = 30
LONGEST_ANSWER = 20_000
"""Characters: a summary has a few hundred, thoughts before it some thousand."""

_THOUGHTS = re.compile(r"<think>.*?</think>", re.DOTALL | re.IGNORECASE)


def key_of(model: str, prompt: str, message: str) -> str:
    """By what an answer is kept: the same model, asked the same about the same text, answered before.

    Args:
        model: The endpoint's address and the model's name.
        prompt: The instructions.
        message: The text.
    """
    whole = json.dumps([model, prompt, message], ensure_ascii=True)
    return hashlib.sha256(whole.encode()).hexdigest()


def read_answer(text: str) -> tuple[str, ...]:
    """The sentences of an answer: of its first JSON object that has any, whatever stands around it.

    Returns:
        None of them where there is no such object.
    """
    for value in _objects(_THOUGHTS.sub("", text[:LONGEST_ANSWER])):
        sentences = value.get("sentences")
        if isinstance(sentences, list) and all(isinstance(one, str) for one in sentences):
            return tuple(filter(None, map(one_line, sentences[:MOST_SENTENCES])))
    return ()


def _objects(text: str) -> Iterator[dict[str, Any]]:
    decoder = json.JSONDecoder()
    place = text.find("{")
    while place >= 0:
        end = place + 1
        try:
            value, end = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            yield value
        place = text.find("{", end)
