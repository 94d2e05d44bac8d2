"""Out: an edition as mail, text, web pages and feeds. Pure: bytes from values, no clock, no network."""
