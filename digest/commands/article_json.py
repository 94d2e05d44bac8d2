"""An article in its fixed JSON form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digest.core.text import utc_text

if TYPE_CHECKING:
    from digest.core.model import Article


def article_json(article: Article) -> dict[str, Any]:
    """An article for programs: what `articles --json` and `import --json` print."""
    return {
        "key": article.key,
        "title": article.title,
        "url": article.url,
        "source": article.source,
        "path": article.path,
        "published": str(article.published) if article.published else None,
        "updated": str(article.updated) if article.updated else None,
        "first_seen": utc_text(article.first_seen),
        "categories": list(article.categories),
        "tags": list(article.tags),
        "author": article.author,
        "language": article.language,
        "summary": article.summary,
        "image": article.image.src if article.image else None,
        "photo_credit": article.credit or (article.image.credit if article.image else ""),
        "draft": article.draft,
        "pinned": article.pinned,
        "withdrawn": article.withdrawn,
        "headings": list(article.body.headings),
        "paragraphs": list(article.body.paragraphs),
        "problems": [{"place": problem.place, "message": problem.message} for problem in article.problems],
    }
