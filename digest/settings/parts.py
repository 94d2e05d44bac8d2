"""Smaller mappings of config.yaml, which `digest.settings.file` puts together.

Annotations are not postponed here: pydantic reads them while the classes are made.
"""

from collections.abc import Mapping
from datetime import date
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from digest.core.newsletter import ANY_CATEGORY, Filter, ImageRules, RemoteImages, Section
from digest.settings.kinds import Count, FeedCount, ImageOctets, ImagePixels, Line, Words
from digest.settings.times import Day


class Shape(BaseModel):
    """A mapping of the file: frozen, and no key it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


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


class ImagesShape(Shape):
    """How pictures are published: made smaller, and written anew without what else is in their files."""

    model_config = ConfigDict(title="images")

    embed: bool = Field(
        default=False,
        strict=True,
        description="Whether messages carry their pictures; else they name those of the web copy.",
        examples=[True],
    )
    budget: ImageOctets = Field(
        default=200_000, description="Octets of a picture at most, 20000 to 2000000; the default is 200000.",
        examples=[200_000],
    )  # fmt: skip
    width: ImagePixels = Field(
        default=1200, description="Pixels of its width at most, 400 to 2400; the default is 1200.", examples=[1200]
    )
    remote: RemoteImages = Field(
        default="link",
        description="What becomes of pictures at other people's addresses: link (their server is asked by each reader, "
        "and hears of it), copy (fetched once and published by you, as you are allowed to), none; the default is link.",
        examples=["copy"],
    )

    def rules(self, by_source: Mapping[str, RemoteImages]) -> ImageRules:
        """The rules as rendering needs them.

        Args:
            by_source: What sources say of their own, by name.
        """
        return ImageRules(
            embed=self.embed, budget=self.budget, width=self.width, remote=self.remote, by_source=by_source
        )


class PauseShape(Shape):
    """A span of days without editions, and why."""

    model_config = ConfigDict(title="pause")

    start: Day = Field(alias="from", description="The first day without.", examples=["2026-07-20"])
    end: Day = Field(alias="to", description="The last day without.", examples=["2026-08-14"])
    reason: Line | None = Field(default=None, description="Why; for people.", examples=["the desk is away"])

    @field_validator("end")
    @classmethod
    def _not_before_start(cls, value: date, info: ValidationInfo) -> date:
        return ordered(info.data.get("start"), value)


def ordered(start: date | None, end: date) -> date:
    """The last day of a span, if it does not come before the first.

    Raises:
        ValueError: It does.
    """
    if start is not None and end < start:
        raise ValueError(f"{end} comes before the first day, {start}; swap them or mend one")
    return end
