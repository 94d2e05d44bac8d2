"""Which pictures are published with an edition, and who names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.core import identity
from digest.core.model import is_remote
from digest.core.ports import NEWSROOM
from digest.core.syndication import is_others
from digest.render.links import pictures_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.core.edition import Edition
    from digest.core.model import Article
    from digest.core.newsletter import Newsletter


def named(edition: Edition, newsletter: Newsletter) -> dict[tuple[str, str], str]:
    """See `digest.core.ports.Renderer.pictures`."""
    found: dict[tuple[str, str], str] = {}
    logo = newsletter.theme.logo
    if logo is not None and logo.file:
        found[NEWSROOM, logo.file] = "theme.logo.file"
    articles = [story.article for story in edition.stories]
    for sources in (_leading, _within):
        for article in articles:
            for src in sources(article):
                if not is_remote(src) or newsletter.images.of(article.source) == "copy":
                    found.setdefault((article.source, src), _place(article))
    return found


def _leading(article: Article) -> Iterator[str]:
    if article.image is not None:
        yield article.image.src


def _within(article: Article) -> Iterator[str]:
    yield from pictures_in(article.body.html)


def _place(article: Article) -> str:
    """An article as a person looks for it: by its file, or by its title where it has none."""
    if is_others(article.source):
        return f"{article.source} ({article.title[:80]})"
    return identity.place(article.source, article.path)
