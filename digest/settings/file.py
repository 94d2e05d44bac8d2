"""What config.yaml may hold: every key with its meaning, its default and an example.

These are the shapes of the file, as written; `digest.config` reads them and fills in what depends on other keys.
Annotations are not postponed here: pydantic reads them while the classes are made.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
)

from digest.settings.addresses import SiteId, StoreUrl, Url
from digest.settings.bounces import WayShape, each_once
from digest.settings.checks import ChecksShape
from digest.settings.daemon import DaemonShape
from digest.settings.kinds import Key, Language, Line, below, name_of
from digest.settings.mail import MailShape, Notify, WebShape
from digest.settings.newsletter import NewsletterShape
from digest.settings.parts import Shape
from digest.settings.relays import SmtpSinkShape
from digest.settings.sources import AnySource, FolderShape
from digest.settings.summaries import SummariesShape
from digest.settings.theme import ThemeShape

Format = Literal["eml", "maildir", "mbox", "web"]


@dataclass(frozen=True, slots=True)
class SinkSettings:
    """A file sink.

    Attributes:
        name: Unique among the sinks: type and path as written, `file:out/mail`.
        path: Absolute.
        format: "eml", "maildir", "mbox", or "web" for a copy of the finished web pages.
    """

    name: str
    path: Path
    format: Format


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
    theme: ThemeShape = Field(default=ThemeShape(), description="The look of every newsletter, as far as it is said.")


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

    def of(self, root: Path) -> SinkSettings:
        """The settings.

        Args:
            root: Where relative paths start.
        """
        return SinkSettings(name_of(self.type, self.path), below(root, self.path), self.format)


def _of_files(value: Any) -> Any:
    """A sink that does not say its type is one of files."""
    return {"type": "file", **value} if isinstance(value, dict) and "type" not in value else value


class FileShape(Shape):
    """The whole of config.yaml."""

    model_config = ConfigDict(title="digest configuration")

    site: SiteShape = Field(default=SiteShape(), description="Who publishes, and where it can be read.")
    store: StoreUrl = Field(
        default="sqlite:///digest.db",
        description="Where articles, editions and the ledger are kept: sqlite:/// and a path relative to this file's "
        "folder, or postgresql://user:password@host/database.",
        examples=["sqlite:///digest.db", "postgresql://digest@db.example.org/digest"],
    )
    output: Line = Field(
        default="out", description="Folder for web pages and feeds, relative to this file's folder.", examples=["out"]
    )
    sources: tuple[AnySource, ...] = Field(
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
    sinks: tuple[
        Annotated[FileSinkShape | SmtpSinkShape, Field(discriminator="type"), BeforeValidator(_of_files)], ...
    ] = Field(default=(FileSinkShape(),), description="Where messages go; .eml files in out/mail when left out.")
    mail: MailShape = Field(default=MailShape(), description="What messages carry besides the edition.")
    web: WebShape = Field(default_factory=WebShape, description="The pages for readers.")
    bounces: Annotated[tuple[WayShape, ...], AfterValidator(each_once)] = Field(
        default=(),
        description="Ways by which bounces and complaints come in; none when left out.",
        examples=[[{"type": "maildir", "path": "mail/bounces"}]],
    )
    summaries: SummariesShape = Field(
        default_factory=SummariesShape, description="Who writes the summaries that are not the author's."
    )
    notify: Notify = Field(
        default=(),
        description="Address of the operator, or several: each is written to once when trouble has lasted, and once "
        "when it is over; nobody when left out.",
        examples=["ops@example.org", ["ops@example.org", "ann@example.org"]],
    )
    checks: ChecksShape = Field(default_factory=ChecksShape, description="What `digest check` looks at.")
    daemon: DaemonShape = Field(
        default_factory=DaemonShape, description="How the daemon waits, and shows that it lives."
    )
