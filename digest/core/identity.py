"""Which article of the library a found one is: by its id, its canonical URL, its path or its content, in this order.

Decided for a whole collection at once, the strongest layer first, so that the order in which files are met never
outweighs what they say. The rules:

- An id or a URL names one article in the whole newsroom. Of two living files that share one, the one already recorded
  wins (else the first met); the other is set aside until that is mended.
- A file that changes stays the same article, unless it now states another id than was recorded.
- Content that turns up at a new path is the same article moved, if the old path is gone. At two living paths it is a
  duplicate, unless the two state different ids.
- Content of fewer than `SHORT` words ("No news this week.") proves little: it counts only for a file that was
  renamed, that is, whose old path went away in this very collection; and it never makes a duplicate.
- A feed or a web page may carry what stands elsewhere: between one and any other source one id, URL or content is no
  mistake but the same article, which is also in the other source. It is the article of the source with the lower
  priority, whichever was met first; of two with one priority, of that which was recorded first. A draft takes over
  nothing.
- Entries of one feed are told apart by their ids; only where address and content are the same as well is a new id no
  new article.
- An article keeps its key whatever happens to it, and keeps it while withdrawn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit, urlunsplit

from digest.core.model import Problem
from digest.core.syndication import is_others, is_syndicated, scope
from digest.core.text import short_hash, slug, word_count

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from digest.core.model import FoundArticle

Layer = Literal["id", "url", "path", "content"]
LAYERS: tuple[Layer, ...] = ("id", "url", "path", "content")
CONTESTED: tuple[Layer, ...] = ("id", "url", "content")
"""The layers in which two files can clash; a path is one file's by nature."""

SHORT = 20
"""Words below which equal content is taken for coincidence."""

