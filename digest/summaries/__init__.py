"""Summaries made from an article's own sentences."""
