"""The revisions of the tables, oldest first; run by `digest.store.schema`."""
