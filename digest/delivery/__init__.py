"""To the reader: envelopes, and the sinks that take them."""
