"""The mappings of config.yaml that say where articles come from, and what is made of them.

Annotations are not postponed here: pydantic reads them while the classes are made.
"""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, ConfigDict, Field, PlainValidator, WithJsonSchema, model_validator

from digest.core.fetching import Login
from digest.core.newsletter import RemoteImages
from digest.core.sourcerules import SourceRules
from digest.schedules.reading import read_day
from digest.settings.addresses import parse_web_address
from digest.settings.kinds import Count, FromEnvironment, Language, Line, MistakeAtError, below, check_login, name_of
from digest.settings.parts import FilterShape, Shape
from digest.settings.times import Duration, Zone
from digest.yamlwords import describe

PRIORITY = 10
"""Of a source that says none."""


@dataclass(frozen=True, slots=True)
class FileSource:
    """A source of files.

    Attributes:
        type: "folder" or "page".
        name: Unique among the sources: type and path as written, `folder:articles`.
        path: Absolute.
        zone: The zone of dates without one.
        priority: An article that several sources have is that of the lowest number; so is the one that leads a story.
        url: Empty, as files have none.
    """

    type: Literal["folder", "page"]
    name: str
    path: Path
    zone: ZoneInfo
    priority: int = PRIORITY
    url: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class RemoteSource:
    """A source that is fetched.

    Attributes:
        type: "feed" or "webpage".
        name: Unique among the sources: type and name, or the address where it has none, `feed:https://example.org/feed`.
        url: Its address.
        rules: What is made of its articles.
        priority: As of `FileSource`.
        every: Not asked more often than this.
        full_text: Whether the pages its entries lead to are fetched for their text.
        local: Whether it may lie in the operator's own network.
        login: Who asks; None: nobody in particular.
        images: What becomes of its articles' pictures; as each newsletter says when None.
    """

    type: Literal["feed", "webpage"]
    name: str
    url: str
    rules: SourceRules = field(default_factory=SourceRules)
    priority: int = PRIORITY
    every: timedelta = timedelta(minutes=30)
    full_text: bool = False
    local: bool = False
    login: Login | None = None
    images: RemoteImages | None = None


SourceSettings: TypeAlias = FileSource | RemoteSource


def is_called(source: SourceSettings, text: str) -> bool:
    """Whether a person may mean a source: by its name, without the type too, or by its address."""
    return text in (source.name, source.name.partition(":")[2], source.url or source.name)


def parse_source_url(value: str) -> str:
    """Read the address of something to fetch."""
    if re.match(r"[^/?#]*//[^/?#]*@", value):
        raise ValueError(
            "has a login in it, and addresses are shown: take it out and write username: desk and password: "
            "${EXAMPLE_PASSWORD} beside it, from the environment"
        )
    expected = "expected an address such as https://example.org/feed.xml"
    parts = parse_web_address(value, expected)
    if parts.fragment:
        raise ValueError(f"{expected}, without '#', found {describe(value)}")
    return value


def parse_first(value: Any) -> int | date:
    """Read how many articles are taken when a source is met, or since which day."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10_000:
        return value
    try:
        return read_day(value)
    except ValueError:
        raise ValueError(f"expected a number from 0 on, or a day such as 2026-01-31, found {describe(value)}") from None


def parse_categories(value: Any) -> tuple[str, ...] | dict[str, str]:
    """Read categories: names for every article, or the source's names with ours."""
    example = "for example [Mail], or {Tech: Technology, '*': News}"
    if isinstance(value, str):
        value = [value]
    if isinstance(value, list) and all(isinstance(each, str) and each.strip() for each in value):
        return tuple(dict.fromkeys(each.strip() for each in value))
    if isinstance(value, dict) and all(isinstance(each, str) or each is None for each in value.values()):
        return {str(name).strip(): (ours or "").strip() for name, ours in value.items()}
    raise ValueError(f"expected names of categories, or a mapping of the source's names to yours, {example}")


def parse_username(value: str) -> str:
    """Read who logs in: a name without the colon that divides it from its password [RFC 7617]."""
    if ":" in value:
        raise ValueError("expected a name without ':', such as desk; the password goes into 'password'")
    return value


Username = Annotated[Line, AfterValidator(parse_username)]
SourceUrl = Annotated[
    str, AfterValidator(parse_source_url), WithJsonSchema({"type": "string", "pattern": "^https?://"})
]
First = Annotated[
    int | date, PlainValidator(parse_first), WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string"}]})
]
Categories = Annotated[
    tuple[str, ...] | dict[str, str],
    PlainValidator(parse_categories),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {"type": "array", "items": {"type": "string"}},
                {"type": "object", "additionalProperties": {"type": "string"}},
            ]
        }
    ),
]


class SourceShape(Shape):
    """Where articles come from."""

    priority: Count = Field(
        default=PRIORITY,
        description="Where several sources have an article, or tell one story, that of the one with the lower number "
        "is taken, or leads; the default is 10.",
        examples=[1],
    )


class FilesShape(SourceShape):
    """A source of files."""

    path: Line = Field(description="Folder or file, relative to this file's folder.", examples=["articles"])
    timezone: Zone | None = Field(
        default=None,
        description="Time zone of dates without one; the first newsletter's when left out.",
        examples=["Europe/Berlin"],
    )


