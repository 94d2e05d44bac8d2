"""Fetching over HTTP: the one place that asks anything of the web, guarded, bounded and polite."""
