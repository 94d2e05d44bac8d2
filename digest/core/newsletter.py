"""A newsletter's standing definition: the part of config.yaml that selection and rendering need."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from digest.core.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

TooFew = Literal["skip", "send", "top_up"]
TemplateSet = Literal["standard", "brief", "minimal"]
SummaryForm = Literal["paragraph", "points"]
RemoteImages = Literal["link", "copy", "none"]
"""What becomes of a picture that is named by a web address: named so, fetched and published like our own, left out."""

ANY_CATEGORY = "*"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an edition: the articles of one or more categories.

    Attributes:
        title: As printed.
        categories: Those it takes, compared without case; "*" takes every article.
        limit: At most so many stories; None means no limit.
    """

    title: str
    categories: tuple[str, ...]
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions on an article; an empty tuple asks nothing. All comparisons are without case.

    Attributes:
        words: Words or phrases of the title, matched as whole words.
    """

    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRules:
    """How pictures are published.

    Attributes:
        embed: Whether messages carry them, rather than the address of the web copy.
        budget: Octets of one at most.
        width: Pixels of one at most: twice as many as the layout shows.
        remote: What becomes of those at other people's addresses.
        by_source: The same for sources that say so themselves, by their names.
    """

    embed: bool = False
    budget: int = 200_000
    width: int = 1200
    remote: RemoteImages = "link"
    by_source: Mapping[str, RemoteImages] = field(default_factory=dict)

    def of(self, source: str) -> RemoteImages:
        """What becomes of the remote pictures of a source's articles."""
        return self.by_source.get(source, self.remote)


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsletter:
    """What is chosen, how much of it, and for whom it is laid out.

    Attributes:
        key: Its name in config.yaml.
        sender: The From mailbox, `Name <address>`.
        window: Length of the window before a slot; None means since the previous slot.
        late: How far before the window an article's date may lie.
        sections: In order; empty means one section for each category found, by name.
        minimum: Fewer stories than this is too few.
        maximum: At most so many stories in an edition; None means no limit.
        join_stories: Whether articles that tell one story become one story of an edition.
        summary_words: The budget of a summary that is not the author's, in words.
        by_model: Whether a model is asked for such a summary, where the newsroom has one.
        summary: Whether such a summary is printed as a paragraph, or each sentence as a point of its own.
        introduction: "auto" for one made of the stories that lead, "none", or the editor's own text.
        subject: "title" for the newsletter's name and the first title, "lead" for that title and how many more, or a
            text with {title}, {date} and {lead} in it.
        recipients: Addresses a message is made for; empty means one copy to the sender's own address.
        feed_limit: At most so many entries in each of its feeds.
        organisation: Who publishes it and where, one line below its messages; empty: as the site says.
        template: The set of templates its messages are made with.
        theme: What differs from the look of that set.
        images: How its pictures are published.
    """

    key: str
    title: str
    description: str = ""
    sender: str
    language: str
    zone: ZoneInfo
    window: timedelta | None = None
    late: timedelta = timedelta(days=14)
    sections: tuple[Section, ...] = ()
    include: Filter = Filter()
    exclude: Filter = Filter()
    minimum: int = 1
    maximum: int | None = None
    too_few: TooFew = "skip"
    summary_words: int = 60
    join_stories: bool = True
    by_model: bool = False
    summary: SummaryForm = "paragraph"
    introduction: str = "none"
    subject: str = "title"
    recipients: tuple[str, ...] = ()
    feed_limit: int = 100
    organisation: str = ""
    template: TemplateSet = "standard"
    theme: Theme = field(default_factory=Theme)
    images: ImageRules = ImageRules()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Who publishes, and where the web copies are served.

    Attributes:
        url: Absolute, ends with "/": the output folder is served there.
        id: What the ids in feeds are made from; must not change when the URL does.
        address: Postal address, one line; empty when none is given.
        readers_url: Where the pages for readers are reachable from outside, ends with "/"; empty when they are not.
        unsubscribe_mailto: Address that takes unsubscriptions by mail; empty when there is none.
        help_url: Help for readers; empty when there is none.
        preferences_url: Where readers change what they get; empty when there is no such page.
    """

    title: str
    url: str
    id: str
    organisation: str
    language: str = "en"
    address: str = ""
    readers_url: str = ""
    unsubscribe_mailto: str = ""
    help_url: str = ""
    preferences_url: str = ""
