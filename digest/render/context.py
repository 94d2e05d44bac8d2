"""What templates see: plain frozen values, every URL ready to print.

Templates of pages use `page_url`, `image.page_url` and the like, relative to the page, so that a copy opened from disk
works; templates of messages and feeds use `url` and `image.url`, absolute.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from markupsafe import Markup

    from digest.core.theme import Colours


LEADS = 3
"""How many stories stand for an edition, where not all can be named."""


@dataclass(frozen=True, slots=True)
class SiteView:
    """Who publishes.

    Attributes:
        address: Postal address, one line; may be empty.
    """

    title: str
    url: str
    organisation: str
    address: str


@dataclass(frozen=True, slots=True)
class LogoView:
    """A picture above the newsletter's name.

    Attributes:
        url: Absolute.
        alt: What it says, for those who do not see it.
        width, height: In pixels, as it is shown; a height of 0 is not known.
    """

    url: str
    alt: str
    width: int
    height: int = 0


@dataclass(frozen=True, slots=True)
class ThemeView:
    """The look: what the set of templates brings, and over it what config.yaml says.

    Attributes:
        light, dark: Colours by what they are for.
        heading_font, text_font: Families, ready to print in a style sheet.
        logo: None where there is none.
        spacing: Pixels between the text and the edge of the sheet.
        width: Of the sheet at most, in pixels.
    """

    light: Colours
    dark: Colours
    heading_font: Markup
    text_font: Markup
    logo: LogoView | None
    spacing: int
    width: int


@dataclass(frozen=True, slots=True)
class NewsletterView:
    """The newsletter: `url` and the feeds' URLs are absolute.

    Attributes:
        key: Its name in config.yaml.
        direction: `ltr` or `rtl`.
        organisation: Who publishes it and where, one line; empty where the site's organisation and address say so.
        template: The set its messages are made with: `standard`, `brief` or `minimal`.
        introduction: What its editions begin with: `none`, `auto` or a text.
        subject: What its messages' subjects are: `title`, `lead` or a text with `{title}`, `{date}` and `{lead}`.
    """

    key: str
    title: str
    description: str
    language: str
    direction: str
    url: str
    rss_url: str
    atom_url: str
    json_url: str
    organisation: str = ""
    template: str = "standard"
    introduction: str = "none"
    subject: str = "title"


@dataclass(frozen=True, slots=True)
class ImageView:
    """A picture.

    Attributes:
        url: Absolute: one that mail clients show; empty where there is none, and then no message has the picture.
        page_url: Relative to the edition's folder; absolute for a remote picture. An SVG stays one.
        width, height: In pixels; 0 when unknown.
        small_url: Absolute: a thumbnail; `url` where there is none.
        srcset: Absolute: `url` and `small_url` for `srcset`; empty where there is one alone, or messages carry them.
        page_srcset: The same for web pages.
    """

    url: str
    page_url: str
    alt: str
    credit: str
    width: int
    height: int
    small_url: str = ""
    srcset: str = ""
    page_srcset: str = ""


@dataclass(frozen=True, slots=True)
class AlsoView:
    """Where else a story is told.

    Attributes:
        url: Absolute; empty when it has none.
        outlet: Who published it: the host of its URL, or its source.
        name: Who tells it: what its feed or web page is called in config.yaml; `outlet` where that has no name.
    """

    title: str
    url: str
    outlet: str
    name: str


@dataclass(frozen=True, slots=True)
class StoryView:
    """One story.

    Attributes:
        anchor: Fit for an id in the page, unique in the edition.
        url: Absolute: where to read it in full.
        page_url: The same, relative to the edition's folder where it is one of its pages.
        canonical_url: The article's own canonical URL; empty when its page here is the only one.
        category: Its first category; may be empty.
        published: In the newsletter's zone; None when it has no date.
        has_time: False when only the day is known.
        summary: Plain text; may be empty.
        summary_method: "author", "model", "extractive", "lead" or "none".
        minutes: Reading time of the full article.
        language, direction: Of the article itself: it may differ from the newsletter's.
        html: The full content, sanitised; picture URLs relative to the edition's folder.
        number: Its place in the edition, from 1.
        outlet: Who published it, where it came by a feed or from a web page: the host of its URL; else empty.
        name: Who tells it: what its feed or web page is called in config.yaml; `outlet` where that has no name.
        also: Where else it is told.
        points: The summary's sentences, where the newsletter wants points and it has several; else empty.
    """

    anchor: str
    title: str
    url: str
    page_url: str
    canonical_url: str
    category: str
    author: str
    published: datetime | None
    has_time: bool
    summary: str
    summary_method: str
    minutes: int
    image: ImageView | None
    language: str
    direction: str
    pinned: bool
    html: Markup
    number: int = 0
    outlet: str = ""
    name: str = ""
    also: tuple[AlsoView, ...] = ()
    points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section with its stories.

    Attributes:
        anchor: Fit for an id in the page, unique in the edition.
        url: Absolute: the section in the web copy.
        more: How many of its stories found no room in the message; 0 in text and on the web.
    """

    anchor: str
    title: str
    stories: tuple[StoryView, ...]
    url: str = ""
    more: int = 0


