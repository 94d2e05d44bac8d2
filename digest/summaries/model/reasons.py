"""Why a summary is not the model's, fit to be printed: endpoints and models say what they like, and it is repeated."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.core.text import one_line

if TYPE_CHECKING:
    from digest.core.modeluse import Why

LONGEST_REASON = 300
_HIDDEN = "[key]"
# What keys look like: an endpoint may tell of others than ours.
_LIKE_A_KEY = re.compile(r"\b(?:sk|pk|key|Bearer)[-_ ][\w*.-]{8,}")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a summary is not the model's.

    Attributes:
        why: In a word.
        text: For whoever reads the edition's files, which are published: nothing of where the endpoint is, nor of
            what it says.
        detail: For the operator; empty: as `text`.
    """

    why: Why
    text: str
    detail: str = ""

    @property
    def told(self) -> str:
        """All of it, for the operator."""
        return self.detail or self.text

    def without(self, key: str) -> Reason:
        """The reason fit to be printed."""
        return replace(self, text=fit_to_print(self.text, key), detail=fit_to_print(self.detail, key))


def fit_to_print(reason: str, key: str = "") -> str:
    """A reason in one line that neither turns a terminal's head nor gives a key away.

    Args:
        reason: In words for a person.
        key: The endpoint's; empty where there is none.
    """
    told = without_key(one_line(reason), key)
    told = "".join(char for char in _LIKE_A_KEY.sub(_HIDDEN, told) if char.isprintable())
    return told if len(told) <= LONGEST_REASON else f"{told[: LONGEST_REASON - 1]}…"


def without_key(text: str, key: str) -> str:
    """A text in which the key does not stand."""
    return text.replace(key, _HIDDEN) if key else text
