"""What config.yaml may hold: every key with its meaning, its default and an example.

These are the shapes of the file, as written; `digest.config` reads them and fills in what depends on other keys.
Annotations are not postponed here: pydantic reads them while the classes are made.
"""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from digest.core.newsletter import ANY_CATEGORY, Filter, Section, TooFew
from digest.settingtypes import (
    PREVIOUS_SLOT,
    Count,
    Duration,
    FeedCount,
    Key,
    Language,
    Line,
    Mailbox,
    Recipients,
    Schedule,
    SiteId,
    StoreUrl,
    Url,
    WindowLength,
    Words,
    Zone,
)

Format = Literal["eml", "maildir", "mbox", "web"]


class Shape(BaseModel):
    """A mapping of the file: frozen, and no key it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SiteShape(Shape):
    """Who publishes, and where the web copies are served."""

    model_config = ConfigDict(title="site")

    title: Line | None = Field(
        default=None,
        description="Name of the site; the first newsletter's title when left out.",
        examples=["The Daily Pipe"],
    )
    url: Url = Field(
        default="https://digest.invalid/",
        description="Where the output folder is served, http or https; links in mail and feeds begin with it.",
        examples=["https://news.example.org/"],
    )
    organisation: Line | None = Field(
        default=None,
        description="Who publishes, as printed; the site's title when left out.",
        examples=["Example Press"],
    )
    language: Language = Field(default="en", description="Language tag of the site's own pages.", examples=["en", "de"])
    address: Line | None = Field(
        default=None,
        description="Postal address in one line, printed below each edition; many countries ask for it.",
        examples=["Example Press, 1 High Street, Exampleton"],
    )
    id: SiteId | None = Field(
        default=None,
        description="What the ids in feeds are made from; the host of 'url' when left out. Never change it, not even "
        "when the URL changes: readers' programs would show every entry as new.",
        examples=["news.example.org"],
    )


class SourceShape(Shape):
    """Where articles come from."""

    path: Line = Field(description="Folder or file, relative to this file's folder.", examples=["articles"])
    timezone: Zone | None = Field(
        default=None,
        description="Time zone of dates without one; the first newsletter's when left out.",
        examples=["Europe/Berlin"],
    )


class FolderShape(SourceShape):
    """A folder of articles, one file each."""

    model_config = ConfigDict(title="folder source")

    type: Literal["folder"] = Field(description="A folder of articles in Markdown, HTML or text, one file each.")


class PageShape(SourceShape):
    """A saved news page as text, or a folder of them."""

    model_config = ConfigDict(title="page source")

    type: Literal["page"] = Field(description="A news page saved as text, or a folder of such files.")


class SectionShape(Shape):
    """A part of an edition: the articles of one or more categories."""

    model_config = ConfigDict(
        title="section", json_schema_extra={"oneOf": [{"required": ["category"]}, {"required": ["categories"]}]}
    )

    title: Line | None = Field(
        default=None, description="As printed; the names of its categories when left out.", examples=["Machinery"]
    )
    category: Line | None = Field(
        default=None,
        description='The category it takes; "*" takes every article.',
        examples=["Policy & Regulation", "*"],
    )
    categories: Words | None = Field(
        default=None,
        description="The categories it takes, when there are several.",
        examples=[["Mail", "Feeds"]],
        min_length=1,
    )
    limit: Count | None = Field(
        default=None, description="At most so many stories; no limit when left out.", examples=[5]
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.category is None) == (self.categories is None):
            wrong = "has neither" if self.category is None else "has both"
            raise ValueError(
                f"a section takes 'category' or 'categories', and this one {wrong}; for example category: Mail"
            )
        return self

    def section(self) -> Section:
        """The section as selection needs it."""
        categories = self.categories or (self.category or ANY_CATEGORY,)
        default = "Everything else" if ANY_CATEGORY in categories else ", ".join(categories)
        return Section(self.title or default, categories, self.limit)


class FilterShape(Shape):
    """Conditions on an article, compared without case; an empty list asks nothing."""

    model_config = ConfigDict(title="filter")

    categories: Words = Field(default=(), description="Names of categories.", examples=[["Mail", "Feeds"]])
    tags: Words = Field(default=(), description="Tags.", examples=[["internal"]])
    sources: Words = Field(
        default=(), description="Names of sources: type and path as written above.", examples=[["folder:articles"]]
    )
    authors: Words = Field(default=(), description="Names of authors.", examples=[["Ann Author"]])
    words: Words = Field(default=(), description="Words or phrases of the title.", examples=[["press release"]])

    def filter(self) -> Filter:
        """The filter as selection needs it."""
        return Filter(self.categories, self.tags, self.sources, self.authors, self.words)


class FeedsShape(Shape):
    """The newsletter's feeds: RSS, Atom and JSON Feed."""

    model_config = ConfigDict(title="feeds")

    limit: FeedCount = Field(
        default=100, description="Entries in each feed, the newest ones; at most 1000.", examples=[100]
    )


