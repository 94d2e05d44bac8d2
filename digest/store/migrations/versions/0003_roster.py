"""The roster: subscribers, their subscriptions, and suppressions."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_INSTANT = sa.String(27)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "subscribers",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        _text("address"),
        _text("name"),
        sa.Column("since", _INSTANT, nullable=False),
        sa.UniqueConstraint("hash"),
    )
    op.create_table(
        "subscriptions",
        _text("newsletter"),
        sa.Column("subscriber", sa.Integer(), sa.ForeignKey("subscribers.id"), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.Column("consent_at", _INSTANT),
        _text("source"),
        _text("proof"),
        sa.PrimaryKeyConstraint("newsletter", "subscriber"),
    )
    op.create_index("subscriptions_by_subscriber", "subscriptions", ["subscriber"])
    op.create_table(
        "suppressions",
        sa.Column("hash", sa.String(64), primary_key=True, nullable=False),
        _text("address"),
        sa.Column("reason", sa.String(9), nullable=False),
        _text("detail"),
        sa.Column("since", _INSTANT, nullable=False),
    )
