"""What is remembered of addresses, where else an article stands, and articles told by another one's story."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "visits",
        _text("source"),
        _text("url"),
        _text("visit"),
        sa.PrimaryKeyConstraint("source", "url"),
    )
    op.create_table(
        "edition_joined",
        _text("newsletter"),
        sa.Column("article_key", sa.Text(), sa.ForeignKey("articles.key"), nullable=False),
        _text("edition"),
        sa.Column("lead", sa.Text(), sa.ForeignKey("articles.key"), nullable=False),
        sa.PrimaryKeyConstraint("newsletter", "article_key"),
        sa.ForeignKeyConstraint(["newsletter", "edition"], ["editions.newsletter", "editions.edition"]),
    )
    op.create_table(
        "sightings",
        _text("source"),
        _text("path"),
        _text("file"),
        sa.Column("article_key", sa.Text(), sa.ForeignKey("articles.key"), nullable=False),
        _text("url"),
        _text("title"),
        sa.PrimaryKeyConstraint("source", "path"),
    )
    op.create_index("sightings_by_article", "sightings", ["article_key"])
