"""Between the nouns of core and rows: each noun has its two directions side by side.

What statements ask for has a column of its own; the rest stands as JSON in one.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from digest.core.edition import Entry
from digest.core.model import Article, Block, Body, Candidate, Image, Problem, Published
from digest.core.roster import Subscription, Suppression
from digest.core.syndication import is_syndicated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Row

    from digest.core.identity import Sighting
    from digest.core.model import FoundArticle

CANDIDATE_COLUMNS = (
    "key",
    "title",
    "published",
    "first_seen",
    "categories",
    "tags",
    "author",
    "source",
    "draft",
    "pinned",
    "held",
    "withdrawn",
)
"""What `read_candidate` takes, in the order of the fields of `Candidate`."""

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)
_COLUMNS_OF_ENTRY = ("key", "edition", "position", "title", "section")
_INSTANTS_OF_ENTRY = ("published", "appeared")


def to_json(value: Any) -> str:
    """JSON as it is kept: compact, readable in any script, the same for the same value."""
    return _ENCODER.encode(value)


@lru_cache(maxsize=4096)
def read_words(text: str) -> tuple[str, ...]:
    """A JSON list of strings; cached, as thousands of articles share a few lists of categories."""
    return tuple(json.loads(text))


def article_row(sighting: Sighting) -> dict[str, Any]:
    """An article's row as its source gives it: without `key` and `first_seen`, which the library decides."""
    article = sighting.article
    details = _details(article)
    row = {
        "source": article.source,
        "file": sighting.file,
        "path": article.path,
        "id": article.id,
        "url": article.url,
        "content": sighting.identities["content"],
        "title": article.title,
        "published": article.published.instant if article.published else None,
        "categories": to_json(article.categories),
        "tags": to_json(article.tags),
        "author": article.author,
        "draft": article.draft,
        "pinned": article.pinned,
        "held": article.held,
        "withdrawn": False,
        "details": to_json(details),
    }
    known = dict(row)
    if is_syndicated(article.source):
        # An entry's place in its feed, which stands in its problems, changes whenever another one is added.
        known["details"] = to_json({**details, "problems": [each.message for each in article.problems]})
    known_by = [*(str(value) for value in known.values()), article.body.html]
    row["version"] = hashlib.sha256(to_json(known_by).encode("utf-8", "surrogatepass")).hexdigest()
    return row


def _details(article: FoundArticle) -> dict[str, Any]:
    details = {
        "published": _write_published(article.published),
        "published_by": article.published_by,
        "updated": _write_published(article.updated),
        "summary": article.summary,
        "image": [article.image.src, article.image.alt, article.image.credit] if article.image else None,
        "credit": article.credit,
        "language": article.language,
        "problems": write_problems(article.problems),
    }
    return {name: value for name, value in details.items() if value}


def read_article(row: Row[Any]) -> Article:
    """An article, from its row joined with its body's."""
    details = json.loads(row.details)
    return Article(
        key=row.key,
        source=row.source,
        path=row.path,
        id=row.id,
        url=row.url,
        title=row.title,
        body=Body(row.html, tuple(Block(kind, text, level) for kind, text, level in json.loads(row.blocks))),
        published=_read_published(details.get("published")),
        published_by=details.get("published_by", ""),
        updated=_read_published(details.get("updated")),
        categories=read_words(row.categories),
        tags=read_words(row.tags),
        author=row.author,
        summary=details.get("summary", ""),
        image=Image(*details["image"]) if "image" in details else None,
        credit=details.get("credit", ""),
        language=details.get("language", ""),
        draft=row.draft,
        pinned=row.pinned,
        held=row.held,
        problems=read_problems(details.get("problems", ())),
        first_seen=row.first_seen,
        withdrawn=row.withdrawn,
    )


def body_row(body: Body) -> dict[str, str]:
    """A body's row, without its article's key."""
    return {"html": body.html, "blocks": to_json([(block.kind, block.text, block.level) for block in body.blocks])}


def read_candidate(row: Row[Any]) -> Candidate:
    """A candidate, from `CANDIDATE_COLUMNS`."""
    values: tuple[Any, ...] = tuple(row)
    key, title, published, first_seen, categories, tags, *rest = values
    return Candidate(key, title, published, first_seen, read_words(categories), read_words(tags), *rest)


def _write_published(published: Published | None) -> list[str] | None:
    # The offset is kept, not only the instant: a page shows the date as it was written.
    return [published.instant.isoformat(), published.precision, published.zone] if published else None


def _read_published(value: Any) -> Published | None:
    return Published(datetime.fromisoformat(value[0]), value[1], value[2]) if value else None


def write_problems(problems: Iterable[Problem]) -> list[tuple[str, str, bool]]:
    """Problems as JSON can hold them."""
    return [(problem.place, problem.message, problem.set_aside) for problem in problems]


def read_problems(value: Iterable[Any]) -> tuple[Problem, ...]:
    """Problems, from JSON."""
    return tuple(Problem(place, message, set_aside) for place, message, set_aside in value)


def entry_row(entry: Entry) -> dict[str, Any]:
    """An entry's row, without its newsletter; its edition and position are the frozen edition's to say."""
    fields: dict[str, Any] = {name: getattr(entry, name) for name in Entry.__slots__ if name not in _COLUMNS_OF_ENTRY}
    for name in _INSTANTS_OF_ENTRY:
        fields[name] = fields[name].isoformat() if fields[name] else None
    return {"article_key": entry.key, "title": entry.title, "section": entry.section, "entry": to_json(fields)}


def read_entry(row: Row[Any]) -> Entry:
    """An entry, from its row."""
    fields = json.loads(row.entry)
    for name in _INSTANTS_OF_ENTRY:
        fields[name] = datetime.fromisoformat(fields[name]) if fields[name] else None
    fields["categories"] = tuple(fields["categories"])
    return Entry(
        key=row.article_key,
        edition=row.edition,
        position=row.position,
        title=row.title,
        section=row.section,
        **fields,
    )


def read_subscription(row: Row[Any]) -> Subscription:
    """A subscription from a row that has its columns."""
    return Subscription(row.newsletter, row.state, row.changed_at, row.consent_at, row.source, row.proof)


def read_suppression(row: Row[Any]) -> Suppression:
    """A suppression from its row; the address stays where it is."""
    return Suppression(row.reason, row.since, row.detail)
