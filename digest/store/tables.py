"""The tables. A change here needs a revision in migrations/ that makes it, and a new `HEAD`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

if TYPE_CHECKING:
    from sqlalchemy import Dialect

HEAD = "0009"
"""The revision that these tables are; held here so that opening a store need not import Alembic."""

VERSION_TABLE = "digest_schema"
"""Where a store records its revision; its presence marks a database as one of ours."""


def instant_text(value: datetime) -> str:
    """An instant as the tables have it.

    Raises:
        ValueError: It is naive: it would name no instant.
    """
    if value.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone")
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as UTC text that sorts by time: `2026-03-02T07:00:00.000000Z`."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002 the base class's signature
        """To text."""
        return None if value is None else instant_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 the same
        """From text, in UTC."""
        return None if value is None else datetime.fromisoformat(value)


METADATA = MetaData()

# Facts about the store as a whole: what feed ids are made from, which model does not answer.
meta = Table(
    "meta",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

# What models answered, by what they were asked; see digest.summaries.model.
answers = Table(
    "answers",
    METADATA,
    Column("key", String(64), primary_key=True),
    Column("answer", Text, nullable=False),
)

# What the summaries of an edition took of a model, from before the edition is kept; see digest.core.modeluse.
model_use = Table(
    "model_use",
    METADATA,
    Column("newsletter", Text, nullable=False),
    Column("edition", Text, nullable=False),
    Column("day", String(10), nullable=False),  # when it was last asked or answered for, in UTC
    Column("calls", Integer, nullable=False),
    Column("sent", BigInteger, nullable=False),  # tokens
    Column("received", BigInteger, nullable=False),
    Column("money", Float, nullable=False),  # 0 where no price was given
    Column("written", Integer, nullable=False),
    Column("kept", Integer, nullable=False),
    Column("refused", Text, nullable=False),  # JSON: how many by why
    PrimaryKeyConstraint("newsletter", "edition"),
)

# Every article ever collected, without its body; nothing is ever deleted from here.
articles = Table(
    "articles",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("file", Text, nullable=False),  # the path of the reading it came in
    Column("path", Text, nullable=False),  # the file, with '#2' for its second article
    Column("id", Text, nullable=False),  # present values of its identities, '' where it has none
    Column("url", Text, nullable=False),  # as written
    Column("content", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("published", Instant),
    Column("first_seen", Instant, nullable=False),
    Column("categories", Text, nullable=False),  # JSON list
    Column("tags", Text, nullable=False),  # JSON list
    Column("author", Text, nullable=False),
    Column("draft", Boolean, nullable=False),
    Column("pinned", Boolean, nullable=False),
    Column("held", Text, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("details", Text, nullable=False),  # JSON: the fields that only a whole article needs
    Column("version", Text, nullable=False),  # hash of all that its source gave: equal means nothing to write
    Index("articles_by_file", "source", "file"),
)

# The content of articles, apart so that candidates are cheap to load.
bodies = Table(
    "bodies",
    METADATA,
    Column("article_key", Text, ForeignKey("articles.key"), primary_key=True),
    Column("html", Text, nullable=False),
    Column("blocks", Text, nullable=False),  # JSON list of [kind, text, level]
)

# Every identity ever met, and the article that had it last; see digest.core.identity.
identities = Table(
    "identities",
    METADATA,
    Column("kind", String(7), nullable=False),  # id, url, path, content
    Column("value", Text, nullable=False),
    Column("article_key", Text, ForeignKey("articles.key"), nullable=False),
    PrimaryKeyConstraint("kind", "value"),
)

# What each path of a source was like when it was last read, and what is wrong in it.
files = Table(
    "files",
    METADATA,
    Column("source", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),  # '' where it must be read again whatever it is like
    Column("problems", Text, nullable=False),  # JSON list of [place, message, set aside]
    PrimaryKeyConstraint("source", "path"),
)

# Where else an article stands: in a feed that has what another source had first.
sightings = Table(
    "sightings",
    METADATA,
    Column("source", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("file", Text, nullable=False),  # the path of the reading it came in
    Column("article_key", Text, ForeignKey("articles.key"), nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    PrimaryKeyConstraint("source", "path"),
    Index("sightings_by_article", "article_key"),
)

# What is remembered of each address between two fetches; see digest.core.fetching.
visits = Table(
    "visits",
    METADATA,
    Column("source", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("visit", Text, nullable=False),  # JSON
    PrimaryKeyConstraint("source", "url"),
)

# One row for each slot that was composed or skipped: the primary key is why no slot is composed twice.
editions = Table(
    "editions",
    METADATA,
    Column("newsletter", Text, nullable=False),
    Column("slot", Instant, nullable=False),
    Column("edition", Text, nullable=False),
    Column("status", String(8), nullable=False),  # composed, skipped
    Column("reason", Text, nullable=False),
    Column("window_start", Instant, nullable=False),
    Column("window_end", Instant, nullable=False),
    Column("title", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("preheader", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("composed_at", Instant, nullable=False),
    Column("published_at", Instant),  # when its pages were in place; empty while they may not be
    PrimaryKeyConstraint("newsletter", "slot"),
    UniqueConstraint("newsletter", "edition"),
)


def _of_edition() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["newsletter", "edition"], ["editions.newsletter", "editions.edition"])


# The stories of each edition as feeds and archive show them; the unique pair is why no story appears twice.
edition_articles = Table(
    "edition_articles",
    METADATA,
    Column("newsletter", Text, nullable=False),
    Column("edition", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("article_key", Text, ForeignKey("articles.key"), nullable=False),
    Column("title", Text, nullable=False),
    Column("section", Text, nullable=False),
    Column("entry", Text, nullable=False),  # JSON: the other fields of the entry
    PrimaryKeyConstraint("newsletter", "edition", "position"),
    UniqueConstraint("newsletter", "article_key"),
    _of_edition(),
)

# The articles that an edition tells by another one's story: they are in it too, and in no later one.
edition_joined = Table(
    "edition_joined",
    METADATA,
    Column("newsletter", Text, nullable=False),
    Column("article_key", Text, ForeignKey("articles.key"), nullable=False),
    Column("edition", Text, nullable=False),
    Column("lead", Text, ForeignKey("articles.key"), nullable=False),
    PrimaryKeyConstraint("newsletter", "article_key"),
    _of_edition(),
)

# The rendered bytes of each edition.
edition_files = Table(
    "edition_files",
    METADATA,
    Column("newsletter", Text, nullable=False),
    Column("edition", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("newsletter", "edition", "path"),
    _of_edition(),
)

# Why each article that was considered is in the edition or is not.
verdicts = Table(
    "verdicts",
    METADATA,
    Column("newsletter", Text, nullable=False),
    Column("edition", Text, nullable=False),
    Column("article_key", Text, ForeignKey("articles.key"), nullable=False),
    Column("position", Integer),  # of a chosen one
    Column("rule", Text, nullable=False),
    Column("chosen", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    PrimaryKeyConstraint("newsletter", "edition", "article_key"),
    _of_edition(),
)

# Who works on what. A row stays when its claim ends, so that fences only ever grow.
claims = Table(
    "claims",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),  # '' when nobody holds it
    Column("fence", Integer, nullable=False),
    Column("renewed", Instant, nullable=False),
    Column("until", Instant, nullable=False),
)

# How each newsletter stands: from when on its timetable counts, and why work on it fails.
standings = Table(
    "standings",
    METADATA,
    Column("newsletter", Text, primary_key=True),
    Column("timetable", Text, nullable=False),
    Column("since", Instant),
    Column("failure", Text, nullable=False),
    Column("failing_since", Instant),
)

# Spans whose slots pass without an edition, by the operator's word.
pauses = Table(
    "pauses",
    METADATA,
    Column("newsletter", Text, nullable=False),
    Column("start", Instant, nullable=False),
    Column("end", Instant),
    Column("reason", Text, nullable=False),
    PrimaryKeyConstraint("newsletter", "start"),
)

# The daemons, each as it last said of itself.
daemons = Table(
    "daemons",
    METADATA,
    Column("holder", Text, primary_key=True),
    Column("started", Instant, nullable=False),
    Column("ticked", Instant, nullable=False),
    Column("tick", Float, nullable=False),
    Column("version", Text, nullable=False),
    Column("config", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("trouble", Text, nullable=False),
    Column("address", Text, nullable=False),
)

# Each person the roster knows; the hash, keyed as in suppressions, is what makes two spellings one person.
subscribers = Table(
    "subscribers",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("hash", String(64), nullable=False),
    Column("address", Text, nullable=False),  # normalised; '' of who was forgotten
    Column("name", Text, nullable=False),
    Column("since", Instant, nullable=False),
    UniqueConstraint("hash"),
)

# Who subscribes to what. A row stays when its subscription ends, so that no import brings anybody back.
subscriptions = Table(
    "subscriptions",
    METADATA,
    Column("newsletter", Text, nullable=False),
    Column("subscriber", Integer, ForeignKey("subscribers.id"), nullable=False),
    Column("state", String(12), nullable=False),  # pending, active, unsubscribed
    Column("changed_at", Instant, nullable=False),
    Column("consent_at", Instant),
    Column("source", Text, nullable=False),
    Column("proof", Text, nullable=False),
    Column("left_by", String(16)),  # what the row of a file is known by that ended it and told no time
    PrimaryKeyConstraint("newsletter", "subscriber"),
    Index("subscriptions_by_subscriber", "subscriber"),
)

# Who must not be written to. The key of the hash stands in meta: without it, no address can be looked up by guessing.
suppressions = Table(
    "suppressions",
    METADATA,
    Column("hash", String(64), primary_key=True),
    Column("address", Text, nullable=False),  # '' of who was forgotten
    Column("reason", String(9), nullable=False),  # bounce, complaint, by hand, forgotten
    Column("detail", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Index("suppressions_by_since", "since", "address"),
)

# Row ids in SQLite, which knows them by this one name of a type.
Number = BigInteger().with_variant(Integer, "sqlite")

# An edition's deliveries by one sink, as a whole: how many were planned, and when there is something to do next.
dispatches = Table(
    "dispatches",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("newsletter", Text, nullable=False),
    Column("edition", Text, nullable=False),
    Column("sink", Text, nullable=False),
    Column("planned", Integer, nullable=False),
    Column("planned_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("next_at", Instant),  # empty when there is nothing left to do
    Column("held", Text, nullable=False),  # why it is kept back; '' when it is not
    UniqueConstraint("newsletter", "edition", "sink"),
    _of_edition(),
    sqlite_autoincrement=True,
)

# One row for each reader and sink, made with the edition: why no reader is lost and none is written to twice.
# The id is the dispatch's times 2^32 and a count: those of a dispatch stand together, in the order they were planned.
deliveries = Table(
    "deliveries",
    METADATA,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("dispatch", Integer, ForeignKey("dispatches.id"), nullable=False),
    Column("subscriber", Integer, ForeignKey("subscribers.id"), nullable=False),
    Column("named", Boolean, nullable=False),  # by the configuration: needs no subscription
    Column("state", String(9), nullable=False),  # see digest.core.outbox.State
    Column("batch", Integer),  # under which it is claimed
    Column("attempts", Integer, nullable=False),
    Column("due", Instant),  # of a deferred one
    Column("reply", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("settled_at", Instant),
    UniqueConstraint("dispatch", "subscriber"),
)
# Only what is deferred stands in it: the others cost nothing when they change.
Index(
    "deliveries_due",
    deliveries.c.dispatch,
    deliveries.c.due,
    sqlite_where=deliveries.c.state == "deferred",
    postgresql_where=deliveries.c.state == "deferred",
)

# Claims on deliveries, many at a time. The number is the fence; a row goes when its batch has ended.
delivery_batches = Table(
    "batches",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("dispatch", Integer, ForeignKey("dispatches.id"), nullable=False),
    Column("holder", Text, nullable=False),
    Column("renewed", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    sqlite_autoincrement=True,
)

# What sending is kept back for: a newsletter that stopped itself, by its key.
holds = Table(
    "holds",
    METADATA,
    Column("newsletter", Text, primary_key=True),
    Column("since", Instant, nullable=False),
    Column("reason", Text, nullable=False),
)

# What each relay must not forget when a process ends: its warm-up, its counts, its pause.
relays = Table(
    "relays",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("state", Text, nullable=False),  # JSON
)

# What is remembered of the notes to the operator, by address; see digest.core.notes.
notes = Table(
    "notes",
    METADATA,
    Column("address", Text, primary_key=True),
    Column("state", Text, nullable=False),  # JSON
)

# What came back: each report once, by its hash.
bounces = Table(
    "bounces",
    METADATA,
    Column("report", String(64), primary_key=True),
    Column("newsletter", Text, nullable=False),
    Column("edition", Text, nullable=False),
    Column("subscriber", Integer, ForeignKey("subscribers.id"), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("detail", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index("bounces_by_subscriber", "subscriber", "at"),
    Index("bounces_by_edition", "newsletter", "edition"),
)
