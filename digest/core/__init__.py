"""The nouns and the pure decisions: standard library only, no I/O, no clock."""