class NewsletterShape(Shape):
    """A newsletter: when it comes out, what it takes, and for whom."""

    model_config = ConfigDict(title="newsletter")

    title: Line = Field(description="The newsletter's name, as printed.", examples=["The Weekly Pipe"])
    description: Line | None = Field(
        default=None, description="What it is about, in a sentence.", examples=["What moved in mail and feeds."]
    )
    sender: Mailbox | None = Field(
        default=None,
        alias="from",
        description="The From mailbox; the title and newsletter@ the site's host when left out.",
        examples=["The Desk <desk@news.example.org>"],
    )
    language: Language | None = Field(
        default=None,
        description="Language tag of dates and fixed words; the site's when left out.",
        examples=["en", "de"],
    )
    timezone: Zone = Field(description="Time zone of the schedule and of printed dates.", examples=["Europe/Berlin"])
    schedule: Schedule = Field(
        description="When it comes out: a cron expression (minute, hour, day of month, month, day of week) or a list.",
        examples=["0 8 * * mon", ["0 8 * * mon-fri", "0 10 * * sat"]],
    )
    window: WindowLength = Field(
        default=None,
        description="The span of time an edition covers: a duration before its slot, or 'previous slot', the default: "
        "all since then.",
        examples=["7d", "previous slot"],
        json_schema_extra={"default": PREVIOUS_SLOT},
    )
    late: Duration = Field(
        default=timedelta(days=14),
        description="How far before the window an article may be dated that turned up only now; the default is 14d.",
        examples=["14d"],
        json_schema_extra={"default": "14d"},
    )
    sections: tuple[SectionShape, ...] = Field(
        default=(), description="Parts of an edition, in order; one for each category found when left out."
    )
    include: FilterShape = Field(default=FilterShape(), description="Only articles that meet each of these conditions.")
    exclude: FilterShape = Field(default=FilterShape(), description="No article that meets any of these conditions.")
    minimum: Count = Field(
        default=1, description="Fewer stories than this are too few; the default is 1.", examples=[3]
    )
    maximum: Count | None = Field(
        default=None, description="At most so many stories in an edition; no limit when left out.", examples=[12]
    )
    too_few: TooFew = Field(
        default="skip",
        description="What happens when there are too few: no edition (skip, the default), a short one (send), or one "
        "filled up with older stories that were in none (top_up).",
        examples=["skip", "send", "top_up"],
    )
    summary_words: Count = Field(
        default=60,
        description="About so many words for a summary that is not the author's; the default is 60.",
        examples=[60],
    )
    recipients: Recipients = Field(
        default=(),
        description="Addresses a message is made for; one copy to the sender's own address when left out.",
        examples=[["ann@example.org"]],
    )
    feeds: FeedsShape = Field(default=FeedsShape(), description="The newsletter's feeds.")

    @field_validator("maximum")
    @classmethod
    def _not_below_minimum(cls, value: int | None, info: ValidationInfo) -> int | None:
        minimum = info.data.get("minimum", 1)
        if value is not None and value < minimum:
            raise ValueError(f"{value} is less than the minimum, {minimum}; raise it or lower the minimum")
        return value


class FileSinkShape(Shape):
    """Messages as files."""

    model_config = ConfigDict(title="file sink")

    type: Literal["file"] = Field(default="file", description="Messages become files.")
    path: Line = Field(
        default="out/mail", description="Folder or mbox file, relative to this file's folder.", examples=["out/mail"]
    )
    format: Format = Field(
        default="eml",
        description="One .eml file a message (eml), a Maildir (maildir), one mbox file (mbox), or a copy of the "
        "finished web pages for a web server (web).",
        examples=["eml"],
    )


class FileShape(Shape):
    """The whole of config.yaml."""

    model_config = ConfigDict(title="digest configuration")

    site: SiteShape = Field(default=SiteShape(), description="Who publishes, and where it can be read.")
    store: StoreUrl = Field(
        default="sqlite:///digest.db",
        description="Where articles, editions and the ledger are kept: sqlite:/// and a path relative to this file's "
        "folder.",
        examples=["sqlite:///digest.db"],
    )
    output: Line = Field(
        default="out", description="Folder for web pages and feeds, relative to this file's folder.", examples=["out"]
    )
    sources: tuple[Annotated[FolderShape | PageShape, Field(discriminator="type")], ...] = Field(
        default=(FolderShape(type="folder", path="articles"),),
        description="Where articles come from; the folder 'articles' when left out.",
        min_length=1,
        json_schema_extra={"default": [{"type": "folder", "path": "articles"}]},
    )
    newsletters: dict[Key, NewsletterShape] = Field(
        description="The newsletters, each under its name: up to 63 of a-z, 0-9 and '-', used in addresses and by "
        "commands.",
        examples=[{"weekly": {"title": "The Weekly Pipe", "timezone": "UTC", "schedule": "0 8 * * mon"}}],
        min_length=1,
    )
    sinks: tuple[FileSinkShape, ...] = Field(
        default=(FileSinkShape(),), description="Where messages go; .eml files in out/mail when left out."
    )
