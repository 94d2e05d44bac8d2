"""What the row of a file is known by that ended a subscription without a time; suppressions in the order of time."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("subscriptions", sa.Column("left_by", sa.String(16)))
    op.create_index("suppressions_by_since", "suppressions", ["since", "address"])
