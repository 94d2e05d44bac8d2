"""Whether links answer."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from digest.checks.catalogue import found
from digest.core.fetching import Visit, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from digest.core.fetching import Fetched
    from digest.core.finding import Finding

_GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


def follow(
    linked: Iterable[tuple[str, str]], fetch: Callable[[Sequence[Wanted]], Iterable[Fetched]]
) -> Iterator[Finding]:
    """What is wrong with where links lead.

    Args:
        linked: Addresses, each with the place it stands at.
        fetch: Asks them, in any order; a link's own content is of no interest.
    """
    pages = [(address, address.partition("#")[0], place) for address, place in linked]
    wanted = [
        Wanted(page, page, "link", local=False, state=Visit(page)) for page in dict.fromkeys(p for _, p, _ in pages)
    ]
    answers = {each.key: _outcome(each) for each in fetch(wanted)}
    for address, page, place in pages:
        code, said = answers[page]
        if code:
            yield found(code, place, f"{address[:90]} {said}")


def _outcome(fetched: Fetched) -> tuple[str, str]:
    """The code of what is wrong with an address and the words for it; empty when it answers."""
    status = fetched.status
    if status in _GONE:
        return "LINK005", f"answers {status} {HTTPStatus(status).phrase}"
    if status >= HTTPStatus.BAD_REQUEST:
        return "LINK006", f"answers {status}"
    return ("", "") if status else ("LINK006", f"was not followed to its end: {fetched.reason}")
