"""From an edition to what templates see."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from itertools import count, islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from markupsafe import Markup

from digest.core.syndication import given_name, is_others
from digest.core.text import one_line, reading_minutes, word_count
from digest.render.context import (
    AlsoView,
    EditionView,
    ImageView,
    LogoView,
    MatterView,
    NewsletterView,
    NoteView,
    SectionView,
    SiteView,
    StoryView,
    ThemeView,
)
from digest.render.links import with_pictures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from digest.core.edition import AlsoIn, Edition, Story, Summary
    from digest.core.model import Article
    from digest.core.newsletter import Newsletter, Site
    from digest.core.notes import News
    from digest.core.theme import Theme
    from digest.render.pictures import Picture, PictureFile

_UNKNOWN = "und"
"""A language that nobody stated [BCP 47]."""
_LOOKED_AT = 1000
"""Characters in which the direction of a text shows."""


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


def note_view(news: News, config: Path) -> NoteView:
    """What the operator is told, each thing on one line: servers' answers are quoted in it."""
    begun = (MatterView(each.matter.what, one_line(each.matter.place), one_line(each.message)) for each in news.begun)
    over = (MatterView(each.what, one_line(each.place)) for each in news.over)
    return NoteView(tuple(begun), tuple(over), str(config))


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


def theme_view(theme: Theme, base: str = "", logo: PictureFile | None = None) -> ThemeView:
    """A whole look.

    Args:
        theme: The look.
        base: Address of the edition's folder.
        logo: The theme's, where it is published there.
    """
    return ThemeView(
        light=theme.light,
        dark=theme.dark,
        heading_font=_fonts(theme.heading_font or theme.text_font),
        text_font=_fonts(theme.text_font),
        logo=_logo(theme, base, logo),
        spacing=theme.spacing,
        width=theme.width,
    )


def _logo(theme: Theme, base: str, published: PictureFile | None) -> LogoView | None:
    logo = theme.logo
    if logo is None or (logo.file and published is None):
        return None
    if published is None:
        return LogoView(logo.url, logo.alt, logo.width)
    height = max(1, round(logo.width * published.height / published.width))
    return LogoView(base + published.path, logo.alt, logo.width, height)


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


def for_message(view: EditionView, *, embedded: bool) -> EditionView:
    """The edition without pictures that no mail client shows.

    Args:
        view: The edition.
        embedded: Whether messages carry their pictures: an address of another size would be fetched after all.
    """

    def shown(story: StoryView) -> StoryView:
        image = story.image if story.image is not None and story.image.url else None
        return replace(story, image=replace(image, srcset="") if image is not None and embedded else image)

    return replace(
        view,
        sections=tuple(replace(each, stories=tuple(map(shown, each.stories))) for each in view.sections),
    )


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
    language, side = _written(article, newsletter)
    page_url = article.url or f"{article.key}.html"
    published = article.published
    local = {src: found.page for (source, src), found in pictures.items() if source == article.source}
    linked = newsletter.images.of(article.source) == "link"
    outlet = _outlet(article.url, "") if is_others(article.source) else ""
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
        image=_image(article, base, pictures, linked=linked),
        language=language,
        direction=side,
        pinned=article.pinned,
        html=Markup(with_pictures(article.body.html, local, linked=linked)),  # noqa: S704 sanitised when the article was read
        outlet=outlet,
        name=given_name(article.source) or outlet,
        also=tuple(map(_also, story.also)),
        points=_points(story.summary, newsletter),
    )


def _written(article: Article, newsletter: Newsletter) -> tuple[str, str]:
    """Language and direction of an article.

    One that states no language has the newsletter's, unless most of its letters are written the other way: feeds often
    state none, and English laid out as Arabic has its full stops on the wrong side.
    """
    language = article.language or newsletter.language
    side = direction(language)
    if article.language:
        return language, side
    text = " ".join((article.title, *(block.text for block in islice(article.body.blocks, 3))))[:_LOOKED_AT]
    letters = Counter(map(unicodedata.bidirectional, text))
    lean = letters["L"] - letters["R"] - letters["AL"]
    other = "rtl" if lean < 0 else "ltr"
    return (language, side) if not lean or other == side else (_UNKNOWN, other)


def _also(told: AlsoIn) -> AlsoView:
    outlet = _outlet(told.url, told.source)
    return AlsoView(told.title, told.url, outlet, given_name(told.source) or outlet)


def _outlet(url: str, source: str) -> str:
    """Who published something: the host of its address, else what its source is called."""
    return (urlsplit(url).hostname or "").removeprefix("www.") or source.partition(":")[2]


def _points(summary: Summary, newsletter: Newsletter) -> tuple[str, ...]:
    """The sentences of a summary as points; an author's own is one text."""
    several = newsletter.summary == "points" and len(summary.sentences) > 1
    return summary.sentences if several else ()


def _image(
    article: Article, base: str, pictures: Mapping[tuple[str, str], Picture], *, linked: bool
) -> ImageView | None:
    image = article.image
    if image is None:
        return None
    credit = image.credit or article.credit
    if image.is_remote and linked:
        return ImageView(image.src, image.src, image.alt, credit, 0, 0, small_url=image.src)
    found = pictures.get((article.source, image.src))
    if found is None:
        return None
    mail, small, page = found.mail, found.small, found.page
    return ImageView(
        url=base + mail.path if mail else "",
        page_url=page.path,
        alt=image.alt,
        credit=credit,
        width=page.width or (mail.width if mail else 0),
        height=page.height or (mail.height if mail else 0),
        small_url=base + small.path if small else "",
        srcset=_srcset(base, small, mail),
        page_srcset=_srcset("", small, page),
    )


def _srcset(base: str, small: PictureFile | None, whole: PictureFile | None) -> str:
    """Both sizes of a picture; empty where there is one, or where the large one has any size."""
    if small is None or whole is None or small == whole or whole.media_type == "image/svg+xml":
        return ""
    return f"{base}{small.path} {small.width}w, {base}{whole.path} {whole.width}w"
