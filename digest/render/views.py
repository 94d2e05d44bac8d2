"""From an edition to what templates see."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from markupsafe import Markup

from digest.core.text import reading_minutes, word_count
from digest.render.context import EditionView, ImageView, NewsletterView, SectionView, SiteView, StoryView, ThemeView
from digest.render.links import with_pictures
from digest.render.pictures import picture

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digest.core.model import Article, Edition, Story, Summary
    from digest.core.newsletter import Newsletter, Site
    from digest.core.theme import Theme
    from digest.render.pictures import Picture


@dataclass(frozen=True, slots=True)
class Urls:
    """Where things of a newsletter are served; all end with `/`."""

    site: str
    newsletter: str

    @classmethod
    def of(cls, site: Site, newsletter: str) -> Urls:
        """Those of one newsletter."""
        return cls(site.url, f"{site.url}{newsletter}/")

    def edition(self, edition: str) -> str:
        """The folder of an edition."""
        return f"{self.newsletter}{edition}/"


def direction(language: str) -> str:
    """`ltr` or `rtl`, by the script a language is written in."""
    try:
        return Locale.parse(language, sep="-").text_direction
    except (UnknownLocaleError, ValueError):
        return "ltr"


def edition_title(newsletter: Newsletter, edition: Edition) -> str:
    """Title of an edition: the newsletter's, and the day in its language and zone."""
    day = format_date(edition.slot.astimezone(newsletter.zone), "long", Locale.parse(newsletter.language, sep="-"))
    return f"{newsletter.title}, {day}"


def site_view(site: Site) -> SiteView:
    """Who publishes."""
    return SiteView(site.title, site.url, site.organisation, site.address)


def newsletter_view(newsletter: Newsletter, urls: Urls) -> NewsletterView:
    """The newsletter and its feeds."""
    return NewsletterView(
        key=newsletter.key,
        title=newsletter.title,
        description=newsletter.description,
        language=newsletter.language,
        direction=direction(newsletter.language),
        url=urls.newsletter,
        rss_url=urls.newsletter + "rss.xml",
        atom_url=urls.newsletter + "atom.xml",
        json_url=urls.newsletter + "feed.json",
        organisation=newsletter.organisation,
        template=newsletter.template,
        introduction=newsletter.introduction,
        subject=newsletter.subject,
    )


def theme_view(theme: Theme) -> ThemeView:
    """A whole look."""
    return ThemeView(
        light=theme.light,
        dark=theme.dark,
        heading_font=_fonts(theme.heading_font or theme.text_font),
        text_font=_fonts(theme.text_font),
        logo=theme.logo,
        spacing=theme.spacing,
        width=theme.width,
    )


def _fonts(families: str) -> Markup:
    """Families as a style sheet has them: a name of several words stands in quotes."""
    names = (f"'{name}'" if " " in name else name for name in families.split(", "))
    return Markup(", ".join(names))  # noqa: S704 read by `read_fonts`: letters, digits, hyphens


def shortened(view: EditionView, shown: Sequence[int]) -> EditionView:
    """The edition with so many stories of each section, and no section that shows none."""
    sections = tuple(
        replace(section, stories=section.stories[:kept], more=len(section.stories) - kept)
        for section, kept in zip(view.sections, shown, strict=True)
        if kept
    )
    return replace(view, sections=sections, more=len(view.stories) - sum(shown))


def pictures_of(assets: Mapping[tuple[str, str], bytes]) -> dict[tuple[str, str], Picture]:
    """Each local picture as it is published."""
    return {key: picture(key[1], content) for key, content in sorted(assets.items())}


def edition_view(
    edition: Edition, newsletter: Newsletter, urls: Urls, pictures: Mapping[tuple[str, str], Picture]
) -> EditionView:
    """An edition without its subject and preheader, which are rendered from this."""
    numbers = count(1)
    sections = tuple(
        SectionView(
            anchor=f"section-{number}",
            title=section.title,
            stories=tuple(
                replace(_story(story, newsletter, urls.edition(edition.id), pictures), number=next(numbers))
                for story in section.stories
            ),
            url=f"{urls.edition(edition.id)}#section-{number}",
        )
        for number, section in enumerate(edition.sections, start=1)
    )
    return EditionView(
        id=edition.id,
        title=edition_title(newsletter, edition),
        subject="",
        preheader="",
        slot=edition.slot.astimezone(newsletter.zone),
        url=urls.edition(edition.id),
        sections=sections,
        minutes=sum(story.minutes for section in sections for story in section.stories),
    )


def _story(story: Story, newsletter: Newsletter, base: str, pictures: Mapping[tuple[str, str], Picture]) -> StoryView:
    article = story.article
    language = article.language or newsletter.language
    page_url = article.url or f"{article.key}.html"
    published = article.published
    local = {src: found.path for (source, src), found in pictures.items() if source == article.source}
    return StoryView(
        anchor=article.key,
        title=article.title,
        url=article.url or base + page_url,
        page_url=page_url,
        canonical_url=article.url,
        category=article.categories[0] if article.categories else "",
        author=article.author,
        published=published.instant.astimezone(newsletter.zone) if published else None,
        has_time=published is not None and published.precision == "minute",
        summary=story.summary.text,
        summary_method=story.summary.method,
        minutes=reading_minutes(word_count(" ".join(block.text for block in article.body.blocks))),
        image=_image(article, base, pictures),
        language=language,
        direction=direction(language),
        pinned=article.pinned,
        html=Markup(with_pictures(article.body.html, local)),  # noqa: S704 sanitised when the article was read
        points=_points(story.summary, newsletter),
    )


def _points(summary: Summary, newsletter: Newsletter) -> tuple[str, ...]:
    """The sentences of a summary as points; an author's own is one text."""
    several = newsletter.summary == "points" and len(summary.sentences) > 1
    return summary.sentences if several else ()


def _image(article: Article, base: str, pictures: Mapping[tuple[str, str], Picture]) -> ImageView | None:
    image = article.image
    if image is None:
        return None
    credit = image.credit or article.credit
    if image.is_remote:
        return ImageView(image.src, image.src, image.alt, credit, 0, 0)
    found = pictures.get((article.source, image.src))
    if found is None:
        return None
    return ImageView(base + found.path, found.path, image.alt, credit, found.width, found.height)
