"""What comes back: messages and events read as reports, and the ways they come in."""
