"""The use case of copying: fetch the pictures of other people that an edition shows, before it is rendered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from digest.core.fetching import Visit, Wanted
from digest.core.model import Problem
from digest.core.webaddress import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from digest.core.fetching import Fetched
    from digest.core.ports import Fetcher

MOST_PICTURES = 200
"""Of one edition. Those that lead a story come first."""

MOST_OCTETS = 64_000_000
"""Of all of them together, as they come."""


@dataclass(frozen=True, slots=True)
class Copier:
    """Fetches the pictures of an edition.

    Nothing is remembered of them: an edition is made once, and keeps them.

    Attributes:
        fetcher: Gives what fetches, within what an edition waits for its pictures at most; None where nobody is to be
            asked: then they are left out, without a word, for that says nothing of them.
        local: Whether a picture, by its source's name and its address, may be in the own network.
    """

    fetcher: Callable[[], Fetcher | None]
    local: Callable[[str, str], bool]

    def copy(
        self, named: Mapping[tuple[str, str], str], now: datetime, keep: Callable[[], None]
    ) -> tuple[dict[tuple[str, str], bytes], list[Problem]]:
        """The bytes of pictures, and why there are none of others. Both depend on no order in which they come.

        Args:
            named: Source and address of each with who names it, the most important first.
            now: Aware.
            keep: Called as each comes; what it raises stops the work.
        """
        fetcher = self.fetcher() if named else None
        if fetcher is None:
            return {}, []
        asked: dict[tuple[str, bool], list[tuple[str, str]]] = {}
        for source, url in named:
            asked.setdefault((url, self.local(source, url)), []).append((source, url))
        wanted = [
            Wanted(str(number), url, "image", local, Visit(url))
            for number, (url, local) in enumerate(asked)
            if number < MOST_PICTURES
        ]
        keep()
        contents, reasons = _fetched(fetcher, wanted, now, keep)
        found: dict[tuple[str, str], bytes] = {}
        problems: list[Problem] = []
        for number, names in enumerate(asked.values()):
            if number in contents:
                found |= dict.fromkeys(names, contents[number])
                continue
            why = reasons.get(number, f"more than {MOST_PICTURES} are too many for one edition")
            problems += (Problem(named[name], f"the picture {shown(name[1])} is left out: {why}") for name in names)
        return found, problems


def _fetched(
    fetcher: Fetcher, wanted: list[Wanted], now: datetime, keep: Callable[[], None]
) -> tuple[dict[int, bytes], dict[int, str]]:
    """Contents by their place in the order, and reasons of those that are not there."""
    contents: dict[int, bytes] = {}
    reasons: dict[int, str] = {}
    sizes = [0] * len(wanted)
    for fetched in fetcher.fetch(wanted, now):
        keep()
        number = int(fetched.key)
        if fetched.outcome != "new":
            reasons[number] = _reason(fetched, wanted[number].url)
            continue
        contents[number], sizes[number] = fetched.content, len(fetched.content)
        # What goes is always the last: so the first stay that fit together, in whatever order they come.
        while sum(map(len, contents.values())) > MOST_OCTETS:
            del contents[max(contents)]
    room = MOST_OCTETS
    for number, size in enumerate(sizes):
        room -= size
        if room < 0 and number not in reasons:
            contents.pop(number, None)
            reasons[number] = f"with those before it, it has more than {MOST_OCTETS:,} octets"
    return contents, reasons


def _reason(fetched: Fetched, url: str) -> str:
    """Why nothing came, to go on with after the address and a colon."""
    if fetched.status:
        known = fetched.status in HTTPStatus.__members__.values()
        return f"it answers {fetched.status}{f' {HTTPStatus(fetched.status).phrase}' if known else ''}"
    place = f"{shown(url)} "
    return f"it {fetched.reason.removeprefix(place)}" if fetched.reason.startswith(place) else fetched.reason


class Remembering:
    """A fetcher that asks for each address once, for who makes the same edition again and again: a preview.

    What failed is not asked again either. Only what was wanted last is kept.

    Args:
        fetcher: Asks.
    """

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._known: dict[tuple[str, bool], Fetched] = {}

    def fetch(self, wanted: Iterable[Wanted], now: datetime) -> Iterator[Fetched]:
        """See `digest.core.ports.Fetcher`."""
        asked = {each.key: each for each in wanted}
        new = [each for each in asked.values() if (each.url, each.local) not in self._known]
        for found in self._fetcher.fetch(new, now):
            self._known[asked[found.key].url, asked[found.key].local] = found
            yield found
        kept = {(each.url, each.local): each.key for each in asked.values()}
        self._known = {name: found for name, found in self._known.items() if name in kept}
        fresh = {each.key for each in new}
        for name, found in self._known.items():
            if kept[name] not in fresh:
                yield replace(found, key=kept[name])
