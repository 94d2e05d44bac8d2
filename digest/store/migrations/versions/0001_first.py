"""The first tables.

Never changed once released: what an old store was made like is history. tables.py says what they are now.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_INSTANT = sa.String(27)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _of_edition() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["newsletter", "edition"], ["editions.newsletter", "editions.edition"])


def _of_article() -> sa.Column[str]:
    return sa.Column("article_key", sa.Text(), sa.ForeignKey("articles.key"), nullable=False)


def upgrade() -> None:
    op.create_table("meta", _text("key"), _text("value"), sa.PrimaryKeyConstraint("key"))
    op.create_table(
        "articles",
        _text("key"),
        _text("source"),
        _text("file"),
        _text("path"),
        _text("id"),
        _text("url"),
        _text("content"),
        _text("title"),
        sa.Column("published", _INSTANT),
        sa.Column("first_seen", _INSTANT, nullable=False),
        _text("categories"),
        _text("tags"),
        _text("author"),
        sa.Column("draft", sa.Boolean(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        _text("held"),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        _text("details"),
        _text("version"),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("articles_by_file", "articles", ["source", "file"])
    op.create_table("bodies", _of_article(), _text("html"), _text("blocks"), sa.PrimaryKeyConstraint("article_key"))
    op.create_table(
        "identities",
        sa.Column("kind", sa.String(7), nullable=False),
        _text("value"),
        _of_article(),
        sa.PrimaryKeyConstraint("kind", "value"),
    )
    op.create_table(
        "files",
        _text("source"),
        _text("path"),
        _text("fingerprint"),
        _text("problems"),
        sa.PrimaryKeyConstraint("source", "path"),
    )
    op.create_table(
        "editions",
        _text("newsletter"),
        sa.Column("slot", _INSTANT, nullable=False),
        _text("edition"),
        sa.Column("status", sa.String(8), nullable=False),
        _text("reason"),
        sa.Column("window_start", _INSTANT, nullable=False),
        sa.Column("window_end", _INSTANT, nullable=False),
        _text("title"),
        _text("subject"),
        _text("preheader"),
        _text("hash"),
        sa.Column("composed_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("newsletter", "slot"),
        sa.UniqueConstraint("newsletter", "edition"),
    )
    op.create_table(
        "edition_articles",
        _text("newsletter"),
        _text("edition"),
        sa.Column("position", sa.Integer(), nullable=False),
        _of_article(),
        _text("title"),
        _text("section"),
        _text("entry"),
        sa.PrimaryKeyConstraint("newsletter", "edition", "position"),
        sa.UniqueConstraint("newsletter", "article_key"),
        _of_edition(),
    )
    op.create_table(
        "edition_files",
        _text("newsletter"),
        _text("edition"),
        _text("path"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("newsletter", "edition", "path"),
        _of_edition(),
    )
    op.create_table(
        "verdicts",
        _text("newsletter"),
        _text("edition"),
        _of_article(),
        sa.Column("position", sa.Integer()),
        _text("rule"),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        _text("reason"),
        sa.PrimaryKeyConstraint("newsletter", "edition", "article_key"),
        _of_edition(),
    )
    op.create_table(
        "deliveries",
        _text("newsletter"),
        _text("edition"),
        _text("sink"),
        _text("recipient"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        _text("reply"),
        sa.Column("settled_at", _INSTANT),
        sa.PrimaryKeyConstraint("newsletter", "edition", "sink", "recipient"),
        _of_edition(),
    )
