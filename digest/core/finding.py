"""What a preflight finds, which kinds of findings there are, and which of them an operator lives with."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from digest.core.text import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_OWNER = re.compile(r"[a-z0-9-]+|.*\.ya?ml")
PLACES = 4
"""So many places of one finding are named to a person."""

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a reader, a mailbox provider or the law would mind.

    Attributes:
        code: Of its kind, stable for ever: `LINK004`.
        severity: An error stops a send, a warning does not.
        place: Where, as a person would look for it: `config.yaml site.url`, `weekly email.html:31`.
        what: What is wrong.
        why: Why that matters.
        remedy: What to do.
        ignored: Why the operator lives with it; empty when nobody said so.
    """

    code: str
    severity: Severity
    place: str
    what: str
    why: str
    remedy: str
    ignored: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.what} ({self.code})"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of finding, as documented in docs/checks.md under its code.

    Attributes:
        title: What is wrong, in general.
    """

    code: str
    severity: Severity
    title: str
    why: str
    remedy: str

    def at(self, place: str, what: str, remedy: str = "") -> Finding:
        """A finding of this kind.

        Args:
            place: As of `Finding`.
            what: As of `Finding`.
            remedy: What to do in this very case, where the general words say less.
        """
        return Finding(self.code, self.severity, place, what, self.why, remedy or self.remedy)


@dataclass(frozen=True, slots=True)
class Ignore:
    """What the operator lives with.

    Attributes:
        code: Of the kind.
        reason: Why.
        match: Only findings whose place or words hold this text; empty: all of the kind.
    """

    code: str
    reason: str
    match: str = ""

    def covers(self, finding: Finding) -> bool:
        """Whether a finding is one of those."""
        return finding.code == self.code and (self.match in finding.place or self.match in finding.what)


def together(findings: Iterable[Finding]) -> list[tuple[Finding, tuple[str, ...]]]:
    """One for all that say the same of the same, and its places, in order.

    A link stands in a message's HTML (twice, with its button), in its text and in six feeds: nine places, one mistake.
    """
    places: dict[Finding, list[str]] = {}
    for each in findings:
        places.setdefault(replace(each, place=""), []).append(each.place)
    return [(replace(each, place=where[0]), tuple(dict.fromkeys(where))) for each, where in places.items()]


def gathered(findings: Iterable[Finding], most: int | None = PLACES) -> list[Finding]:
    """The same for a person to read, each with its places in a row.

    Args:
        findings: As they were found.
        most: So many places are named, and the others counted; all of them where it is None.
    """
    return [replace(each, place=_listed(places, most)) for each, places in together(findings)]


def _listed(places: Sequence[str], most: int | None) -> str:
    """Places in a row: `weekly email.html:31, 34, email.txt:12 and 3 more places`."""
    words = [places[0]]
    for before, place in pairwise(places[:most]):
        owner, _, rest = place.partition(" ")
        file, _, line = place.rpartition(":")
        if line.isdigit() and file == before.rpartition(":")[0]:
            words.append(line)
        else:
            # What follows a newsletter's key, or config.yaml; a file's own name may have spaces too.
            said = _OWNER.fullmatch(owner) and before.startswith(f"{owner} ")
            words.append(rest if said else place)
    left = len(places) - len(words)
    return ", ".join(words) + (f" and {counted(left, 'more place')}" if left else "")


def marked(findings: Iterable[Finding], ignores: Sequence[Ignore]) -> list[Finding]:
    """The findings in their order, each that is ignored with the reason of the first entry that covers it."""
    found = []
    for finding in findings:
        reason = next((each.reason for each in ignores if each.covers(finding)), "")
        found.append(replace(finding, ignored=reason) if reason else finding)
    return found


def standing(findings: Iterable[Finding], severity: Severity | None = None) -> list[Finding]:
    """Those that nobody ignores; of one severity, where it is given."""
    return [each for each in findings if not each.ignored and severity in (None, each.severity)]
