"""What the preview shows: an edition made on a copy of the store and kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from digest.core.errors import ConfigError, DigestError
from digest.core.model import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from digest.core.edition import EditionRecord
    from digest.core.finding import Finding


class Header(NamedTuple):
    """A field of the message's header.

    Attributes:
        name: As it stands.
        raw: Its value as it stands, folded.
        decoded: What it says, where that differs [RFC 2047]; empty otherwise.
    """

    name: str
    raw: str
    decoded: str


class Reason(NamedTuple):
    """Why an article is in the edition or is not.

    Attributes:
        chosen: Whether it is.
        rule: The rule that decided, "in window".
        title: The article's.
        place: Its file within its source; empty where that is not known.
        why: The reason, as a sentence.
    """

    chosen: bool
    rule: str
    title: str
    place: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """An edition as it would be.

    Attributes:
        title: The newsletter's.
        sender: Its From mailbox.
        slot: On the wall clock of the newsletter, for a person.
        record: The edition.
        html: The message's HTML, addressed to nobody.
        text: Its plain text.
        headers: Of the message; none where it cannot be composed here.
        findings: What the preflight found, those that are ignored too.
        reasons: The verdicts, on articles that are in it first.
        site: The pages and feeds by path within the newsletter's folder: `index.html`, `2026-03-02T0700Z/index.html`.
        base: Address of that folder, ends with "/".
        notices: What one should know of this proof, a sentence each.
        watched: Files and folders it was made of, absolute.
    """

    title: str
    sender: str
    slot: str
    record: EditionRecord
    html: str
    text: str
    headers: tuple[Header, ...]
    findings: tuple[Finding, ...]
    reasons: tuple[Reason, ...]
    site: Mapping[str, bytes]
    base: str
    notices: tuple[str, ...]
    watched: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class State:
    """How the preview stands.

    Attributes:
        version: Grows with each try.
        proof: The last that could be made; None where none could.
        mistakes: Why there is no newer one; empty when it is the newest.
    """

    version: int
    proof: Proof | None = None
    mistakes: tuple[Problem, ...] = ()


def mistakes_of(error: DigestError) -> tuple[Problem, ...]:
    """The mistakes an error tells of, each with its place."""
    return error.problems if isinstance(error, ConfigError) else (Problem(error.place, error.message),)
