"""Which feeds a newsletter has: of its articles and of its editions, each also by category."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from digest.core.text import short_hash, slug
from digest.render.context import FeedLink
from digest.render.feeds import Feed, FeedItem, feed_files, stable_id
from digest.render.views import Urls

if TYPE_CHECKING:
    from digest.core.edition import EditionRecord, Entry
    from digest.core.newsletter import Newsletter, Site

EntriesToHtml = Callable[[Sequence["SectionEntries"]], str]
EVERY_CATEGORY = ""


@dataclass(frozen=True, slots=True)
class SectionEntries:
    """The entries of one section of one edition, as the template `feed-edition.html` sees them."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """One feed to be made: where it goes, and the items for it."""

    link: FeedLink
    items: tuple[FeedItem, ...]


@dataclass(frozen=True, slots=True)
class NewsletterFeeds:
    """Makes the feeds of one newsletter.

    Attributes:
        site_id: What ids are made from.
        edition_html: Renders the content of an edition's item.
    """

    site: Site
    newsletter: Newsletter
    site_id: str
    edition_html: EntriesToHtml

    def make(
        self, entries: Sequence[Entry], records: Sequence[EditionRecord]
    ) -> tuple[dict[str, bytes], tuple[FeedLink, ...]]:
        """All feeds, by path within the newsletter's folder, and how the archive page names them.

        Without an edition there is none.

        Args:
            entries: Those that appeared last, newest edition first.
            records: The composed editions, newest first.
        """
        plans = list(self._plans(entries, records))
        files = {
            f"{plan.link.folder}{name}": content
            for plan in plans
            for name, content in feed_files(self._feed(plan)).items()
        }
        return files, tuple(plan.link for plan in plans)

    def _feed(self, plan: _Plan) -> Feed:
        urls = Urls.of(self.site, self.newsletter.key)
        kind = "editions" if plan.link.of_editions else "articles"
        category = plan.link.category
        title = ": ".join(part for part in (self.newsletter.title, category) if part)
        if plan.link.of_editions:
            title += " (editions)"
        parts = (kind, self.newsletter.key, *((category.casefold(),) if category else ()))
        return Feed(
            id=stable_id(self.site_id, "feed", *parts),
            title=title,
            description=self.newsletter.description or title,
            home_url=urls.newsletter,
            base_url=f"{urls.newsletter}{plan.link.folder}",
            language=self.newsletter.language,
            author=self.site.organisation,
            items=plan.items,
        )

    def _plans(self, entries: Sequence[Entry], records: Sequence[EditionRecord]) -> Iterator[_Plan]:
        by_folder = {"": (EVERY_CATEGORY, entries)}
        for folder, category in _categories(entries).items():
            by_folder[f"categories/{folder}/"] = (category, [entry for entry in entries if _has(entry, category)])
        for folder, (category, of_it) in by_folder.items():
            for link, items in (
                (FeedLink(folder, category, of_editions=False), self._articles(of_it)),
                (FeedLink(f"{folder}editions/", category, of_editions=True), self._editions(of_it, records)),
            ):
                if items:
                    yield _Plan(link, items)

    def _articles(self, entries: Iterable[Entry]) -> tuple[FeedItem, ...]:
        """The newest ones by when they appeared, sorted by their own date, newest first."""
        latest = sorted(entries, key=lambda entry: (entry.edition, -entry.position), reverse=True)[
            : self.newsletter.feed_limit
        ]
        items = [self._article_item(entry) for entry in latest]
        return tuple(sorted(items, key=lambda item: (item.published, item.id), reverse=True))

    def _article_item(self, entry: Entry) -> FeedItem:
        picture = ""
        if entry.image_url and f'src="{escape(entry.image_url)}"' not in entry.html:
            picture = f'<p><img src="{escape(entry.image_url)}" alt=""></p>'
        return FeedItem(
            id=stable_id(self.site_id, "article", self.newsletter.key, entry.key),
            title=entry.title,
            url=entry.url,
            summary=entry.summary,
            html=picture + entry.html,
            author=entry.author,
            categories=entry.categories,
            language=entry.language,
            published=entry.published or entry.appeared,
            updated=entry.appeared,
            image_url=entry.image_url,
            image_type=entry.image_type,
            image_bytes=entry.image_bytes,
        )

    def _editions(self, entries: Sequence[Entry], records: Sequence[EditionRecord]) -> tuple[FeedItem, ...]:
        urls = Urls.of(self.site, self.newsletter.key)
        by_edition: dict[str, list[Entry]] = {}
        for entry in entries:
            by_edition.setdefault(entry.edition, []).append(entry)
        present = [record for record in records if record.id in by_edition][: self.newsletter.feed_limit]
        return tuple(
            FeedItem(
                id=stable_id(self.site_id, "edition", self.newsletter.key, record.id),
                title=record.title,
                url=urls.edition(record.id),
                summary=record.preheader or record.title,
                html=self.edition_html(_by_section(by_edition[record.id])),
                author="",
                categories=_distinct(entry.categories for entry in by_edition[record.id]),
                language=self.newsletter.language,
                published=record.slot,
                updated=record.slot,
            )
            for record in present
        )


def _by_section(entries: Sequence[Entry]) -> tuple[SectionEntries, ...]:
    ordered = sorted(entries, key=lambda entry: entry.position)
    return tuple(
        SectionEntries(title, tuple(group)) for title, group in groupby(ordered, key=lambda entry: entry.section)
    )


def _distinct(groups: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for group in groups for name in group))


def _has(entry: Entry, category: str) -> bool:
    return category.casefold() in {name.casefold() for name in entry.categories}


def _categories(entries: Iterable[Entry]) -> dict[str, str]:
    """Folder name to category, by name, without regard to case; two with one slug get different folders."""
    names = {name.casefold(): name for name in sorted(_distinct(entry.categories for entry in entries), reverse=True)}
    folders: dict[str, str] = {}
    for folded, name in sorted(names.items()):
        folder = slug(name) or short_hash(folded)
        folders[folder if folder not in folders else f"{folder}-{short_hash(folded, 6)}"] = name
    return folders