@dataclass(frozen=True, slots=True)
class EditionView:
    """An edition.

    Attributes:
        slot: In the newsletter's zone.
        url: Absolute: the web copy.
        preheader: The line a mail client shows beside the subject.
        sections: Those of which something is printed.
        more: How many stories found no room in the message, in all sections.
        introduction: What it begins with; empty where there is nothing.
        minutes: Reading time of all its articles in full.
    """

    id: str
    title: str
    subject: str
    preheader: str
    slot: datetime
    url: str
    sections: tuple[SectionView, ...]
    more: int = 0
    introduction: str = ""
    minutes: int = 0

    @property
    def leads(self) -> tuple[StoryView, ...]:
        """Three stories at most that stand for all: the first of each section, then those that follow."""
        firsts = [section.stories[0].number for section in self.sections if section.stories]
        order = sorted(self.stories, key=lambda story: (story.number not in firsts, story.number))
        return tuple(order[:LEADS])

    @property
    def count(self) -> int:
        """How many stories it has, printed or not."""
        return len(self.stories) + self.more

    @property
    def stories(self) -> tuple[StoryView, ...]:
        """All stories, in order."""
        return tuple(story for section in self.sections for story in section.stories)


@dataclass(frozen=True, slots=True)
class ArchiveItem:
    """One edition in the archive; `page_url` is relative to the newsletter's folder, `slot` in its zone."""

    id: str
    title: str
    slot: datetime
    page_url: str
    preheader: str
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed the archive page names, in its three formats: `rss.xml`, `atom.xml` and `feed.json` in one folder.

    Attributes:
        folder: Relative to the newsletter's folder; empty, or ends with `/`.
        category: Empty for all categories.
        of_editions: Whether its items are editions, not stories.
    """

    folder: str
    category: str
    of_editions: bool


@dataclass(frozen=True, slots=True)
class ReaderView:
    """Whom a message is for, in `email.html` and `text.txt`. Print both as they are: strings stand in for them.

    Attributes:
        address: The reader's; empty on the web.
        unsubscribe_url: A link for this reader alone: a page, or an address for mail; empty where there is neither.
        preferences_url: Where readers change what they get; empty where there is no such page.
    """

    address: str = ""
    unsubscribe_url: str = ""
    preferences_url: str = ""


@dataclass(frozen=True, slots=True)
class MatterView:
    """Something that a note to the operator tells.

    Attributes:
        what: What is or was wrong, as `digest status --json` says it: source, failing, held.
        place: The source, the newsletter, the relay.
        message: What it is, and what to do; empty of what is over.
    """

    what: str
    place: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class NoteView:
    """What the operator is told.

    Attributes:
        begun: What has been wrong for long.
        over: What was told of and is well again.
        config: The newsroom's config.yaml.
    """

    begun: tuple[MatterView, ...]
    over: tuple[MatterView, ...]
    config: str
