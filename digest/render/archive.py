"""The newsletter's own page: its latest edition, every edition before it, and its feeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.render.context import ArchiveItem, FeedLink
from digest.render.views import Urls, newsletter_view, site_view, theme_view

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from digest.core.edition import EditionRecord
    from digest.core.newsletter import Newsletter, Site
    from digest.render.templates import Templates


def archive_page(
    templates: Templates,
    site: Site,
    newsletter: Newsletter,
    records: Iterable[EditionRecord],
    feeds: Sequence[FeedLink],
) -> bytes:
    """The page `index.html` of a newsletter.

    Args:
        templates: To render with.
        site: Who publishes.
        newsletter: Whose page it is.
        records: Its composed editions, newest first.
        feeds: Those to name, in order.

    Raises:
        TemplateError: The template is wrong.
    """
    items = tuple(
        ArchiveItem(
            id=record.id,
            title=record.title,
            slot=record.slot.astimezone(newsletter.zone),
            page_url=f"{record.id}/index.html",
            preheader=record.preheader,
            titles=record.titles,
        )
        for record in records
    )
    context = {
        "site": site_view(site),
        "newsletter": newsletter_view(newsletter, Urls.of(site, newsletter.key)),
        "items": items,
        "feeds": tuple(feeds),
        "theme": theme_view(newsletter.theme.on(templates.theme(newsletter.template))),
    }
    page = templates.render("archive.html", context, language=newsletter.language, template=newsletter.template)
    return page.encode()