class FolderShape(FilesShape):
    """A folder of articles, one file each."""

    model_config = ConfigDict(title="folder source")

    type: Literal["folder"] = Field(description="A folder of articles in Markdown, HTML or text, one file each.")

    def of(self, root: Path, zone: ZoneInfo) -> FileSource:
        """The settings."""
        return _files(self.type, self, root, zone)


class PageShape(FilesShape):
    """A saved news page as text, or a folder of them."""

    model_config = ConfigDict(title="page source")

    type: Literal["page"] = Field(description="A news page saved as text, or a folder of such files.")

    def of(self, root: Path, zone: ZoneInfo) -> FileSource:
        """The settings."""
        return _files(self.type, self, root, zone)


class RemoteShape(SourceShape):
    """A source that is fetched."""

    url: SourceUrl = Field(description="Its address, http or https.", examples=["https://example.org/feed.xml"])
    name: Line | None = Field(
        default=None, description="What it is called in lists and filters; its address when left out.", examples=["LWN"]
    )
    timezone: Zone | None = Field(
        default=None,
        description="Time zone of dates without one; they count as UTC, and are noted, when left out.",
        examples=["Europe/Berlin"],
    )
    language: Language | None = Field(
        default=None, description="Language tag of what does not state its own.", examples=["en"]
    )
    categories: Categories = Field(
        default=(),
        description="Categories of every article; or a mapping of the source's names to yours, in which '*' stands for "
        "any other and an empty name drops one.",
        examples=[["Mail"], {"Tech": "Technology", "*": "News"}],
    )
    include: FilterShape = Field(default=FilterShape(), description="Only articles that meet each of these conditions.")
    exclude: FilterShape = Field(default=FilterShape(), description="No article that meets any of these conditions.")
    first: First = Field(
        default=10,
        description="What is taken of what was there before the source was met: the newest so many, or all since a "
        "day; the default is 10.",
        examples=[10, "2026-01-01"],
    )
    limit: Count = Field(
        default=500, description="At most so many articles are looked at each time; the default is 500.", examples=[50]
    )
    every: Duration = Field(
        default=timedelta(minutes=30),
        description="It is not asked more often than this; the default is 30m.",
        examples=["30m"],
        json_schema_extra={"default": "30m"},
    )
    local: bool = Field(
        default=False,
        description="Whether it may lie in your own network: without this, addresses that are not public are refused.",
        examples=[True],
    )
    images: RemoteImages | None = Field(
        default=None,
        description="What becomes of its articles' pictures: link, copy or none; as `images.remote` of the newsletter "
        "says when left out.",
        examples=["copy"],
    )

    username: Username | None = Field(default=None, description="Who logs in; nobody when left out.", examples=["desk"])
    password: FromEnvironment | None = Field(
        default=None,
        description="The environment variable that holds the password, as ${NAME}.",
        examples=["${EXAMPLE_PASSWORD}"],
    )

    @model_validator(mode="after")
    def _logs_in_with_both(self) -> Self:
        check_login(self.username, self.password, "EXAMPLE_PASSWORD")
        if self.username is not None and self.url.lower().startswith("http:") and not self.local:
            raise MistakeAtError(
                "username", "would be sent in plain text: write https:// in 'url', or local: true in your own network"
            )
        return self

    def _remote(self, kind: Literal["feed", "webpage"], *, full_text: bool) -> RemoteSource:
        given = self.categories
        rules = SourceRules(
            zone=self.timezone,
            language=self.language or "",
            categories=() if isinstance(given, dict) else given,
            mapping=given if isinstance(given, dict) else {},
            include=self.include.filter(),
            exclude=self.exclude.filter(),
            first=self.first,
            most=self.limit,
        )
        return RemoteSource(
            type=kind,
            name=f"{kind}:{self.name or self.url}",
            url=self.url,
            rules=rules,
            priority=self.priority,
            every=self.every,
            full_text=full_text,
            local=self.local,
            login=Login(self.username, self.password) if self.username and self.password else None,
            images=self.images,
        )


class FeedShape(RemoteShape):
    """A feed: RSS, Atom or JSON Feed."""

    model_config = ConfigDict(title="feed source")

    type: Literal["feed"] = Field(description="A feed: RSS, Atom or JSON Feed.")
    full_text: bool = Field(
        default=False,
        description="Whether the page of each entry is fetched for its text, for feeds that carry excerpts alone.",
        examples=[True],
    )

    def of(self, _root: Path, _zone: ZoneInfo) -> RemoteSource:
        """The settings."""
        return self._remote(self.type, full_text=self.full_text)


class WebPageShape(RemoteShape):
    """A web page: an article, or a page that leads to articles."""

    model_config = ConfigDict(title="webpage source")

    type: Literal["webpage"] = Field(description="A web page: an article, or a page that leads to articles.")

    def of(self, _root: Path, _zone: ZoneInfo) -> RemoteSource:
        """The settings."""
        return self._remote(self.type, full_text=True)


AnySource = Annotated[FolderShape | PageShape | FeedShape | WebPageShape, Field(discriminator="type")]


def _files(kind: Literal["folder", "page"], shape: FilesShape, root: Path, zone: ZoneInfo) -> FileSource:
    return FileSource(kind, name_of(kind, shape.path), below(root, shape.path), shape.timezone or zone, shape.priority)
