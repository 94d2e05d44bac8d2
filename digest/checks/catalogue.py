"""Every kind of finding by its code; docs/checks.md says the same with examples, held together by a test."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from digest.checks import kinds_mail, kinds_newsroom

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.core.finding import Finding, Kind

KINDS: Mapping[str, Kind] = MappingProxyType(
    {kind.code: kind for kind in sorted((*kinds_newsroom.KINDS, *kinds_mail.KINDS), key=lambda kind: kind.code)}
)
"""In the order of their codes."""


def found(code: str, place: str, what: str, remedy: str = "") -> Finding:
    """A finding of the kind with a code; arguments as of `Kind.at`."""
    return KINDS[code].at(place, what, remedy)
