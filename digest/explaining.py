"""The use case of explaining: the verdict on every article for one edition, recorded or worked out again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.core.selection import candidate_of, reconsider

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from digest.core.edition import EditionRecord, Verdict
    from digest.core.newsletter import Newsletter
    from digest.core.stored import Editions, Library


@dataclass(frozen=True, slots=True)
class Explained:
    """A verdict with what a person knows the article by.

    Attributes:
        recorded: False when it was worked out again from today's articles and rules.
    """

    verdict: Verdict
    title: str
    recorded: bool


def told_by(editions: Editions, record: EditionRecord) -> dict[str, str]:
    """How each story of an edition got its summary, by the article's key: by which method, and why by no other."""
    if record.status != "composed":
        return {}
    manifest = json.loads(editions.files(record.newsletter, record.id)["edition.json"])
    return {
        article["key"]: _how(article["summary"]) for section in manifest["sections"] for article in section["articles"]
    }


def _how(summary: Mapping[str, str]) -> str:
    reason = summary.get("reason", "")
    return f"{summary['method']}: {reason}" if reason else summary["method"]


def explain(
    library: Library,
    editions: Editions,
    newsletter: Newsletter,
    record: EditionRecord,
    keys: Iterable[str] | None = None,
) -> Iterator[Explained]:
    """The verdicts of an edition: those recorded, those chosen first; then those on every other article, by key.

    Args:
        library: The articles.
        editions: The editions.
        newsletter: Whose rules to work out by what is not recorded.
        record: The edition, or the slot that was skipped.
        keys: Only these articles; None means all.
    """
    wanted = None if keys is None else set(keys)
    recorded = {
        verdict.article: verdict
        for verdict in editions.verdicts(newsletter.key, record.id)
        if wanted is None or verdict.article in wanted
    }
    titles = {article.key: article.title for article in library.articles(recorded)}
    for key, verdict in recorded.items():
        yield Explained(verdict, titles.get(key, key), recorded=True)
    composed_at = record.composed_at or record.slot
    before = {
        each.id
        for each in editions.records(newsletter.key)
        if each.composed_at is not None and (each.composed_at, each.id) < (composed_at, record.id)
    }
    included = {key: edition for key, edition in editions.included(newsletter.key).items() if edition in before}
    for article in library.articles(wanted):
        if article.key not in recorded:
            verdict = reconsider(
                candidate_of(article), newsletter, record.window, composed_at, included.get(article.key)
            )
            yield Explained(verdict, article.title, recorded=False)
