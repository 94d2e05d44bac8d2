"""The port `Renderer` of digest.core.ports, over templates: editions, the archive page and the feeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.render.archive import archive_page
from digest.render.editions import EditionRenderer
from digest.render.named import named
from digest.render.newsletter_feeds import NewsletterFeeds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digest.core.edition import Edition, EditionRecord, Entry, FrozenEdition
    from digest.core.newsletter import Newsletter, Site
    from digest.render.newsletter_feeds import SectionEntries
    from digest.render.templates import Templates


class TemplateRenderer:
    """Renders with the newsroom's templates.

    Args:
        templates: The newsroom's, over the built-in ones.
        site: Who publishes.
        feed_id: What ids in feeds are made from.
    """

    def __init__(self, templates: Templates, site: Site, feed_id: str) -> None:
        self._templates = templates
        self._site = site
        self._feed_id = feed_id
        self._editions = EditionRenderer(templates, site)

    def pictures(self, edition: Edition, newsletter: Newsletter) -> Mapping[tuple[str, str], str]:
        """The pictures that are published with an edition, and who names them."""
        return named(edition, newsletter)

    def freeze(
        self, edition: Edition, newsletter: Newsletter, assets: Mapping[tuple[str, str], bytes]
    ) -> FrozenEdition:
        """Render an edition."""
        return self._editions.freeze(edition, newsletter, assets)

    def newsletter_files(
        self, newsletter: Newsletter, entries: Sequence[Entry], records: Sequence[EditionRecord]
    ) -> Mapping[str, bytes]:
        """The archive page and the feeds of a newsletter, by path within its folder."""

        def edition_html(sections: Sequence[SectionEntries]) -> str:
            return self._templates.render(
                "feed-edition.html",
                {"sections": sections},
                language=newsletter.language,
                template=newsletter.template,
            ).strip()

        files, links = NewsletterFeeds(self._site, newsletter, self._feed_id, edition_html).make(entries, records)
        return {"index.html": archive_page(self._templates, self._site, newsletter, records, links), **files}
