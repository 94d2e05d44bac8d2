"""The daemon: what wakes at slots, and how others see that it lives."""
