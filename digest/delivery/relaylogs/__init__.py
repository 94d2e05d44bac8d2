"""Relays' logs: which of our messages Postfix or Exim took, and what became of them there."""
