"""Alembic's entry: it runs the revisions inside the transaction it is handed, and commits nothing itself."""

from __future__ import annotations

from alembic import context

from digest.store.tables import METADATA, VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
context.run_migrations()
