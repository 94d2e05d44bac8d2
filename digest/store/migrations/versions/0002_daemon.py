"""What running unattended needs: claims, standings, pauses, daemons; and whether an edition's pages are in place."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_INSTANT = sa.String(27)


def _text(name: str, *, primary_key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), primary_key=primary_key, nullable=False)


def upgrade() -> None:
    op.add_column("editions", sa.Column("published_at", _INSTANT))
    op.create_table(
        "claims",
        _text("name", primary_key=True),
        _text("holder"),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("renewed", _INSTANT, nullable=False),
        sa.Column("until", _INSTANT, nullable=False),
    )
    op.create_table(
        "standings",
        _text("newsletter", primary_key=True),
        _text("timetable"),
        sa.Column("since", _INSTANT),
        _text("failure"),
        sa.Column("failing_since", _INSTANT),
    )
    op.create_table(
        "pauses",
        _text("newsletter"),
        sa.Column("start", _INSTANT, nullable=False),
        sa.Column("end", _INSTANT),
        _text("reason"),
        sa.PrimaryKeyConstraint("newsletter", "start"),
    )
    op.create_table(
        "daemons",
        _text("holder", primary_key=True),
        sa.Column("started", _INSTANT, nullable=False),
        sa.Column("ticked", _INSTANT, nullable=False),
        sa.Column("tick", sa.Float(), nullable=False),
        _text("version"),
        _text("config"),
        _text("state"),
        _text("trouble"),
        _text("address"),
    )
