"""What is remembered of the notes to the operator."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notes",
        sa.Column("address", sa.Text(), primary_key=True),
        sa.Column("state", sa.Text(), nullable=False),
    )