SLUG_LIMIT = 48
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Sighting:
    """An article as a collection met it.

    Attributes:
        file: The path of the reading it came in: `FoundArticle.path` without its `#2`.
        identities: Its value in each layer that it has one in.
    """

    file: str
    article: FoundArticle
    identities: Mapping[Layer, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the library has recorded of an article.

    Attributes:
        path: Where it is, or was when it was withdrawn.
        identities: Its present values, as of a `Sighting`; those it had earlier are remembered apart.
        withdrawn: Its file was gone before this collection.
        vacated: It was living until now, and its file has been read anew or is gone.
    """

    key: str
    source: str
    path: str
    identities: Mapping[Layer, str]
    withdrawn: bool = False
    vacated: bool = False

    @property
    def free(self) -> bool:
        """Whether it can be the one that was found; otherwise it lives in a file that has not changed."""
        return self.withdrawn or self.vacated

    def is_at(self, article: FoundArticle) -> bool:
        """Whether it was last seen where this one was found."""
        return (self.source, self.path) == (article.source, article.path)


@dataclass(frozen=True, slots=True)
class Recognition:
    """What was decided, by position in the sightings; a position in neither mapping is a new article.

    Attributes:
        same: The known article that was found; it may have been another source's until now, see `recognise`.
        set_aside: Why a duplicate cannot be taken in.
        also: The article of another source that this one of a feed, or this one beside a feed's, is too.
    """

    same: Mapping[int, Known]
    set_aside: Mapping[int, Problem]
    also: Mapping[int, Known] = field(default_factory=dict)


def see(file: str, article: FoundArticle) -> Sighting:
    """Work out the identities of a found article."""
    values: dict[Layer, str] = {
        "id": article.id,
        "url": "" if article.shared_url else normalise_url(article.url),
        "path": path_identity(article.source, article.path),
        "content": article.content_hash,
    }
    return Sighting(file, article, {layer: value for layer, value in values.items() if value})


def path_identity(source: str, path: str) -> str:
    """Source and path as one value that no other pair shares."""
    return f"{len(source)}:{source}/{path}"


def normalise_url(url: str) -> str:
    """A URL as it is compared: scheme and host in lower case; no default port, no fragment, no slash at the end.

    Source: RFC 3986 sections 6.2.2.1 and 6.2.3. What cannot be parsed is compared as it stands.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return url.strip()
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname or ""
    if port is not None and port != _DEFAULT_PORTS.get(parts.scheme):
        host = f"{host}:{port}"
    user = parts.netloc.rpartition("@")[0]
    return urlunsplit((parts.scheme, f"{user}@{host}" if user else host, parts.path.rstrip("/"), parts.query, ""))


def place(source: str, path: str) -> str:
    """Where a person looks for an article: `articles/a.md` for path `a.md` of the source `folder:articles`."""
    return f"{source.partition(':')[2] or source}/{path}"


def key_base(sighting: Sighting) -> str:
    """The key a new article gets unless another has it: its title, and a hash of its strongest identity.

    The path is no part of it, so that two newsrooms with the same articles have the same keys.
    """
    layer = next(layer for layer in CONTESTED if layer in sighting.identities)
    strongest = f"{layer}:{sighting.identities[layer]}"
    return f"{slug(sighting.article.title, SLUG_LIMIT) or 'article'}-{short_hash(strongest)}"


def free_key(base: str, taken: Collection[str]) -> str:
    """The base, or the base with the first number from 2 on that makes a key nobody has."""
    key, number = base, 1
    while key in taken:
        number += 1
        key = f"{base}-{number}"
    return key


def of_equals(source: str) -> bool:
    """Whether a source outranks another one: none does."""
    del source
    return False


def recognise(
    sightings: Sequence[Sighting],
    remembered: Mapping[tuple[Layer, str], Known],
    outranks: Callable[[str], bool] = of_equals,
) -> Recognition:
    """Decide for each sighting of a collection whether it is a known article, a duplicate, or new.

    Args:
        sightings: All of one collection, of one source, in the order they were met.
        remembered: The article that last had an identity, for every identity of the sightings that was ever met.
        outranks: Whether that source goes before another one: it takes over what both have.
    """
    same, also = _elsewhere(sightings, remembered, outranks)
    set_aside = _duplicates(sightings, remembered, {*same, *also})
    taken = {known.key for known in same.values()}
    for layer in LAYERS:
        matches: list[tuple[int, Known]] = []
        for position, sighting in enumerate(sightings):
            known = remembered.get((layer, sighting.identities.get(layer, "")))
            if known is None or position in same or position in set_aside or position in also:
                continue
            if known.free and _agrees(layer, sighting, known):
                matches.append((position, known))
        # Who stands where the article stood has the better claim to it.
        for position, known in sorted(matches, key=lambda match: not match[1].is_at(sightings[match[0]].article)):
            if known.key not in taken:
                same[position] = known
                taken.add(known.key)
    return Recognition(same, set_aside, also)


def _agrees(layer: Layer, sighting: Sighting, known: Known) -> bool:
    if layer == "id":
        return True
    if _different_ids(sighting.identities, known.identities):
        return False
    if layer == "content" and is_short(sighting.article):
        if is_syndicated(sighting.article.source):  # entries come and go there; none is renamed
            return False
        return known.vacated and known.identities.get("content") == sighting.identities["content"]
    return True


def _elsewhere(
    sightings: Sequence[Sighting], remembered: Mapping[tuple[Layer, str], Known], outranks: Callable[[str], bool]
) -> tuple[dict[int, Known], dict[int, Known]]:
    """The sightings that are articles living in another source, where one of the two is a feed or a web page.

    Returns:
        Those that are taken over, and those that stay the other's.
    """
    over: dict[int, Known] = {}
    also: dict[int, Known] = {}
    taken: set[str] = set()
    for position, sighting in enumerate(sightings):
        known = _living_elsewhere(sighting, remembered)
        if known is None:
            continue
        article = sighting.article
        if article.draft or article.held or not outranks(known.source):
            also[position] = known
        elif known.key not in taken:  # a second one that would be it too is an article of its own
            over[position] = known
            taken.add(known.key)
    return over, also


def _living_elsewhere(sighting: Sighting, remembered: Mapping[tuple[Layer, str], Known]) -> Known | None:
    article = sighting.article
    for layer in CONTESTED:
        value = sighting.identities.get(layer, "")
        known = remembered.get((layer, value))
        if known is None or known.withdrawn or known.identities.get(layer) != value:
            continue
        if layer == "content" and is_short(article):
            continue
        different = _different_ids(known.identities, sighting.identities)
        if known.source == article.source:
            if not different:
                return None  # it is itself, whatever else it has in common with another one
        elif (is_others(article.source) or is_others(known.source)) and not (layer == "content" and different):
            return known
    return None


def _duplicates(
    sightings: Sequence[Sighting], remembered: Mapping[tuple[Layer, str], Known], also: Collection[int]
) -> dict[int, Problem]:
    problems: dict[int, Problem] = {}
    for layer in CONTESTED:
        sharing: dict[str, list[int]] = {}
        for position, sighting in enumerate(sightings):
            # Whoever reads a feed has told its entries apart.
            if is_syndicated(sighting.article.source):
                continue
            if position not in problems and position not in also and layer in sighting.identities:
                sharing.setdefault(sighting.identities[layer], []).append(position)
        for value, positions in sharing.items():
            known = remembered.get((layer, value))
            problems.update(_losers(layer, value, [(position, sightings[position]) for position in positions], known))
    return problems


def _losers(
    layer: Layer, value: str, claims: list[tuple[int, Sighting]], known: Known | None
) -> Iterator[tuple[int, Problem]]:
    """Those of the sightings with one value that are duplicates, each with what to tell of it."""
    if known is not None and not known.free and known.identities.get(layer) == value:
        owner, owner_place, rest = known.identities, place(known.source, known.path), claims
    elif len(claims) == 1:
        return
    else:
        _, first = winner = min(claims, key=lambda claim: known is None or not known.is_at(claim[1].article))
        owner, owner_place = first.identities, place(first.article.source, first.article.path)
        rest = [claim for claim in claims if claim is not winner]
    for position, sighting in rest:
        if layer == "content" and (is_short(sighting.article) or _different_ids(owner, sighting.identities)):
            continue
        where = place(sighting.article.source, sighting.article.path)
        yield position, Problem(where, _message(layer, sighting.article, owner_place), set_aside=True)


def _message(layer: Layer, article: FoundArticle, owner: str) -> str:
    if layer == "id":
        return f"has the id '{article.id}', as {owner} has; give one of them another id, or remove one"
    if layer == "url":
        return f"has the URL {article.url}, as {owner} has; correct one of them, or remove one"
    return f"has the same title and text as {owner}; remove one, or give each its own id"


def _different_ids(one: Mapping[Layer, str], other: Mapping[Layer, str]) -> bool:
    """Whether both state an id, and not the same one, in the same sense.

    Ids of two feeds say nothing of each other. A feed that makes new ids for the same address and content has not
    written anew.
    """
    if "id" not in one or "id" not in other or one["id"] == other["id"]:
        return False
    if scope(one["id"]) != scope(other["id"]):
        return False
    return not ("url" in one and all(one.get(layer) == other.get(layer) for layer in ("url", "content")))


def is_short(article: FoundArticle) -> bool:
    """Whether the text has fewer than `SHORT` words; looks no further than it must."""
    words = 0
    for block in article.body.blocks:
        words += word_count(block.text)
        if words >= SHORT:
            return False
    return True
