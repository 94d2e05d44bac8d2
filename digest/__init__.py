"""digest: a newsletter engine."""
